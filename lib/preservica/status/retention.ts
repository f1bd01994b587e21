import type { RetentionAssignment, RetentionPolicy } from "../types.js";

/** `NST` clock not started, `RUN` running, `EXP` expired, `PRM` permanent, `HLD` on hold, `UNK` cannot be told. */
export const RETENTION_STATES = ["NST", "RUN", "EXP", "PRM", "HLD", "UNK"] as const;
export type RetentionState = (typeof RETENTION_STATES)[number];

/** One policy on the asset, as Preservica governs it. */
export interface PolicyFacts {
  assignment: string;
  ref: string;
  name: string;
  /** Calendar date from which the server counts; absent while its field is empty. */
  start?: string;
  /** Kept through this calendar date; absent without period or start. */
  until?: string;
  permanent: boolean;
  /** As the server says. */
  expired: boolean;
  restriction?: string;
}

/** Facts of one assignment. The date is read, only its end is counted on from the policy's own period. */
export function policyFacts(assignment: RetentionAssignment, policy: RetentionPolicy): PolicyFacts {
  const start = assignment.startDate?.slice(0, 10);
  const permanent = policy.period === undefined;
  const until = start === undefined || permanent ? undefined : endOf(start, policy.period ?? 0, policy.periodUnit);
  return {
    assignment: assignment.apiId,
    ref: policy.ref,
    name: policy.name,
    ...(start === undefined ? {} : { start }),
    ...(until === undefined ? {} : { until }),
    permanent,
    expired: assignment.expired,
    ...(policy.restriction === undefined ? {} : { restriction: policy.restriction }),
  };
}

/**
 * The one that keeps the asset longest: permanent, then a clock that has not started (nobody knows its end), then the
 * latest end (RECORDS rule 11).
 */
export function ruling(policies: readonly PolicyFacts[]): PolicyFacts | undefined {
  const rank = (policy: PolicyFacts): string =>
    policy.permanent ? "3" : policy.until === undefined ? "2" : `1${policy.until}`;
  return [...policies].sort((a, b) => (rank(a) < rank(b) ? 1 : rank(a) > rank(b) ? -1 : 0))[0];
}

/** Last retained calendar date: the anniversary of the start; where its month is too short, the next day that exists. */
export function endOf(start: string, period: number, unit: string | undefined): string | undefined {
  const [year = 0, month = 1, day = 1] = start.split("-").map(Number);
  switch (unit?.toUpperCase() ?? "") {
    case "YEAR":
      return dateOf(year + period, month, day);
    case "MONTH": {
      const months = year * 12 + (month - 1) + period;
      return dateOf(Math.floor(months / 12), (months % 12) + 1, day);
    }
    case "WEEK":
      return new Date(Date.UTC(year, month - 1, day + 7 * period)).toISOString().slice(0, 10);
    case "DAY":
      return new Date(Date.UTC(year, month - 1, day + period)).toISOString().slice(0, 10);
    default:
      return undefined;
  }
}

function dateOf(year: number, month: number, day: number): string {
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const met = day <= last ? Date.UTC(year, month - 1, day) : Date.UTC(year, month, 1);
  return new Date(met).toISOString().slice(0, 10);
}

/** The one word for people. A hold goes before everything; what could not be asked is said as such. */
export function retentionState(holds: "held" | "clear" | "unknown", policy: PolicyFacts | undefined): RetentionState {
  if (holds === "held") return "HLD";
  if (holds === "unknown" || policy === undefined) return "UNK";
  if (policy.permanent) return "PRM";
  if (policy.expired) return "EXP";
  return policy.start === undefined ? "NST" : "RUN";
}
