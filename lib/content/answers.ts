import type { IncomingHttpHeaders } from "node:http";
import { LifecycleError, type ErrorCode, type LifecycleErrorOptions } from "../messages/error.js";
import { retryAfterMs } from "./retry.js";

/** What to do after an answer that is not a success. */
export interface Verdict {
  /** `renew`: ask for a fresh token, once; `retry`: the same again, later; `give-up`: repeating would not help. */
  next: "renew" | "retry" | "give-up";
  error: LifecycleError;
}

/** S3 error codes that mean "the credential ended", sent with 400 or 403 instead of 401 (AWS S3 API, error responses). */
const EXPIRED = new Set(["ExpiredToken", "TokenRefreshRequired", "RequestTimeTooSkewed"]);

/** The S3 error code in an XML error body, e.g. `NoSuchUpload`; undefined when there is none. */
export function s3ErrorCode(body: string): string | undefined {
  return /<Code>\s*([A-Za-z0-9.]+)\s*<\/Code>/.exec(body)?.[1];
}

/** A success status can still carry an error body (CompleteMultipartUpload, UploadPart on some servers). */
export function isErrorBody(body: string): boolean {
  return /^\s*(<\?xml[^>]*>\s*)?<Error[\s>]/.test(body);
}

/**
 * Judges an answer that is not a success.
 *
 * @param what what was asked of whom, without query and secrets, e.g. `part 3 of the upload to archive.example`
 */
export function judge(what: string, status: number, headers: IncomingHttpHeaders, body: string): Verdict {
  const code = s3ErrorCode(body);
  const said = code === undefined ? `HTTP ${status}` : `HTTP ${status} ${code}`;
  const verdict = (
    next: Verdict["next"],
    errorCode: ErrorCode,
    text: string,
    more: LifecycleErrorOptions = {},
  ): Verdict => ({
    next,
    error: new LifecycleError(errorCode, `${what}: ${text} (${said}).`, {
      status,
      ...(code === undefined ? {} : { details: { code } }),
      ...more,
    }),
  });
  if (status === 401 || (code !== undefined && EXPIRED.has(code))) {
    return verdict("renew", "DENIED", "the peer does not accept the session; check the credentials of the connection");
  }
  if (status === 429 || status === 503 || code === "SlowDown") {
    const retryAfter = retryAfterMs(headers["retry-after"], Date.now());
    return verdict("retry", "THROTTLED", "the peer asks to slow down", retryAfter === undefined ? {} : { retryAfter });
  }
  if (status === 408 || code === "RequestTimeout")
    return verdict("retry", "TIMEOUT", "the peer waited too long for us");
  if (code === "InvalidObjectState") return verdict("give-up", "ARCHIVED", "the object must be restored first");
  if (status === 403) return verdict("give-up", "DENIED", "the account of the connection may not do this");
  if (status === 404 || status === 410) return verdict("give-up", "NOT_FOUND", "not there");
  if (status === 409 || status === 412) return verdict("give-up", "CONFLICT", "something else is there or in progress");
  if (status === 423) return verdict("give-up", "LOCKED", "locked by someone else");
  if (status >= 500) return verdict("retry", "UPSTREAM", "the peer failed", { retryable: true });
  if (status >= 200 && status < 300)
    return verdict("retry", "UPSTREAM", "the peer failed behind a success status", { retryable: true });
  return verdict("give-up", "UPSTREAM", "unexpected answer");
}
