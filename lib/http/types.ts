import type { ErrorCode } from "../messages/error.js";
import type { SystemName } from "../messages/asset.js";
import type { Backoff } from "./retry.js";
import type { XmlNode } from "./xml-node.js";

/** How a client proves who it is. `Http` asks for headers before each attempt and renews once after a 401. */
export interface HttpAuth {
  /** Headers for the next attempt; logs in first where needed. Called outside the concurrency cap, so it may use the same `Http` with `anonymous`. */
  headers(): Promise<Record<string, string>>;
  /** Replaces credentials that the server refused. Never runs twice at once; must do nothing when `spent` is no longer what `headers()` gives. */
  renew(spent: Record<string, string>): Promise<void>;
  /** Are these headers of a session that is gone already? Default: they differ from what `headers()` gives now. */
  stale?(spent: Record<string, string>): boolean;
  /** Does this answer mean that the session or token has ended? Default: status 401. */
  ended?(answer: Pick<HttpAnswer, "status" | "text">): boolean;
  /** Sees every answer to a call that carried `headers()` (cookies that a load balancer adds later). */
  seen?(answer: Pick<HttpAnswer, "status" | "headers" | "cookies">): void;
}

export interface HttpTls {
  /** PEM of a private CA; the system's own CAs no longer count then. */
  ca?: string | undefined;
  /**
   * Proxy for control calls, `http://[user:password@]host:port`. https targets are tunnelled (CONNECT), one new tunnel
   * a call; http targets go in plain sight of the proxy. NTLM, SOCKS and PAC files are not supported. Proxy variables of the environment are
   * ignored: hosts come from the connection only.
   */
  proxy?: string | undefined;
}

export interface HttpOptions {
  system: SystemName;
  connection: string;
  /** `scheme://host[:port][/base]`; no user info, query or fragment. */
  baseUrl: string;
  auth?: HttpAuth | undefined;
  tls?: HttpTls | undefined;
  /** Milliseconds without a byte after which a call is given up. */
  idleMs: number;
  /** Calls at once. */
  concurrency: number;
  /** Starts a second; absent = no cap. */
  ratePerSecond?: number | undefined;
  /** Repetitions after the first attempt, for idempotent requests only. */
  retries: number;
  userAgent: string;
  backoff?: Partial<Backoff> | undefined;
  /** Reads the vendor's own words out of an error body. Default: the usual JSON members. */
  explain?: ((status: number, body: string) => ServerWords | undefined) | undefined;
  /** Told after every attempt; for metrics. Must not throw. */
  onRequest?: ((note: RequestNote) => void) | undefined;
}

/** What the server itself says about a failure. */
export interface ServerWords {
  code?: string | undefined;
  message?: string | undefined;
}

export interface RequestNote {
  method: string;
  /** Without query. */
  path: string;
  attempt: number;
  ms: number;
  status?: number;
  error?: ErrorCode;
}

export type QueryValue = string | number | boolean | undefined | readonly (string | number)[];
export type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface HttpRequest {
  method: Method;
  /** Begins with `/`, below `baseUrl`; ids in it are encoded by the caller (`segment`). */
  path: string;
  query?: Record<string, QueryValue> | undefined;
  headers?: Record<string, string> | undefined;
  /** At most one of `body`, `form`, `xml`, `json`. `body` needs its own Content-Type among `headers`. */
  body?: string | Uint8Array | undefined;
  /** application/x-www-form-urlencoded */
  form?: Record<string, string | number | boolean | undefined> | undefined;
  /** application/xml, UTF-8 */
  xml?: string | undefined;
  json?: unknown;
  /** What the answer must be; sets Accept and refuses web pages. Default `any`. */
  expect?: "json" | "xml" | "text" | "any" | undefined;
  /** Statuses besides 2xx that are an answer, not an error. Never 3xx. */
  allow?: readonly number[] | undefined;
  /** May be repeated without harm. Default: GET and HEAD. */
  idempotent?: boolean | undefined;
  /** Without `auth`: for the login itself. */
  anonymous?: boolean | undefined;
  signal?: AbortSignal | undefined;
  /** Bytes; default 32 MiB. */
  maxBytes?: number | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  /** Lower-case names; several values joined by ", " (not cookies). */
  readonly headers: Readonly<Record<string, string>>;
  /** Set-Cookie lines as sent. */
  readonly cookies: readonly string[];
  /** The server's id of this call, for its support. */
  readonly requestId?: string;
  readonly size: number;
  bytes(): Uint8Array;
  /** UTF-8, without byte order mark. */
  text(): string;
  /** @throws LifecycleError UPSTREAM when the answer is no JSON, or not what `guard` accepts */
  json(): unknown;
  json<T>(guard: (value: unknown) => value is T): T;
  /** The root element. @throws LifecycleError UPSTREAM when the answer is no XML or hostile XML */
  xml(): Promise<XmlNode>;
}

/**
 * One HTTP client of one connection, for control calls; content bytes go through `lib/content`.
 *
 * Errors (LifecycleError with system, status, details.requestId; nothing in them is secret): INVALID_INPUT (400, 413,
 * 422), DENIED (401, 403), NOT_FOUND (404, 410), CONFLICT (409, 412), LOCKED (423), THROTTLED (429, 503), TIMEOUT (408,
 * idle), UNREACHABLE (network, name, TLS, proxy), UPSTREAM (other 5xx, redirects, web pages, unreadable or oversized
 * answers). An abort throws the signal's reason.
 */
export interface Http {
  readonly baseUrl: string;
  request(request: HttpRequest): Promise<HttpAnswer>;
  /** Ends running calls with UNREACHABLE and closes the sockets. */
  close(): void;
}
