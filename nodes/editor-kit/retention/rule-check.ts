import { ruleProblems } from "../../../lib/retention/check.js";
import type { RetentionRule } from "../../../lib/retention/types.js";

/** What is wrong with a rule, as key of the reason in the catalogue; nothing when it can be used. Pure. */
export function ruleMistake(rule: RetentionRule): string | undefined {
  const [problem] = ruleProblems([rule]);
  // `when[0].values` names a member of a line; the catalogue has `when-values`.
  return problem === undefined ? undefined : `kit.rules.errors.${problem.field.replace(/\[\d+\]\./, "-")}`;
}
