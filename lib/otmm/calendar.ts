/** Calendar days in a zone, for date fields: OTMM keeps them as instants. */

const DAY = 86_400_000;
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    calendar: "iso8601",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  formats.set(zone, made);
  return made;
}

/** Is it a zone that this Node.js knows? */
export function isZone(zone: string): boolean {
  try {
    formatOf(zone);
    return zone !== "";
  } catch {
    return false;
  }
}

/** What a clock on the wall of the zone shows at that instant, as if it were UTC. */
function wallClock(instant: number, zone: string): number {
  const part = Object.fromEntries(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  return Date.UTC(
    part["year"] ?? 0,
    (part["month"] ?? 1) - 1,
    part["day"] ?? 1,
    part["hour"] ?? 0,
    part["minute"] ?? 0,
    part["second"] ?? 0,
  );
}

/** The calendar day (YYYY-MM-DD) of an ISO instant in the zone; a plain day is returned as it is. Undefined when unreadable. */
export function dayIn(value: string, zone: string): string | undefined {
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return value;
  const instant = Date.parse(value);
  return Number.isNaN(instant) ? undefined : new Date(wallClock(instant, zone)).toISOString().slice(0, 10);
}

/** First instant of the day in the zone (where the clock skips midnight: the first that exists). */
function startOfDay(day: string, zone: string): number {
  const wanted = Date.parse(`${day}T00:00:00Z`);
  // Two rounds: the offset at the guess may differ from the offset at the start of the day.
  const guess = wanted - (wallClock(wanted, zone) - wanted);
  const start = guess - (wallClock(guess, zone) - wanted);
  return wallClock(start, zone) >= wanted ? start : guess;
}

/** Is the instant the start of a day in the zone? */
function isStartOfDay(value: string, zone: string): boolean {
  const day = dayIn(value, zone);
  return day !== undefined && Date.parse(value) === startOfDay(day, zone);
}

/** Whole seconds with `Z`: milliseconds break the vendor's own client. */
function wholeSeconds(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}

/**
 * Writes a calendar day as the instant that OTMM keeps, in the form in which dates were found: start of the day in
 * the zone, or a fixed UTC time of day. Without anything found: UTC midnight as the vendor's UI sends it, unless that
 * is another day in the zone.
 *
 * @param day   YYYY-MM-DD
 * @param found a value of the field, or of another date field of the asset
 */
export function writeDay(day: string, zone: string, found: string | undefined): string {
  const utcMidnight = Date.parse(`${day}T00:00:00Z`);
  if (found === undefined || Number.isNaN(Date.parse(found))) {
    return wholeSeconds(dayIn(wholeSeconds(utcMidnight), zone) === day ? utcMidnight : startOfDay(day, zone));
  }
  const timeOfDay = ((Date.parse(found) % DAY) + DAY) % DAY;
  if (timeOfDay !== 0 && isStartOfDay(found, zone)) return wholeSeconds(startOfDay(day, zone));
  const candidates = [0, DAY, -DAY].map((shift) => utcMidnight + timeOfDay + shift);
  return wholeSeconds(
    candidates.find((instant) => dayIn(wholeSeconds(instant), zone) === day) ?? startOfDay(day, zone),
  );
}

/** An ISO instant as OTMM takes it; undefined when it is none. */
export function writeInstant(value: string): string | undefined {
  const instant = Date.parse(value);
  return Number.isNaN(instant) ? undefined : wholeSeconds(instant);
}
