import { crc32 } from "node:zlib";

export interface StreamedFile {
  path: string;
  bytes: Buffer;
  offset: number;
}

/**
 * Reads a zip from front to back as Java's ZipInputStream does, which sees local headers only: refuses data
 * descriptors, needs sizes and CRC in the local header; then checks the central directory against what it read.
 */
export function readStreamed(zip: Buffer): StreamedFile[] {
  const files: StreamedFile[] = [];
  let at = 0;
  while (zip.readUInt32LE(at) === 0x04034b50) {
    const flags = zip.readUInt16LE(at + 6);
    if ((flags & 0x0008) !== 0) throw new Error("data descriptor");
    if ((flags & 0x0800) === 0) throw new Error("names are not marked as UTF-8");
    if (zip.readUInt16LE(at + 8) !== 0) throw new Error("not stored");
    const nameLength = zip.readUInt16LE(at + 26);
    const extraLength = zip.readUInt16LE(at + 28);
    const path = zip.toString("utf8", at + 30, at + 30 + nameLength);
    const extra = zip.subarray(at + 30 + nameLength, at + 30 + nameLength + extraLength);
    const size = sizeOf(zip.readUInt32LE(at + 18), zip.readUInt32LE(at + 22), extra);
    const start = at + 30 + nameLength + extraLength;
    const bytes = zip.subarray(start, start + size);
    if (bytes.length !== size) throw new Error(`${path} is cut off`);
    if (crc32(bytes) !== zip.readUInt32LE(at + 14)) throw new Error(`${path} has a wrong CRC`);
    files.push({ path, bytes, offset: at });
    at = start + size;
  }
  checkDirectory(zip, at, files);
  return files;
}

function sizeOf(packed: number, plain: number, extra: Buffer): number {
  if (packed !== plain) throw new Error("sizes differ although stored");
  if (plain !== 0xffff_ffff) return plain;
  if (extra.readUInt16LE(0) !== 1 || extra.readUInt16LE(2) !== 16)
    throw new Error("local ZIP64 field must hold both sizes");
  if (extra.readBigUInt64LE(4) !== extra.readBigUInt64LE(12)) throw new Error("sizes differ although stored");
  return Number(extra.readBigUInt64LE(4));
}

function checkDirectory(zip: Buffer, start: number, files: readonly StreamedFile[]): void {
  let at = start;
  for (const file of files) {
    if (zip.readUInt32LE(at) !== 0x02014b50) throw new Error("the central directory misses an entry");
    const name = zip.readUInt16LE(at + 28);
    const extra = zip.readUInt16LE(at + 30);
    if (zip.toString("utf8", at + 46, at + 46 + name) !== file.path) throw new Error("the directory has another order");
    if (zip.readUInt32LE(at + 16) !== crc32(file.bytes)) throw new Error("the directory has another CRC");
    const far = zip.readUInt32LE(at + 42);
    const offset = far === 0xffff_ffff ? Number(zip.readBigUInt64LE(at + 46 + name + extra - 8)) : far;
    if (offset !== file.offset) throw new Error("the directory has another offset");
    at += 46 + name + extra;
  }
  const end = zip.length - 22;
  if (zip.readUInt32LE(end) !== 0x06054b50) throw new Error("no end record at the end");
  const count = zip.readUInt16LE(end + 10);
  if (count !== Math.min(files.length, 0xffff)) throw new Error("wrong count");
}
