interface Waiter {
  start(): void;
}

/**
 * Caps how many calls run at once and how many start a second. First come, first served. Starts are spaced evenly
 * (no bursts), because servers count in windows that we do not know. Time is monotonic.
 */
export class Limiter {
  readonly #concurrency: number;
  readonly #spacingMs: number;
  readonly #queue: Waiter[] = [];
  #running = 0;
  #nextStart = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param concurrency calls at once, at least 1
   * @param ratePerSecond starts a second; absent or 0 = no cap
   */
  constructor(concurrency: number, ratePerSecond?: number) {
    this.#concurrency = Math.max(1, Math.floor(concurrency));
    this.#spacingMs = ratePerSecond === undefined || ratePerSecond <= 0 ? 0 : 1000 / ratePerSecond;
  }

  /**
   * Waits for a slot.
   * @returns gives the slot back; calling it twice does no harm
   * @throws the signal's reason when it aborts while waiting
   */
  acquire(signal?: AbortSignal): Promise<() => void> {
    if (signal?.aborted !== true && this.#queue.length === 0 && this.#begin()) return Promise.resolve(this.#slot());
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason);
        return;
      }
      const leave = (): void => {
        const place = this.#queue.indexOf(waiter);
        if (place >= 0) this.#queue.splice(place, 1);
        reject(signal?.reason);
      };
      const waiter: Waiter = {
        start: () => {
          signal?.removeEventListener("abort", leave);
          resolve(this.#slot());
        },
      };
      signal?.addEventListener("abort", leave, { once: true });
      this.#queue.push(waiter);
      this.#pump();
    });
  }

  /** Nobody starts for the next `ms` milliseconds: the server asked everyone to wait. */
  pause(ms: number): void {
    this.#nextStart = Math.max(this.#nextStart, performance.now() + ms);
  }

  #slot(): () => void {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#running -= 1;
      this.#pump();
    };
  }

  #pump(): void {
    while (this.#queue.length > 0 && this.#begin()) this.#queue.shift()?.start();
  }

  /** Takes a slot when one is free now; else what frees the next one pumps. */
  #begin(): boolean {
    if (this.#timer !== undefined || this.#running >= this.#concurrency) return false;
    const now = performance.now();
    if (now < this.#nextStart) {
      this.#timer = setTimeout(
        () => {
          this.#timer = undefined;
          this.#pump();
        },
        Math.ceil(this.#nextStart - now),
      );
      return false;
    }
    this.#nextStart = now + this.#spacingMs;
    this.#running += 1;
    return true;
  }
}
