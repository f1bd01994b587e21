import { Readable } from "node:stream";
import type { SandboxFiles, StoredBytes } from "../../kernel/types.js";
import { crcOf } from "./extract.js";

export interface ZipInput {
  name: string;
  bytes: StoredBytes;
}

/**
 * Makes a stored zip without copying content: headers are one small file, content stays where it is.
 * ZIP64 fields are always written, so that size needs no cases.
 */
export async function writeZip(files: SandboxFiles, inputs: readonly ZipInput[]): Promise<StoredBytes> {
  const headers: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const input of inputs) {
    const crc = await crcOf(files.read(input.bytes));
    const name = Buffer.from(input.name, "utf8");
    const local = localHeader(name, crc, input.bytes.size);
    headers.push(local);
    central.push(centralHeader(name, crc, input.bytes.size, offset));
    offset += local.length + input.bytes.size;
  }
  const tail = Buffer.concat([...central, endRecords(inputs.length, Buffer.concat(central).length, offset)]);
  const { bytes: heads } = await files.write(Readable.from([Buffer.concat([...headers, tail])]));
  const parts: StoredBytes[] = [];
  let at = 0;
  for (const [index, input] of inputs.entries()) {
    const size = headers[index]?.length ?? 0;
    parts.push({ kind: "slice", of: heads, offset: at, size }, input.bytes);
    at += size;
  }
  parts.push({ kind: "slice", of: heads, offset: at, size: tail.length });
  return { kind: "concat", parts, size: offset + tail.length };
}

function localHeader(name: Buffer, crc: number, size: number): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(45, 4);
  header.writeUInt16LE(0x800, 6);
  header.writeUInt16LE(0x21, 12);
  header.writeUInt32LE(crc, 14);
  header.writeUInt32LE(0xffffffff, 18);
  header.writeUInt32LE(0xffffffff, 22);
  header.writeUInt16LE(name.length, 26);
  header.writeUInt16LE(20, 28);
  return Buffer.concat([header, name, zip64Extra(size, size)]);
}

function centralHeader(name: Buffer, crc: number, size: number, offset: number): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(45, 4);
  header.writeUInt16LE(45, 6);
  header.writeUInt16LE(0x800, 8);
  header.writeUInt16LE(0x21, 14);
  header.writeUInt32LE(crc, 16);
  header.writeUInt32LE(0xffffffff, 20);
  header.writeUInt32LE(0xffffffff, 24);
  header.writeUInt16LE(name.length, 28);
  header.writeUInt16LE(28, 30);
  header.writeUInt32LE(0xffffffff, 42);
  return Buffer.concat([header, name, zip64Extra(size, size, offset)]);
}

function zip64Extra(...values: number[]): Buffer {
  const extra = Buffer.alloc(4 + values.length * 8);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(values.length * 8, 2);
  for (const [index, value] of values.entries()) extra.writeBigUInt64LE(BigInt(value), 4 + index * 8);
  return extra;
}

function endRecords(count: number, size: number, offset: number): Buffer {
  const end = Buffer.alloc(56 + 20 + 22);
  end.writeUInt32LE(0x06064b50, 0);
  end.writeBigUInt64LE(44n, 4);
  end.writeUInt16LE(45, 12);
  end.writeUInt16LE(45, 14);
  end.writeBigUInt64LE(BigInt(count), 24);
  end.writeBigUInt64LE(BigInt(count), 32);
  end.writeBigUInt64LE(BigInt(size), 40);
  end.writeBigUInt64LE(BigInt(offset), 48);
  end.writeUInt32LE(0x07064b50, 56);
  end.writeBigUInt64LE(BigInt(offset + size), 64);
  end.writeUInt32LE(1, 72);
  end.writeUInt32LE(0x06054b50, 76);
  end.writeUInt16LE(0xffff, 84);
  end.writeUInt16LE(0xffff, 86);
  end.writeUInt32LE(0xffffffff, 88);
  end.writeUInt32LE(0xffffffff, 92);
  return end;
}
