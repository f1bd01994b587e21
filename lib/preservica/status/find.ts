import type { LifecycleAsset } from "../../messages/asset.js";
import type { PreservicaClient } from "../client.js";
import { assetReference } from "../references.js";
import { isUuid } from "../uuid.js";

/** Where an asset of a flow is in the archive, or why it is nowhere. */
export type FoundEntity =
  | { found: true; ref: string; by: "reference" | "identifier" }
  /** `earlier`: references of other versions of the same original. */
  | { found: false; why: string; earlier: string[] };

/** Types of the identifiers by which the archive knows assets of the source. */
export interface IdentifierTypes {
  asset: string;
  original: string;
}

/**
 * Finds the archived entity of this very version: by the reference that the asset carries for this connection, else by
 * the identifier of its version. Another version of the same original is not it (RECORDS rule 7).
 *
 * @param claimed reference that the source itself states for this version; anybody may have written it there, so it only
 *   counts for a tombstone, which has no identifiers any more that could tell
 */
export async function findEntity(
  client: PreservicaClient,
  asset: LifecycleAsset,
  types: IdentifierTypes,
  claimed?: string,
): Promise<FoundEntity> {
  const known = asset.ids.preservica;
  if (known !== undefined && known.connection === client.connection) {
    if ((await client.findAsset(known.ref)) !== undefined) return { found: true, ref: known.ref, by: "reference" };
    return { found: false, why: `the archive does not know the reference ${known.ref}`, earlier: [] };
  }
  const original = asset.ids.otmm?.originalAssetId ?? originalIn(asset.key);
  if (original === undefined) {
    return { found: false, why: "the asset carries no reference of this archive and no id of its source", earlier: [] };
  }
  const value = `${original}#v${asset.version}`;
  const hits = await client.findByIdentifier(types.asset, value);
  // A living asset before a tombstone: the archive lists both.
  const hit = hits.find(({ type, deleted }) => type === "IO" && !deleted) ?? hits.find(({ type }) => type === "IO");
  if (hit !== undefined) return { found: true, ref: hit.ref, by: "identifier" };
  // A destroyed asset has lost its identifiers; its tombstone still has the reference that our ingest gave it.
  const own = await client.findAsset(assetReference(value));
  if (own !== undefined) return { found: true, ref: own.ref, by: "reference" };
  if (claimed !== undefined && isUuid(claimed) && (await client.findAsset(claimed))?.deleted === true)
    return { found: true, ref: claimed, by: "reference" };
  const others = await client.findByIdentifier(types.original, original);
  return {
    found: false,
    why: `the archive has no asset with ${types.asset} ${value}`,
    earlier: others.filter(({ type, deleted }) => type === "IO" && !deleted).map(({ ref }) => ref),
  };
}

/** The source's id inside a key `otmm:<connection>:<id>`. */
function originalIn(key: string): string | undefined {
  return /^otmm:[^:]+:(.+)$/.exec(key)?.[1];
}
