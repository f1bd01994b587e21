/**
 * Lets jobs begin while the memory they may need fits a budget, first come, first served. A job larger than the budget
 * runs alone. Bytes.
 */
export class Admission {
  readonly #budget: number;
  readonly #queue: { weight: number; enter(): void }[] = [];
  #used = 0;

  constructor(budget: number) {
    this.#budget = budget;
  }

  /**
   * Resolves when the job may begin, with what it calls at its end.
   *
   * @throws the signal's reason when it aborts first
   */
  enter(weight: number, signal: AbortSignal): Promise<() => void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const leave = (): void => {
        const at = this.#queue.indexOf(waiting);
        if (at >= 0) this.#queue.splice(at, 1);
        reject(signal.reason);
        this.#admit();
      };
      const waiting = {
        weight,
        enter: (): void => {
          signal.removeEventListener("abort", leave);
          resolve(() => {
            this.#used -= weight;
            this.#admit();
          });
        },
      };
      signal.addEventListener("abort", leave, { once: true });
      this.#queue.push(waiting);
      this.#admit();
    });
  }

  #admit(): void {
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      if (this.#used > 0 && this.#used + next.weight > this.#budget) return;
      this.#queue.shift();
      this.#used += next.weight;
      next.enter();
    }
  }
}
