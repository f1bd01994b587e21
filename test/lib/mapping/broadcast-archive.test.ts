import assert from "node:assert/strict";
import { compileProfile, loadDefaultProfile, type MappingResult } from "../../../lib/mapping/index.js";
import type { FieldValue, LifecycleAsset } from "../../../lib/messages/asset.js";
import { campaignAsset, date, domain, inputOf, number, text } from "./seed-asset.js";

const mapping = compileProfile(loadDefaultProfile("broadcast-archive"));

function map(changes: Record<string, FieldValue | undefined> = {}, more: Partial<LifecycleAsset> = {}): MappingResult {
  return mapping.apply(
    inputOf(
      campaignAsset(
        {
          "ACME.FIELD.EMBARGO UNTIL": undefined,
          "ACME.FIELD.RETENTION CLASS": domain("BCST-6Y", "Broadcast 6 years"),
          "BCT.FIELD.PROGRAMME TITLE": text("Sturmflut"),
          "BCT.FIELD.SERIES": text("Küstenwache"),
          "BCT.FIELD.EPISODE NO": text("14"),
          "BCT.FIELD.HOUSE NO": text("KN-000814"),
          "BCT.FIELD.EIDR": text("10.5240/7791-8534-2C23-9030-8610-5"),
          "BCT.FIELD.TX STATUS": domain("TRX", "Aired"),
          "BCT.FIELD.TX TIME": text("2026-09-12T20:15:00+02:00"),
          "BCT.FIELD.TX ZONE": text("Europe/Berlin"),
          "BCT.FIELD.CHANNEL": domain("KN1", "Kanal Nord 1 "),
          "BCT.FIELD.VERSION TYPE": domain("FIN", "Final master"),
          "BCT.FIELD.CONTRACT NO": text("KN-C-2300"),
          "BCT.FIELD.LICENSOR": text("Orsola Film"),
          "BCT.FIELD.LICENCE START": date("2025-12-31T23:00:00Z"),
          "BCT.FIELD.LICENCE END": date("2026-10-30T23:00:00Z"),
          "BCT.FIELD.RUNS ALLOWED": number(3),
          "BCT.FIELD.RUNS USED": number(1),
          "BCT.FIELD.CUE SHEET": text("CS-814"),
          "BCT.FIELD.RATING": text("12"),
          "BCT.FIELD.DURATION": text("PT43M30S"),
          "BCT.FIELD.FRAME RATE": text("25"),
          "BCT.FIELD.ASPECT": text("16:9"),
          "BCT.FIELD.AUDIO LAYOUT": text("5.1"),
          "BCT.FIELD.SUBTITLES": text("de; en"),
          ...changes,
        },
        more,
      ),
    ),
  );
}
const said = (result: MappingResult, level: "error" | "warning"): string[] =>
  result.problems.filter((problem) => problem.level === level).map(({ row, message }) => `${row}: ${message}`);
const values = (result: MappingResult, target: string) => result.metadata[target]?.values ?? {};

describe("the profile broadcast-archive", () => {
  it("compiles without a mistake", () => {
    assert.deepEqual(mapping.problems, []);
    assert.deepEqual(mapping.needs, []);
  });

  it("writes broadcast facts in the order of the schema", () => {
    const result = map();
    assert.deepEqual(said(result, "error"), []);
    assert.equal(
      result.metadata["broadcast"]?.xml,
      '<broadcast xmlns="urn:clc:schema:broadcast:1"><title>Sturmflut</title><series>Küstenwache</series><episodeNumber>14</episodeNumber>' +
        "<houseNumber>KN-000814</houseNumber><eidr>10.5240/7791-8534-2C23-9030-8610-5</eidr>" +
        "<firstTransmission>2026-09-12T20:15:00+02:00</firstTransmission><firstTransmissionUtc>2026-09-12T18:15:00Z</firstTransmissionUtc>" +
        "<zone>Europe/Berlin</zone><status>aired</status><channel>Kanal Nord 1</channel><versionType>FIN</versionType>" +
        "<rights><licensor>Orsola Film</licensor><contract>KN-C-2300</contract><start>2026-01-01</start><end>2026-10-31</end>" +
        "<territory>EMEA / Austria</territory><runsAllowed>3</runsAllowed><runsUsed>1</runsUsed></rights>" +
        "<music><cueSheet>CS-814</cueSheet></music><rating>12</rating><subtitles>de</subtitles><subtitles>en</subtitles>" +
        "<technical><duration>PT43M30S</duration><frameRate>25</frameRate><aspect>16:9</aspect><audio>5.1</audio></technical></broadcast>",
    );
  });

  it("titles, dates and places the asset by its programme", () => {
    const result = map();
    assert.equal(values(result, "dc")["dc:title"], "Küstenwache, 14: Sturmflut");
    assert.equal(values(result, "dc")["dc:date"], "2026-09-12");
    assert.equal(values(result, "entity")["Parent"], "Kanal Nord/Küstenwache/2026");
    assert.equal(values(result, "entity")["Identifier/House-No"], "KN-000814");
    assert.equal(values(map({ "BCT.FIELD.EPISODE NO": undefined }), "dc")["dc:title"], "Küstenwache: Sturmflut");
  });

  it("starts retention on the later of licence end and transmission, without a licence end on the transmission", () => {
    const start = (changes: Record<string, FieldValue | undefined>) =>
      values(map(changes), "lifecycle")["retention/start"];
    assert.equal(start({}), "2026-10-31");
    assert.equal(start({ "BCT.FIELD.LICENCE END": date("2026-08-30T22:00:00Z") }), "2026-09-12");
    assert.equal(
      start({ "ACME.FIELD.USAGE RIGHTS": domain("OWN", "Own"), "BCT.FIELD.LICENCE END": undefined }),
      "2026-09-12",
    );
    assert.equal(values(map(), "lifecycle")["retention/until"], "2032-10-31");
    assert.equal(values(map(), "entity")["RetentionPolicy"], "Broadcast contract end plus 6");
  });

  it("keeps a local time that no clock showed as it was given, with its instant, and says so", () => {
    const result = map({ "BCT.FIELD.TX TIME": text("2026-03-29T02:30:00+01:00") });
    assert.deepEqual(said(result, "error"), []);
    assert.match(said(result, "warning").join("\n"), /V-04: The clocks of Europe\/Berlin do not show this time/);
    assert.equal(values(result, "broadcast")["firstTransmission"], "2026-03-29T02:30:00+01:00");
    assert.equal(values(result, "broadcast")["firstTransmissionUtc"], "2026-03-29T01:30:00Z");
  });

  it("takes another zone's day as the day of the transmission", () => {
    const result = map({
      "BCT.FIELD.TX TIME": text("2026-09-12T20:15:00-07:00"),
      "BCT.FIELD.TX ZONE": text("America/Los_Angeles"),
    });
    assert.deepEqual(said(result, "error"), []);
    assert.deepEqual(
      said(result, "warning").filter((one) => one.startsWith("V-0")),
      [],
    );
    assert.equal(values(result, "dc")["dc:date"], "2026-09-12");
    assert.equal(values(result, "broadcast")["firstTransmissionUtc"], "2026-09-13T03:15:00Z");
  });

  it("closes the asset by an embargo that runs, and names it", () => {
    const result = map({ "ACME.FIELD.EMBARGO UNTIL": date("2027-06-29T22:00:00Z") });
    assert.equal(values(result, "entity")["SecurityTag"], "embargo");
    assert.equal(values(result, "broadcast")["rights/embargoUntil"], "2027-06-30");
    assert.deepEqual(values(result, "dc")["dc:rights"], [
      "Licensed; licensor Orsola Film; contract KN-C-2300; from 2026-01-01; until 2026-10-31",
      "Embargo until 2027-06-30",
    ]);
  });

  it("names the clips that are assets of their own by their ids, and lets all access copies in", () => {
    const otmm = { connection: "dam", originalAssetId: "c".repeat(40), version: "1" };
    const part = (letter: string) => ({
      key: `otmm:dam:${letter}`,
      version: "1",
      name: letter,
      otmm: { ...otmm, assetId: letter.repeat(40) },
      content: [],
    });
    const result = map({}, { joined: [part("c"), part("d")] });
    assert.deepEqual(values(result, "entity")["Identifier/OTMM-Part"], ["c".repeat(40), "d".repeat(40)]);
    assert.equal(values(result, "entity")["Representation/Access"], undefined);
    assert.equal(values(map(), "entity")["Identifier/OTMM-Part"], undefined);
  });

  const refused: [string, Record<string, FieldValue | undefined>, RegExp][] = [
    ["a programme that was not aired", { "BCT.FIELD.TX STATUS": domain("PLN") }, /B4-14: Refused: .*neither aired/],
    ["an aired programme without its time", { "BCT.FIELD.TX TIME": undefined }, /B4-09: Required/],
    ["a time without offset", { "BCT.FIELD.TX TIME": text("2026-09-12T20:15:00") }, /V-04: .*no offset/],
    ["a wrong EIDR", { "BCT.FIELD.EIDR": text("10.5240/7791-8534-2C23-9030-8610-6") }, /B4-08: .*EIDR/],
    ["a duration in words", { "BCT.FIELD.DURATION": text("43 minutes") }, /B4-38: .*ISO 8601/],
    ["a licensed programme without licence end", { "BCT.FIELD.LICENCE END": undefined }, /B4-23: Required/],
    ["a programme without contract", { "BCT.FIELD.CONTRACT NO": undefined }, /B4-20: Required/],
    ["a promo", { "BCT.FIELD.VERSION TYPE": domain("PRO") }, /B4-18: .*FIN, CLP/],
  ];
  for (const [name, changes, reason] of refused) {
    it(`rejects ${name}, and names the row`, () => {
      const result = map(changes);
      assert.equal(result.ok, false);
      assert.match(said(result, "error").join("\n"), reason);
    });
  }
});
