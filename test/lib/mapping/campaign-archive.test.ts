import assert from "node:assert/strict";
import { XMLParser } from "fast-xml-parser";
import type { FieldValue, MappedMetadata } from "../../../lib/messages/asset.js";
import { fillLate } from "../../../lib/messages/late.js";
import { compileProfile, loadDefaultProfile, type MappingResult } from "../../../lib/mapping/index.js";
import { campaignAsset, cascading, date, domain, inputOf, list, T0, text } from "./seed-asset.js";

const profile = loadDefaultProfile("campaign-archive");
const mapping = compileProfile(profile);

function map(
  changes: Record<string, FieldValue | undefined> = {},
  more: Parameters<typeof campaignAsset>[1] = {},
): MappingResult {
  return mapping.apply(inputOf(campaignAsset(changes, more)));
}
function target(result: MappingResult, name: string): MappedMetadata {
  const found = result.metadata[name];
  assert.ok(found, `no target ${name}`);
  return found;
}
function errorRows(result: MappingResult): string[] {
  return result.problems.filter(({ level }) => level === "error").map(({ row }) => row);
}

describe("the profile campaign-archive", () => {
  it("compiles without a mistake", () => {
    assert.deepEqual(mapping.problems, []);
    assert.deepEqual(mapping.needs, []);
    assert.equal(profile.version, "1.0.0");
  });

  it("fills every row of B0 and B1 for an asset that has everything", () => {
    const result = map();
    assert.deepEqual(errorRows(result), []);
    assert.equal(result.ok, true);
    for (const row of profile.rows) {
      if (row.to.target === "values") continue;
      const value = target(result, row.to.target).values[row.to.field];
      assert.notEqual(value, undefined, `row ${row.id} left ${row.to.target}: ${row.to.field} empty`);
    }
  });

  it("makes the entity properties", () => {
    assert.deepEqual(target(map(), "entity"), {
      profile: { name: "campaign-archive", version: "1.0.0" },
      kind: "preservica-entity",
      values: {
        Title: "Spring Bloom, hero image",
        Description: "Tulips & <crocuses>",
        SecurityTag: "open",
        Parent: "Alder & Finch/Campaigns/2021/AF-2021-SPR Spring Bloom 2021",
        "Identifier/OTMM-Asset": "5b1d0c4e9f2a7b6388d1c0e4f5a6b7c8d9e0f1a2#v2",
        "Identifier/SourceID": "5b1d0c4e9f2a7b6388d1c0e4f5a6b7c8d9e0f1a2#v2",
        "Identifier/OTMM-Original": "5b1d0c4e9f2a7b6388d1c0e4f5a6b7c8d9e0f1a2",
        "Identifier/OTMM-Campaign": "AF-2021-SPR",
        RetentionPolicy: "Campaign 5 years after end",
        "Link/http://purl.org/dc/terms/replaces": "0d8a5f1e-0000-5000-8000-000000000001",
        "Link/http://purl.org/dc/terms/requires": ["otmm:dam:aaaa#v1", "otmm:dam:bbbb"],
        "Link/http://purl.org/dc/terms/isVersionOf": "otmm:dam:dddd",
        "Link/http://purl.org/dc/terms/isFormatOf": "otmm:dam:eeee",
        "Representation/Preservation": "master-1",
        "Representation/Access": "preview-1",
      },
    });
  });

  it("makes Dublin Core in the order of its elements", () => {
    assert.equal(
      target(map(), "dc").xml,
      '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">' +
        "<dc:title>Spring Bloom, hero image</dc:title><dc:creator>Keller, Maria</dc:creator><dc:creator>Bernard, Zoé</dc:creator>" +
        "<dc:subject>Alder &amp; Finch</dc:subject><dc:subject>web</dc:subject><dc:subject>print</dc:subject>" +
        "<dc:subject>spring</dc:subject><dc:subject>tulip</dc:subject><dc:description>Tulips &amp; &lt;crocuses&gt;</dc:description>" +
        "<dc:publisher>Alder &amp; Finch</dc:publisher><dc:contributor>Hall &amp; Co</dc:contributor><dc:contributor>Zweite Agentur</dc:contributor>" +
        "<dc:date>2020-09-14</dc:date><dc:type>StillImage</dc:type><dc:format>image/tiff</dc:format><dc:identifier>AF-2021-SPR</dc:identifier>" +
        "<dc:language>de</dc:language><dc:relation>Campaign: Spring Bloom 2021</dc:relation><dc:coverage>Austria</dc:coverage>" +
        "<dc:rights>Licensed; holder Studio Orsola; until 2031-12-31</dc:rights></oai_dc:dc>",
    );
  });

  it("makes the typed campaign fragment in the order of its schema", () => {
    assert.equal(
      target(map(), "campaign").xml,
      '<campaign xmlns="urn:clc:schema:campaign:1"><code>AF-2021-SPR</code><name>Spring Bloom 2021</name>' +
        "<launchDate>2020-09-14</launchDate><endDate>2021-02-28</endDate><brand>Alder &amp; Finch</brand><region>EMEA / Austria</region>" +
        "<role>MAS</role><agency>Hall &amp; Co</agency><agency>Zweite Agentur</agency><channel>web</channel><channel>print</channel></campaign>",
    );
  });

  it("makes the lifecycle fragment, with the digest to be filled in on the way", () => {
    const xml = target(map(), "lifecycle").xml ?? "";
    const filled = fillLate(xml, new Map([["sha256:preservation", "ab".repeat(32)]]));
    assert.deepEqual(filled.open, []);
    const parsed: unknown = new XMLParser({ ignoreAttributes: false, parseTagValue: false }).parse(filled.text);
    assert.deepEqual(parsed, {
      lifecycle: {
        "@_xmlns": "urn:clc:schema:lifecycle:1",
        source: {
          system: "dam",
          originalId: "5b1d0c4e9f2a7b6388d1c0e4f5a6b7c8d9e0f1a2",
          assetId: "2222222222222222222222222222222222222222",
          version: "2",
          originalName: "../../etc/hero & <1>.tif",
        },
        fixity: [
          { "#text": "d41d8cd98f00b204e9800998ecf8427e", "@_algorithm": "MD5", "@_by": "OTMM" },
          { "#text": "ab".repeat(32), "@_algorithm": "SHA-256", "@_by": "flow" },
        ],
        approval: { by: "brand.approver", on: "2021-02-11", version: "2" },
        rights: {
          basis: "Licensed",
          holder: "Studio Orsola",
          start: "2020-09-01",
          end: "2031-12-31",
          territory: "EMEA / Austria",
          note: "Print and web",
          modelRelease: "MR-2020-0418",
        },
        privacy: { category: "identifiable with release" },
        access: { embargoUntil: "2026-02-01" },
        retention: {
          class: "CAMP-5Y",
          trigger: "ACME.FIELD.END DATE",
          start: "2021-02-28",
          period: "P5Y",
          until: "2026-02-28",
          rule: "CAMP-5Y",
          authority: "Retention schedule of the records office",
          hold: "MAT-2026-017",
        },
        provenance: { mappingProfile: "campaign-archive 1.0.0", run: "run-7" },
      },
    });
  });

  it("carries the decision of the retention trigger when there is one", () => {
    const retention = {
      outcome: "due",
      rule: "R-9",
      reason: "due",
      class: "CAMP-10Y",
      trigger: "END",
      start: "2020-01-02",
      period: "P3Y",
      until: "2023-01-02",
    } as const;
    const { values } = target(map({}, { retention }), "lifecycle");
    assert.equal(values["retention/start"], "2020-01-02");
    assert.equal(values["retention/until"], "2023-01-02");
    assert.equal(values["retention/class"], "CAMP-10Y");
    assert.equal(values["retention/authority"], "Retention trigger of the flow");
  });

  it("rejects an asset whose retention a person has to decide, with the reason", () => {
    const retention = { outcome: "to-person", rule: "none", reason: "No retention rule fits this asset." } as const;
    assert.ok(
      map({}, { retention }).problems.some(({ level, message }) => level === "error" && message === retention.reason),
    );
    const unknown = map({ "ACME.FIELD.RETENTION CLASS": domain("CAMP-99Y") });
    assert.ok(
      errorRows(unknown).includes("B0-09") && unknown.problems.some(({ message }) => message === retention.reason),
    );
  });

  it("refuses a campaign that says it has ended but ends in the future, on the row of the end date", () => {
    const result = map({ "ACME.FIELD.END DATE": date("2026-12-30T23:00:00Z") });
    const refusal = result.problems.find(({ row, level }) => row === "B1-08" && level === "error");
    assert.match(refusal?.message ?? "", /^Refused: the campaign status says ended, but its end date has not passed/);
    assert.equal(refusal?.field, "campaign: endDate");
    assert.equal(result.ok, false);
  });

  it("takes a campaign that ends today as not over, and one of yesterday as over", () => {
    assert.deepEqual(errorRows(map({ "ACME.FIELD.END DATE": date("2026-11-15T23:00:00Z") })), ["B1-08"]);
    assert.deepEqual(errorRows(map({ "ACME.FIELD.END DATE": date("2026-11-14T23:00:00Z") })), []);
  });

  it("names every missing required row at once", () => {
    const rows = errorRows(
      map({
        "ACME.FIELD.CAMPAIGN CODE": undefined,
        "ACME.FIELD.BRAND": undefined,
        "ACME.FIELD.LAUNCH DATE": undefined,
        "ACME.FIELD.APPROVED BY": text("  "),
      }),
    );
    assert.deepEqual(
      new Set(rows),
      new Set(["B0-04", "B0-08", "B0-27", "B1-04", "B1-05", "B1-06", "B1-07", "B1-09", "B1-10"]),
    );
  });

  it("rejects an end date that is no date on all rows that need it", () => {
    const result = map({ "ACME.FIELD.END DATE": text("28.02.2021") });
    const rows = errorRows(result);
    for (const row of ["V-04", "B0-04", "B0-42", "B1-08"]) assert.ok(rows.includes(row), `${row} says nothing`);
    assert.equal(result.problems.find(({ row }) => row === "B1-08")?.value, "28.02.2021");
  });

  it("reports what was taken out of the description", () => {
    const warning = map().problems.find(({ row }) => row === "B0-02");
    assert.equal(warning?.level, "warning");
    assert.match(warning?.message ?? "", /U\+000B/);
  });

  it("falls back to the asset's name for the title", () => {
    assert.equal(target(map({ "OTMM.CUSTOM.FIELD_TITLE": text("  ") }), "entity").values["Title"], "spring-hero.tif");
  });

  it("takes an archive id of the asset's own as no earlier version", () => {
    const own = map({ "ACME.FIELD.ARCHIVED ASSET ID": text("2222222222222222222222222222222222222222") });
    assert.equal(target(own, "entity").values["Link/http://purl.org/dc/terms/replaces"], undefined);
  });

  it("carries a hold that nobody named, and none where there is none", () => {
    const nameless = map({ "ACME.FIELD.LEGAL HOLD MATTER": undefined });
    assert.equal(target(nameless, "lifecycle").values["retention/hold"], "matter not named");
    const free = map({ "ACME.FIELD.LEGAL HOLD": domain("N") });
    assert.equal(target(free, "lifecycle").values["retention/hold"], undefined);
  });

  it("writes rights without holder and end without empty words", () => {
    const own = map({
      "ACME.FIELD.USAGE RIGHTS": domain("OWN"),
      "ACME.FIELD.RIGHTS HOLDER": undefined,
      "ACME.FIELD.RIGHTS END": undefined,
    });
    assert.equal(target(own, "dc").values["dc:rights"], "Own work");
  });

  it("reads calendar dates in the zone of the connection", () => {
    const losAngeles = { zone: "America/Los_Angeles" };
    const asset = campaignAsset({
      "ACME.FIELD.LAUNCH DATE": date("2020-09-14T07:00:00Z"),
      "ACME.FIELD.END DATE": date("2021-02-28T08:00:00Z"),
    });
    const { values } = target(mapping.apply(inputOf(asset, losAngeles)), "campaign");
    assert.equal(values["launchDate"], "2020-09-14");
    assert.equal(values["endDate"], "2021-02-28");
  });

  it("tells which source fields no row uses", () => {
    assert.deepEqual(map({ "ACME.FIELD.NEW": text("x"), "ACME.FIELD.REGION": cascading("20^01", "AMER^USA") }).lost, [
      "ACME.FIELD.NEW",
    ]);
  });

  it("gives the same for the same input", () => {
    assert.deepEqual(map(), map());
    assert.equal(JSON.stringify(map()), JSON.stringify(mapping.apply(inputOf(campaignAsset(), { now: T0 }))));
  });

  it("keeps awkward names as they were in the metadata, and makes folders of campaign names safe", () => {
    const names = [
      "Fr\u00fchling.tif",
      "Fru\u0308hling.tif",
      "../../etc/hero.tif",
      "🌸.png",
      "CON.psd",
      "x".repeat(200),
      "dot.",
      "é\"<>&'",
    ];
    for (const name of names) {
      const result = map({ "OTMM.CUSTOM.FIELD_TITLE": undefined, "ARTESIA.FIELD.ASSET NAME": undefined }, { name });
      assert.equal(target(result, "lifecycle").values["source/originalName"], name);
      assert.equal(target(result, "entity").values["Title"], name);
      assert.equal(result.ok, true, name);
    }
    const folder = (name: string): unknown =>
      target(map({ "ACME.FIELD.CAMPAIGN NAME": text(name) }), "entity").values["Parent"];
    assert.equal(
      folder('Lumière d\'été "2024" <été>'),
      'Alder & Finch/Campaigns/2021/AF-2021-SPR Lumière d\'été "2024" <été>',
    );
    assert.equal(folder("../../x"), "Alder & Finch/Campaigns/2021/AF-2021-SPR .._.._x");
    assert.equal(folder("a/b\\c..."), "Alder & Finch/Campaigns/2021/AF-2021-SPR a_b_c");
  });

  it("takes several agencies from a list as well as from one text", () => {
    assert.deepEqual(target(map({ "ACME.FIELD.AGENCY": list("One", "Two") }), "campaign").values["agency"], [
      "One",
      "Two",
    ]);
  });
});
