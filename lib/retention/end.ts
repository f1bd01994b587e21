import { addPeriod, endOfYear, formatDay, parseDay, parsePeriod, type Day } from "./calendar.js";
import type { CalendarDate } from "./types.js";
import { calendarDay, endOfDay } from "./zone.js";

/** How long something is kept, and from when on it may go. */
export interface RetentionEnd {
  /** Day from which the period runs. */
  start: CalendarDate;
  /** Kept through this day. */
  until: CalendarDate;
  /** First instant at which disposal would be allowed: start of the following day in the zone (UTC, ISO). */
  dueAt: string;
}

export interface RetentionTerm {
  /** Calendar date `YYYY-MM-DD`. */
  start: string;
  /** ISO 8601 period. */
  period: string;
  zone: string;
  startAt?: "trigger" | "calendar-year";
}

/**
 * A period ends at the end of its last day in the zone.
 *
 * @returns undefined when start or period cannot be read: never due, for a person to look at
 */
export function retentionEnd(term: RetentionTerm): RetentionEnd | undefined {
  const trigger = parseDay(term.start);
  const period = parsePeriod(term.period);
  if (trigger === undefined || period === undefined) return undefined;
  const start = term.startAt === "calendar-year" ? endOfYear(trigger) : trigger;
  const until = addPeriod(start, period);
  return { start: formatDay(start), until: formatDay(until), dueAt: firstDeletableInstant(until, term.zone) };
}

/**
 * The end that a governing system states, e.g. ECM's `2036-04-16T00:00:00` (a local day without zone): kept through
 * that day. `dueAt` is the least lock date that covers it.
 *
 * @returns undefined when the text is no date
 */
export function statedEnd(text: string, zone: string): Omit<RetentionEnd, "start"> | undefined {
  const until = calendarDay(text, zone);
  if (until === undefined) return undefined;
  return { until: formatDay(until), dueAt: firstDeletableInstant(until, zone) };
}

/** Start of the day after the last retained day, as ISO instant without fraction. */
export function firstDeletableInstant(lastDay: Day, zone: string): string {
  return `${new Date(endOfDay(lastDay, zone)).toISOString().slice(0, 19)}Z`;
}
