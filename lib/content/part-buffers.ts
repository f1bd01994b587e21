/**
 * Part buffers of one worker, over shared memory so that a companion thread can read them; given back and used again.
 * Memory is touched first when a buffer is first filled, so small uploads do not pay for large ones.
 */
export class PartBuffers {
  readonly #free: Buffer[] = [];

  take(size: number): Buffer {
    const index = this.#free.findIndex((buffer) => buffer.length === size);
    const [found] = index < 0 ? [] : this.#free.splice(index, 1);
    if (found !== undefined) return found;
    // Sizes differ only for packages beyond 76 GiB; what is left of another size is let go.
    this.#free.length = 0;
    return Buffer.from(new SharedArrayBuffer(size));
  }

  give(buffer: Buffer): void {
    this.#free.push(buffer);
  }
}

/** The share of part buffers that one upload may hold at a time. */
export class BufferShare {
  readonly #source: PartBuffers;
  readonly #size: number;
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #held = 0;

  constructor(source: PartBuffers, size: number, limit: number) {
    this.#source = source;
    this.#size = size;
    this.#limit = limit;
  }

  /** A buffer, or undefined when the share is used up: then wait for `freed`. */
  take(): Buffer | undefined {
    if (this.#held >= this.#limit) return undefined;
    this.#held += 1;
    return this.#source.take(this.#size);
  }

  /** Resolves when a buffer came back. One waiter at a time is enough: one upload fills one part at a time. */
  freed(): Promise<void> {
    if (this.#held < this.#limit) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  give(buffer: Buffer): void {
    this.#held -= 1;
    this.#source.give(buffer);
    this.#waiting.shift()?.();
  }
}
