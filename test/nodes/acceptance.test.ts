import assert from "node:assert/strict";
import type { FieldValue, LifecycleAsset } from "../../lib/messages/asset.js";
import { type AssetFacts, type Choices, holds, refusalOf } from "../../nodes/otmm-asset-fetch/acceptance.js";
import { type AcceptanceRule, migrate, type RuleOperator } from "../../nodes/otmm-asset-fetch/config.js";

const present = { zone: "Europe/Berlin", now: new Date("2026-11-16T09:00:00Z") };
const fine: AssetFacts = {
  latestVersion: true,
  deleted: false,
  expired: false,
  checkedOut: false,
  master: { size: 10 },
};
const choices: Choices = migrate({});

function asset(fields: Record<string, FieldValue> = {}, version = "2"): LifecycleAsset {
  return {
    key: "otmm:dam:a",
    version,
    name: "a.tif",
    ids: {},
    fields,
    content: [],
    source: { content_type: "BITMAP", deleted: false },
  };
}
const domain = (value: string): FieldValue => ({ type: "domain", label: "", value, display: `shown ${value}` });
const day = (value: string): FieldValue => ({ type: "date", label: "", value });
const rule = (operator: RuleOperator, value = "", field = "F"): AcceptanceRule => ({
  field,
  operator,
  value,
  reason: "because",
});

describe("which assets a fetch accepts", () => {
  it("accepts a complete, current version", () => {
    assert.equal(refusalOf(fine, asset(), choices, present), undefined);
  });

  for (const [what, facts, reason] of [
    ["deleted", { deleted: true }, /deleted/],
    ["an older version", { latestVersion: false }, /not the latest version/],
    ["checked out, naming who has it", { checkedOut: true, checkOutHolder: "mkeller" }, /checked out by mkeller/],
    ["an empty master", { master: { size: 0 } }, /empty \(0 bytes\)/],
  ] as const) {
    it(`refuses ${what}`, () => {
      assert.match(refusalOf({ ...fine, ...facts }, asset(), choices, present) ?? "", reason);
    });
  }

  it("refuses without master content, unless that is allowed", () => {
    const { master: _master, ...none } = fine;
    assert.match(refusalOf(none, asset(), choices, present) ?? "", /no master/);
    assert.equal(refusalOf(none, asset(), { ...choices, needMaster: false }, present), undefined);
  });

  it("lets expired assets pass unless told otherwise", () => {
    assert.equal(refusalOf({ ...fine, expired: true }, asset(), choices, present), undefined);
    assert.match(
      refusalOf({ ...fine, expired: true }, asset(), { ...choices, skipExpired: true }, present) ?? "",
      /expired/,
    );
  });

  it("gives the reason of the first rule that does not hold", () => {
    const rules = [rule("set"), { ...rule("is", "APF"), reason: "Not approved as final." }];
    assert.equal(
      refusalOf(fine, asset({ F: domain("DRA") }), { ...choices, rules }, present),
      "Not approved as final.",
    );
  });
});

describe("acceptance rules", () => {
  const meets = (one: AcceptanceRule, field: FieldValue | undefined, version?: string): boolean =>
    holds(one, asset(field === undefined ? {} : { F: field }, version), present);

  it("compare a controlled value by its id, not by what is shown", () => {
    assert.ok(meets(rule("is", "APF"), domain("APF")));
    assert.ok(!meets(rule("is", "shown APF"), domain("APF")));
  });
  it("take several values by comma", () => {
    assert.ok(meets(rule("one-of", "END, CAN"), domain("CAN")));
    assert.ok(!meets(rule("none-of", "END, CAN"), domain("CAN")));
  });
  it("let an absent value meet only the negative comparisons", () => {
    const met = (
      [
        "is",
        "is-not",
        "one-of",
        "none-of",
        "equals-version",
        "before-today",
        "not-before-today",
        "set",
        "not-set",
        "lacks",
      ] as const
    ).filter((operator) => meets(rule(operator, "x"), undefined));
    assert.deepEqual(met, ["is-not", "none-of", "not-set", "lacks"]);
  });
  it("look for words in a free text, whatever their case and blanks", () => {
    const note = (value: string): FieldValue => ({ type: "text", label: "", value });
    const clause = rule("lacks", "return or destroy, no archive");
    assert.ok(!meets(clause, note("At the end: Return  or\nDESTROY.")));
    assert.ok(!meets(clause, note("There shall be no archive copy.")));
    assert.ok(meets(clause, note("Return of the tapes is not needed.")));
  });
  it("let an approval count for its own version only", () => {
    const approved: FieldValue = { type: "number", label: "", value: 2 };
    assert.ok(meets(rule("equals-version"), approved, "2"));
    assert.ok(!meets(rule("equals-version"), approved, "3"));
  });
  it("read dates as calendar days in the connection's zone", () => {
    assert.ok(meets(rule("before-today"), day("2026-11-14T23:00:00Z")), "the 15th in Berlin");
    assert.ok(!meets(rule("before-today"), day("2026-11-15T23:00:00Z")), "the 16th in Berlin is today");
    assert.ok(meets(rule("not-before-today"), day("2026-12-31T00:00:00Z")));
    assert.ok(!meets(rule("before-today"), { type: "text", label: "", value: "soon" }));
  });
  it("may speak of what OTMM says of the asset itself", () => {
    assert.ok(meets(rule("is", "BITMAP", "source.content_type"), undefined));
    assert.ok(!meets(rule("is", "VIDEO", "source.content_type"), undefined));
  });
  it("look at every value of a list", () => {
    assert.ok(meets(rule("is", "Print"), { type: "list", label: "", values: [{ value: "Web" }, { value: "Print" }] }));
  });
});
