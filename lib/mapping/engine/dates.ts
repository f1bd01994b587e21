import { formatDay, type Day } from "../../retention/calendar.js";
import { calendarDay } from "../../retention/zone.js";

const days = new Map<string, Map<string, { day: Day; text: string } | null>>();
const MOST_REMEMBERED = 2_000;

/**
 * Calendar day that a date text means in a zone. Remembers, because the assets of a campaign share their dates and
 * asking Intl costs more than the rest of a row.
 */
export function dayIn(text: string, zone: string): { day: Day; text: string } | undefined {
  let known = days.get(zone);
  if (known === undefined) {
    known = new Map();
    days.set(zone, known);
  }
  const found = known.get(text);
  if (found !== undefined) return found ?? undefined;
  const day = calendarDay(text, zone);
  const made = day === undefined ? null : { day, text: formatDay(day) };
  if (known.size >= MOST_REMEMBERED) known.clear();
  known.set(text, made);
  return made ?? undefined;
}

let lastInstant = { text: "", value: Number.NaN };

/** Milliseconds since 1970 of an ISO instant, NaN when it is none; the assets of a run mostly share their present. */
export function instantValue(text: string): number {
  if (text !== lastInstant.text) lastInstant = { text, value: Date.parse(text) };
  return lastInstant.value;
}
