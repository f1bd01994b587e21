import { LifecycleError, asLifecycleError, type ErrorCode, type LifecycleErrorOptions } from "../messages/error.js";
import type { SystemName } from "../messages/asset.js";

/** A LifecycleError as plain data, to cross between threads (structured clone would lose its class and code). */
export interface PlainError {
  code: ErrorCode;
  message: string;
  retryable: boolean;
  system?: SystemName;
  status?: number;
  retryAfter?: number;
  details?: Record<string, unknown>;
  /** Message of the technical cause. */
  cause?: string;
}

export function toPlainError(thrown: unknown): PlainError {
  const error = asLifecycleError(thrown);
  const plain: PlainError = { code: error.code, message: error.message, retryable: error.retryable };
  if (error.system !== undefined) plain.system = error.system;
  if (error.status !== undefined) plain.status = error.status;
  if (error.retryAfter !== undefined) plain.retryAfter = error.retryAfter;
  // Details are plain facts by contract; JSON drops what is not, so that posting can never throw.
  if (error.details !== undefined) plain.details = JSON.parse(JSON.stringify(error.details)) as Record<string, unknown>;
  if (error.cause instanceof Error) plain.cause = error.cause.message;
  return plain;
}

export function fromPlainError(plain: PlainError): LifecycleError {
  const options: LifecycleErrorOptions = { retryable: plain.retryable };
  if (plain.system !== undefined) options.system = plain.system;
  if (plain.status !== undefined) options.status = plain.status;
  if (plain.retryAfter !== undefined) options.retryAfter = plain.retryAfter;
  if (plain.details !== undefined) options.details = plain.details;
  if (plain.cause !== undefined) options.cause = new Error(plain.cause);
  return new LifecycleError(plain.code, plain.message, options);
}

/** What a job ends with when its own caller stopped it: the caller's reason if that is coded, else a repeatable UPSTREAM. */
export function stoppedError(reason: unknown): LifecycleError {
  if (reason instanceof LifecycleError) return reason;
  return new LifecycleError("UPSTREAM", "The transfer was stopped before its end; it can be taken up again.", {
    retryable: true,
    details: { stopped: true },
  });
}
