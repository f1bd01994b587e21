import { LifecycleError } from "../messages/error.js";
import type { Answer } from "./answer.js";
import { Exchange, type Outgoing } from "./exchange.js";
import { failure, statusFailure, SYSTEM_TITLES, usualWords, type CallFrame } from "./failure.js";
import { Limiter } from "./limiter.js";
import { checkBaseUrl, prepare } from "./prepare.js";
import { DEFAULT_BACKOFF, jitter, pause, RETRIED_STATUSES, retryAfterMs, RetryBudget, type Backoff } from "./retry.js";
import { SingleFlight } from "./single-flight.js";
import type { Http, HttpAnswer, HttpOptions, HttpRequest } from "./types.js";

/** The one HTTP client factory. @throws LifecycleError NOT_CONFIGURED when address or proxy are not usable */
export function createHttp(options: HttpOptions): Http {
  return new HttpClient(options);
}

class HttpClient implements Http {
  readonly baseUrl: string;
  readonly #host: string;
  readonly #options: HttpOptions;
  readonly #backoff: Backoff;
  readonly #exchange: Exchange;
  readonly #limiter: Limiter;
  readonly #budget = new RetryBudget();
  readonly #renewal = new SingleFlight<void>();
  readonly #closing = new AbortController();

  constructor(options: HttpOptions) {
    this.#options = options;
    this.baseUrl = checkBaseUrl(options.baseUrl, options.system);
    this.#host = new URL(this.baseUrl).host;
    this.#backoff = { ...DEFAULT_BACKOFF, ...options.backoff };
    this.#limiter = new Limiter(options.concurrency, options.ratePerSecond);
    this.#exchange = new Exchange(this.baseUrl, options.idleMs, options.concurrency, options.tls);
  }

  async request(request: HttpRequest): Promise<HttpAnswer> {
    const out = prepare(this.baseUrl, this.#host, this.#options, request);
    const { signal } = request;
    if (signal === undefined) return await this.#repeat(out, request, this.#closing.signal);
    const stop = new AbortController();
    const closed = (): void => stop.abort(this.#closing.signal.reason);
    const ended = (): void => stop.abort(signal.reason);
    this.#closing.signal.addEventListener("abort", closed, { once: true });
    signal.addEventListener("abort", ended, { once: true });
    if (this.#closing.signal.aborted) closed();
    else if (signal.aborted) ended();
    try {
      return await this.#repeat(out, request, stop.signal);
    } finally {
      this.#closing.signal.removeEventListener("abort", closed);
      signal.removeEventListener("abort", ended);
    }
  }

  close(): void {
    this.#closing.abort(this.#closed());
    this.#exchange.close();
  }

  /** Attempts until an answer, a lasting error, or the end of patience. */
  async #repeat(out: Outgoing, request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const auth = request.anonymous === true ? undefined : this.#options.auth;
    const idempotent = request.idempotent ?? (request.method === "GET" || request.method === "HEAD");
    let renewed = false;
    for (let attempt = 1; ; attempt += 1) {
      signal.throwIfAborted();
      const credentials = auth === undefined ? {} : await auth.headers();
      const result = await this.#attempt({ ...out, headers: { ...out.headers, ...credentials } }, attempt, signal);
      if (!(result instanceof LifecycleError)) {
        if (auth !== undefined) auth.seen?.(result);
        if (auth !== undefined && !renewed && (auth.ended?.(result) ?? result.status === 401)) {
          renewed = true;
          await this.#renew(credentials);
          // Not a repetition of a failure: the server has not done anything yet.
          attempt -= 1;
          continue;
        }
      }
      const failed = result instanceof LifecycleError ? result : this.#judge(out.frame, result, request);
      if (failed === undefined && !(result instanceof LifecycleError)) {
        this.#budget.success();
        return result;
      }
      const error = failed ?? this.#closed();
      const wait = idempotent && attempt <= this.#options.retries ? this.#waitFor(error, result, attempt) : undefined;
      if (wait === undefined || !this.#budget.take()) throw error;
      await pause(wait, signal);
    }
  }

  /** One attempt inside the caps. A failure to get an answer is returned, an abort is thrown. */
  async #attempt(out: Outgoing, attempt: number, signal: AbortSignal): Promise<Answer | LifecycleError> {
    const release = await this.#limiter.acquire(signal);
    const start = performance.now();
    const note = { method: out.method, path: out.frame.path, attempt };
    try {
      const answer = await this.#exchange.send(out, signal);
      this.#options.onRequest?.({ ...note, ms: performance.now() - start, status: answer.status });
      return answer;
    } catch (thrown) {
      signal.throwIfAborted();
      if (!(thrown instanceof LifecycleError)) throw thrown;
      this.#options.onRequest?.({ ...note, ms: performance.now() - start, error: thrown.code });
      return thrown;
    } finally {
      release();
    }
  }

  /** Fifty callers whose session ended together cause one renewal; who comes late finds it done. */
  async #renew(spent: Record<string, string>): Promise<void> {
    const auth = this.#options.auth;
    if (auth === undefined) return;
    const stale = auth.stale === undefined ? !same(spent, await auth.headers()) : auth.stale(spent);
    if (!stale) await this.#renewal.run(() => auth.renew(spent));
  }

  /** Milliseconds until the next attempt; undefined when there should be none. */
  #waitFor(error: LifecycleError, result: Answer | LifecycleError, attempt: number): number | undefined {
    const again =
      result instanceof LifecycleError
        ? result.retryable && (result.code === "UNREACHABLE" || result.code === "TIMEOUT")
        : RETRIED_STATUSES.has(result.status);
    if (!again) return undefined;
    const own = jitter(attempt, this.#backoff);
    if (error.retryAfter === undefined) return own;
    if (error.retryAfter > this.#backoff.longestWaitMs) return undefined;
    if (error.status === 429) this.#limiter.pause(error.retryAfter);
    // The jitter on top keeps those who were told the same moment from coming back together.
    return error.retryAfter + own;
  }

  /** The error that an answer amounts to; undefined when it is a good one. */
  #judge(frame: CallFrame, answer: Answer, request: HttpRequest): LifecycleError | undefined {
    const { status } = answer;
    if (status >= 300 && status < 400 && status !== 304) return this.#redirected(frame, answer);
    const allowed = (status >= 200 && status < 300) || (request.allow?.includes(status) ?? false);
    if (!allowed) {
      const words = answer.isWebPage
        ? undefined
        : (this.#options.explain ?? usualWords)(status, answer.text().slice(0, 20_000));
      const retryAfter = retryAfterMs(answer.headers["retry-after"], answer.headers["date"], Date.now());
      return statusFailure(frame, status, { words, requestId: answer.requestId, retryAfter });
    }
    const data = request.expect === "json" || request.expect === "xml";
    return data && answer.size > 0 && answer.isWebPage ? this.#webPage(frame, answer) : undefined;
  }

  #redirected(frame: CallFrame, answer: Answer): LifecycleError {
    const location = answer.headers["location"] ?? "";
    const base = `${this.baseUrl}/`;
    const target = URL.canParse(location, base) ? new URL(location, base) : undefined;
    const where = target === undefined ? "an unreadable address" : target.origin;
    return failure(
      "UPSTREAM",
      `${SYSTEM_TITLES[frame.system]} at ${frame.host} redirected ${frame.method} ${frame.path} to ${where}; redirects are not followed. Is the connection's address right (https instead of http, the right host), is there a single sign-on in front?`,
      {
        system: frame.system,
        status: answer.status,
        retryable: false,
        details: { host: frame.host, path: frame.path, requestId: answer.requestId, redirectHost: target?.host },
      },
    );
  }

  #webPage(frame: CallFrame, answer: Answer): LifecycleError {
    return failure(
      "UPSTREAM",
      `${SYSTEM_TITLES[frame.system]} at ${frame.host} answered ${frame.method} ${frame.path} with a web page, not with data: is the address right, is there a single sign-on in front?`,
      {
        system: frame.system,
        status: answer.status,
        retryable: false,
        details: { host: frame.host, path: frame.path, requestId: answer.requestId },
      },
    );
  }

  #closed(): LifecycleError {
    const { system, connection } = this.#options;
    return failure("UNREACHABLE", `The ${SYSTEM_TITLES[system]} connection "${connection}" was closed.`, { system });
  }
}

function same(one: Record<string, string>, other: Record<string, string>): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
