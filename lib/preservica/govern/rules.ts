import type { PolicyFacts } from "../status/retention.js";

/** Order of tags when nobody set another: from most to least open. */
export const DEFAULT_TAG_ORDER = [
  "open",
  "internal",
  "rights-expired",
  "restricted",
  "embargo",
  "culturally-sensitive",
  "personal-data",
  "closed",
] as const;

/** Which way a change of tag goes. Tags that the order does not name cannot be compared. Pure. */
export function tagChange(
  from: string,
  to: string,
  order: readonly string[],
): "same" | "tighter" | "looser" | "unknown" {
  if (from === to) return "same";
  const [before, after] = [order.indexOf(from), order.indexOf(to)];
  if (before < 0 || after < 0) return "unknown";
  return after > before ? "tighter" : "looser";
}

/**
 * Does `one` keep the asset at least as long and as strictly as `other`? What cannot be compared (a clock that has not
 * started) does not. Pure.
 */
export function keepsAtLeast(one: PolicyFacts, other: PolicyFacts): boolean {
  if (other.restriction !== undefined && one.restriction !== other.restriction) return false;
  if (one.permanent) return true;
  if (other.permanent) return false;
  return one.until !== undefined && other.until !== undefined && one.until >= other.until;
}

/** May `policy` go while `others` stay, without the asset being kept shorter than before? Pure. */
export function mayGo(policy: PolicyFacts, others: readonly PolicyFacts[]): boolean {
  return (policy.expired && !policy.permanent) || others.some((other) => keepsAtLeast(other, policy));
}
