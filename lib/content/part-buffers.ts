/**
 * Part buffers of one worker, over shared memory so that a companion thread can read them; given back and used again.
 * Memory is touched first when a buffer is first filled, so small uploads do not pay for large ones.
 */
export class PartBuffers {
  readonly #free: Buffer[] = [];
  readonly #limit: number;
  readonly #waiting: (() => void)[] = [];
  #held = 0;

  /** @param limit bytes up to which uploads get more than their guaranteed share */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Is there room for a buffer beyond the guaranteed shares? */
  roomFor(size: number): boolean {
    return this.#held + size <= this.#limit;
  }

  take(size: number): Buffer {
    this.#held += size;
    const index = this.#free.findIndex((buffer) => buffer.length === size);
    const [found] = index < 0 ? [] : this.#free.splice(index, 1);
    if (found !== undefined) return found;
    // Sizes differ only for packages beyond 76 GiB; what is left of another size is let go.
    this.#free.length = 0;
    return Buffer.from(new SharedArrayBuffer(size));
  }

  give(buffer: Buffer): void {
    this.#held -= buffer.length;
    this.#free.push(buffer);
    // Whoever waits looks again; some may have to wait on.
    for (const look of this.#waiting.splice(0)) look();
  }

  /** Calls `look` once when a buffer has come back. */
  onGiven(look: () => void): void {
    this.#waiting.push(look);
  }
}

/** How many part buffers one upload may hold at a time. */
export interface Share {
  /** Always, whatever others hold; at least 4, so that held parts never stop an upload. */
  guaranteed: number;
  /** While the worker has room. */
  most: number;
}

/** The part buffers of one upload. */
export class BufferShare {
  readonly #source: PartBuffers;
  readonly #size: number;
  readonly #share: Share;
  #held = 0;

  constructor(source: PartBuffers, size: number, share: Share) {
    this.#source = source;
    this.#size = size;
    this.#share = share;
  }

  /** A buffer, or undefined when the share is used up: then wait for `freed`. */
  take(): Buffer | undefined {
    if (!this.#open()) return undefined;
    this.#held += 1;
    return this.#source.take(this.#size);
  }

  /** Resolves when `take` may succeed. */
  freed(): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.#open()) resolve();
        else this.#source.onGiven(look);
      };
      look();
    });
  }

  give(buffer: Buffer): void {
    this.#held -= 1;
    this.#source.give(buffer);
  }

  #open(): boolean {
    if (this.#held < this.#share.guaranteed) return true;
    return this.#held < this.#share.most && this.#source.roomFor(this.#size);
  }
}
