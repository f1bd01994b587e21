import { LifecycleError } from "../messages/error.js";
import type { FixityAlgorithm } from "../messages/asset.js";
import type { ByteRequest } from "../systems/port.js";
import type { HashCompanion } from "./hash-companion.js";
import { InlineHashStream, type HashStream } from "./hash-stream.js";
import type { PartBuffers } from "./part-buffers.js";
import type { Answer, FinishFile, FromWorker, Hashing, Opened, PutAhead, Question } from "./protocol.js";
import type { EntryDigest, Refusal, SentPart } from "./types.js";

/** What a worker offers to its jobs. */
export interface WorkerServices {
  post(message: FromWorker): void;
  ask(job: number, question: Question): Promise<Answer>;
  buffers: PartBuffers;
  companion: HashCompanion;
}

/** How often a job tells how far it is, in milliseconds. */
const BYTES_EVERY = 250;
/** Bytes below which nobody follows how far a job is. */
const WORTH_TELLING = 1024 * 1024;

/** One job as seen from inside its worker: its questions to the main thread, its progress, its end. */
export class JobContext {
  readonly #services: WorkerServices;
  readonly #job: number;
  readonly #hashing: Hashing;
  readonly #controller = new AbortController();
  #first: Opened | undefined;
  #done = 0;
  #told = 0;
  #toldAt = performance.now();

  /** @param first a source that is open already; asked for again, it is opened again */
  constructor(services: WorkerServices, job: number, hashing: Hashing, first: Opened | undefined) {
    this.#services = services;
    this.#job = job;
    this.#hashing = hashing;
    this.#first = first;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get buffers(): PartBuffers {
    return this.#services.buffers;
  }

  /** Stops everything the job does; its connections are closed at once. */
  stop(reason: unknown): void {
    this.#controller.abort(reason);
  }

  hash(algorithms: readonly FixityAlgorithm[]): HashStream {
    return this.#hashing === "thread" ? this.#services.companion.open(algorithms) : new InlineHashStream(algorithms);
  }

  /** Counts content bytes read. */
  count(bytes: number): void {
    this.#done += bytes;
    const now = performance.now();
    if (now - this.#toldAt < BYTES_EVERY) return;
    this.#toldAt = now;
    this.tellBytes();
  }

  /** Tells the count now, unless it was told already; a job that was over at once has nothing to tell. */
  tellBytes(): void {
    if (this.#told === this.#done || (this.#told === 0 && this.#done < WORTH_TELLING)) return;
    this.#told = this.#done;
    this.#services.post({ type: "bytes", job: this.#job, done: this.#done });
  }

  part(part: SentPart): void {
    this.#services.post({ type: "part", job: this.#job, part });
  }

  /** Begins again from nothing: the parts told before are void. */
  restart(): void {
    this.#done = 0;
    this.#services.post({ type: "restart", job: this.#job });
  }

  async open(index: number, refused?: Refusal): Promise<ByteRequest> {
    const first = this.#first;
    this.#first = undefined;
    if (first?.index === index && refused === undefined) return first.request;
    return asRequest(await this.#ask({ kind: "open", index, ...(refused === undefined ? {} : { refused }) }));
  }

  async requestPut(size: number, refused?: Refusal): Promise<ByteRequest> {
    return asRequest(await this.#ask({ kind: "put", size, ...(refused === undefined ? {} : { refused }) }));
  }

  async requestPart(uploadId: string, number: number, size: number, refused?: Refusal): Promise<ByteRequest> {
    const question: Question = { kind: "part", uploadId, number, size, ...(refused === undefined ? {} : { refused }) };
    return asRequest(await this.#ask(question));
  }

  async begin(): Promise<string> {
    const answer = await this.#ask({ kind: "begin" });
    return answer.kind === "upload" ? answer.uploadId : unexpected(answer);
  }

  async finish(digests: EntryDigest[]): Promise<{ files: FinishFile[]; put?: PutAhead }> {
    const answer = await this.#ask({ kind: "finish", digests });
    return answer.kind === "files" ? answer : unexpected(answer);
  }

  async complete(uploadId: string): Promise<Record<string, string>> {
    const answer = await this.#ask({ kind: "complete", uploadId });
    return answer.kind === "headers" ? answer.headers : unexpected(answer);
  }

  /** A stop does not wait for the answer. */
  #ask(question: Question): Promise<Answer> {
    const { signal } = this;
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const stopped = (): void => reject(signal.reason);
      signal.addEventListener("abort", stopped, { once: true });
      this.#services
        .ask(this.#job, question)
        .then(resolve, reject)
        .finally(() => signal.removeEventListener("abort", stopped));
    });
  }
}

function asRequest(answer: Answer): ByteRequest {
  return answer.kind === "request" ? answer.request : unexpected(answer);
}

function unexpected(answer: Answer): never {
  throw new LifecycleError("UPSTREAM", `The main thread gave an unexpected answer (${answer.kind}).`);
}
