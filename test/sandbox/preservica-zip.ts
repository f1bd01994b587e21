import { crc32, deflateRawSync } from "node:zlib";

/** One entry of a zip, with the ways in which it can be wrong. */
export interface Entry {
  name: string;
  content: Buffer | string;
  deflated?: boolean;
  /** Sizes and CRC after the data instead of in the local header. */
  descriptor?: boolean;
  /** CRC that the headers state instead of the right one. */
  crc?: number;
  encrypted?: boolean;
  method?: number;
}

/** Makes a zip in memory; apart from the sandbox's own code, so that a mistake there cannot hide. */
export function zipOf(entries: readonly Entry[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const entry of entries) {
    const content = Buffer.from(entry.content);
    const stored = entry.deflated ? deflateRawSync(content) : content;
    const name = Buffer.from(entry.name, "utf8");
    const sum = entry.crc ?? crc32(content);
    const flags = 0x800 | (entry.descriptor ? 8 : 0) | (entry.encrypted ? 1 : 0);
    const method = entry.method ?? (entry.deflated ? 8 : 0);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(flags, 2);
    facts.writeUInt16LE(method, 4);
    facts.writeUInt16LE(0x21, 8);
    facts.writeUInt32LE(sum, 10);
    facts.writeUInt32LE(stored.length, 14);
    facts.writeUInt32LE(content.length, 18);
    facts.writeUInt16LE(name.length, 22);
    const local = Buffer.from(facts);
    if (entry.descriptor) local.fill(0, 10, 22);
    const trailer = entry.descriptor ? Buffer.concat([signature(0x08074b50), facts.subarray(10, 22)]) : Buffer.alloc(0);
    const record = Buffer.concat([signature(0x04034b50), local, name, stored, trailer]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([signature(0x02014b50), Buffer.from([20, 0]), facts, place, name]));
    locals.push(record);
    offset += record.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...locals, central, signature(0x06054b50), end]);
}

function signature(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
