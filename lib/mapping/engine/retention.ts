import type { RetentionDecision } from "../../messages/asset.js";
import { decideRetention } from "../../retention/decide.js";
import type { RetentionRule } from "../../retention/types.js";
import type { RetentionFact } from "../types.js";
import type { CompileContext } from "./context.js";
import type { Flow, Scope } from "./scope.js";

/**
 * A fact of the asset's retention. The decision that travels on the asset counts (the retention trigger made it);
 * without one the profile's own rules decide, so that a flow without that node still carries start, period and end.
 */
export function retentionReader(fact: RetentionFact, context: CompileContext): (scope: Scope) => Flow {
  const rules = context.profile.retention ?? [];
  for (const rule of rules) {
    for (const condition of rule.when ?? []) context.usedFields.add(condition.field);
    for (const field of triggerFields(rule)) context.usedFields.add(field);
  }
  const authorities = new Map(rules.map((rule) => [rule.name, rule.authority]));
  return (scope) => {
    const decision = decisionOf(scope, rules);
    if (decision === null) return undefined;
    return fact === "authority" ? authorities.get(decision.rule) : decision[fact];
  };
}

function decisionOf(scope: Scope, rules: readonly RetentionRule[]): RetentionDecision | null {
  if (scope.decision !== undefined) return scope.decision;
  scope.decision = scope.input.asset.retention ?? calculate(scope, rules);
  if (scope.decision?.outcome === "to-person") scope.report("error", scope.decision.reason);
  return scope.decision;
}

function triggerFields({ trigger }: RetentionRule): string[] {
  switch (trigger.kind) {
    case "date":
      return trigger.fields;
    case "event":
      return trigger.field === undefined ? [] : [trigger.field];
    case "status":
      return [trigger.field, trigger.dateField];
    case "none":
      return [];
  }
}

function calculate(scope: Scope, rules: readonly RetentionRule[]): RetentionDecision | null {
  if (rules.length === 0) return null;
  if (scope.zone === undefined) {
    scope.report("error", "Retention cannot be calculated: neither the connection nor the profile names a time zone.");
    return null;
  }
  return decideRetention(rules, {
    fields: scope.fields,
    now: scope.input.now,
    zone: scope.profile.zone ?? scope.zone,
    sourceZone: scope.zone,
  });
}
