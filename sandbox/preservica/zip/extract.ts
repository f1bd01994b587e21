import { PassThrough, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { crc32, createInflateRaw } from "node:zlib";
import type { SandboxFiles, StoredBytes } from "../../kernel/types.js";
import { ZipError, type ZipEntry } from "./read.js";

/**
 * The bytes of an entry, with its CRC verified: a slice of the package for a stored one (nothing is copied),
 * a new file for a deflated one.
 *
 * @throws ZipError when the CRC or the size is wrong or the data cannot be inflated
 */
export async function extract(
  files: SandboxFiles,
  entry: ZipEntry,
): Promise<{ bytes: StoredBytes; temporary: boolean }> {
  if (entry.method === "stored") {
    const sum = await crcOf(files.read(entry.raw));
    if (sum !== entry.crc) throw new ZipError(`entry ${entry.name}: CRC of the bytes is wrong`);
    return { bytes: entry.raw, temporary: false };
  }
  const check = new Checked(entry);
  const out = new PassThrough();
  const inflated = pipeline(files.read(entry.raw), createInflateRaw(), check, out);
  const [written] = await Promise.all([files.write(out), inflated]).catch((error: unknown) => rethrow(error, entry));
  if (check.sum !== entry.crc || check.size !== entry.size) {
    await files.remove(written.bytes);
    throw new ZipError(`entry ${entry.name}: CRC or size of the inflated bytes is wrong`);
  }
  return { bytes: written.bytes, temporary: true };
}

function rethrow(error: unknown, entry: ZipEntry): never {
  throw error instanceof ZipError
    ? error
    : new ZipError(`entry ${entry.name} cannot be inflated: ${error instanceof Error ? error.message : String(error)}`);
}

class Checked extends Transform {
  sum = 0;
  size = 0;
  constructor(private readonly entry: ZipEntry) {
    super();
  }
  override _transform(
    chunk: Buffer,
    _encoding: BufferEncoding,
    done: (error?: Error | null, data?: Buffer) => void,
  ): void {
    this.sum = crc32(chunk, this.sum);
    this.size += chunk.length;
    if (this.size > this.entry.size) done(new ZipError(`entry ${this.entry.name} is larger than it says`));
    else done(null, chunk);
  }
}

/** CRC-32 of a stream. */
export async function crcOf(stream: NodeJS.ReadableStream): Promise<number> {
  let sum = 0;
  for await (const chunk of stream) sum = crc32(chunk, sum);
  return sum;
}
