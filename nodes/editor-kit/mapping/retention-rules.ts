import type { ProfileProblem } from "../../../lib/mapping/types.js";
import type { RetentionRule } from "../../../lib/retention/types.js";
import { blankRule, ruleView } from "../retention/rule.js";
import { rowTable, type Rows } from "../rows.js";
import type { Around } from "./profile-parts.js";

/** The profile's own retention rules, edited as those of the retention trigger are. */
export function profileRules(
  around: Around,
  stored: readonly RetentionRule[],
  changed: () => void,
): Rows<RetentionRule> {
  return rowTable<RetentionRule>(around.text, stored, {
    list: "clc-profile-retention",
    addLabel: around.text("kit.rules.add"),
    blank: blankRule,
    view: (rule, edited) => ruleView(around.text, rule, edited, around.connection),
    changed,
  });
}

/** Whether a problem is told at a table of the form and need not be told for the profile as a whole. */
export function hasPlace({ row, field }: ProfileProblem): boolean {
  return row !== undefined || field.startsWith("conditions.") || field.startsWith("retention.");
}
