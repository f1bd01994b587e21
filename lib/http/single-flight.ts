/**
 * Lets many callers share one running piece of work: whoever comes while it runs gets the same promise. The next call
 * after it ended starts anew, also after a failure.
 */
export class SingleFlight<T> {
  #running: Promise<T> | undefined;

  run(work: () => Promise<T>): Promise<T> {
    this.#running ??= this.#start(work);
    return this.#running;
  }

  async #start(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      this.#running = undefined;
    }
  }
}
