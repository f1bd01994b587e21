import { stoppedError, toPlainError } from "./plain-error.js";
import type { Answer, FromWorker, Question, Work, WorkResult } from "./protocol.js";

/** The main thread's side of one job: what it is, how its questions are answered, how it ends. */
export interface Transfer {
  /** Memory that the job may need in its worker, in bytes. */
  readonly weight: number;
  readonly work: Work;
  readonly signal: AbortSignal;
  answer(question: Question): Promise<Answer>;
  told(message: Extract<FromWorker, { type: "bytes" | "part" | "restart" }>): void;
  /** After the worker's end, good or bad, and before the caller learns of it: makes durable what is known. */
  settle(): Promise<void>;
}

/** What a running job is called by its thread. */
export interface RunningTransfer {
  transfer: Transfer;
  resolve(result: WorkResult): void;
  reject(error: unknown): void;
}

/** Answers a question; whatever goes wrong becomes an answer too. */
export async function answerTo(transfer: Transfer, question: Question): Promise<Answer> {
  try {
    if (transfer.signal.aborted) throw stoppedError(transfer.signal.reason);
    return await transfer.answer(question);
  } catch (error) {
    return { kind: "error", error: toPlainError(error) };
  }
}
