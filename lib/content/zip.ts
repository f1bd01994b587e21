import { LifecycleError } from "../messages/error.js";

/**
 * The bytes of a stored ZIP64 package (PKWARE APPNOTE 6.3.x): CRC and sizes in the local headers, no data descriptors
 * (Java's stream reader refuses them on stored entries), UTF-8 names. The same input gives the same bytes on any machine.
 */

/** Where a 32-bit size or offset no longer fits; lowered only by tests. */
export const ZIP64_FROM = 0xffff_ffff;
/** Position of the CRC inside a local header. */
export const CRC_OFFSET = 14;

const UTF8_NAMES = 0x0800;
const STORED = 0;
/** Written on UNIX, so that the mode below counts (APPNOTE 4.4.2). */
const MADE_BY_UNIX = 3 << 8;
/** A regular file, rw-r--r--, in the upper half of the external attributes. */
const FILE_MODE = 0o100644 * 0x10000;

export interface ZipFile {
  path: string;
  size: number;
  crc: number;
  /** Offset of the local header. */
  offset: number;
}

/** MS-DOS date and time in UTC, so that the zone of the machine does not show; before 1980 counts as 1980-01-01. */
function dosTime(modified: Date): { time: number; date: number } {
  const year = modified.getUTCFullYear();
  if (year < 1980) return { time: 0, date: 0x21 };
  if (year > 2107) return { time: 0xbf7d, date: 0xff9f };
  return {
    time: (modified.getUTCHours() << 11) | (modified.getUTCMinutes() << 5) | (modified.getUTCSeconds() >> 1),
    date: ((year - 1980) << 9) | ((modified.getUTCMonth() + 1) << 5) | modified.getUTCDate(),
  };
}

/** ZIP64 extended information: the values that do not fit their 32-bit fields, in the order of the standard. */
function zip64Extra(values: readonly number[]): Buffer {
  if (values.length === 0) return Buffer.alloc(0);
  const extra = Buffer.alloc(4 + 8 * values.length);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(8 * values.length, 2);
  values.forEach((value, index) => extra.writeBigUInt64LE(BigInt(value), 4 + 8 * index));
  return extra;
}

/** @throws LifecycleError INVALID_INPUT when the path could leave the place where the package is unpacked */
export function checkPath(path: string): void {
  const bytes = Buffer.byteLength(path);
  const bad =
    bytes === 0 ||
    bytes > 0xffff ||
    path.startsWith("/") ||
    /^[A-Za-z]:/.test(path) ||
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    /[\\\u0000-\u001f\u007f]/.test(path) ||
    // A lone surrogate has no UTF-8 form.
    Buffer.from(path, "utf8").toString("utf8") !== path ||
    path.split("/").some((step) => step === "" || step === "." || step === "..");
  if (bad) throw new LifecycleError("INVALID_INPUT", `Not a safe path for a package entry: ${JSON.stringify(path)}.`);
}

/** @param crc 0 when not known yet; written later at `CRC_OFFSET` */
export function localHeader(path: string, size: number, crc: number, modified: Date, zip64From = ZIP64_FROM): Buffer {
  const name = Buffer.from(path, "utf8");
  const large = size >= zip64From;
  // A local ZIP64 field must hold both sizes (APPNOTE 4.5.3).
  const extra = zip64Extra(large ? [size, size] : []);
  const { time, date } = dosTime(modified);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(large ? 45 : 20, 4);
  header.writeUInt16LE(UTF8_NAMES, 6);
  header.writeUInt16LE(STORED, 8);
  header.writeUInt16LE(time, 10);
  header.writeUInt16LE(date, 12);
  header.writeUInt32LE(crc, CRC_OFFSET);
  header.writeUInt32LE(large ? 0xffff_ffff : size, 18);
  header.writeUInt32LE(large ? 0xffff_ffff : size, 22);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(extra.length, 28);
  return Buffer.concat([header, name, extra]);
}

function directoryEntry(file: ZipFile, modified: Date, zip64From: number): Buffer {
  const name = Buffer.from(file.path, "utf8");
  const large = file.size >= zip64From;
  const far = file.offset >= zip64From;
  const extra = zip64Extra([...(large ? [file.size, file.size] : []), ...(far ? [file.offset] : [])]);
  const version = large || far ? 45 : 20;
  const { time, date } = dosTime(modified);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(MADE_BY_UNIX | version, 4);
  entry.writeUInt16LE(version, 6);
  entry.writeUInt16LE(UTF8_NAMES, 8);
  entry.writeUInt16LE(STORED, 10);
  entry.writeUInt16LE(time, 12);
  entry.writeUInt16LE(date, 14);
  entry.writeUInt32LE(file.crc, 16);
  entry.writeUInt32LE(large ? 0xffff_ffff : file.size, 20);
  entry.writeUInt32LE(large ? 0xffff_ffff : file.size, 24);
  entry.writeUInt16LE(name.length, 28);
  entry.writeUInt16LE(extra.length, 30);
  entry.writeUInt32LE(FILE_MODE, 38);
  entry.writeUInt32LE(far ? 0xffff_ffff : file.offset, 42);
  return Buffer.concat([entry, name, extra]);
}

/** The central directory with its end records. @param offset where it starts in the package */
export function centralDirectory(
  files: readonly ZipFile[],
  offset: number,
  modified: Date,
  zip64From = ZIP64_FROM,
): Buffer {
  const entries = Buffer.concat(files.map((file) => directoryEntry(file, modified, zip64From)));
  const many = files.length >= 0xffff;
  const far = offset >= zip64From;
  const long = entries.length >= zip64From;
  const records: Buffer[] = [entries];
  if (many || far || long) {
    const end64 = Buffer.alloc(56);
    end64.writeUInt32LE(0x06064b50, 0);
    end64.writeBigUInt64LE(44n, 4);
    end64.writeUInt16LE(MADE_BY_UNIX | 45, 12);
    end64.writeUInt16LE(45, 14);
    end64.writeBigUInt64LE(BigInt(files.length), 24);
    end64.writeBigUInt64LE(BigInt(files.length), 32);
    end64.writeBigUInt64LE(BigInt(entries.length), 40);
    end64.writeBigUInt64LE(BigInt(offset), 48);
    const locator = Buffer.alloc(20);
    locator.writeUInt32LE(0x07064b50, 0);
    locator.writeBigUInt64LE(BigInt(offset + entries.length), 8);
    locator.writeUInt32LE(1, 16);
    records.push(end64, locator);
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(many ? 0xffff : files.length, 8);
  end.writeUInt16LE(many ? 0xffff : files.length, 10);
  end.writeUInt32LE(long ? 0xffff_ffff : entries.length, 12);
  end.writeUInt32LE(far ? 0xffff_ffff : offset, 16);
  records.push(end);
  return Buffer.concat(records);
}

/** Exact size of a package with these entries, in this order. */
export function packageSize(
  entries: readonly { path: string; size: number }[],
  modified: Date,
  zip64From = ZIP64_FROM,
): number {
  const files: ZipFile[] = [];
  let offset = 0;
  for (const { path, size } of entries) {
    files.push({ path, size, crc: 0, offset });
    offset += localHeader(path, size, 0, modified, zip64From).length + size;
  }
  return offset + centralDirectory(files, offset, modified, zip64From).length;
}

/** Upper bound of what one entry adds to its own bytes: both headers, the name twice, both ZIP64 fields. */
export function entryOverhead(path: string): number {
  return 30 + 46 + 20 + 28 + 2 * Buffer.byteLength(path);
}

/** Upper bound of the end records. */
export const END_OVERHEAD = 56 + 20 + 22;
