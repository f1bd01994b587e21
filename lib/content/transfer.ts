import { fromPlainError, stoppedError, toPlainError } from "./plain-error.js";
import type { Answer, FromWorker, Opened, Question, Work, WorkResult } from "./protocol.js";

/** The main thread's side of one job: what it is, how its questions are answered, how it ends. */
export interface Transfer {
  /** Memory that the job may need in its worker, in bytes. */
  readonly weight: number;
  readonly work: Work;
  readonly signal: AbortSignal;
  /** The source that is read first. */
  readonly firstSource: number | undefined;
  answer(question: Question): Promise<Answer>;
  told(message: Extract<FromWorker, { type: "bytes" | "part" | "restart" }>): void;
  /** The worker is through: tells the whole, which workers do not tell of short jobs. */
  through(): void;
  /** After the worker's end, good or bad, and before the caller learns of it: makes durable what is known. */
  settle(): Promise<void>;
}

/** What a running job is called by its thread. */
export interface RunningTransfer {
  transfer: Transfer;
  resolve(result: WorkResult): void;
  reject(error: unknown): void;
}

/** Opens the source that is read first, so that the worker need not ask. @throws what opening it throws */
export async function openedFirst(transfer: Transfer): Promise<Opened | undefined> {
  const index = transfer.firstSource;
  if (index === undefined) return undefined;
  const answer = await answerTo(transfer, { kind: "open", index });
  if (answer.kind === "error") throw fromPlainError(answer.error);
  return answer.kind === "request" ? { index, request: answer.request } : undefined;
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
