/** Ends one attempt, whatever it is busy with: a call that waits for its answer, then the answer that is being read. */
export class Halt {
  #halted = false;
  #cut: (() => void) | undefined;

  /** From now on `cut` is what ends the attempt; called at once when the attempt is over already. */
  by(cut: () => void): void {
    this.#cut = cut;
    if (this.#halted) cut();
  }

  now(): void {
    if (this.#halted) return;
    this.#halted = true;
    this.#cut?.();
  }
}
