import type { SandboxAnswer } from "../kernel/types.js";
import { errorCode, STATUS, type OtmmSettings } from "./assumptions.js";

/** An answer that the server refuses to give; ends as `exception_body`. */
export class OtmmError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** Set when the request was not documented: it is reported to the sandbox's strict count. */
    readonly undocumented = false,
  ) {
    super(message);
  }
}

export const badRequest = (message: string) => new OtmmError(STATUS.badValue, message);
export const undocumented = (message: string, status: number = STATUS.badValue) => new OtmmError(status, message, true);
export const notFound = (what: string) => new OtmmError(STATUS.unknownId, `${what} was not found.`);
export const conflict = (message: string) => new OtmmError(STATUS.conflict, message);
export const forbidden = (message: string) => new OtmmError(STATUS.noRight, message);
export const unauthorized = (message: string) => new OtmmError(STATUS.badCredentials, message);

const JSON_HEADERS = { "content-type": "application/json;charset=UTF-8" };

/** A JSON answer; lists of one object become the object when the setting asks for it. */
export function json(
  settings: OtmmSettings,
  value: unknown,
  status = 200,
  headers: Record<string, string | string[]> = {},
): SandboxAnswer {
  const body = settings.singleAsObject ? unwrapSingles(value) : value;
  return { status, headers: { ...JSON_HEADERS, ...headers }, body: JSON.stringify(body) };
}

/** An error as the server gives it, or as a reverse proxy in front of it does. */
export function exception(settings: OtmmSettings, status: number, message: string): SandboxAnswer {
  if (settings.htmlErrors) return htmlPage(status, message);
  const body = {
    exception_body: {
      http_response_code: status,
      error_code: errorCode(status),
      message,
      debug_message: `com.artesia.common.exception: ${message}`,
    },
  };
  return { status, headers: JSON_HEADERS, body: JSON.stringify(body) };
}

/** What Tomcat answers to raw brackets and braces in the request line, before the application sees the request. */
export function htmlPage(status: number, message: string): SandboxAnswer {
  const text = message.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return {
    status,
    headers: { "content-type": "text/html;charset=utf-8" },
    body: `<!doctype html><html lang="en"><head><title>HTTP Status ${status}</title></head><body><h1>HTTP Status ${status}</h1><p>${text}</p></body></html>`,
  };
}

function unwrapSingles(value: unknown): unknown {
  if (Array.isArray(value)) {
    const first: unknown = value[0];
    if (value.length === 1 && typeof first === "object" && first !== null) return unwrapSingles(first);
    return value.map(unwrapSingles);
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, unwrapSingles(member)]));
}
