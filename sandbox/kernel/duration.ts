const ISO_DURATION = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/**
 * Adds an ISO 8601 duration to a moment, calendar-wise in UTC: P1M after 31 January is the last day of February.
 *
 * @param duration e.g. "P1D", "P1Y6M", "PT90M"; a leading "-" goes back
 * @returns undefined when the text is no duration
 */
export function addDuration(from: Date, duration: string): Date | undefined {
  const back = duration.startsWith("-");
  const match = ISO_DURATION.exec(back ? duration.slice(1) : duration);
  if (!match || duration.endsWith("P") || duration.endsWith("T")) return undefined;
  const sign = back ? -1 : 1;
  const [years, months, weeks, days, hours, minutes, seconds] = match.slice(1).map((part) => sign * Number(part ?? 0));
  const moved = addMonths(from, (years ?? 0) * 12 + (months ?? 0));
  const wholeDays = (weeks ?? 0) * 7 + (days ?? 0);
  const rest = ((hours ?? 0) * 60 + (minutes ?? 0)) * 60 + (seconds ?? 0);
  return new Date(moved.getTime() + wholeDays * 86_400_000 + rest * 1000);
}

function addMonths(from: Date, months: number): Date {
  const target = new Date(from);
  target.setUTCDate(1);
  target.setUTCMonth(target.getUTCMonth() + months);
  const lastDay = new Date(Date.UTC(target.getUTCFullYear(), target.getUTCMonth() + 1, 0)).getUTCDate();
  target.setUTCDate(Math.min(from.getUTCDate(), lastDay));
  return target;
}
