import { FOR_GOOD } from "../messages/retention-terms.js";

/** Two results for the end of one retention. */
export interface GovernedEnd {
  /** The later of the two: kept through this calendar date, or `permanent`. */
  until: string;
  /** The governing system lets go before the schedule does: nothing may be released or destroyed by its word. */
  shorter: boolean;
  /** Both ends, for people; absent when they are the same. */
  difference?: string;
}

/**
 * Where a system governs, its end counts and is not calculated anew; if the schedule says another one, the later of
 * both counts and the difference is told (RECORDS rule 11). Pure.
 *
 * @param decided what the schedule says: calendar date of the last retained day, or `permanent`
 * @param governed the same as the governing system has it
 * @param by what governs, e.g. `the retention policy "Campaign 5 years after end"`
 */
export function governedEnd(decided: string, governed: string, by = "the governing system"): GovernedEnd {
  if (decided === governed) return { until: decided, shorter: false };
  const shorter = governed !== FOR_GOOD && (decided === FOR_GOOD || governed < decided);
  return {
    until: shorter ? decided : governed,
    shorter,
    difference: `${by} keeps ${words(governed)}, the schedule says ${words(decided)}: ${shorter ? "shorter than decided" : "longer than decided"}, the later counts`,
  };
}

function words(end: string): string {
  return end === FOR_GOOD ? "for good" : `through ${end}`;
}
