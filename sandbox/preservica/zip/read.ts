import type { SandboxFiles, StoredBytes } from "../../kernel/types.js";
import { sliceOf } from "./slice.js";

/** The package is no zip that a strict reader takes; the message says why. */
export class ZipError extends Error {
  override name = "ZipError";
}

export interface ZipEntry {
  /** Path inside the zip, "/" separated; ends with "/" for a folder. */
  name: string;
  folder: boolean;
  method: "stored" | "deflated";
  crc: number;
  size: number;
  /** The entry's bytes as they lie in the zip, i.e. still compressed for deflated ones. */
  raw: StoredBytes;
}

export interface ZipRules {
  /** Refuse what Java's stream reader refuses: "only DEFLATED entries can have EXT descriptor". */
  streamable: boolean;
}

const END = 0x06054b50;
const END64 = 0x06064b50;
const LOCATOR64 = 0x07064b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const MAX_DIRECTORY = 64 * 1024 * 1024;

/**
 * Reads a zip's directory and checks it against the local headers; ZIP64 is understood.
 * Bytes stay where they are: entries are slices of the package.
 *
 * @throws ZipError truncated, encrypted, multi-disk, unknown method, overlapping or doubled entries, unsafe paths
 */
export async function readZip(files: SandboxFiles, bytes: StoredBytes, rules: ZipRules): Promise<ZipEntry[]> {
  const reader = new Reader(files, bytes);
  const { offset, size, count } = await reader.directoryPlace();
  if (size > MAX_DIRECTORY) throw new ZipError(`central directory of ${size} bytes is too large`);
  const directory = await reader.take(offset, size);
  const entries: (ZipEntry & { start: number; end: number })[] = [];
  const names = new Set<string>();
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    const header = centralHeader(directory, at);
    at = header.next;
    checkName(header.name);
    if (names.has(header.name)) throw new ZipError(`entry ${header.name} is there twice`);
    names.add(header.name);
    entries.push(await reader.entry(header, rules));
  }
  entries.sort((a, b) => a.start - b.start);
  for (const [index, entry] of entries.entries()) {
    const next = entries[index + 1]?.start ?? offset;
    if (entry.end > next) throw new ZipError(`entry ${entry.name} overlaps the next one`);
  }
  return entries.map(({ name, folder, method, crc, size: entrySize, raw }) => ({
    name,
    folder,
    method,
    crc,
    size: entrySize,
    raw,
  }));
}

interface CentralHeader {
  name: string;
  flags: number;
  method: number;
  crc: number;
  compressed: number;
  size: number;
  local: number;
  next: number;
}

function centralHeader(directory: Buffer, at: number): CentralHeader {
  if (at + 46 > directory.length || directory.readUInt32LE(at) !== CENTRAL)
    throw new ZipError("the central directory is damaged");
  const nameLength = directory.readUInt16LE(at + 28);
  const extraLength = directory.readUInt16LE(at + 30);
  const next = at + 46 + nameLength + extraLength + directory.readUInt16LE(at + 32);
  if (next > directory.length) throw new ZipError("the central directory is cut short");
  const flags = directory.readUInt16LE(at + 8);
  const nameBytes = directory.subarray(at + 46, at + 46 + nameLength);
  const extra = directory.subarray(at + 46 + nameLength, at + 46 + nameLength + extraLength);
  const [size, compressed, local] = wide(extra, [
    directory.readUInt32LE(at + 24),
    directory.readUInt32LE(at + 20),
    directory.readUInt32LE(at + 42),
  ]);
  const name = nameBytes.toString(flags & 0x800 ? "utf8" : "latin1");
  return {
    name,
    flags,
    method: directory.readUInt16LE(at + 10),
    crc: directory.readUInt32LE(at + 16),
    compressed,
    size,
    local,
    next,
  };
}

/** Replaces 0xFFFFFFFF fields by the values of the ZIP64 extra field, in its fixed order. */
function wide(extra: Buffer, fields: [number, number, number]): [number, number, number] {
  let at = 0;
  while (at + 4 <= extra.length) {
    const length = extra.readUInt16LE(at + 2);
    if (extra.readUInt16LE(at) === 1 && at + 4 + length <= extra.length) {
      let place = at + 4;
      const read = (value: number): number => {
        if (value !== 0xffffffff) return value;
        if (place + 8 > at + 4 + length) throw new ZipError("a ZIP64 field is missing");
        place += 8;
        return Number(extra.readBigUInt64LE(place - 8));
      };
      return [read(fields[0]), read(fields[1]), read(fields[2])];
    }
    at += 4 + length;
  }
  if (fields.includes(0xffffffff)) throw new ZipError("a ZIP64 field is missing");
  return fields;
}

function checkName(name: string): void {
  const parts = name.replace(/\/$/u, "").split("/");
  const unsafe =
    name.startsWith("/") ||
    name.includes("\\") ||
    /\p{Cc}/u.test(name) ||
    /^[A-Za-z]:/u.test(name) ||
    parts.some((part) => part === "" || part === "." || part === "..");
  if (unsafe) throw new ZipError(`entry path ${JSON.stringify(name)} is not safe`);
}

class Reader {
  constructor(
    private readonly files: SandboxFiles,
    private readonly bytes: StoredBytes,
  ) {}

  async take(offset: number, size: number): Promise<Buffer> {
    if (offset < 0 || offset + size > this.bytes.size) throw new ZipError("the zip is cut short");
    return size === 0 ? Buffer.alloc(0) : this.files.readAll(sliceOf(this.bytes, offset, size));
  }

  async directoryPlace(): Promise<{ offset: number; size: number; count: number }> {
    const tailSize = Math.min(this.bytes.size, 65_557);
    const tail = await this.take(this.bytes.size - tailSize, tailSize);
    let at = tail.length - 22;
    while (at >= 0 && !(tail.readUInt32LE(at) === END && at + 22 + tail.readUInt16LE(at + 20) === tail.length)) at -= 1;
    if (at < 0) throw new ZipError("not a zip: no end of central directory");
    if (tail.readUInt16LE(at + 4) !== 0) throw new ZipError("a zip over several disks is not taken");
    const place = {
      count: tail.readUInt16LE(at + 10),
      size: tail.readUInt32LE(at + 12),
      offset: tail.readUInt32LE(at + 16),
    };
    if (place.count !== 0xffff && place.size !== 0xffffffff && place.offset !== 0xffffffff) return place;
    return this.directoryPlace64(tail, at);
  }

  private async directoryPlace64(tail: Buffer, end: number): Promise<{ offset: number; size: number; count: number }> {
    const at = end - 20;
    if (at < 0 || tail.readUInt32LE(at) !== LOCATOR64) throw new ZipError("the ZIP64 locator is missing");
    const end64 = await this.take(Number(tail.readBigUInt64LE(at + 8)), 56);
    if (end64.readUInt32LE(0) !== END64) throw new ZipError("the ZIP64 end of central directory is missing");
    return {
      count: Number(end64.readBigUInt64LE(32)),
      size: Number(end64.readBigUInt64LE(40)),
      offset: Number(end64.readBigUInt64LE(48)),
    };
  }

  async entry(header: CentralHeader, rules: ZipRules): Promise<ZipEntry & { start: number; end: number }> {
    const { name } = header;
    if (header.flags & 0x2041) throw new ZipError(`entry ${name} is encrypted`);
    if (header.method !== 0 && header.method !== 8)
      throw new ZipError(`entry ${name} has compression method ${header.method}`);
    const described = (header.flags & 8) !== 0;
    if (rules.streamable && described && header.method === 0 && !name.endsWith("/")) {
      throw new ZipError(`entry ${name}: only DEFLATED entries can have EXT descriptor`);
    }
    if (header.method === 0 && header.compressed !== header.size)
      throw new ZipError(`entry ${name} is stored but its two sizes differ`);
    const local = await this.take(header.local, 30);
    if (local.readUInt32LE(0) !== LOCAL) throw new ZipError(`entry ${name} has no local header`);
    const nameLength = local.readUInt16LE(26);
    const extraLength = local.readUInt16LE(28);
    const rest = await this.take(header.local + 30, nameLength + extraLength);
    await this.compareLocal(header, local, rest, nameLength, described);
    const offset = header.local + 30 + nameLength + extraLength;
    if (offset + header.compressed > this.bytes.size) throw new ZipError(`entry ${name} is cut short`);
    const raw = sliceOf(this.bytes, offset, header.compressed);
    const method = header.method === 0 ? "stored" : "deflated";
    return {
      name,
      folder: name.endsWith("/"),
      method,
      crc: header.crc,
      size: header.size,
      raw,
      start: header.local,
      end: offset + header.compressed,
    };
  }

  private async compareLocal(
    header: CentralHeader,
    local: Buffer,
    rest: Buffer,
    nameLength: number,
    described: boolean,
  ): Promise<void> {
    const localName = rest.subarray(0, nameLength).toString(header.flags & 0x800 ? "utf8" : "latin1");
    if (localName !== header.name || local.readUInt16LE(8) !== header.method)
      throw new ZipError(`entry ${header.name}: local header and directory differ`);
    if (described) return;
    const [size, compressed] = wide(rest.subarray(nameLength), [local.readUInt32LE(22), local.readUInt32LE(18), 0]);
    if (local.readUInt32LE(14) !== header.crc || size !== header.size || compressed !== header.compressed) {
      throw new ZipError(`entry ${header.name}: size or CRC in the local header differs from the directory`);
    }
  }
}
