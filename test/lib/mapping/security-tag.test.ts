import assert from "node:assert/strict";
import type { FieldValue } from "../../../lib/messages/asset.js";
import { compileProfile, loadDefaultProfile } from "../../../lib/mapping/index.js";
import { campaignAsset, date, domain, inputOf, text } from "./seed-asset.js";

const mapping = compileProfile(loadDefaultProfile("campaign-archive"));
const A = "ACME.FIELD.";
const M = "MUS.FIELD.";

/** A public asset with known, running rights: line 7. */
const OPEN: Record<string, FieldValue | undefined> = {
  [`${A}PERSONAL DATA`]: domain("NON"),
  [`${A}USAGE RIGHTS`]: domain("LIC"),
  [`${A}RIGHTS START`]: date("2020-08-31T22:00:00Z"),
  [`${A}RIGHTS END`]: date("2031-12-30T23:00:00Z"),
  [`${A}CONFIDENTIALITY`]: domain("PUB"),
  [`${A}EMBARGO UNTIL`]: undefined,
};

function tagOf(changes: Record<string, FieldValue | undefined>, now = "2026-11-16T09:00:00Z"): unknown {
  return mapping.apply(inputOf(campaignAsset({ ...OPEN, ...changes }), { now })).metadata["entity"]?.values[
    "SecurityTag"
  ];
}

describe("the choice of a security tag", () => {
  const table: [string, Record<string, FieldValue | undefined>, string][] = [
    ["1: identifiable persons without release", { [`${A}PERSONAL DATA`]: domain("IDN") }, "personal-data"],
    ["1: special categories", { [`${A}PERSONAL DATA`]: domain("SPC") }, "personal-data"],
    ["1: private persons", { [`${M}SENSITIVITY`]: domain("PRV") }, "personal-data"],
    ["1 before 2", { [`${A}PERSONAL DATA`]: domain("IDN"), [`${M}SENSITIVITY`]: domain("CUL") }, "personal-data"],
    ["2: cultural", { [`${M}SENSITIVITY`]: domain("CUL") }, "culturally-sensitive"],
    ["2: human remains", { [`${M}SENSITIVITY`]: domain("HUM") }, "culturally-sensitive"],
    ["2: claim pending", { [`${M}PROVENANCE STATUS`]: domain("CLM") }, "culturally-sensitive"],
    [
      "2 before 3",
      { [`${M}PROVENANCE STATUS`]: domain("CLM"), [`${A}EMBARGO UNTIL`]: date("2027-06-29T22:00:00Z") },
      "culturally-sensitive",
    ],
    ["3: embargo", { [`${A}EMBARGO UNTIL`]: date("2027-06-29T22:00:00Z") }, "embargo"],
    [
      "3 before 4",
      { [`${A}EMBARGO UNTIL`]: date("2027-06-29T22:00:00Z"), [`${A}USAGE RIGHTS`]: domain("UNK") },
      "embargo",
    ],
    ["4: rights ended", { [`${A}RIGHTS END`]: date("2025-08-30T22:00:00Z") }, "rights-expired"],
    ["4: rights unknown", { [`${A}USAGE RIGHTS`]: domain("UNK") }, "rights-expired"],
    ["4 before 5", { [`${A}USAGE RIGHTS`]: domain("UNK"), [`${A}CONFIDENTIALITY`]: domain("SEC") }, "rights-expired"],
    ["5: secret", { [`${A}CONFIDENTIALITY`]: domain("SEC") }, "restricted"],
    ["5: confidential", { [`${A}CONFIDENTIALITY`]: domain("CON") }, "restricted"],
    ["5 before 6", { [`${A}CONFIDENTIALITY`]: domain("CON"), [`${A}USAGE RIGHTS`]: domain("EDT") }, "restricted"],
    ["6: internal", { [`${A}CONFIDENTIALITY`]: domain("INT") }, "internal"],
    ["6: editorial use only", { [`${A}USAGE RIGHTS`]: domain("EDT") }, "internal"],
    ["7: public, licensed, running", {}, "open"],
    [
      "7: public, own work without dates",
      { [`${A}USAGE RIGHTS`]: domain("OWN"), [`${A}RIGHTS START`]: undefined, [`${A}RIGHTS END`]: undefined },
      "open",
    ],
    ["7: with release", { [`${A}PERSONAL DATA`]: domain("IDR") }, "open"],
    ["7: nothing sensitive", { [`${M}SENSITIVITY`]: domain("NON"), [`${M}PROVENANCE STATUS`]: domain("RES") }, "open"],
    ["7: embargo over", { [`${A}EMBARGO UNTIL`]: date("2026-11-14T23:00:00Z") }, "open"],
    ["8: rights that have not begun", { [`${A}RIGHTS START`]: date("2026-12-31T23:00:00Z") }, "closed"],
    ["unknown personal data", { [`${A}PERSONAL DATA`]: domain("ABC") }, "closed"],
    [
      "unknown sensitivity, even with personal data",
      { [`${A}PERSONAL DATA`]: domain("IDN"), [`${M}SENSITIVITY`]: domain("?") },
      "closed",
    ],
    ["unknown provenance", { [`${M}PROVENANCE STATUS`]: domain("XYZ") }, "closed"],
    ["unknown rights", { [`${A}USAGE RIGHTS`]: domain("ALL") }, "closed"],
    ["unknown confidentiality", { [`${A}CONFIDENTIALITY`]: domain("TOP") }, "closed"],
    ["an embargo that is no date", { [`${A}EMBARGO UNTIL`]: text("soon") }, "closed"],
    ["an end of rights that is no date", { [`${A}RIGHTS END`]: date("2025-02-30T00:00:00Z") }, "closed"],
    ["no confidentiality", { [`${A}CONFIDENTIALITY`]: undefined }, "closed"],
    ["no personal data said", { [`${A}PERSONAL DATA`]: undefined }, "closed"],
    ["no usage rights said", { [`${A}USAGE RIGHTS`]: undefined }, "closed"],
  ];
  for (const [name, changes, tag] of table) it(`gives ${tag} (${name})`, () => assert.equal(tagOf(changes), tag));

  it("holds an embargo through its last day in the zone", () => {
    const embargo = { [`${A}EMBARGO UNTIL`]: date("2026-11-15T23:00:00Z") };
    assert.equal(tagOf(embargo, "2026-11-16T22:59:59Z"), "embargo");
    assert.equal(tagOf(embargo, "2026-11-16T23:00:00Z"), "open");
  });

  it("keeps rights through their last day in the zone", () => {
    const ending = { [`${A}RIGHTS END`]: date("2026-11-15T23:00:00Z") };
    assert.equal(tagOf(ending, "2026-11-16T22:59:59Z"), "open");
    assert.equal(tagOf(ending, "2026-11-16T23:00:00Z"), "rights-expired");
  });

  it("says why an asset was closed", () => {
    const { problems } = mapping.apply(inputOf(campaignAsset({ ...OPEN, [`${A}CONFIDENTIALITY`]: domain("TOP") })));
    const told = problems.find(({ row }) => row === "B0-03");
    assert.equal(told?.level, "warning");
    assert.match(told?.message ?? "", /CONFIDENTIALITY has the unknown value "TOP"/);
  });
});
