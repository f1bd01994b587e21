import type { StoredBytes } from "../../kernel/types.js";

/**
 * A part of some bytes, written as shortly as it can be: of a concatenation only the pieces that overlap are named,
 * and a slice of a slice becomes one slice. A package of many parts would else be told again with each of its files.
 */
export function sliceOf(bytes: StoredBytes, offset: number, size: number): StoredBytes {
  if (offset === 0 && size === bytes.size) return bytes;
  if (bytes.kind === "slice") return sliceOf(bytes.of, bytes.offset + offset, size);
  if (bytes.kind !== "concat") return { kind: "slice", of: bytes, offset, size };
  const parts: StoredBytes[] = [];
  let start = 0;
  for (const part of bytes.parts) {
    const from = Math.max(offset, start);
    const to = Math.min(offset + size, start + part.size);
    if (from < to) parts.push(sliceOf(part, from - start, to - from));
    start += part.size;
  }
  const [only] = parts;
  return parts.length === 1 && only ? only : { kind: "concat", parts, size };
}
