import type { OnReadOpts } from "node:net";
import type { Duplex } from "node:stream";

/** Memory that the bytes of a large content arrive in, again and again. */
const LARGE = 512 * 1024;
/** As much as Node itself allocates for each read. */
const SMALL = 64 * 1024;

/**
 * Where the bytes of a content connection arrive. Left alone, Node allocates 64 KiB for every read and its HTTP parser
 * copies each chunk once more: at a gigabyte a second garbage enough to keep a core busy. Here a connection reads
 * through the `onread` option of its socket; heads and small bodies go to the HTTP client as usual, while the body of
 * a large content of known length is handed on directly (`divert`), out of one block that is filled again.
 */
export class ReadMemory {
  static readonly #known = new WeakMap<Duplex, ReadMemory>();
  #socket: Duplex | undefined;
  #large: Buffer | undefined;
  #take: ((chunk: Buffer) => void) | undefined;
  #held = false;

  /** For the options of the socket to be made. */
  readonly onread: OnReadOpts = {
    buffer: () => this.#next(),
    callback: (length, memory) => {
      const chunk = Buffer.from(memory.buffer, memory.byteOffset, length);
      // The HTTP client listens for `data`; with `onread` nobody else emits it.
      if (this.#take === undefined) this.#socket?.emit("data", chunk);
      else this.#take(chunk);
      return true;
    },
  };

  /** The memory of a connection; undefined when it reads in Node's usual way. */
  static of(socket: Duplex | null): ReadMemory | undefined {
    return socket === null ? undefined : ReadMemory.#known.get(socket);
  }

  /** Ties this memory to the socket made with its options. */
  attach<S extends Duplex>(socket: S): S {
    this.#socket = socket;
    ReadMemory.#known.set(socket, this);
    return socket;
  }

  /**
   * From now on the HTTP client sees nothing of this connection's bytes: they all go to `take`, which must be done with
   * each chunk when it returns, unless it calls `hold`. The connection cannot be used again.
   */
  divert(take: (chunk: Buffer) => void): void {
    this.#take = take;
    this.#socket?.resume();
  }

  /** Stops reading; the chunk just given stays as it is until `release`. */
  hold(): void {
    this.#held = true;
    this.#socket?.pause();
  }

  release(): void {
    this.#held = false;
    this.#socket?.resume();
  }

  /** Asked after each read. A block is filled again only when nobody can still be looking at it. */
  #next(): Buffer {
    const reusable = this.#take !== undefined && !this.#held;
    return reusable ? (this.#large ??= Buffer.allocUnsafeSlow(LARGE)) : Buffer.allocUnsafeSlow(SMALL);
  }
}
