import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { generatedBytes } from "./generated.js";
import type { StoredBytes } from "./types.js";

const CHUNK = 256 * 1024;

type Leaf = Exclude<StoredBytes, { kind: "slice" | "concat" }>;

/** A stretch of one leaf; `end` exclusive. */
interface Stretch {
  leaf: Leaf;
  start: number;
  end: number;
}

/** A part of stored bytes, without copying them. @throws RangeError when it does not lie within them */
export function sliceOf(of: StoredBytes, offset: number, size: number): StoredBytes {
  if (offset < 0 || size < 0 || offset + size > of.size)
    throw new RangeError(`slice ${offset}+${size} of ${of.size} bytes`);
  return { kind: "slice", of, offset, size };
}

/** Stored bytes one after the other, without copying them. */
export function concatOf(parts: StoredBytes[]): StoredBytes {
  return { kind: "concat", parts, size: parts.reduce((sum, part) => sum + part.size, 0) };
}

/** Small content that lives in the state itself. */
export function inlineBytes(content: Buffer | string): StoredBytes {
  const buffer = Buffer.from(content);
  return { kind: "inline", base64: buffer.toString("base64"), size: buffer.length };
}

function* stretches(bytes: StoredBytes, start: number, end: number): Generator<Stretch> {
  if (start >= end) return;
  switch (bytes.kind) {
    case "slice":
      yield* stretches(bytes.of, bytes.offset + start, bytes.offset + end);
      return;
    case "concat": {
      let from = 0;
      for (const part of bytes.parts) {
        const to = from + part.size;
        if (to > start && from < end) yield* stretches(part, Math.max(start - from, 0), Math.min(end, to) - from);
        from = to;
      }
      return;
    }
    case "file":
    case "generated":
    case "inline":
      yield { leaf: bytes, start, end };
  }
}

/**
 * The chunks of a range of stored bytes, each made when asked for.
 *
 * @param root folder that relative file paths start from
 * @throws when a file is missing or shorter than its record says
 */
export async function* readChunks(
  bytes: StoredBytes,
  root: string,
  start = 0,
  end = bytes.size,
): AsyncGenerator<Buffer> {
  for (const { leaf, start: from, end: to } of stretches(bytes, Math.max(0, start), Math.min(end, bytes.size))) {
    if (leaf.kind === "inline") yield Buffer.from(leaf.base64, "base64").subarray(from, to);
    else if (leaf.kind === "generated") {
      for (let at = from; at < to; at += CHUNK) yield generatedBytes(leaf.seed, at, Math.min(at + CHUNK, to));
    } else yield* readFileRange(resolve(root, leaf.path), from, to);
  }
}

async function* readFileRange(path: string, start: number, end: number): AsyncGenerator<Buffer> {
  const file = await open(path, "r");
  try {
    for (let at = start; at < end;) {
      const buffer = Buffer.allocUnsafe(Math.min(CHUNK, end - at));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
      if (bytesRead === 0) throw new Error(`${path} ends at ${at}, ${end} expected`);
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  } finally {
    await file.close();
  }
}

/** A chunk of a stream as a Buffer, without copying one that is. */
export function asBuffer(chunk: Buffer | string): Buffer {
  return typeof chunk === "string" ? Buffer.from(chunk) : chunk;
}
