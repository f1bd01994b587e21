import { formatDay, type Day } from "./calendar.js";
import type { CalendarDate } from "./types.js";
import { calendarDay, endOfDay, startOfDay } from "./zone.js";

const MOST_REMEMBERED = 2_000;
const known = new Map<string, Map<string, KnownDay | null>>();

/** A calendar day in a zone, with its first instant and the first one after it (milliseconds since 1970). */
export class KnownDay {
  readonly text: CalendarDate;
  #begins: number | undefined;
  #ends: number | undefined;

  constructor(
    readonly day: Day,
    private readonly zone: string,
  ) {
    this.text = formatDay(day);
  }
  get begins(): number {
    this.#begins ??= startOfDay(this.day, this.zone);
    return this.#begins;
  }
  get ends(): number {
    this.#ends ??= endOfDay(this.day, this.zone);
    return this.#ends;
  }
}

/**
 * The calendar day that a date text means in a zone, remembered: the assets of a campaign share their dates, and asking
 * Intl costs more than all the rest of a decision.
 *
 * @returns undefined when the text is no date
 */
export function knownDay(text: string, zone: string): KnownDay | undefined {
  let days = known.get(zone);
  if (days === undefined) {
    days = new Map();
    known.set(zone, days);
  }
  const found = days.get(text);
  if (found !== undefined) return found ?? undefined;
  const day = calendarDay(text, zone);
  const made = day === undefined ? null : new KnownDay(day, zone);
  if (days.size >= MOST_REMEMBERED) days.clear();
  days.set(text, made);
  return made ?? undefined;
}
