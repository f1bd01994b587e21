import { addDays, formatDay, parseDay, utcMidnight, type Day } from "./calendar.js";
import type { CalendarDate } from "./types.js";

const HOUR = 3_600_000;
const MINUTE = 60_000;
const TIMED = /^(\d{4}-\d{2}-\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2})?$/;

const formats = new Map<string, Intl.DateTimeFormat>();
const dayStarts = new Map<string, number>();
const MOST_REMEMBERED = 5_000;

/** A date text taken apart; `instant` only where the text says which instant it is. */
export interface ReadDate {
  /** Day as written. */
  written: Day;
  /** Milliseconds since 1970. */
  instant?: number;
  /** Offset as written, in minutes. */
  offset?: number;
  /** Clock as written, milliseconds since midnight. */
  clock: number;
  /** True for a bare `YYYY-MM-DD`. */
  dateOnly: boolean;
}

/** @returns whether this runtime knows the IANA zone */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return true;
  } catch {
    return false;
  }
}

/**
 * Reads ISO 8601 dates as the connected systems write them: day, local time, or time with `Z` or an offset.
 *
 * @returns undefined for anything else, and for days or times that do not exist
 */
export function readDate(text: string): ReadDate | undefined {
  const plain = parseDay(text);
  if (plain !== undefined) return { written: plain, clock: 0, dateOnly: true };
  const match = TIMED.exec(text);
  if (match === null) return undefined;
  const written = parseDay(match[1] ?? "");
  const [hour, minute, second] = [Number(match[2]), Number(match[3]), Number(match[4] ?? 0)];
  if (written === undefined || hour > 23 || minute > 59 || second > 59) return undefined;
  const fraction = Math.floor(Number(`0.${match[5] ?? "0"}`) * 1000);
  const clock = hour * HOUR + minute * MINUTE + second * 1000 + fraction;
  if (match[6] === undefined) return { written, clock, dateOnly: false };
  const offset = offsetMinutes(match[6]);
  if (offset === undefined) return undefined;
  const instant = utcMidnight(written) + clock - offset * MINUTE;
  return { written, clock, instant, offset, dateOnly: false };
}

/**
 * The calendar day that a date text means in a zone: an instant is looked at in the zone, a text without zone is
 * taken as it stands. `2021-11-01T07:00:00Z` is 2021-11-01 in Los Angeles, `2021-11-01T00:00:00Z` is 2021-10-31.
 *
 * @throws RangeError for a zone that this runtime does not know
 */
export function calendarDay(text: string, zone: string): Day | undefined {
  const read = readDate(text);
  if (read === undefined) return undefined;
  return read.instant === undefined ? read.written : dayAt(read.instant, zone);
}

/** As `calendarDay`, as text. */
export function calendarDate(text: string, zone: string): CalendarDate | undefined {
  const day = calendarDay(text, zone);
  return day === undefined ? undefined : formatDay(day);
}

/** The day that the clocks of the zone show at an instant (milliseconds since 1970). */
export function dayAt(instant: number, zone: string): Day {
  const shown = new Date(instant + offsetAt(instant, zone));
  return { year: shown.getUTCFullYear(), month: shown.getUTCMonth() + 1, day: shown.getUTCDate() };
}

/** What the zone's clocks are ahead of UTC at an instant, in milliseconds. */
export function offsetAt(instant: number, zone: string): number {
  const whole = Math.floor(instant / 1000) * 1000;
  const part: Record<string, number> = {};
  for (const { type, value } of formatOf(zone).formatToParts(whole)) part[type] = Number(value);
  const day = { year: part["year"] ?? 0, month: part["month"] ?? 1, day: part["day"] ?? 1 };
  const clock = (part["hour"] ?? 0) * HOUR + (part["minute"] ?? 0) * MINUTE + (part["second"] ?? 0) * 1000;
  return utcMidnight(day) + clock - whole;
}

/**
 * First instant from which the zone's clocks show this day or a later one for good. Where clocks are put back over
 * midnight the second midnight counts; where midnight (or the whole day) is skipped, the first instant after the gap.
 *
 * @returns milliseconds since 1970
 */
export function startOfDay(day: Day, zone: string): number {
  const key = `${zone} ${formatDay(day)}`;
  const known = dayStarts.get(key);
  if (known !== undefined) return known;
  const start = findStartOfDay(day, zone);
  if (dayStarts.size >= MOST_REMEMBERED) dayStarts.clear();
  dayStarts.set(key, start);
  return start;
}

/**
 * The instant of a date text in a zone. A day means its start. A local time that the clocks skip is read with the
 * offset before the gap and `exists` is false; of a time that comes twice the first is taken.
 */
export function instantOf(read: ReadDate, zone: string): { instant: number; exists: boolean } {
  if (read.instant !== undefined) return { instant: read.instant, exists: true };
  if (read.dateOnly) return { instant: startOfDay(read.written, zone), exists: true };
  const shown = utcMidnight(read.written) + read.clock;
  const before = shown - offsetAt(shown - 24 * HOUR, zone);
  if (offsetAt(before, zone) === shown - before) return { instant: before, exists: true };
  const after = shown - offsetAt(shown + 24 * HOUR, zone);
  if (offsetAt(after, zone) === shown - after) return { instant: after, exists: true };
  return { instant: before, exists: false };
}

/** First instant after the last moment of the day. */
export function endOfDay(day: Day, zone: string): number {
  return startOfDay(addDays(day, 1), zone);
}

function findStartOfDay(day: Day, zone: string): number {
  const midnight = utcMidnight(day);
  const guess = midnight - offsetAt(midnight, zone);
  const offset = offsetAt(guess, zone);
  const likely = midnight - offset;
  const calm = offsetAt(likely - 3 * HOUR, zone) === offset && offsetAt(likely + 3 * HOUR, zone) === offset;
  if (calm && offsetAt(likely, zone) === offset) return likely;
  // A change of clocks is near: walk back to the last quarter of an hour that is still before the day, then bisect.
  const isBefore = (instant: number): boolean => utcMidnight(dayAt(instant, zone)) < midnight;
  let after = midnight + 30 * HOUR;
  while (!isBefore(after - 15 * MINUTE)) after -= 15 * MINUTE;
  let before = after - 15 * MINUTE;
  while (after - before > 1000) {
    const middle = before + Math.floor((after - before) / 2000) * 1000;
    if (isBefore(middle)) before = middle;
    else after = middle;
  }
  return after;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    calendar: "iso8601",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  formats.set(zone, made);
  return made;
}

function offsetMinutes(text: string): number | undefined {
  if (text === "Z") return 0;
  const [hours, minutes] = [Number(text.slice(1, 3)), Number(text.slice(4, 6))];
  if (hours > 14 || minutes > 59) return undefined;
  return (text.startsWith("-") ? -1 : 1) * (hours * 60 + minutes);
}
