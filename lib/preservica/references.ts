import { uuidV5 } from "./uuid.js";

/**
 * Namespace of asset references: UUID v5 of the URL namespace and `urn:clc:preservica:asset`.
 * Anybody can compute where an asset version is: `uuidV5(ASSET_NAMESPACE, <value of its OTMM-Asset identifier>)`.
 */
export const ASSET_NAMESPACE = "6e51eddf-9873-5088-a86e-526dcc688763";
/** Namespace of what an asset is made of (content objects, fragments): of the URL namespace and `urn:clc:preservica:part`. */
const PART_NAMESPACE = "4ec9b261-b526-5937-af6d-e702c1f17fbc";
/** Namespace of folders that we create: of the URL namespace and `urn:clc:preservica:folder`. */
const FOLDER_NAMESPACE = "1bf5fa82-d344-56f9-94f2-b05c06fdf771";

/**
 * Reference of an asset, known before its upload, so that the same version can never become two assets.
 *
 * @param sourceId value of the identifier that names the asset version, e.g. `<original id>#v<version>`
 */
export function assetReference(sourceId: string): string {
  return uuidV5(ASSET_NAMESPACE, sourceId);
}

/** Reference of a part of an asset, e.g. `content/Preservation/0` or `metadata/<schema>/0`. */
export function partReference(asset: string, part: string): string {
  return uuidV5(PART_NAMESPACE, `${asset}/${part}`);
}

/**
 * Reference of a folder that we create: two racers compute the same one, so that only one creation succeeds.
 *
 * @param parent reference of the parent, `root` at the top
 * @param nth 1 at first; higher when a deleted or renamed folder occupies the earlier ones
 */
export function folderReference(parent: string, title: string, nth: number): string {
  return uuidV5(FOLDER_NAMESPACE, `${parent}/${title.normalize("NFC")}${nth === 1 ? "" : `#${nth}`}`);
}
