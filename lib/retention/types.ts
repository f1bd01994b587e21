import type { FieldValue } from "../messages/asset.js";

/** Calendar date `YYYY-MM-DD`. */
export type CalendarDate = string & { readonly __calendarDate?: true };

/** ISO 8601 period in whole years, months, weeks and days (`P5Y`, `P6M`), or no end at all. */
export type RetentionPeriod = string;
export const PERMANENT = "permanent";

export const TRIGGER_KINDS = ["date", "event", "status", "none"] as const;
export const CONDITION_KINDS = ["one-of", "not-one-of", "set", "not-set"] as const;
export const ACTIONS = ["preserve", "review", "dispose"] as const;
export const STARTS = ["trigger", "calendar-year"] as const;
export const LIMITS = ["minimum", "maximum"] as const;

/** Business events that forms propose; any other word works as well. */
export const USUAL_EVENTS = [
  "campaign.ended",
  "product.discontinued",
  "programme.aired",
  "case.closed",
  "claim.settled",
  "contract.expired",
] as const;

/** What starts the clock of a rule. */
export type RetentionTrigger =
  /** Date fields; of several the later counts (all of them must be there). */
  | { kind: "date"; fields: string[] }
  /** A business event; its date is in `field` once it has happened. No date: not yet, waits for the event. */
  | { kind: "event"; event: string; field?: string }
  /** A status field that has one of the values; the date is in `dateField`. */
  | { kind: "status"; field: string; values: string[]; dateField: string }
  /** Nothing starts a clock: for permanent rules. */
  | { kind: "none" };

/** One test of a field; all tests of a rule must hold. */
export interface RuleCondition {
  field: string;
  is: (typeof CONDITION_KINDS)[number];
  /** Value ids of domain fields, else the text. */
  values?: string[];
}

/** One line of the rule table. */
export interface RetentionRule {
  /** Unique; named in every decision. */
  name: string;
  /** Class code that the decision carries, e.g. `CAMP-5Y`. */
  class?: string;
  /** Empty or absent: applies to every asset. */
  when?: RuleCondition[];
  trigger: RetentionTrigger;
  /** `P5Y`, or `permanent`. */
  period: RetentionPeriod;
  /** `calendar-year`: the period starts at the end of the year of the trigger date. */
  startAt?: (typeof STARTS)[number];
  /** `minimum` (default): keep at least. `maximum`: keep at most (personal data). */
  limit?: (typeof LIMITS)[number];
  /** IANA zone in which days begin and end; absent = zone of the input. */
  zone?: string;
  /** Who set the rule, for papers and fragments. */
  authority?: string;
  /** What a due rule leads to. It never leads there by itself. */
  action?: (typeof ACTIONS)[number];
}

/** Facts that a decision is made from; nothing else is looked at, no clock is read. */
export interface RetentionFacts {
  fields: Readonly<Record<string, FieldValue>>;
  /** ISO instant: the present of this decision. */
  now: string;
  /** Zone of rules that name none. */
  zone: string;
  /** Zone in which the source writes calendar dates; absent = `zone`. */
  sourceZone?: string;
  /** Names of holds that are active, with the system: `otmm: MAT-2026-017`. */
  holds?: readonly string[];
  /** Business events that happened: event name -> date or instant. */
  events?: Readonly<Record<string, string>>;
}
