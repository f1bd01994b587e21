import { hash } from "node:crypto";
import { crc32 } from "node:zlib";
import { checkDigests, neededAlgorithms, selectDigests } from "./fixity-check.js";
import { NODE_ALGORITHM } from "./hash-stream.js";
import type { JobContext } from "./job-context.js";
import type { Digests, EntryWork, PackageWork, WorkerReceipt } from "./protocol.js";
import { readSource } from "./source.js";
import type { ByteRequest } from "../systems/port.js";
import type { EntryDigest, Refusal } from "./types.js";
import { putBytes } from "./upload.js";
import { centralDirectory, localHeader, type ZipFile } from "./zip.js";

/** A package or plain file below one part: everything in memory, digests in one go, one PUT. */
export async function runWholePackage(work: PackageWork, context: JobContext): Promise<WorkerReceipt> {
  const plain = work.format === "plain";
  const modified = new Date(work.modified);
  const files: ZipFile[] = [];
  const pieces: Buffer[] = [];
  const digests: EntryDigest[] = [];
  let offset = 0;
  const add = (path: string, bytes: Buffer): void => {
    if (plain) {
      pieces.push(bytes);
      return;
    }
    const crc = crc32(bytes);
    const header = localHeader(path, bytes.length, crc, modified, work.zip64From);
    files.push({ path, size: bytes.length, crc, offset });
    pieces.push(header, bytes);
    offset += header.length + bytes.length;
  };
  for (const entry of work.entries) {
    const read = await readEntry(entry, work, context);
    digests.push(read.digest);
    add(entry.path, read.bytes);
  }
  const { files: last, put } = await context.finish(digests);
  for (const file of last) add(file.path, asBuffer(file.bytes));
  if (!plain) pieces.push(centralDirectory(files, offset, modified, work.zip64From));
  const bytes = Buffer.concat(pieces);
  let ahead = put?.size === bytes.length ? put.request : undefined;
  const requests = async (refused?: Refusal): Promise<ByteRequest> => {
    const given = refused === undefined ? ahead : undefined;
    ahead = undefined;
    return given ?? (await context.requestPut(bytes.length, refused));
  };
  const answer = await putBytes({
    what: plain ? "Sending the file" : "Sending the package",
    request: requests,
    bytes,
    retry: work.retry,
    signal: context.signal,
    repeatable: plain,
  });
  return {
    kind: "package",
    size: bytes.length,
    digests,
    headers: plainHeaders(answer.headers),
    partsSent: 0,
    partsSkipped: 0,
  };
}

interface EntryBytes {
  bytes: Buffer;
  digest: EntryDigest;
}

async function readEntry(entry: EntryWork, work: PackageWork, context: JobContext): Promise<EntryBytes> {
  if (entry.kind === "bytes") {
    const bytes = asBuffer(entry.bytes);
    return { bytes, digest: ofBytes(entry.label, entry.path, bytes) };
  }
  const { source } = entry;
  const bytes = Buffer.allocUnsafe(source.size);
  let filled = 0;
  await readSource({
    label: source.label,
    size: source.size,
    open: (refused) => context.open(source.index, refused),
    sink: (chunk) => {
      filled += chunk.copy(bytes, filled);
      context.count(chunk.length);
      return undefined;
    },
    prefix: async () => hash("sha256", bytes.subarray(0, filled), "hex"),
    retry: work.retry,
    signal: context.signal,
  });
  const algorithms = neededAlgorithms(source.algorithms, source.expected);
  const computed: Digests = {};
  for (const algorithm of algorithms) computed[algorithm] = hash(NODE_ALGORITHM[algorithm], bytes, "hex");
  checkDigests(source.label, computed, source.expected);
  const digest: EntryDigest = {
    label: source.label,
    path: entry.path,
    size: source.size,
    digests: selectDigests(computed, algorithms),
  };
  return { bytes, digest };
}

/** Digest of an entry that was given as bytes: SHA-256. */
export function ofBytes(label: string, path: string, bytes: Buffer): EntryDigest {
  return { label, path, size: bytes.length, digests: { "SHA-256": hash("sha256", bytes, "hex") } };
}

/** The same memory seen as a Buffer (structured clone turns a Buffer into a plain Uint8Array). */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Header values as one string each. */
export function plainHeaders(headers: NodeJS.Dict<string | string[]>): Record<string, string> {
  const plain: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return plain;
}
