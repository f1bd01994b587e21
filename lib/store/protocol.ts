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
/** `value` is absent where a call answers nothing. */
export type Answer = { id: number; value?: unknown } | { id: number; error: ErrorAnswer };
/**
 * What crosses between the threads. Calls and answers cross as JSON text: messages are plain JSON anyway, and a string
 * is handed over many times faster than an object is cloned.
 */
export type FromWriter = { opened: true } | { failed: ErrorAnswer } | { answers: string } | { closed: true };
export type ToWriter = { calls: string } | { close: true };

/** An argument that is left out stays left out: JSON would make it null. */
export function packedCall({ id, name, args }: Call): string {
  const given = args.slice(0, args.findLastIndex((argument) => argument !== undefined) + 1);
  return JSON.stringify({ id, name, args: given });
}
export function unpackedCalls(text: string): Call[] {
  return JSON.parse(text) as Call[];
}
export function packedAnswers(answers: readonly Answer[]): string {
  return JSON.stringify(answers);
}
export function unpackedAnswers(text: string): Answer[] {
  return JSON.parse(text) as Answer[];
}
