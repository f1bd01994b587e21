import assert from "node:assert/strict";
import { compileProfile, loadDefaultProfile, type MappingResult } from "../../../lib/mapping/index.js";
import type { FieldValue } from "../../../lib/messages/asset.js";
import { collectionProblems, structureProblems, xpath } from "../../../scripts/demo/heritage/mods.js";
import { campaignAsset, domain, HERITAGE_OBJECT, inputOf, text } from "./seed-asset.js";

const mapping = compileProfile(loadDefaultProfile("heritage-archive"));

function map(changes: Record<string, FieldValue | undefined> = {}): MappingResult {
  const source = { date_last_updated: "2025-10-06T09:00:00Z" };
  return mapping.apply(inputOf(campaignAsset({ ...HERITAGE_OBJECT, ...changes }, { source })));
}
function errors(result: MappingResult): string[] {
  return result.problems.filter(({ level }) => level === "error").map(({ row, message }) => `${row}: ${message}`);
}
const modsOf = (result: MappingResult): string => result.metadata["mods"]?.xml ?? "";
const entity = (result: MappingResult) => result.metadata["entity"]?.values ?? {};

describe("the profile heritage-archive", () => {
  it("compiles without a mistake", () => {
    assert.deepEqual(mapping.problems, []);
    assert.deepEqual(mapping.needs, []);
  });

  it("writes a MODS record, element by element", () => {
    const result = map();
    assert.deepEqual(errors(result), []);
    assert.deepEqual(structureProblems(modsOf(result)), []);
    assert.equal(
      modsOf(result),
      '<mods xmlns="http://www.loc.gov/mods/v3" xmlns:xlink="http://www.w3.org/1999/xlink" version="3.8">' +
        "<titleInfo><title>Spring Bloom, hero image</title></titleInfo>" +
        '<name><namePart>Ritter, Anna</namePart><role><roleTerm type="code" authority="marcrelator">pht</roleTerm></role></name>' +
        "<typeOfResource>still image</typeOfResource>" +
        '<genre authority="aat">gelatin dry plate negatives</genre>' +
        '<originInfo><place><placeTerm type="text">Franz Josef Land</placeTerm></place><dateCreated encoding="edtf" keyDate="yes">1914/1918</dateCreated><dateCaptured encoding="iso8601">2025-06-16</dateCaptured></originInfo>' +
        '<language><languageTerm type="code" authority="iso639-2b">ger</languageTerm></language>' +
        "<physicalDescription><internetMediaType>image/tiff</internetMediaType><digitalOrigin>reformatted digital</digitalOrigin></physicalDescription>" +
        "<abstract>Tulips &amp; &lt;crocuses&gt;</abstract>" +
        '<note type="ownership">Studio until 1938; museum since 1953.</note>' +
        '<note type="ownership" displayLabel="Status">Clear</note>' +
        '<note type="acquisition">Gift, 1953, from Family Hallstein</note>' +
        '<note type="reproduction">Digitised 2025-06-16 by Atelier Licht; Phase One iXG 100; 600 ppi</note>' +
        '<note type="preferred citation">Museum Hallstein, gift of the family</note>' +
        "<subject><topic>expeditions</topic></subject>" +
        "<subject><topic>ice &amp; snow</topic></subject>" +
        "<subject><geographic>Franz Josef Land</geographic></subject>" +
        "<subject><name><namePart>Payer, Julius</namePart></name></subject>" +
        '<relatedItem type="original"><physicalDescription><form>glass, silver gelatin</form><extent>13 x 18 cm</extent></physicalDescription></relatedItem>' +
        '<relatedItem type="host"><titleInfo><title>Expedition 1914/1918</title></titleInfo><relatedItem type="host"><titleInfo><title>Hallstein Glass Plates</title></titleInfo></relatedItem></relatedItem>' +
        '<identifier type="accession number">MH.1914.001</identifier>' +
        '<identifier type="local">5b1d0c4e9f2a7b6388d1c0e4f5a6b7c8d9e0f1a2#v2</identifier>' +
        "<location><physicalLocation>Museum Hallstein</physicalLocation></location>" +
        '<accessCondition type="use and reproduction" xlink:href="https://creativecommons.org/publicdomain/mark/1.0/">Public Domain Mark 1.0</accessCondition>' +
        '<accessCondition type="restriction on access">Security tag &quot;open&quot;</accessCondition>' +
        '<recordInfo><recordContentSource>Museum Hallstein</recordContentSource><recordChangeDate encoding="iso8601">2025-10-06T09:00:00Z</recordChangeDate><recordIdentifier>2222222222222222222222222222222222222222</recordIdentifier></recordInfo>' +
        "</mods>",
    );
  });

  it("keeps the slash of a series in its own folder title", () => {
    assert.deepEqual(entity(map())["Parent"], ["Museum Hallstein", "Hallstein Glass Plates", "Expedition 1914/1918"]);
  });

  it("starts no clock: permanent has neither start nor end", () => {
    const values = map().metadata["lifecycle"]?.values ?? {};
    assert.equal(values["retention/class"], "HERI-PERM");
    assert.equal(values["retention/period"], "permanent");
    assert.equal(values["retention/start"], undefined);
    assert.equal(values["retention/until"], undefined);
    assert.equal(entity(map())["RetentionPolicy"], "Heritage permanent");
  });

  it("takes EDTF as it is, and leaves a note where nobody knows the date", () => {
    const created = "originInfo/dateCreated[@keyDate=yes]";
    for (const made of ["1912", "1890~", "1914/1918", "189X", "1912-05", "1912/.."])
      assert.equal(xpath(modsOf(map({ "MUS.FIELD.DATE MADE": text(made) })), created), made);
    const unknown = modsOf(map({ "MUS.FIELD.DATE MADE": text("unknown") }));
    assert.equal(xpath(unknown, created), undefined);
    assert.equal(xpath(unknown, "note[@type=date]"), "Date of creation unknown");
  });

  it("names an unknown maker so, without a role", () => {
    const result = map({ "MUS.FIELD.MAKER": undefined, "MUS.FIELD.MAKER ROLE": domain("UNK", "Unknown") });
    assert.deepEqual(errors(result), []);
    assert.equal(xpath(modsOf(result), "name/namePart"), "Unknown");
    assert.equal(xpath(modsOf(result), "name/role/roleTerm"), undefined);
  });

  it("names depicted persons only where people may see the object", () => {
    const open = modsOf(map());
    assert.equal(xpath(open, "subject/name/namePart"), "Payer, Julius");
    const claimed = map({ "MUS.FIELD.PROVENANCE STATUS": domain("CLM", "Claim pending") });
    assert.equal(entity(claimed)["SecurityTag"], "culturally-sensitive");
    assert.doesNotMatch(modsOf(claimed), /Payer/);
    assert.doesNotMatch(claimed.metadata["dc"]?.xml ?? "", /Payer/);
    assert.match(xpath(modsOf(claimed), "accessCondition[@type=restriction on access]") ?? "", /culturally-sensitive/);
  });

  const refused: [string, Record<string, FieldValue | undefined>, RegExp][] = [
    ["a loan", { "MUS.FIELD.ACQUISITION METHOD": domain("LOA", "Loan") }, /B3-36: Refused: the object is on loan/],
    ["what nobody selected", { "MUS.FIELD.SELECTED BY": undefined }, /B0-50: Required/],
    ["a rights statement of its own making", { "MUS.FIELD.RIGHTS STATEMENT": domain("free to use") }, /B3-38/],
    ["a date that is no EDTF", { "MUS.FIELD.DATE MADE": text("around 1912") }, /B3-10: .*EDTF/],
    ["an object without custodial history", { "MUS.FIELD.CUSTODIAL HISTORY": undefined }, /B3-33: Required/],
    ["an object without digitisation date", { "MUS.FIELD.DIGITISED ON": undefined }, /B3-27: Required/],
  ];
  for (const [name, changes, reason] of refused) {
    it(`rejects ${name}, and names the row`, () => {
      const result = map(changes);
      assert.equal(result.ok, false);
      assert.match(errors(result).join("\n"), reason);
    });
  }

  it("describes the folders of series and collection: a code each, and a MODS record of a collection", () => {
    const result = map();
    const { seriesMods, collectionMods } = result.metadata;
    assert.deepEqual([seriesMods?.folder, collectionMods?.folder, result.metadata["mods"]?.folder], [1, 2, undefined]);
    assert.equal(entity(result)["Folder/1/Collection-Code"], "MH.1914");
    assert.equal(entity(result)["Folder/2/Collection-Code"], "MH");
    assert.equal(
      seriesMods?.xml,
      '<mods xmlns="http://www.loc.gov/mods/v3" version="3.8"><titleInfo><title>Expedition 1914/1918</title></titleInfo>' +
        '<typeOfResource collection="yes">mixed material</typeOfResource>' +
        '<relatedItem type="host"><titleInfo><title>Hallstein Glass Plates</title></titleInfo></relatedItem>' +
        '<identifier type="local">MH.1914</identifier><location><physicalLocation>Museum Hallstein</physicalLocation></location>' +
        "<recordInfo><recordContentSource>Museum Hallstein</recordContentSource><recordIdentifier>MH.1914</recordIdentifier></recordInfo></mods>",
    );
    for (const one of [seriesMods, collectionMods]) assert.deepEqual(collectionProblems(one?.xml ?? ""), []);
  });

  it("archives an object whose accession number names no series, and gives the folders no code", () => {
    const result = map({ "MUS.FIELD.ACCESSION NO": text("1914-7") });
    assert.deepEqual(errors(result), []);
    assert.equal(entity(result)["Folder/1/Collection-Code"], undefined);
    assert.doesNotMatch(result.metadata["seriesMods"]?.xml ?? "", /identifier/);
  });
});
