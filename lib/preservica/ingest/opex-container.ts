import type { LifecycleAsset } from "../../messages/asset.js";
import { SOURCE_ID } from "../folder-records.js";
import { opexDocument, type OpexFixity, type OpexSidecar } from "../opex.js";
import type { PlannedFile, ResolvedAsset } from "./job.js";
import { filledIdentifiers, lateFiller, type FileDigests } from "./package.js";
import { fragmentsOf } from "./resolve.js";

/** Names that OPEX reads as something else than a content file. */
const READ_OTHERWISE = /\.(?:opex|metadata|pax|pax\.zip)$/i;
const TYPES = { preservation: "Preservation", access: "Access" } as const;

/** The folder of the archive that the asset goes into, as a container names it: known by its SourceID. */
export interface ContainerFolder {
  ref: string;
  sourceId: string;
  title: string;
  securityTag: string;
}
/** Where a file lies: below the container, and inside its asset where that is a folder. */
export interface ContainerFile {
  file: PlannedFile;
  path: string;
  inside: string | undefined;
}

/**
 * Does the asset need a PAX, that is a folder of representations? One file goes without; several representations or
 * files, and a file whose name would be read as a sidecar or package, do not (fact sheet 2.4).
 */
export function needsPax(resolved: Pick<ResolvedAsset, "files">): boolean {
  const [file, ...others] = resolved.files;
  return others.length > 0 || file === undefined || READ_OTHERWISE.test(file.filename);
}

/** The files of a container: `<folder>/<file>`, or `<folder>/<asset>.pax/Representation_<type>/<content object>/<file>`. */
export function containerFiles(resolved: ResolvedAsset, folder: string): ContainerFile[] {
  if (!needsPax(resolved))
    return resolved.files.map((file) => ({ file, path: `${folder}/${file.filename}`, inside: undefined }));
  return resolved.files.map((file) => {
    const inside = `${representationFolder(file, resolved)}/${contentObjectFolder(file, resolved)}/${file.filename}`;
    return { file, path: `${folder}/${assetName(resolved)}/${inside}`, inside };
  });
}

/** Names of the representations of a role, in their order. */
export function representationsOf(resolved: Pick<ResolvedAsset, "files">, role: PlannedFile["role"]): string[] {
  return [...new Set(resolved.files.filter((file) => file.role === role).map((file) => file.representation))];
}

/** Several representations of a type are numbered (assumed, fact sheet 2.4). */
function representationFolder(file: PlannedFile, resolved: ResolvedAsset): string {
  const names = representationsOf(resolved, file.role);
  const nth = names.length === 1 ? "" : `_${names.indexOf(file.representation) + 1}`;
  return `Representation_${TYPES[file.role]}${nth}`;
}

/** The order of the folders' names is the order of the content objects (fact sheet 2.4). */
function contentObjectFolder(file: PlannedFile, resolved: ResolvedAsset): string {
  const all = resolved.files.filter(
    ({ role, representation }) => role === file.role && representation === file.representation,
  );
  const stem = file.filename.replace(/(?!^)\.[^.]*$/, "");
  if (all.length === 1) return stem;
  return `${String(all.indexOf(file) + 1).padStart(String(all.length).length, "0")}-${stem}`;
}

function assetName(resolved: ResolvedAsset): string {
  return `${resolved.ref}.pax`;
}

/**
 * The sidecars of a container, the innermost first: of the asset, of its folder, of the container itself. Each folder's
 * manifest lists what is in it, so that a container of which something is missing is refused whole.
 *
 * @param container name of the container's own folder
 * @throws LifecycleError INVALID_INPUT when a late value stays open
 */
export function containerDocuments(
  asset: LifecycleAsset,
  resolved: ResolvedAsset,
  folder: ContainerFolder,
  digests: FileDigests,
  container: string,
): { path: string; text: string }[] {
  const files = containerFiles(resolved, folder.ref);
  const [only] = files;
  const pax = needsPax(resolved);
  const name = pax ? assetName(resolved) : (only?.file.filename ?? "");
  const fill = lateFiller(resolved, digests);
  const own: OpexSidecar = {
    sourceId: resolved.assetId,
    fixities: files.flatMap((one) => fixitiesOf(one, digests)),
    ...(pax ? { manifest: { files: files.map(listed(digests)), folders: [] } } : {}),
    title: fill(resolved.title),
    ...(resolved.description === null ? {} : { description: fill(resolved.description) }),
    securityTag: resolved.securityTag,
    // The source id becomes an identifier by itself.
    identifiers: filledIdentifiers(resolved, digests).filter(({ type }) => type !== SOURCE_ID),
    fragments: fragmentsOf(asset, resolved).map(({ xml }) => fill(xml)),
  };
  const text = opexDocument(own);
  const sidecar = { name: `${name}.opex`, type: "metadata", size: Buffer.byteLength(text) } as const;
  const content = pax || only === undefined ? [] : [{ ...listed(digests)(only), name }];
  const around = opexDocument({
    sourceId: folder.sourceId,
    manifest: { files: [...content, sidecar], folders: pax ? [name] : [] },
    title: folder.title,
    securityTag: folder.securityTag,
  });
  const top = opexDocument({ manifest: { files: [], folders: [folder.ref] } });
  return [
    { path: `${folder.ref}/${sidecar.name}`, text },
    { path: `${folder.ref}/${folder.ref}.opex`, text: around },
    { path: `${container}.opex`, text: top },
  ];
}

function listed(digests: FileDigests) {
  return ({ file, path, inside }: ContainerFile): { name: string; type: "content"; size: number } => ({
    name: inside ?? path,
    type: "content",
    size: digests.get(file.label)?.size ?? file.size,
  });
}

function fixitiesOf({ file, inside }: ContainerFile, digests: FileDigests): OpexFixity[] {
  const found = digests.get(file.label)?.digests ?? {};
  return (["SHA-256", "SHA-512", "SHA-1", "MD5"] as const).flatMap((algorithm) => {
    const value = found[algorithm];
    return value === undefined ? [] : [{ algorithm, value, ...(inside === undefined ? {} : { path: inside }) }];
  });
}
