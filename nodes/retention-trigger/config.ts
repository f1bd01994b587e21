import {
  ACTIONS,
  CONDITION_KINDS,
  LIMITS,
  type RetentionRule,
  type RetentionTrigger,
  type RuleCondition,
  STARTS,
  TRIGGER_KINDS,
} from "../../lib/retention/types.js";
import { choiceIn, isStored, numberIn, rowsIn, type Stored, textIn } from "../shared/configuration.js";

export interface RetentionTriggerConfig {
  name: string;
  store: string;
  /** IANA zone of rules that name none. */
  zone: string;
  rules: RetentionRule[];
  queue: string;
  concurrency: number;
}

/** Reads a stored definition of any age. Pure. */
export function migrate(stored: Stored): RetentionTriggerConfig {
  return {
    name: textIn(stored, "name"),
    store: textIn(stored, "store"),
    zone: textIn(stored, "zone", "UTC"),
    rules: rowsIn(stored, "rules", ruleIn),
    queue: textIn(stored, "queue"),
    concurrency: numberIn(stored, "concurrency", 4),
  };
}

/** Reads one line of the rule table, also from an import or a request of the form. Pure; mistakes are left to the check. */
export function ruleIn(row: Stored): RetentionRule {
  const text = (name: keyof RetentionRule): { [name: string]: string } => {
    const value = textIn(row, name);
    return value === "" ? {} : { [name]: value };
  };
  const when = rowsIn(row, "when", conditionIn);
  return {
    name: textIn(row, "name"),
    ...text("class"),
    ...(when.length === 0 ? {} : { when }),
    trigger: triggerIn(row["trigger"]),
    period: textIn(row, "period"),
    startAt: choiceIn(row, "startAt", STARTS, "trigger"),
    limit: choiceIn(row, "limit", LIMITS, "minimum"),
    ...text("zone"),
    ...text("authority"),
    action: choiceIn(row, "action", ACTIONS, "review"),
  };
}

function conditionIn(row: Stored): RuleCondition {
  return {
    field: textIn(row, "field"),
    is: choiceIn(row, "is", CONDITION_KINDS, "one-of"),
    values: listIn(row, "values"),
  };
}

function triggerIn(given: unknown): RetentionTrigger {
  const row: Stored = isStored(given) ? given : {};
  switch (choiceIn(row, "kind", TRIGGER_KINDS, "date")) {
    case "date":
      return { kind: "date", fields: listIn(row, "fields") };
    case "event": {
      const field = textIn(row, "field");
      return { kind: "event", event: textIn(row, "event"), ...(field === "" ? {} : { field }) };
    }
    case "status":
      return {
        kind: "status",
        field: textIn(row, "field"),
        values: listIn(row, "values"),
        dateField: textIn(row, "dateField"),
      };
    case "none":
      return { kind: "none" };
  }
}

function listIn(row: Stored, name: string): string[] {
  const value = row[name];
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) => (typeof one === "string" && one.trim() !== "" ? [one.trim()] : []));
}
