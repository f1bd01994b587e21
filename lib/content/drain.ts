import type { IncomingMessage } from "node:http";
import { ReadMemory } from "./read-memory.js";

/** Bodies of known length from this size on bypass the HTTP parser; their connection is not used again. */
const DIRECT_FROM = 1024 * 1024;

/** What a body brought. */
export interface Drained {
  /** Did the body have a framing of its own (length or chunks), so that an early end can be told from the end? */
  framed: boolean;
  /** The connection broke before the end of the body. */
  broken?: Error;
}

const held = new WeakSet<IncomingMessage>();

/** Is the body held back by our own side now? Then silence is not the peer's. */
export function isHeldBack(response: IncomingMessage): boolean {
  return held.has(response);
}

/**
 * Hands the body to `sink` chunk by chunk; a promise from `sink` holds the connection back until it resolves. A chunk
 * belongs to the sink only until then (or until it returns): its memory is used again.
 *
 * @throws what the sink throws; what goes wrong on the wire comes back as `broken`
 */
export function drain(response: IncomingMessage, sink: (chunk: Buffer) => Promise<void> | undefined): Promise<Drained> {
  return new Promise((resolve, reject) => new Drain(response, sink, resolve, reject).start());
}

class Drain {
  readonly #response: IncomingMessage;
  readonly #sink: (chunk: Buffer) => Promise<void> | undefined;
  readonly #resolve: (drained: Drained) => void;
  readonly #reject: (error: unknown) => void;
  readonly #framed: boolean;
  /** Bytes still to come, when they may be taken directly. */
  readonly #length: number | undefined;
  readonly #memory: ReadMemory | undefined;
  #received = 0;
  #direct = false;
  /** No more bytes are taken. */
  #over = false;
  /** The sink is not done with a chunk yet. */
  #waiting = false;
  #drained: Drained | undefined;

  constructor(
    response: IncomingMessage,
    sink: (chunk: Buffer) => Promise<void> | undefined,
    resolve: (drained: Drained) => void,
    reject: (error: unknown) => void,
  ) {
    this.#response = response;
    this.#sink = sink;
    this.#resolve = resolve;
    this.#reject = reject;
    const { "content-length": length, "transfer-encoding": coding } = response.headers;
    this.#framed = length !== undefined || coding !== undefined;
    const direct = length !== undefined && coding === undefined && Number(length) >= DIRECT_FROM;
    this.#length = direct ? Number(length) : undefined;
    this.#memory = direct ? ReadMemory.of(response.socket) : undefined;
  }

  start(): void {
    const response = this.#response;
    response.on("data", (chunk: Buffer) => this.#take(chunk));
    response.once("end", () => this.#end());
    response.once("error", (error) => this.#end(error));
    response.once("close", () => this.#end(new Error("the connection ended early")));
    // It may have broken before anyone listened.
    if (response.destroyed) this.#end(new Error("the connection ended early"));
    else this.#proceed();
  }

  /** Lets bytes come: what the HTTP client has already taken first, then directly where that is possible. */
  #proceed(): void {
    if (this.#over) return;
    held.delete(this.#response);
    if (this.#direct) this.#memory?.release();
    else if (this.#memory !== undefined && this.#response.readableLength === 0) {
      this.#direct = true;
      this.#memory.divert((chunk) => this.#take(chunk));
    } else this.#response.resume();
  }

  #holdBack(): void {
    held.add(this.#response);
    if (this.#direct) this.#memory?.hold();
    else this.#response.pause();
  }

  #take(chunk: Buffer): void {
    if (this.#over) return;
    const left = this.#length === undefined ? chunk.length : this.#length - this.#received;
    const fresh = chunk.length > left ? chunk.subarray(0, left) : chunk;
    this.#received += fresh.length;
    try {
      const wait = this.#sink(fresh);
      if (wait !== undefined) {
        this.#waiting = true;
        this.#holdBack();
        wait.then(
          () => {
            this.#waiting = false;
            this.#next();
          },
          (error: unknown) => this.#fail(error),
        );
      } else if (this.#memory !== undefined && (this.#direct || this.#response.readableLength === 0)) this.#next();
    } catch (error) {
      this.#fail(error);
    }
  }

  #next(): void {
    if (this.#drained !== undefined) this.#resolve(this.#drained);
    else if (this.#memory !== undefined && this.#received === this.#length) {
      this.#end();
      this.#response.destroy();
    } else if (!this.#direct || held.has(this.#response)) this.#proceed();
  }

  /** A body can end or break while the sink is still busy with its last chunk; nobody may go on before that is done. */
  #end(broken?: Error): void {
    if (this.#over) return;
    this.#over = true;
    held.delete(this.#response);
    this.#drained = { framed: this.#framed, ...(broken === undefined ? {} : { broken }) };
    if (!this.#waiting) this.#resolve(this.#drained);
  }

  #fail(error: unknown): void {
    this.#over = true;
    held.delete(this.#response);
    this.#response.destroy();
    this.#reject(error);
  }
}
