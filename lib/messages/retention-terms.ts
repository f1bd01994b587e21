import type { LifecycleAsset } from "./asset.js";

/**
 * Calendar date at which the asset's retention clock started: by the decision on the message, else by what the mapper
 * wrote; null where neither says. The archive must count from this date, or the clock has restarted (RECORDS.md 6).
 */
export function expectedStartOf(asset: LifecycleAsset): string | null {
  return (asset.retention?.start ?? mappedValue(asset, "retention/start"))?.slice(0, 10) ?? null;
}

/** Instead of the date of an end: kept for good. */
export const FOR_GOOD = "permanent";

/**
 * The last retained day that the schedule says, by the decision on the message, else by what the mapper wrote: a calendar
 * date or `permanent`; undefined where neither says.
 */
export function decidedEndOf(asset: LifecycleAsset): string | undefined {
  if (asset.retention?.outcome === "never" || mappedValue(asset, "retention/period") === FOR_GOOD) return FOR_GOOD;
  return (asset.retention?.until ?? mappedValue(asset, "retention/until"))?.slice(0, 10);
}

/** The first text that the mapper wrote into a field, in whichever target. */
export function mappedValue(asset: LifecycleAsset, field: string): string | undefined {
  for (const entry of Object.values(asset.metadata ?? {})) {
    const value = entry.values[field];
    if (typeof value === "string" && value !== "") return value;
  }
  return undefined;
}
