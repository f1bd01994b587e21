import type { EntryDigest, Opener, PackageEntry, PackageUpload } from "../../content/types.js";
import type { FixityAlgorithm, LifecycleAsset } from "../../messages/asset.js";
import { LifecycleError } from "../../messages/error.js";
import { fillLate } from "../../messages/late.js";
import { contentObjectRef, xipDocument, type XipAsset, type XipRepresentation } from "../xip.js";
import type { IngestDeps, PlannedFile, ResolvedAsset } from "./job.js";
import { fragmentsOf } from "./resolve.js";

/** Size and digests of a packed file, by label. */
export type FileDigests = ReadonlyMap<string, { size: number; digests: Partial<Record<FixityAlgorithm, string>> }>;

const TYPES = { preservation: "Preservation", access: "Access" } as const;

/** Opens the source of a planned file; asked again with what was refused. */
export function openerOf(asset: LifecycleAsset, file: PlannedFile, deps: Pick<IngestDeps, "systems">): Opener {
  const ref = asset.content[file.content];
  if (ref === undefined)
    throw new LifecycleError("INVALID_INPUT", `The message no longer carries the content ${file.label}.`);
  return (refused) => deps.systems.get(ref.system, ref.connection).open(ref, refused);
}

/** SHA-256 for the archive, and what the source states, to notice damage there. */
export function algorithmsOf(file: PlannedFile): FixityAlgorithm[] {
  const stated = Object.keys(file.expected).filter(
    (name): name is FixityAlgorithm => name === "MD5" || name === "SHA-1" || name === "SHA-512",
  );
  return ["SHA-256", ...stated];
}

/** The files of the package, without its `metadata.xml`. */
export function packageEntries(
  asset: LifecycleAsset,
  resolved: ResolvedAsset,
  deps: Pick<IngestDeps, "systems">,
): PackageEntry[] {
  return resolved.files.map((file) => ({
    path: `${resolved.ref}/content/${file.location}/${file.filename}`,
    label: file.label,
    open: openerOf(asset, file, deps),
    size: file.size,
    algorithms: algorithmsOf(file),
    expected: file.expected,
  }));
}

/** Longer than any digest and number that replaces it. */
const LONGEST_FACT = "f".repeat(128);
/** Bytes that a character may take in the document: `&quot;`, or its share of the fact that replaces a late value. */
const WIDEST = 6;
/** Bytes that the document's own elements take, at most: once, for each file, and for each identifier or fragment. */
const FRAME = { document: 4096, file: 4096, part: 1024 };

/**
 * Upper bound of the bytes that `metadata.xml` adds, from the lengths of what goes into it; making the document for that
 * would cost as much as the document.
 */
export function metadataBound(asset: LifecycleAsset, resolved: ResolvedAsset): PackageUpload["finishSize"] {
  const documents = Object.values(asset.metadata ?? {}).flatMap(({ xml, schema = "" }) =>
    xml === undefined ? [] : `${schema}${xml}`,
  );
  const { title, description, securityTag, customType, identifiers, files, wanted } = resolved;
  const texts = [
    `${title}${description ?? ""}${securityTag}${customType ?? ""}`,
    ...documents,
    ...identifiers.map(({ type, value }) => `${type}${value}`),
    ...files.flatMap((file) => [file.title, file.title, file.title, file.filename, file.filename, file.representation]),
    JSON.stringify(wanted),
  ];
  const written = texts.reduce((sum, text) => sum + text.length * WIDEST, 0);
  const parts = documents.length + identifiers.length + wanted.length;
  return FRAME.document + files.length * FRAME.file + parts * FRAME.part + written;
}

/** Bytes that `metadata.xml` adds, no less than they will be: for a plan, which people read. */
export function metadataSize(asset: LifecycleAsset, resolved: ResolvedAsset, folder: string, effective: Date): number {
  const digests = Object.fromEntries(["MD5", "SHA-1", "SHA-256", "SHA-512"].map((name) => [name, LONGEST_FACT]));
  const longest = new Map(resolved.files.map((file) => [file.label, { size: Number.MAX_SAFE_INTEGER, digests }]));
  return Buffer.byteLength(metadataDocument(asset, resolved, folder, longest, effective)) + 1024;
}

/**
 * The package's `metadata.xml`, with late values filled in.
 *
 * @throws LifecycleError INVALID_INPUT when a late value stays open
 */
export function metadataDocument(
  asset: LifecycleAsset,
  resolved: ResolvedAsset,
  folder: string,
  digests: FileDigests,
  effective: Date,
): string {
  const fill = lateFiller(resolved, digests);
  const document: XipAsset = {
    ref: resolved.ref,
    title: fill(resolved.title),
    ...(resolved.description === null ? {} : { description: fill(resolved.description) }),
    securityTag: resolved.securityTag,
    ...(resolved.customType === null ? {} : { customType: resolved.customType }),
    parent: folder,
    representations: representations(resolved, digests),
    identifiers: filledIdentifiers(resolved, digests),
    links: [],
    fragments: fragmentsOf(asset, resolved).map(({ schema, xml }) => ({ schema, xml: fill(xml) })),
    effective: effective.toISOString(),
  };
  return xipDocument(document);
}

export function filledIdentifiers(resolved: ResolvedAsset, digests: FileDigests): { type: string; value: string }[] {
  const fill = lateFiller(resolved, digests);
  return resolved.identifiers.map(({ type, value }) => ({ type, value: fill(value) }));
}

/** Reference of the content object that a file becomes. */
export function contentObjectOf(resolved: ResolvedAsset, file: PlannedFile): string {
  const index = resolved.files.filter((other) => other.role === file.role).indexOf(file);
  return contentObjectRef(resolved.ref, TYPES[file.role], index);
}

export function digestsByLabel(digests: readonly EntryDigest[]): FileDigests {
  return new Map(digests.map(({ label, size, digests: found }) => [label, { size, digests: found }]));
}

function representations(resolved: ResolvedAsset, digests: FileDigests): XipRepresentation[] {
  return (["preservation", "access"] as const).flatMap((role) => {
    const files = resolved.files.filter((file) => file.role === role);
    const names = [...new Set(files.map((file) => file.representation))];
    return names.map((name) => ({
      type: TYPES[role],
      name,
      files: files
        .filter((file) => file.representation === name)
        .map((file) => {
          const facts = digests.get(file.label);
          return {
            object: contentObjectOf(resolved, file),
            title: file.title,
            filename: file.filename,
            location: file.location,
            size: facts?.size ?? file.size,
            digests: facts?.digests ?? {},
          };
        }),
    }));
  });
}

/** Fills late values in. Facts of a role are those of its first file. */
export function lateFiller(resolved: ResolvedAsset, digests: FileDigests): (text: string) => string {
  const facts = new Map<string, string>();
  for (const file of resolved.files.toReversed()) {
    const found = digests.get(file.label);
    if (found === undefined) continue;
    facts.set(`size:${file.role}`, String(found.size));
    const sha256 = found.digests["SHA-256"];
    if (sha256 !== undefined) facts.set(`sha256:${file.role}`, sha256);
  }
  return (text) => {
    const { text: filled, open } = fillLate(text, facts);
    if (open.length > 0) {
      throw new LifecycleError(
        "INVALID_INPUT",
        `The metadata waits for facts that never came: ${[...new Set(open)].join(", ")}.`,
        { system: "preservica" },
      );
    }
    return filled;
  };
}
