import { Worker } from "node:worker_threads";
import { LifecycleError } from "../messages/error.js";
import { fromPlainError } from "./plain-error.js";
import type { FromWorker, Opened, ToWorker } from "./protocol.js";
import { answerTo, type RunningTransfer } from "./transfer.js";

/** One worker thread of the pool with the jobs it carries. */
export class PoolThread {
  readonly #worker: Worker;
  readonly #jobs = new Map<number, RunningTransfer>();
  readonly #lost: (thread: PoolThread) => void;
  #cause: Error | undefined;
  #gone = false;

  /**
   * @param file the compiled worker
   * @param memory bytes of part buffers that its uploads may share beyond what each is guaranteed
   * @param lost called once when the thread ended, for whatever reason
   */
  constructor(file: string, memory: number, lost: (thread: PoolThread) => void) {
    this.#lost = lost;
    this.#worker = new Worker(file, {
      name: "content",
      execArgv: [],
      workerData: { memory },
    });
    this.#worker.on("message", (message: FromWorker) => this.#heard(message));
    this.#worker.on("error", (error) => {
      this.#cause = error instanceof Error ? error : new Error(String(error));
    });
    this.#worker.once("exit", () => this.#ended());
    // An idle thread does not keep the process alive.
    this.#worker.unref();
  }

  get load(): number {
    return this.#jobs.size;
  }

  start(job: number, first: Opened | undefined, running: RunningTransfer): void {
    if (this.#jobs.size === 0) this.#worker.ref();
    this.#jobs.set(job, running);
    const { work } = running.transfer;
    this.#tell({ type: "start", job, work, ...(first === undefined ? {} : { first }) });
  }

  abort(job: number): void {
    if (this.#jobs.has(job)) this.#tell({ type: "abort", job });
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #heard(message: FromWorker): void {
    const running = this.#jobs.get(message.job);
    if (running === undefined) return;
    switch (message.type) {
      case "ask":
        void answerTo(running.transfer, message.question).then((answer) => {
          if (!this.#gone) this.#tell({ type: "answer", job: message.job, ask: message.ask, answer });
        });
        return;
      case "done":
        this.#leave(message.job);
        running.resolve(message.result);
        return;
      case "failed":
        this.#leave(message.job);
        running.reject(fromPlainError(message.error));
        return;
      case "bytes":
      case "part":
      case "restart":
        running.transfer.told(message);
        return;
    }
  }

  #leave(job: number): void {
    this.#jobs.delete(job);
    if (this.#jobs.size === 0) this.#worker.unref();
  }

  #ended(): void {
    this.#gone = true;
    const jobs = [...this.#jobs.values()];
    this.#jobs.clear();
    for (const running of jobs) {
      running.reject(
        new LifecycleError("UPSTREAM", "The thread that moved the content ended; the transfer can be taken up again.", {
          retryable: true,
          ...(this.#cause === undefined ? {} : { cause: this.#cause }),
        }),
      );
    }
    this.#lost(this);
  }
}
