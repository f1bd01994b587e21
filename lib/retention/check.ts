import { parsePeriod } from "./calendar.js";
import { PERMANENT, type RetentionRule } from "./types.js";
import { isZone } from "./zone.js";

/** A mistake in a rule table, for forms and imports. */
export interface RuleProblem {
  rule: string;
  field: string;
  message: string;
}

/** Finds every mistake of a rule table at once; an empty answer means that the table can be used. */
export function ruleProblems(rules: readonly RetentionRule[]): RuleProblem[] {
  const problems: RuleProblem[] = [];
  const names = new Set<string>();
  for (const rule of rules) {
    const tell = (field: string, message: string): void => void problems.push({ rule: rule.name, field, message });
    if (rule.name.trim() === "") tell("name", "Give the rule a name.");
    if (names.has(rule.name)) tell("name", `Another rule is called ${rule.name} as well.`);
    names.add(rule.name);
    if (rule.period !== PERMANENT && parsePeriod(rule.period) === undefined) {
      tell("period", `"${rule.period}" is no period; write P5Y, P6M, P30D or permanent.`);
    }
    if (rule.zone !== undefined && !isZone(rule.zone)) tell("zone", `"${rule.zone}" is not a known time zone.`);
    const missing = missingTrigger(rule);
    if (missing !== undefined) tell("trigger", missing);
    for (const [index, condition] of (rule.when ?? []).entries()) {
      if (condition.field.trim() === "") tell(`when[${index}].field`, "Choose a field.");
      const compares = condition.is === "one-of" || condition.is === "not-one-of";
      if (compares && (condition.values ?? []).length === 0) tell(`when[${index}].values`, "Give at least one value.");
    }
  }
  return problems;
}

function missingTrigger(rule: RetentionRule): string | undefined {
  const { trigger } = rule;
  if (rule.period === PERMANENT) return undefined;
  if (trigger.kind === "none") return "A rule with a period needs something that starts it.";
  if (trigger.kind === "date" && (trigger.fields.length === 0 || trigger.fields.includes("")))
    return "Choose the date field.";
  if (trigger.kind === "event" && trigger.event.trim() === "") return "Name the event.";
  if (trigger.kind !== "status") return undefined;
  if (trigger.field === "" || trigger.dateField === "" || trigger.values.length === 0) {
    return "A status trigger needs the status field, its values and the date field.";
  }
  return undefined;
}
