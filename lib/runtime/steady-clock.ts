/**
 * The time by which jobs wait. It begins with the wall clock when the process starts and then runs on evenly: when
 * somebody sets the machine's clock a day back or forward, nothing waits a day longer and nothing comes a day early.
 */
const BEGAN = Date.now() - performance.now();

/** Epoch milliseconds, whole, never set back or forward. */
export function steadyNow(): number {
  return Math.round(BEGAN + performance.now());
}

/** The steady time of an instant that was worked out by the wall clock just now. */
export function steadyTimeOf(instant: Date): number {
  return steadyNow() + (instant.getTime() - Date.now());
}
