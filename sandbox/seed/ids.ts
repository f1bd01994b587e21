import { createHash } from "node:crypto";

/** T0 of the seed: a Monday. Everything "due" or "not yet" is meant at this instant. */
export const T0 = "2026-11-16T09:00:00Z";

/** The zone in which the seeded OTMM stores calendar dates (as midnight there) and in which retention rules are read. */
export const HOME_ZONE = "Europe/Berlin";

/** A deterministic id in OTMM's form, 40 lower-case hex characters, from a name. */
export function seedId(name: string): string {
  return createHash("sha1").update(`alder-and-finch:${name}`).digest("hex");
}

/** Forty hex digits of an asset that went into the archive in an older run; the archive's seed names its assets after them. */
export function archivedId(number: number): string {
  return `${String(number).padStart(4, "0")}${"a0c1e2b3".repeat(4)}0000`;
}

/**
 * A calendar day as the seeded OTMM stores it: midnight of that day in the home zone, in UTC, whole seconds.
 * A real server does the same in its own zone (`2023-10-18T07:00:00Z` is 18 October in Los Angeles).
 */
export function storedDay(day: string): string {
  const utc = Date.parse(`${day}T00:00:00Z`);
  // Berlin is one or two hours ahead of UTC; the offset at that midnight decides.
  const hour = Number(
    new Intl.DateTimeFormat("en-GB", { timeZone: HOME_ZONE, hour: "2-digit", hourCycle: "h23" }).format(utc),
  );
  const guess = utc - hour * 3_600_000;
  return new Date(guess).toISOString().replace(".000Z", "Z");
}

/** Reads a stored day back as `YYYY-MM-DD` in the home zone. */
export function dayOf(stored: string): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone: HOME_ZONE }).format(Date.parse(stored));
}
