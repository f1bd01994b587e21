import { S3Error } from "../errors.js";
import { RELEASED_MODE } from "../assumptions.js";
import { asMode } from "../lock.js";
import type { ObjectLock } from "../model.js";

type Duration = NonNullable<ObjectLock["eventHoldDuration"]>;

/** Days 1 to 36,500 or years 1 to 100, one of them (apis/s3.md section 6, event hold). @throws S3Error InvalidArgument, MalformedXML */
export function eventDuration(days: string | undefined, years: string | undefined): Duration {
  const count = Number(days ?? years);
  if ((days === undefined) === (years === undefined) || !Number.isInteger(count)) throw new S3Error("MalformedXML");
  if (count < 1 || count > (days === undefined ? 100 : 36_500))
    throw new S3Error("InvalidArgument", { message: "Event hold duration must be 1 to 36500 days or 1 to 100 years." });
  return days === undefined ? { years: count } : { days: count };
}

/** The retention that starts when an event hold is released. */
export function releasedRetention(
  duration: Duration | undefined,
  now: Date,
  mode: string | undefined,
): Pick<ObjectLock, "mode" | "until"> | undefined {
  if (!duration) return undefined;
  const until = new Date(now);
  until.setUTCFullYear(until.getUTCFullYear() + (duration.years ?? 0));
  until.setUTCDate(until.getUTCDate() + (duration.days ?? 0));
  return { mode: mode === undefined ? RELEASED_MODE : asMode(mode), until: until.toISOString() };
}

/** The event hold as it was, for changes that do not touch it. */
export function keepEventHold({ eventHold, eventHoldDuration }: ObjectLock): ObjectLock {
  return {
    ...(eventHold === undefined ? {} : { eventHold }),
    ...(eventHoldDuration === undefined ? {} : { eventHoldDuration }),
  };
}

/** Mode and date as they were. */
export function keepRetention({ mode, until }: ObjectLock): ObjectLock {
  return { ...(mode === undefined ? {} : { mode }), ...(until === undefined ? {} : { until }) };
}
