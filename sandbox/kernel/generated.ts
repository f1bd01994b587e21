import { createCipheriv, createHash } from "node:crypto";

/** Generated content repeats a block of this size, stamped page by page so that no two pages are equal. */
const BLOCK = 1 << 20;
const PAGE = 4096;

/** Blocks of the seeds used last. */
const blocks = new Map<number, Buffer>();
const KEPT_BLOCKS = 16;

/**
 * Makes bytes `start` to `end` (exclusive) of the endless pseudo-random content of a seed.
 * Byte n depends on the seed and n only. Several GB/s: a copy of a block, with the page number mixed into each page's first 8 bytes.
 */
export function generatedBytes(seed: number, start: number, end: number): Buffer {
  const block = blockOf(seed);
  const result = Buffer.allocUnsafe(end - start);
  for (let at = start; at < end;) {
    const inBlock = at % BLOCK;
    const length = Math.min(BLOCK - inBlock, end - at);
    block.copy(result, at - start, inBlock, inBlock + length);
    at += length;
  }
  const firstPage = Math.floor(start / PAGE);
  for (let page = firstPage; page * PAGE < end; page++) {
    for (let i = 0; i < 8; i++) {
      const at = page * PAGE + i - start;
      if (at < 0 || at >= result.length) continue;
      const mixed = i < 4 ? page >>> (8 * i) : Math.floor(page / 2 ** 32) >>> (8 * (i - 4));
      result[at] = (result[at] ?? 0) ^ (mixed & 0xff);
    }
  }
  return result;
}

function blockOf(seed: number): Buffer {
  const known = blocks.get(seed);
  if (known) return known;
  const key = createHash("sha256").update(`sandbox content ${seed}`).digest().subarray(0, 16);
  const block = createCipheriv("aes-128-ctr", key, Buffer.alloc(16)).update(Buffer.alloc(BLOCK));
  const oldest = blocks.keys().next();
  if (blocks.size >= KEPT_BLOCKS && !oldest.done) blocks.delete(oldest.value);
  blocks.set(seed, block);
  return block;
}
