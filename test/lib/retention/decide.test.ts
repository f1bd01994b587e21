import assert from "node:assert/strict";
import type { FieldValue } from "../../../lib/messages/asset.js";
import {
  decideRetention,
  exampleRules,
  ruleProblems,
  type RetentionFacts,
  type RetentionRule,
} from "../../../lib/retention/index.js";

const text = (value: string): FieldValue => ({ type: "text", label: "", value });
const domain = (value: string): FieldValue => ({ type: "domain", label: "", value, display: value });

function facts(fields: Record<string, string>, more: Partial<RetentionFacts> = {}): RetentionFacts {
  const values = Object.entries(fields).map(
    ([id, value]) => [id, id.includes("CLASS") ? domain(value) : text(value)] as const,
  );
  return { fields: Object.fromEntries(values), now: "2026-11-16T09:00:00Z", zone: "Europe/Berlin", ...more };
}
const rule = (name: string, more: Partial<RetentionRule> = {}): RetentionRule => ({
  name,
  trigger: { kind: "date", fields: ["END"] },
  period: "P5Y",
  ...more,
});

describe("a retention decision", () => {
  it("is due from the first instant after the last day, with its reason", () => {
    const rules = [rule("five years", { class: "C-5" })];
    const before = decideRetention(rules, facts({ END: "2021-11-15" }, { now: "2026-11-15T22:59:59Z" }));
    const after = decideRetention(rules, facts({ END: "2021-11-15" }, { now: "2026-11-15T23:00:00Z" }));
    assert.equal(before.outcome, "not-yet");
    assert.deepEqual(after, {
      outcome: "due",
      rule: "five years",
      class: "C-5",
      trigger: "END",
      start: "2021-11-15",
      period: "P5Y",
      until: "2026-11-15",
      dueAt: "2026-11-15T23:00:00Z",
      zone: "Europe/Berlin",
      reason: "END 2021-11-15, plus P5Y: kept through 2026-11-15 (Europe/Berlin).",
    });
  });

  it("is for a person when a date is missing or malformed, or no rule fits", () => {
    assert.equal(decideRetention([rule("r")], facts({})).outcome, "to-person");
    const malformed = decideRetention([rule("r")], facts({ END: "31.12.2020" }));
    assert.equal(malformed.outcome, "to-person");
    assert.match(malformed.reason, /END is not a date: 31\.12\.2020/);
    assert.equal(
      decideRetention(
        [rule("r", { when: [{ field: "CLASS", is: "one-of", values: ["X"] }] })],
        facts({ END: "2021-01-01" }),
      ).outcome,
      "to-person",
    );
    assert.equal(
      decideRetention([rule("r", { period: "five years" })], facts({ END: "2021-01-01" })).outcome,
      "to-person",
    );
  });

  it("never ends for permanent, whatever other rules say", () => {
    const decision = decideRetention(
      [rule("r"), rule("forever", { trigger: { kind: "none" }, period: "permanent" })],
      facts({}),
    );
    assert.deepEqual([decision.outcome, decision.rule, decision.until], ["never", "forever", undefined]);
  });

  it("waits for an event that has not happened, without inventing a date", () => {
    const closing = rule("case", { trigger: { kind: "event", event: "case closed", field: "CLOSED" } });
    const waiting = decideRetention([closing, rule("r")], facts({ END: "2000-01-01" }, { holds: ["ecm: M-1"] }));
    assert.deepEqual([waiting.outcome, waiting.dueAt, waiting.holds], ["not-yet", undefined, ["ecm: M-1"]]);
    assert.match(waiting.reason, /waits for event case closed/);
    assert.equal(decideRetention([closing], facts({ CLOSED: "2020-01-01" })).until, "2025-01-01");
    assert.equal(
      decideRetention([closing], facts({}, { events: { "case closed": "2020-06-30T22:00:00Z" } })).start,
      "2020-07-01",
    );
    assert.equal(decideRetention([closing], facts({ CLOSED: "soon" })).outcome, "to-person");
  });

  it("starts with a status, once it is reached and dated", () => {
    const closed = rule("project", {
      trigger: { kind: "status", field: "STATE", values: ["CLOSED"], dateField: "SINCE" },
    });
    assert.equal(decideRetention([closed], facts({ STATE: "OPEN" })).outcome, "not-yet");
    assert.equal(decideRetention([closed], facts({ STATE: "CLOSED" })).outcome, "to-person");
    assert.equal(decideRetention([closed], facts({ STATE: "CLOSED", SINCE: "2020-01-31" })).outcome, "due");
  });

  it("lets a hold win over dates, and still tells when it would be due", () => {
    const held = decideRetention([rule("r")], facts({ END: "2020-01-01" }, { holds: ["otmm: MAT-2026-017"] }));
    assert.deepEqual([held.outcome, held.dueAt, held.holds], ["held", "2025-01-01T23:00:00Z", ["otmm: MAT-2026-017"]]);
    assert.match(held.reason, /^Held by otmm: MAT-2026-017\. It would be due\./);
  });

  it("takes the longest minimum, then the shortest maximum", () => {
    const rules = [rule("short"), rule("long", { period: "P10Y" }), rule("cap", { period: "P12Y", limit: "maximum" })];
    assert.equal(decideRetention(rules, facts({ END: "2015-01-01" })).rule, "long");
    const caps = [
      rule("wide", { period: "P9Y", limit: "maximum" }),
      rule("tight", { period: "P3Y", limit: "maximum" }),
    ];
    assert.equal(decideRetention(caps, facts({ END: "2015-01-01" })).rule, "tight");
  });

  it("gives a minimum beyond a maximum to a person", () => {
    const conflict = decideRetention(
      [rule("keep", { period: "P10Y" }), rule("erase", { period: "P3Y", limit: "maximum" })],
      facts({ END: "2015-01-01" }),
    );
    assert.equal(conflict.outcome, "to-person");
    assert.match(conflict.reason, /keep keeps through 2025-01-01, erase allows no longer than 2018-01-01/);
  });

  it("counts several dates of one rule from the later, and needs them all", () => {
    const both = rule("broadcast", { trigger: { kind: "date", fields: ["LICENCE", "TX"] }, period: "P6Y" });
    assert.equal(
      decideRetention([both], facts({ LICENCE: "2026-08-31", TX: "2026-09-12T20:15:00+02:00" })).start,
      "2026-09-12",
    );
    assert.equal(
      decideRetention([both], facts({ LICENCE: "2026-10-01", TX: "2026-09-12T20:15:00+02:00" })).trigger,
      "LICENCE",
    );
    assert.equal(decideRetention([both], facts({ TX: "2026-09-12T20:15:00+02:00" })).outcome, "to-person");
  });

  it("reads source dates in the source's zone and ends days in the rule's", () => {
    const decision = decideRetention(
      [rule("r", { zone: "Asia/Tokyo" })],
      facts({ END: "2021-11-01T07:00:00Z" }, { sourceZone: "America/Los_Angeles" }),
    );
    assert.deepEqual(
      [decision.start, decision.dueAt, decision.zone],
      ["2021-11-01", "2026-11-01T15:00:00Z", "Asia/Tokyo"],
    );
  });

  it("knows the classes of the example deployment", () => {
    const of = (retentionClass: string, fields: Record<string, string>) =>
      decideRetention(exampleRules, facts({ "ACME.FIELD.RETENTION CLASS": retentionClass, ...fields }));
    assert.equal(of("CAMP-5Y", { "ACME.FIELD.END DATE": "2021-02-28" }).until, "2026-02-28");
    assert.equal(of("CAMP-10Y", { "ACME.FIELD.END DATE": "2024-08-31" }).until, "2034-08-31");
    assert.equal(of("PROD-10Y", { "ACME.FIELD.LAST UNIT DATE": "2022-06-30" }).until, "2032-06-30");
    assert.equal(of("PROD-MDR-15Y", { "ACME.FIELD.LAST UNIT DATE": "2025-01-15" }).until, "2040-01-15");
    assert.equal(of("PROD-10Y", {}).outcome, "to-person");
    assert.equal(of("HERI-PERM", {}).outcome, "never");
    assert.equal(
      of("BCST-6Y", { "BCT.FIELD.LICENCE END": "2026-08-31", "BCT.FIELD.TX TIME": "2026-09-12T20:15:00+02:00" }).until,
      "2032-09-12",
    );
  });

  it("finds every mistake of a rule table at once", () => {
    const problems = ruleProblems([
      rule("a", { period: "5 years", zone: "Berlin/Mitte" }),
      rule("a", { trigger: { kind: "date", fields: [] } }),
      rule("b", { trigger: { kind: "none" }, when: [{ field: "X", is: "one-of" }] }),
      rule("c", { trigger: { kind: "none" }, period: "permanent" }),
    ]);
    assert.deepEqual(
      problems.map(({ rule: name, field }) => `${name}.${field}`),
      ["a.period", "a.zone", "a.name", "a.trigger", "b.trigger", "b.when[0].values"],
    );
  });
});
