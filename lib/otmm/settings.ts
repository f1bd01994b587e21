import { failure, usualWords, type HttpOptions, type ServerWords } from "../http/index.js";
import { text, within } from "../http/shape.js";
import { isZone } from "./calendar.js";
import type { OtmmOptions } from "./types.js";

/** Reads `{"exception_body": {http_response_code, error_code, message, debug_message}}`. @see fact sheet 8 */
export function exceptionWords(status: number, body: string): ServerWords | undefined {
  if (!body.includes("exception_body")) return usualWords(status, body);
  try {
    const parsed: unknown = JSON.parse(body);
    const exception = within(parsed, "exception_body");
    return {
      code: text(exception["error_code"]),
      message: text(exception["message"]) ?? text(exception["debug_message"]),
    };
  } catch {
    return undefined;
  }
}

/** What the connection's HTTP clients have in common. */
export function clientSettings(options: OtmmOptions): Omit<HttpOptions, "baseUrl" | "auth"> {
  return {
    system: "otmm",
    connection: options.connection,
    tls: options.tls,
    idleMs: options.idleMs ?? 60_000,
    concurrency: options.concurrency ?? 6,
    ratePerSecond: options.ratePerSecond,
    retries: options.retries ?? 4,
    userAgent: options.userAgent ?? "content-lifecycle",
    backoff: options.backoff,
    explain: exceptionWords,
    onRequest: options.onRequest,
  };
}

/** @throws LifecycleError NOT_CONFIGURED when the options cannot work */
export function checkOptions(options: OtmmOptions): void {
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/i.test(options.connection)) {
    throw failure(
      "NOT_CONFIGURED",
      `"${options.connection}" is no connection key; use letters, digits, dots and dashes.`,
      { system: "otmm" },
    );
  }
  if (!isZone(options.zone)) {
    throw failure("NOT_CONFIGURED", `"${options.zone}" is no time zone; give an IANA name such as Europe/Berlin.`, {
      system: "otmm",
    });
  }
}
