import { join, resolve } from "node:path";
import { Worker } from "node:worker_threads";
import { LifecycleError } from "../messages/error.js";
import { OPERATIONS, type OperationName } from "./operations.js";
import { packedCall, unpackedAnswers, type ErrorAnswer, type FromWriter, type ToWriter } from "./protocol.js";
import type { LifecycleStore } from "./types.js";

interface Waiting {
  resolve(value: unknown): void;
  reject(error: LifecycleError): void;
}

/** Main-thread end of one store file. Calls of one tick cross together. */
class Handle {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  readonly #opened: Promise<void>;
  readonly #ended: Promise<void>;
  #batch: string[] = [];
  #next = 1;
  #over: LifecycleError | undefined;

  constructor(file: string) {
    this.#worker = new Worker(join(__dirname, "writer.js"), { workerData: { file } });
    let opened: () => void;
    let failed: (error: LifecycleError) => void;
    this.#opened = new Promise((resolve, reject) => {
      opened = resolve;
      failed = reject;
    });
    // A failed open is reported by the first call; it must not end the process when nobody calls.
    this.#opened.catch(() => undefined);
    this.#worker.on("message", (message: FromWriter) => {
      if ("opened" in message) {
        opened();
        this.#idle();
      } else if ("failed" in message) failed(this.#end(errorOf(message.failed)));
      else if ("answers" in message) {
        for (const answer of unpackedAnswers(message.answers)) {
          const waiting = this.#waiting.get(answer.id);
          this.#waiting.delete(answer.id);
          if ("error" in answer) waiting?.reject(errorOf(answer.error));
          else waiting?.resolve(answer.value);
        }
        this.#idle();
      }
    });
    this.#ended = new Promise((resolve) => {
      this.#worker.on("exit", () => {
        failed(
          this.#end(new LifecycleError("UPSTREAM", "The lifecycle store's writer has ended.", { retryable: true })),
        );
        resolve();
      });
      this.#worker.on("error", (error) => {
        failed(this.#end(new LifecycleError("UPSTREAM", `The lifecycle store's writer failed: ${error.message}`)));
      });
    });
  }

  get over(): boolean {
    return this.#over !== undefined;
  }
  opened(): Promise<void> {
    return this.#opened;
  }

  call(name: OperationName, args: unknown[]): Promise<unknown> {
    if (this.#over !== undefined) return Promise.reject(this.#over);
    const id = this.#next++;
    // As text at once: what the caller does with its objects afterwards is none of our business.
    const call = packedCall({ id, name, args });
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.ref();
      this.#batch.push(call);
      if (this.#batch.length === 1) {
        // After the events that are at hand: what they ask of the store then shares one message and one sync.
        setImmediate(() => this.#post());
      }
    });
  }

  #post(): void {
    const calls = this.#batch;
    this.#batch = [];
    if (calls.length > 0) this.#worker.postMessage({ calls: `[${calls.join(",")}]` } satisfies ToWriter);
  }

  async close(): Promise<void> {
    this.#post();
    if (this.#over === undefined) this.#worker.postMessage({ close: true } satisfies ToWriter);
    this.#worker.ref();
    await this.#ended;
  }

  /** An idle store must not keep the process alive. */
  #idle(): void {
    if (this.#waiting.size === 0) this.#worker.unref();
  }

  #end(error: LifecycleError): LifecycleError {
    this.#over ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
    return error;
  }
}

function errorOf(answer: ErrorAnswer): LifecycleError {
  return new LifecycleError(answer.code, answer.message, { retryable: answer.retryable });
}

const handles = new Map<string, { handle: Handle; users: number; closing?: Promise<void> }>();

/**
 * Opens the embedded store: one writer thread per file and process, shared by everybody who names the same file.
 *
 * @throws LifecycleError NOT_CONFIGURED (Node.js too old, damaged file), CONFLICT (another process owns the file), STORE_FULL
 */
export async function openStore(file: string): Promise<LifecycleStore> {
  const path = resolve(file);
  let entry = handles.get(path);
  if (entry?.closing !== undefined) {
    await entry.closing;
    entry = handles.get(path);
  }
  if (entry === undefined || entry.handle.over) {
    entry = { handle: new Handle(path), users: 0 };
    handles.set(path, entry);
  }
  entry.users += 1;
  const mine = entry;
  let released = false;
  const close = async (): Promise<void> => {
    if (released) return;
    released = true;
    mine.users -= 1;
    if (mine.users > 0) return;
    mine.closing = mine.handle.close().finally(() => {
      if (handles.get(path) === mine) handles.delete(path);
    });
    await mine.closing;
  };
  try {
    await mine.handle.opened();
  } catch (error) {
    await close();
    throw error;
  }
  const store: Record<string, unknown> = { id: path, close };
  for (const name of Object.keys(OPERATIONS) as OperationName[]) {
    store[name] = (...args: unknown[]) => mine.handle.call(name, args);
  }
  return store as unknown as LifecycleStore;
}
