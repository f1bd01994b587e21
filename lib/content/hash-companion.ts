import path from "node:path";
import { Worker } from "node:worker_threads";
import type { FixityAlgorithm } from "../messages/asset.js";
import type { HashStream, StreamDigests } from "./hash-stream.js";

/** What a worker tells its companion. Messages keep their order, so a mark stands for all updates before it. */
export type HashOrder =
  | { type: "open"; stream: number; algorithms: readonly FixityAlgorithm[] }
  | { type: "update"; stream: number; memory: SharedArrayBuffer; offset: number; length: number }
  | { type: "mark"; stream: number; ask: number }
  | { type: "finish"; stream: number; ask: number }
  | { type: "drop"; stream: number; ask: number };

export type HashReport =
  | { ask: number; kind: "prefix"; prefix: string }
  | { ask: number; kind: "digests"; digests: StreamDigests }
  | { ask: number; kind: "dropped" };

/** The thread that computes digests for one worker while the worker moves the next bytes; started at first use. */
export class HashCompanion {
  readonly #waiting = new Map<number, (report: HashReport) => void>();
  #thread: Worker | undefined;
  #count = 0;

  open(algorithms: readonly FixityAlgorithm[]): HashStream {
    return new CompanionStream(this, ++this.#count, algorithms);
  }

  tell(order: HashOrder): void {
    this.#started().postMessage(order);
  }

  ask(order: (ask: number) => HashOrder): Promise<HashReport> {
    const ask = ++this.#count;
    return new Promise((resolve) => {
      this.#waiting.set(ask, resolve);
      this.tell(order(ask));
    });
  }

  #started(): Worker {
    if (this.#thread !== undefined) return this.#thread;
    const thread = new Worker(path.join(__dirname, "hash-thread.js"), { name: "content-hash", execArgv: [] });
    thread.on("message", (report: HashReport) => {
      const resolve = this.#waiting.get(report.ask);
      this.#waiting.delete(report.ask);
      resolve?.(report);
    });
    // A lost companion would leave digests unanswered for ever: the whole worker goes down and its jobs are repeatable.
    thread.on("error", (error) => {
      throw error;
    });
    this.#thread = thread;
    return thread;
  }
}

class CompanionStream implements HashStream {
  readonly #companion: HashCompanion;
  readonly #stream: number;

  constructor(companion: HashCompanion, stream: number, algorithms: readonly FixityAlgorithm[]) {
    this.#companion = companion;
    this.#stream = stream;
    companion.tell({ type: "open", stream, algorithms });
  }

  update(bytes: Buffer): void {
    const memory = bytes.buffer;
    if (!(memory instanceof SharedArrayBuffer)) throw new Error("only shared memory can be hashed by the companion");
    this.#companion.tell({
      type: "update",
      stream: this.#stream,
      memory,
      offset: bytes.byteOffset,
      length: bytes.length,
    });
  }

  async mark(): Promise<string> {
    const report = await this.#companion.ask((ask) => ({ type: "mark", stream: this.#stream, ask }));
    if (report.kind !== "prefix") throw new Error(`unexpected hash report ${report.kind}`);
    return report.prefix;
  }

  async finish(): Promise<StreamDigests> {
    const report = await this.#companion.ask((ask) => ({ type: "finish", stream: this.#stream, ask }));
    if (report.kind !== "digests") throw new Error(`unexpected hash report ${report.kind}`);
    return report.digests;
  }

  async drop(): Promise<void> {
    await this.#companion.ask((ask) => ({ type: "drop", stream: this.#stream, ask }));
  }
}
