import type { SystemName } from "../messages/asset.js";
import { LifecycleError, type ErrorCode, type LifecycleErrorOptions } from "../messages/error.js";
import { codeOf, leanCause, redact } from "./redact.js";
import { isRecord, record, text } from "./shape.js";
import type { ServerWords } from "./types.js";

/** How people call the systems. */
export const SYSTEM_TITLES: Readonly<Record<SystemName, string>> = {
  otmm: "OTMM",
  preservica: "Preservica",
  s3: "S3",
  ecm: "Extended ECM",
};

/** What was asked of whom; the frame of every message. */
export interface CallFrame {
  system: SystemName;
  method: string;
  /** Without query. */
  path: string;
  host: string;
}

/** A coded error whose message and details hold no secret. */
export function failure(code: ErrorCode, message: string, options: LifecycleErrorOptions = {}): LifecycleError {
  const details =
    options.details === undefined
      ? {}
      : {
          details: Object.fromEntries(
            Object.entries(options.details)
              .filter(([, value]) => value !== undefined)
              .map(([name, value]) => [name, typeof value === "string" ? redact(value) : value]),
          ),
        };
  return new LifecycleError(code, redact(message), { ...options, ...details });
}

const BY_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: "INVALID_INPUT",
  401: "DENIED",
  403: "DENIED",
  404: "NOT_FOUND",
  407: "UNREACHABLE",
  408: "TIMEOUT",
  409: "CONFLICT",
  410: "NOT_FOUND",
  412: "CONFLICT",
  413: "INVALID_INPUT",
  422: "INVALID_INPUT",
  423: "LOCKED",
  429: "THROTTLED",
  503: "THROTTLED",
};
const SAID: Readonly<Record<number, string>> = {
  400: "did not accept the request",
  401: "refused the login or session; check user name, password and method of the connection",
  403: "denied the request; the connection's user lacks a permission",
  404: "does not know this",
  407: "was not asked: the proxy wants a login; check the connection's proxy",
  409: "refused because of a conflicting state",
  429: "asked to slow down",
  503: "is not available at the moment",
};
/** Errors of the server's own that a later repetition will meet again. */
const LASTING: ReadonlySet<number> = new Set([501, 505]);

/** The error for an answer that is not a success. */
export function statusFailure(
  frame: CallFrame,
  status: number,
  more: { words?: ServerWords | undefined; requestId?: string | undefined; retryAfter?: number | undefined },
): LifecycleError {
  const title = SYSTEM_TITLES[frame.system];
  const words = more.words?.message?.replace(/\s+/g, " ").trim().slice(0, 300);
  const said = SAID[status] ?? (status >= 500 ? "failed" : "refused the request");
  const quote = words === undefined || words === "" ? "" : `: ${words}`;
  return failure(
    BY_STATUS[status] ?? "UPSTREAM",
    `${title} ${said} (HTTP ${status}, ${frame.method} ${frame.path})${quote}`,
    {
      system: frame.system,
      status,
      ...(status >= 500 ? { retryable: !LASTING.has(status) } : {}),
      ...(more.retryAfter === undefined ? {} : { retryAfter: more.retryAfter }),
      details: {
        host: frame.host,
        method: frame.method,
        path: frame.path,
        requestId: more.requestId,
        serverCode: more.words?.code,
        serverMessage: words,
      },
    },
  );
}

const TRUST = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "CERT_UNTRUSTED",
]);

function advice(code: string | undefined, host: string): { why: string; lasting?: boolean } {
  if (code === undefined) return { why: "the connection broke" };
  if (TRUST.has(code)) {
    return {
      why: "its certificate is signed by an authority unknown here; give the connection the private CA's certificate (PEM)",
      lasting: true,
    };
  }
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID")
    return { why: "its certificate is not valid now; it must be renewed on the server", lasting: true };
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return { why: `its certificate is for another host name than ${host}; correct the address`, lasting: true };
  if (code === "EPROTO" || code.startsWith("ERR_SSL") || code.startsWith("ERR_TLS")) {
    return {
      why: "the secure connection could not be set up; is it https at this port, and which TLS versions does the server take?",
      lasting: true,
    };
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN")
    return { why: "its host name is not known here; check the address, DNS and whether a proxy is needed" };
  if (code === "ECONNREFUSED")
    return { why: "nothing listens at this host and port; check the address and whether the server runs" };
  if (code === "ECONNRESET" || code === "EPIPE" || code === "ERR_STREAM_PREMATURE_CLOSE")
    return { why: "it broke the connection" };
  if (code === "EHOSTUNREACH" || code === "ENETUNREACH" || code === "ETIMEDOUT")
    return { why: "no way to it through the network; check firewall and proxy" };
  return { why: `the connection failed (${code})` };
}

/** Codes by which Node.js says that the answer is no proper HTTP. */
const NO_HTTP = /^HPE_/;

/** The error for a call that got no answer, or not all of it. */
export function networkFailure(frame: CallFrame, thrown: unknown): LifecycleError {
  const title = SYSTEM_TITLES[frame.system];
  const code = codeOf(thrown);
  const details = { host: frame.host, method: frame.method, path: frame.path, cause: code };
  if (code !== undefined && NO_HTTP.test(code)) {
    return failure(
      "UPSTREAM",
      `${frame.host} does not answer in HTTP; check address and port of the ${title} connection.`,
      {
        system: frame.system,
        cause: leanCause(thrown),
        details,
      },
    );
  }
  const { why, lasting } = advice(code, frame.host);
  return failure("UNREACHABLE", `${title} at ${frame.host} cannot be reached: ${why}.`, {
    system: frame.system,
    ...(lasting === true ? { retryable: false } : {}),
    cause: leanCause(thrown),
    details,
  });
}

/** Finds the usual members of a JSON error body. */
export function usualWords(_status: number, body: string): ServerWords | undefined {
  if (!/^\s*\{/.test(body)) return undefined;
  try {
    const parsed: unknown = JSON.parse(body);
    if (!isRecord(parsed)) return undefined;
    const inner = isRecord(parsed["error"]) ? parsed["error"] : parsed;
    return {
      code: text(inner["code"]) ?? text(inner["errorCode"]) ?? text(record(parsed)["status"]),
      message:
        text(inner["message"]) ??
        text(inner["error_description"]) ??
        text(inner["error"]) ??
        text(inner["errorMessage"]),
    };
  } catch {
    return undefined;
  }
}
