import type { RetentionDecision } from "../messages/asset.js";
import { formatDay, parsePeriod } from "./calendar.js";
import { retentionEnd, type RetentionEnd } from "./end.js";
import { PERMANENT, type RetentionFacts, type RetentionRule } from "./types.js";
import { readTrigger, ruleApplies, type TriggerState } from "./trigger.js";

interface Dated {
  rule: RetentionRule;
  end: RetentionEnd;
  trigger: string;
  triggerDate: string;
  zone: string;
}

/**
 * Decides by a table of rules, with the reason. Pure: looks at nothing but `facts`.
 *
 * Which rule wins (RECORDS.md 11): permanent, then an open event, then a hold, then the longest minimum, then the
 * shortest maximum. A minimum beyond a maximum, a date that is missing or unreadable, and an asset that no rule fits
 * go to a person; no date is ever invented. A hold is told even when nothing would be due: `dueAt` stays in the
 * decision, so that a flow may copy what is due and release nothing that is held.
 *
 * @param rules rule table; names are unique
 */
export function decideRetention(rules: readonly RetentionRule[], facts: RetentionFacts): RetentionDecision {
  const fitting = rules.filter((rule) => ruleApplies(rule, facts));
  const first = fitting[0];
  if (first === undefined) {
    return finish({ outcome: "to-person", rule: "none", reason: "No retention rule fits this asset." }, facts);
  }
  const permanent = fitting.find((rule) => rule.period === PERMANENT);
  if (permanent !== undefined) {
    return finish({ ...head(permanent), outcome: "never", reason: `Permanent by rule ${permanent.name}.` }, facts);
  }
  const dated: Dated[] = [];
  const open: { rule: RetentionRule; waitsFor: string }[] = [];
  for (const rule of fitting) {
    const trigger = readTrigger(rule, facts);
    if (trigger.state === "open") {
      open.push({ rule, waitsFor: trigger.waitsFor });
      continue;
    }
    const result = trigger.state === "started" ? date(rule, trigger, facts) : trigger.why;
    if (typeof result === "string") {
      const reason = `Rule ${rule.name} cannot be calculated: ${result}. Correct the source, then decide again.`;
      return finish({ ...head(rule), outcome: "to-person", reason }, facts);
    }
    dated.push(result);
  }
  const waiting = open[0];
  if (waiting !== undefined) {
    const reason = `Not yet: rule ${waiting.rule.name} waits for ${waiting.waitsFor}.`;
    return finish({ ...head(waiting.rule), outcome: "not-yet", trigger: waiting.waitsFor, reason }, facts);
  }
  return decideByDates(dated, facts);
}

function decideByDates(dated: readonly Dated[], facts: RetentionFacts): RetentionDecision {
  const minimum = pick(dated, "minimum", (a, b) => Date.parse(a.end.dueAt) > Date.parse(b.end.dueAt));
  const maximum = pick(dated, "maximum", (a, b) => Date.parse(a.end.dueAt) < Date.parse(b.end.dueAt));
  const winner = minimum ?? maximum;
  if (winner === undefined) {
    return finish({ outcome: "to-person", rule: "none", reason: "No retention rule gives a date." }, facts);
  }
  if (minimum !== undefined && maximum !== undefined && minimum.end.until > maximum.end.until) {
    const reason =
      `Rules contradict each other: ${minimum.rule.name} keeps through ${minimum.end.until}, ` +
      `${maximum.rule.name} allows no longer than ${maximum.end.until}. A person decides.`;
    return finish({ ...describe(minimum), outcome: "to-person", reason }, facts);
  }
  const due = Date.parse(facts.now) >= Date.parse(winner.end.dueAt);
  const counted = `${winner.trigger} ${winner.triggerDate}${
    winner.end.start === winner.triggerDate ? "" : `, counted from ${winner.end.start}`
  }, plus ${winner.rule.period}: kept through ${winner.end.until} (${winner.zone}).`;
  if ((facts.holds ?? []).length > 0) {
    const else_ = due ? "It would be due." : "It would not be due yet.";
    const reason = `Held by ${(facts.holds ?? []).join(", ")}. ${else_} ${counted}`;
    return finish({ ...describe(winner), outcome: "held", reason }, facts);
  }
  return finish({ ...describe(winner), outcome: due ? "due" : "not-yet", reason: counted }, facts);
}

function date(
  rule: RetentionRule,
  trigger: Extract<TriggerState, { state: "started" }>,
  facts: RetentionFacts,
): Dated | string {
  const zone = rule.zone ?? facts.zone;
  if (parsePeriod(rule.period) === undefined) return `its period ${rule.period} is not a period`;
  const triggerDate = formatDay(trigger.day);
  const end = retentionEnd({ start: triggerDate, period: rule.period, zone, startAt: rule.startAt ?? "trigger" });
  if (end === undefined) return `${triggerDate} plus ${rule.period} gives no date`;
  return { rule, end, trigger: trigger.by, triggerDate, zone };
}

function pick(
  dated: readonly Dated[],
  limit: "minimum" | "maximum",
  wins: (a: Dated, b: Dated) => boolean,
): Dated | undefined {
  let best: Dated | undefined;
  for (const one of dated) {
    if ((one.rule.limit ?? "minimum") === limit && (best === undefined || wins(one, best))) best = one;
  }
  return best;
}

function head(rule: RetentionRule): Pick<RetentionDecision, "rule" | "class" | "period"> {
  return { rule: rule.name, period: rule.period, ...(rule.class === undefined ? {} : { class: rule.class }) };
}

function describe(dated: Dated): Omit<RetentionDecision, "outcome" | "reason"> {
  const { start, until, dueAt } = dated.end;
  return { ...head(dated.rule), trigger: dated.trigger, start, until, dueAt, zone: dated.zone };
}

function finish(decision: RetentionDecision, facts: RetentionFacts): RetentionDecision {
  return facts.holds === undefined || facts.holds.length === 0 ? decision : { ...decision, holds: [...facts.holds] };
}
