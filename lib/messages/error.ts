import type { SystemName } from "./asset.js";

/** The closed set of codes that flows branch on (`msg.error.code` in a Catch node). */
export const ERROR_CODES = [
  "NOT_CONFIGURED",
  "UNREACHABLE",
  "DENIED",
  "NOT_FOUND",
  "CONFLICT",
  "LOCKED",
  "ON_HOLD",
  "ARCHIVED",
  "INVALID_INPUT",
  "REFUSED",
  "TIMEOUT",
  "THROTTLED",
  "SHORT_READ",
  "FIXITY_MISMATCH",
  "INGEST_FAILED",
  "STORE_FULL",
  "UPSTREAM",
] as const;
export type ErrorCode = (typeof ERROR_CODES)[number];

/** Failures that the same request, repeated later, may not meet again. */
const TRANSIENT: ReadonlySet<ErrorCode> = new Set(["UNREACHABLE", "TIMEOUT", "THROTTLED", "SHORT_READ", "STORE_FULL"]);

export interface LifecycleErrorOptions {
  system?: SystemName;
  /** HTTP status, when an answer arrived. */
  status?: number;
  /** Overrides what the code implies: may a later repetition succeed? */
  retryable?: boolean;
  /** Milliseconds that the peer asked to wait (Retry-After). */
  retryAfter?: number;
  /** The technical cause. Must hold no secret, no header, no request object. */
  cause?: unknown;
  /** Plain facts for flows: row, field, id, holder. Never secrets. */
  details?: Record<string, unknown>;
}

/**
 * The one error of this package: what failed, on which system and thing, and what the person can do.
 * `code` is for flows, `message` for people, `cause` for engineers; none carries a secret.
 */
export class LifecycleError extends Error {
  override readonly name = "LifecycleError";
  readonly code: ErrorCode;
  readonly system?: SystemName;
  readonly status?: number;
  readonly retryable: boolean;
  readonly retryAfter?: number;
  readonly details?: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, options: LifecycleErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? TRANSIENT.has(code);
    if (options.system !== undefined) this.system = options.system;
    if (options.status !== undefined) this.status = options.status;
    if (options.retryAfter !== undefined) this.retryAfter = options.retryAfter;
    if (options.details !== undefined) this.details = options.details;
  }
}

/** Narrows anything thrown to a coded error; what nobody foresaw becomes UPSTREAM and keeps its message. */
export function asLifecycleError(thrown: unknown): LifecycleError {
  if (thrown instanceof LifecycleError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new LifecycleError("UPSTREAM", message, { cause: thrown });
}
