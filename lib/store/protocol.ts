import type { ErrorCode } from "../messages/error.js";
import type { OperationName } from "./operations.js";

/** One call, as it crosses to the writer thread. */
export interface Call {
  id: number;
  name: OperationName;
  args: unknown[];
}
export interface ErrorAnswer {
  code: ErrorCode;
  message: string;
  retryable: boolean;
}
export type Answer = { id: number; value: unknown } | { id: number; error: ErrorAnswer };
export type FromWriter = { opened: true } | { failed: ErrorAnswer } | { answers: Answer[] } | { closed: true };
export type ToWriter = { calls: Call[] } | { close: true };
