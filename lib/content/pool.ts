import { availableParallelism } from "node:os";
import path from "node:path";
import { LifecycleError } from "../messages/error.js";
import { Admission } from "./admission.js";
import { PackageTransfer } from "./package-transfer.js";
import { PART_SIZE } from "./parts.js";
import { stoppedError } from "./plain-error.js";
import { PoolThread } from "./pool-thread.js";
import type { Hashing, Opened, WorkResult } from "./protocol.js";
import { ReadTransfer } from "./read-transfer.js";
import { DEFAULT_RETRY, type RetryPolicy } from "./retry.js";
import { openedFirst, type Transfer } from "./transfer.js";
import type { ContentPool, PackageReceipt, PackageUpload, ReadRequest, ReadResult } from "./types.js";
import { ZIP64_FROM } from "./zip.js";

/** All optional; the defaults are what was measured to be best. */
export interface ContentPoolOptions {
  /** Worker threads; default: one for each core, at most 4. */
  threads?: number;
  retry?: Partial<RetryPolicy>;
  /** Memory for content in flight over all jobs, in bytes; jobs beyond it wait their turn. Default 160 MiB. */
  memory?: number;
  /** Where digests are computed; default: in a companion thread of each worker. */
  hashing?: Hashing;
  /** Idle threads end after this time in milliseconds and give their memory back. Default 60 s. */
  idleMs?: number;
  /** Smallest part in bytes, for tests. Default 8 MiB; S3 itself takes none below 5 MiB. */
  partSize?: number;
  /** The compiled worker, for tests of what happens when one ends. */
  workerFile?: string;
  /** From which size on ZIP64 fields are used, for tests. */
  zip64From?: number;
}

const MEMORY = 160 * 1024 * 1024;
/** Share of the memory for uploads in parts; the rest is for short jobs, which must not queue behind hours of masters. */
const LONG_SHARE = 0.8;
const MOST_THREADS = 4;
const IDLE_MS = 60_000;

/** Makes a pool of its own. Nothing starts before the first job. */
export function contentPool(options: ContentPoolOptions = {}): ContentPool {
  return new Pool(options);
}

let shared: Pool | undefined;

/** The pool of this process, made at first use and again after it was closed. */
export function sharedPool(): ContentPool {
  if (shared === undefined || shared.closed) shared = new Pool({});
  return shared;
}

class Pool implements ContentPool {
  readonly #options: ContentPoolOptions;
  readonly #retry: RetryPolicy;
  readonly #memory: number;
  readonly #long: Admission;
  readonly #short: Admission;
  readonly #threads = new Set<PoolThread>();
  readonly #running = new Set<AbortController>();
  #jobs = 0;
  #retire: NodeJS.Timeout | undefined;
  closed = false;

  constructor(options: ContentPoolOptions) {
    this.#options = options;
    this.#retry = { ...DEFAULT_RETRY, ...options.retry };
    this.#memory = options.memory ?? MEMORY;
    this.#long = new Admission(this.#memory * LONG_SHARE);
    this.#short = new Admission(this.#memory * (1 - LONG_SHARE));
  }

  async read(request: ReadRequest): Promise<ReadResult> {
    const result = await this.#run(() => new ReadTransfer(request, this.#retry, this.#hashing));
    if (result.kind !== "read") throw new LifecycleError("UPSTREAM", "The worker gave a receipt for a read.");
    return { size: result.size, digests: result.digests };
  }

  async sendPackage(upload: PackageUpload): Promise<PackageReceipt> {
    const result = await this.#run(
      (stop) =>
        new PackageTransfer(upload, {
          retry: this.#retry,
          hashing: this.#hashing,
          partSize: this.#options.partSize ?? PART_SIZE,
          zip64From: this.#options.zip64From ?? ZIP64_FROM,
          onStateFailure: stop,
        }),
    );
    if (result.kind !== "package") throw new LifecycleError("UPSTREAM", "The worker gave a read for a package.");
    const { size, digests, headers, partsSent, partsSkipped } = result;
    return { size, digests, headers, partsSent, partsSkipped };
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.#retire);
    for (const job of this.#running) job.abort(stoppedError(undefined));
    await Promise.all([...this.#threads].map((thread) => thread.close()));
  }

  get #hashing(): Hashing {
    return this.#options.hashing ?? "thread";
  }

  async #run(make: (stop: (error: unknown) => void) => Transfer): Promise<WorkResult> {
    if (this.closed) throw new LifecycleError("NOT_CONFIGURED", "The content pool is closed.");
    const controller = new AbortController();
    const transfer = make((error) => controller.abort(error));
    const forward = (): void => controller.abort(stoppedError(transfer.signal.reason));
    if (transfer.signal.aborted) throw stoppedError(transfer.signal.reason);
    transfer.signal.addEventListener("abort", forward, { once: true });
    this.#running.add(controller);
    try {
      const { work, weight } = transfer;
      const long = work.kind === "package" && work.send.kind === "parts";
      const leave = await (long ? this.#long : this.#short).enter(weight, controller.signal);
      try {
        return await this.#perform(transfer, controller.signal);
      } finally {
        leave();
      }
    } catch (error) {
      // Whoever stopped the job hears why it was stopped, not how its connections broke.
      throw controller.signal.aborted ? controller.signal.reason : error;
    } finally {
      transfer.signal.removeEventListener("abort", forward);
      this.#running.delete(controller);
      if (this.#running.size === 0) this.#retireLater();
    }
  }

  async #perform(transfer: Transfer, signal: AbortSignal): Promise<WorkResult> {
    signal.throwIfAborted();
    this.#jobs += 1;
    const job = this.#jobs;
    let stop: () => void = () => undefined;
    const abort = (): void => stop();
    let result: WorkResult;
    try {
      result = await new Promise<WorkResult>((resolve, reject) => {
        stop = () => reject(signal.reason);
        signal.addEventListener("abort", abort, { once: true });
        const start = (first: Opened | undefined): void => {
          if (signal.aborted) return;
          const thread = this.#thread();
          stop = () => thread.abort(job);
          thread.start(job, first, { transfer, resolve, reject });
        };
        openedFirst(transfer).then(start).catch(reject);
      });
    } catch (error) {
      // The job's own error counts; that its state could not be saved costs only parts sent again.
      await transfer.settle().catch(() => undefined);
      throw error;
    } finally {
      signal.removeEventListener("abort", abort);
    }
    transfer.through();
    await transfer.settle();
    return result;
  }

  /** The least busy thread; a new one while all are busy and the pool is not full. */
  #thread(): PoolThread {
    clearTimeout(this.#retire);
    const most = Math.max(1, this.#options.threads ?? Math.min(MOST_THREADS, availableParallelism()));
    let idlest: PoolThread | undefined;
    for (const thread of this.#threads) if (idlest === undefined || thread.load < idlest.load) idlest = thread;
    if (idlest !== undefined && (idlest.load === 0 || this.#threads.size >= most)) return idlest;
    const file = this.#options.workerFile ?? path.join(__dirname, "worker.js");
    const thread = new PoolThread(file, (this.#memory * LONG_SHARE) / most, (lost) => this.#threads.delete(lost));
    this.#threads.add(thread);
    return thread;
  }

  #retireLater(): void {
    clearTimeout(this.#retire);
    this.#retire = setTimeout(() => {
      for (const thread of this.#threads) {
        this.#threads.delete(thread);
        void thread.close();
      }
    }, this.#options.idleMs ?? IDLE_MS);
    this.#retire.unref();
  }
}
