import { createHash } from "node:crypto";
import type { ContentKind, ContentRecord } from "../otmm/types.js";
import type { StoredBytes } from "../kernel/types.js";
import { seedId } from "./ids.js";
import { baseMedia, companion } from "./media.js";
import { stampedBuffer, stampedPieces } from "./stamp.js";

/** How an asset's stored checksum relates to its bytes. */
export type StoredChecksum = "right" | "wrong" | "none";

export interface FileSpec {
  /** Asset id: makes the bytes unique. */
  asset: string;
  /** File name as the DAM shows it. */
  name: string;
  /** Base file in sandbox/seed/media. */
  base: string;
  checksum?: StoredChecksum;
  /** Overrides the media type that the base file has. */
  mime?: string;
}

/** The master of an asset: its base file with a stamp of its own. */
export function masterOf(spec: FileSpec): ContentRecord {
  return record(spec, "MASTER", spec.base, spec.name, spec.checksum ?? "right", spec.mime);
}

/** Preview or thumbnail that goes with the base file; undefined when none was drawn (sound). */
export function renditionOf(spec: FileSpec, kind: "PREVIEW" | "THUMBNAIL"): ContentRecord | undefined {
  const file = companion(spec.base, kind === "PREVIEW" ? "preview" : "thumbnail");
  if (file === undefined) return undefined;
  const stem = spec.name.replace(/\.[a-z0-9]{2,4}$/i, "");
  const name = `${stem.slice(0, 120)}_${kind.toLowerCase()}${file.slice(file.lastIndexOf("."))}`;
  return record(spec, kind, file, name, "right");
}

/** A file of zero bytes. */
export function emptyMaster(spec: FileSpec): ContentRecord {
  const media = baseMedia(spec.base);
  return {
    ...describe(spec, "MASTER", spec.name, media.mime),
    size: 0,
    checksum: createHash("md5").digest("hex"),
    bytes: { kind: "inline", base64: "", size: 0 },
  };
}

/**
 * A master too large to keep: byte n follows from the seed and n.
 * @param md5 of the whole, worked out once; absent: the DAM knows none; "lazy": computed when first asked for
 */
export function generatedMaster(
  asset: string,
  name: string,
  mime: string,
  seed: number,
  size: number,
  md5?: string,
): ContentRecord {
  return {
    ...describe({ asset, name, base: "" }, "MASTER", name, mime),
    size,
    ...(md5 !== undefined && { checksum: md5 }),
    bytes: { kind: "generated", seed, size },
  };
}

/** SHA-256 of a seeded file, from its base file and stamp. */
export function sha256Of(spec: FileSpec, kind: ContentKind): string | undefined {
  const file = kind === "MASTER" ? spec.base : companion(spec.base, kind === "PREVIEW" ? "preview" : "thumbnail");
  if (file === undefined) return undefined;
  return createHash("sha256")
    .update(stampedBuffer(baseMedia(file), stampOf(spec.asset, kind)))
    .digest("hex");
}

/** MD5 of a seeded master's true bytes, whatever the DAM has stored. */
export function md5Of(spec: FileSpec): string {
  return createHash("md5")
    .update(stampedBuffer(baseMedia(spec.base), stampOf(spec.asset, "MASTER")))
    .digest("hex");
}

function stampOf(asset: string, kind: ContentKind): string {
  return `Alder & Finch sandbox ${kind} ${asset}`;
}

function describe(spec: FileSpec, kind: ContentKind, name: string, mime: string) {
  return { id: seedId(`content:${kind}:${spec.asset}`), kind, name, mime, width: -1, height: -1 };
}

function record(
  spec: FileSpec,
  kind: ContentKind,
  file: string,
  name: string,
  checksum: StoredChecksum,
  mime?: string,
): ContentRecord {
  const media = baseMedia(file);
  const stamp = stampOf(spec.asset, kind);
  const parts: StoredBytes[] = stampedPieces(media, stamp).map((piece) =>
    "bytes" in piece
      ? { kind: "inline", base64: piece.bytes.toString("base64"), size: piece.bytes.length }
      : {
          kind: "slice",
          of: { kind: "file", path: media.path, size: media.bytes.length },
          offset: piece.from,
          size: piece.to - piece.from,
        },
  );
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const md5 = createHash("md5").update(stampedBuffer(media, stamp)).digest("hex");
  return {
    ...describe(spec, kind, name, mime ?? media.mime),
    size,
    width: media.width,
    height: media.height,
    ...(checksum === "right" && { checksum: md5 }),
    // As if one byte had been lost after the import: a checksum of something else.
    ...(checksum === "wrong" && { checksum: createHash("md5").update(`not ${md5}`).digest("hex") }),
    bytes: { kind: "concat", parts, size },
  };
}
