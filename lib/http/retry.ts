export interface Backoff {
  /** Upper bound of the first wait; doubles each time. Default 300 ms. */
  baseMs: number;
  /** Upper bound of any wait of ours. Default 20 s. */
  capMs: number;
  /** A longer Retry-After is not waited for here: the caller gets THROTTLED with the wish. Default 60 s. */
  longestWaitMs: number;
}

export const DEFAULT_BACKOFF: Backoff = { baseMs: 300, capMs: 20_000, longestWaitMs: 60_000 };

/** Statuses that say: the same idempotent request may work in a moment. */
export const RETRIED_STATUSES: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/** Full jitter: anything between nothing and the doubled, capped bound, so that many callers do not come back at once. */
export function jitter(attempt: number, backoff: Backoff, random: () => number = Math.random): number {
  return random() * Math.min(backoff.capMs, backoff.baseMs * 2 ** (attempt - 1));
}

/**
 * Reads Retry-After, in seconds or as an HTTP date.
 *
 * @param value header as sent
 * @param date  the answer's own Date header: a date is counted from the server's clock where it is told
 * @param now   epoch milliseconds
 * @returns milliseconds to wait, never negative; undefined when absent or unreadable
 */
export function retryAfterMs(value: string | undefined, date: string | undefined, now: number): number | undefined {
  const trimmed = value?.trim();
  if (trimmed === undefined || trimmed === "") return undefined;
  if (/^\d+$/.test(trimmed)) return Number(trimmed) * 1000;
  const until = Date.parse(trimmed);
  if (Number.isNaN(until)) return undefined;
  const from = date === undefined ? Number.NaN : Date.parse(date);
  return Math.max(0, until - (Number.isNaN(from) ? now : from));
}

/**
 * Keeps repetitions a small share of the calls when a server is down for everyone: every repetition costs, every
 * success and every second earns a little back. An empty budget means: fail now, the job above tries later.
 */
export class RetryBudget {
  static readonly #FULL = 100;
  static readonly #COST = 5;
  #tokens = RetryBudget.#FULL;
  #at = performance.now();

  take(): boolean {
    const now = performance.now();
    this.#earn((now - this.#at) / 1000);
    this.#at = now;
    if (this.#tokens < RetryBudget.#COST) return false;
    this.#tokens -= RetryBudget.#COST;
    return true;
  }

  success(): void {
    this.#earn(1);
  }

  #earn(tokens: number): void {
    this.#tokens = Math.min(RetryBudget.#FULL, this.#tokens + tokens);
  }
}

/** Waits; rejects with the signal's reason when it aborts first. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason);
      return;
    }
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal.addEventListener("abort", stop, { once: true });
  });
}
