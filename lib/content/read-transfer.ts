import { LifecycleError } from "../messages/error.js";
import type { Answer, FromWorker, Hashing, Question, Work } from "./protocol.js";
import type { RetryPolicy } from "./retry.js";
import type { Transfer } from "./transfer.js";
import type { ReadRequest } from "./types.js";

/** Blocks of shared memory and what the connection buffers. */
const READ_MEMORY = 5 * 1024 * 1024;

/** Main thread's side of a verifying read. */
export class ReadTransfer implements Transfer {
  readonly weight = READ_MEMORY;
  readonly firstSource = 0;
  readonly work: Work;
  readonly #request: ReadRequest;

  constructor(request: ReadRequest, retry: RetryPolicy, hashing: Hashing) {
    this.#request = request;
    this.work = {
      kind: "read",
      source: {
        index: 0,
        label: "the content",
        ...(request.size === undefined ? {} : { size: request.size }),
        algorithms: request.algorithms,
        expected: request.expected ?? {},
      },
      retry,
      hashing,
    };
  }

  get signal(): AbortSignal {
    return this.#request.signal;
  }

  async answer(question: Question): Promise<Answer> {
    if (question.kind !== "open") throw new LifecycleError("UPSTREAM", `A read does not answer ${question.kind}.`);
    return { kind: "request", request: await this.#request.open(question.refused) };
  }

  told(message: Extract<FromWorker, { type: "bytes" | "part" | "restart" }>): void {
    if (message.type === "bytes") this.#request.onBytes?.(message.done, this.#request.size);
  }

  through(): void {
    // How much there is to read may not be known; what was read is in the result.
  }

  async settle(): Promise<void> {
    // Nothing outlives a read.
  }
}
