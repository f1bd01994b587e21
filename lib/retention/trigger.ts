import type { FieldValue } from "../messages/asset.js";
import { compareDays, type Day } from "./calendar.js";
import type { RetentionFacts, RetentionRule, RuleCondition } from "./types.js";
import { knownDay } from "./known-days.js";

/** What a rule's trigger says of an asset. */
export type TriggerState =
  | { state: "started"; day: Day; by: string }
  /** The clock has not started: the event or status is still to come. */
  | { state: "open"; waitsFor: string }
  /** A date is missing or unreadable: nobody may guess it. */
  | { state: "unreadable"; why: string };

/** Reads the trigger of a rule; of several dates the later counts, and all must be there. */
export function readTrigger(rule: RetentionRule, facts: RetentionFacts): TriggerState {
  const { trigger } = rule;
  const zone = facts.sourceZone ?? facts.zone;
  switch (trigger.kind) {
    case "none":
      return { state: "unreadable", why: "the rule names nothing that starts its period" };
    case "date":
      return latest(trigger.fields, facts, zone);
    case "event": {
      const happened = facts.events?.[trigger.event];
      if (happened !== undefined) return dated(happened, `event ${trigger.event}`, zone);
      const text = trigger.field === undefined ? undefined : textOf(facts.fields[trigger.field]);
      if (text === undefined) return { state: "open", waitsFor: `event ${trigger.event}` };
      return dated(text, `event ${trigger.event}`, zone);
    }
    case "status": {
      const status = textOf(facts.fields[trigger.field]);
      if (status === undefined || !trigger.values.includes(status)) {
        return { state: "open", waitsFor: `${trigger.field} = ${trigger.values.join(" or ")}` };
      }
      return latest([trigger.dateField], facts, zone);
    }
  }
}

/** True when every condition of the rule holds; a rule without conditions applies to all. */
export function ruleApplies(rule: RetentionRule, facts: RetentionFacts): boolean {
  return (rule.when ?? []).every((condition) => holds(condition, facts));
}

/** The value of a field as rules compare it: id of a controlled value, untouched text or date; undefined when empty. */
export function textOf(field: FieldValue | undefined): string | undefined {
  if (field === undefined || field.type === "list" || field.type === "table") return undefined;
  const text = String(field.value).trim();
  return text === "" ? undefined : text;
}

function holds(condition: RuleCondition, facts: RetentionFacts): boolean {
  const field = facts.fields[condition.field];
  const texts = field?.type === "list" ? field.values.map((item) => String(item.value).trim()) : [textOf(field)];
  const present = texts.filter((text) => text !== undefined && text !== "");
  const values = condition.values ?? [];
  switch (condition.is) {
    case "set":
      return present.length > 0;
    case "not-set":
      return present.length === 0;
    case "one-of":
      return present.some((text) => text !== undefined && values.includes(text));
    case "not-one-of":
      return !present.some((text) => text !== undefined && values.includes(text));
  }
}

function latest(fields: readonly string[], facts: RetentionFacts, zone: string): TriggerState {
  let best: { day: Day; field: string } | undefined;
  for (const field of fields) {
    const text = textOf(facts.fields[field]);
    if (text === undefined) return { state: "unreadable", why: `${field} is missing` };
    const day = knownDay(text, zone)?.day;
    if (day === undefined) return { state: "unreadable", why: `${field} is not a date: ${text.slice(0, 60)}` };
    if (best === undefined || compareDays(day, best.day) > 0) best = { day, field };
  }
  if (best === undefined) return { state: "unreadable", why: "the rule names no date field" };
  return { state: "started", day: best.day, by: best.field };
}

function dated(text: string, by: string, zone: string): TriggerState {
  const day = knownDay(text, zone)?.day;
  if (day === undefined) return { state: "unreadable", why: `the date of ${by} is not a date: ${text.slice(0, 60)}` };
  return { state: "started", day, by };
}
