import { setTimeout as pause } from "node:timers/promises";
import { asLifecycleError, type LifecycleError } from "../messages/error.js";

/** Pause before something is written again that a full disk refused. */
export const STRANDED_MS = 3_000;

export function isFull(thrown: unknown): boolean {
  return asLifecycleError(thrown).code === "STORE_FULL";
}

/**
 * Repeats a write to the store for as long as its disk is full: nothing of a refused write is on disk, so it may be
 * done again.
 *
 * @param full told each time that the disk is full
 * @throws what the write throws otherwise; the signal's reason when it aborts
 */
export async function untilStored(
  write: () => Promise<void>,
  signal: AbortSignal,
  full: (error: LifecycleError) => void,
): Promise<void> {
  for (;;) {
    try {
      await write();
      return;
    } catch (thrown) {
      if (!isFull(thrown)) throw thrown;
      full(asLifecycleError(thrown));
      await pause(STRANDED_MS, undefined, { signal });
    }
  }
}
