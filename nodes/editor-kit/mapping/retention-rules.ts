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
