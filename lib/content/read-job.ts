import { checkDigests, neededAlgorithms, selectDigests } from "./fixity-check.js";
import type { HashStream } from "./hash-stream.js";
import type { JobContext } from "./job-context.js";
import { BufferShare, type PartBuffers } from "./part-buffers.js";
import type { ReadWork, WorkResult } from "./protocol.js";
import { readSource } from "./source.js";

/** Blocks that go to the digests, and how many are on their way at a time. */
const BLOCK = 1024 * 1024;
const BLOCKS = 4;

/** Streams a source once and hashes it. */
export async function runRead(work: ReadWork, context: JobContext, blocks: PartBuffers): Promise<WorkResult> {
  const { source } = work;
  const algorithms = neededAlgorithms(source.algorithms, source.expected);
  const hash = context.hash(algorithms);
  const writer = new BlockWriter(hash, new BufferShare(blocks, BLOCK, { guaranteed: BLOCKS, most: BLOCKS }));
  let ended = false;
  try {
    const size = await readSource({
      label: source.label,
      size: source.size,
      open: (refused) => context.open(source.index, refused),
      sink: (chunk) => {
        context.count(chunk.length);
        return writer.append(chunk);
      },
      prefix: () => writer.prefix(),
      retry: work.retry,
      signal: context.signal,
    });
    writer.flush();
    ended = true;
    const { digests } = await hash.finish();
    checkDigests(source.label, digests, source.expected);
    return { kind: "read", size, digests: selectDigests(digests, algorithms) };
  } finally {
    if (!ended) await hash.drop();
    await writer.settled();
  }
}

/** Collects chunks into blocks of shared memory; a block comes back when its bytes are in the digests. */
class BlockWriter {
  readonly #hash: HashStream;
  readonly #share: BufferShare;
  #block: Buffer | undefined;
  #filled = 0;
  #hashed = 0;
  readonly #open = new Set<Promise<void>>();

  constructor(hash: HashStream, share: BufferShare) {
    this.#hash = hash;
    this.#share = share;
  }

  append(chunk: Buffer): Promise<void> | undefined {
    let at = 0;
    while (at < chunk.length) {
      const block = (this.#block ??= this.#share.take());
      if (block === undefined) {
        const rest = chunk.subarray(at);
        return this.#share.freed().then(() => this.append(rest));
      }
      const length = Math.min(chunk.length - at, block.length - this.#filled);
      // `fill` with bytes is a plain memcpy, see PartWriter.
      block.fill(chunk.subarray(at, at + length), this.#filled, this.#filled + length);
      this.#filled += length;
      at += length;
      if (this.#filled === block.length) this.#next(block);
    }
    return undefined;
  }

  flush(): void {
    if (this.#block !== undefined && this.#filled > this.#hashed) {
      this.#hash.update(this.#block.subarray(this.#hashed, this.#filled));
      this.#hashed = this.#filled;
    }
  }

  prefix(): Promise<string> {
    this.flush();
    return this.#hash.mark();
  }

  #next(block: Buffer): void {
    this.flush();
    this.#block = undefined;
    this.#filled = 0;
    this.#hashed = 0;
    const task = this.#hash.mark().then(
      () => this.#share.give(block),
      () => this.#share.give(block),
    );
    this.#open.add(task);
    void task.finally(() => this.#open.delete(task));
  }

  /** Resolves when all memory is given back. */
  async settled(): Promise<void> {
    await Promise.all(this.#open);
    if (this.#block !== undefined) this.#share.give(this.#block);
    this.#block = undefined;
  }
}
