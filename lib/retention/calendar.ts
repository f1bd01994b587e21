import type { CalendarDate } from "./types.js";

/** A day of the proleptic Gregorian calendar, without clock or zone. */
export interface Day {
  year: number;
  month: number;
  day: number;
}

/** Whole parts of an ISO 8601 period. */
export interface Period {
  years: number;
  months: number;
  days: number;
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const PERIOD = /^P(?:(\d{1,4})Y)?(?:(\d{1,5})M)?(?:(\d{1,5})W)?(?:(\d{1,6})D)?$/;
const MS_PER_DAY = 86_400_000;

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** @returns the day, or undefined when the text is not `YYYY-MM-DD` or names no existing day */
export function parseDay(text: string): Day | undefined {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return undefined;
  return { year, month, day };
}

export function formatDay(day: Day): CalendarDate {
  const year = String(day.year).padStart(4, "0");
  return `${year}-${String(day.month).padStart(2, "0")}-${String(day.day).padStart(2, "0")}`;
}

/** Midnight of the day on a clock that shows UTC, in milliseconds since 1970. */
export function utcMidnight(day: Day): number {
  const date = new Date(0);
  date.setUTCFullYear(day.year, day.month - 1, day.day);
  return date.getTime();
}

export function addDays(day: Day, days: number): Day {
  const date = new Date(utcMidnight(day) + days * MS_PER_DAY);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** @returns undefined when the text is no ISO 8601 period of whole years, months, weeks and days */
export function parsePeriod(text: string): Period | undefined {
  const match = PERIOD.exec(text);
  if (match === null || text === "P") return undefined;
  const [years, months, weeks, days] = [match[1], match[2], match[3], match[4]].map((part) => Number(part ?? 0));
  return { years: years ?? 0, months: months ?? 0, days: (weeks ?? 0) * 7 + (days ?? 0) };
}

/**
 * Adds years and months first, then days. Where the day does not exist in the month that is met, the next existing
 * day is taken: 2020-02-29 + P1Y = 2021-03-01. Shortening a retention by a day would be the worse mistake.
 */
export function addPeriod(start: Day, period: Period): Day {
  const months = start.year * 12 + (start.month - 1) + period.years * 12 + period.months;
  const year = Math.floor(months / 12);
  const month = (months % 12) + 1;
  const met =
    start.day <= daysInMonth(year, month)
      ? { year, month, day: start.day }
      : addDays({ year, month, day: daysInMonth(year, month) }, 1);
  return period.days === 0 ? met : addDays(met, period.days);
}

export function endOfYear(day: Day): Day {
  return { year: day.year, month: 12, day: 31 };
}

/** Negative when `a` is earlier. */
export function compareDays(a: Day, b: Day): number {
  return a.year - b.year || a.month - b.month || a.day - b.day;
}
