import assert from "node:assert/strict";
import { compileProfile, loadDefaultProfile, type MappingResult } from "../../../lib/mapping/index.js";
import type { FieldValue } from "../../../lib/messages/asset.js";
import { campaignAsset, date, domain, inputOf, list, text } from "./seed-asset.js";

const mapping = compileProfile(loadDefaultProfile("product-archive"));

const products = (...skus: [sku: string, gtin: string][]): FieldValue => {
  const column = (label: string, values: string[]) => ({ label, values: values.map((value) => ({ value })) });
  return {
    type: "table",
    label: "Products",
    columns: {
      "ACME.COLUMN.PRODUCT ID": column(
        "Id",
        skus.map(([sku]) => `P-${sku}`),
      ),
      "ACME.COLUMN.SKU": column(
        "SKU",
        skus.map(([sku]) => sku),
      ),
      "ACME.COLUMN.GTIN": column(
        "GTIN",
        skus.map(([, gtin]) => gtin),
      ),
    },
  };
};
const OLD: [string, string] = ["AF-110", "4012345001020"];
const NEW: [string, string] = ["AF-120", "4012345001037"];

function map(changes: Record<string, FieldValue | undefined> = {}): MappingResult {
  return mapping.apply(
    inputOf(
      campaignAsset({
        "ACME.TABLE.PRODUCTS": products(OLD),
        "ACME.FIELD.PRODUCT STATUS": domain("REP", "Replaced"),
        "ACME.FIELD.SUCCESSOR SKU": text("AF-120"),
        "ACME.FIELD.END OF SALE": date("2024-08-30T22:00:00Z"),
        "ACME.FIELD.LAST UNIT DATE": date("2024-10-30T23:00:00Z"),
        "ACME.FIELD.END OF SUPPORT": undefined,
        "ACME.FIELD.MARKETS": list("AT", "DE"),
        "ACME.FIELD.REGULATORY CLASS": domain("NONE", "None"),
        "ACME.FIELD.ASSET ROLE": domain("PKG", "Packaging"),
        "ACME.FIELD.RETENTION CLASS": domain("PROD-10Y", "Product 10 years"),
        ...changes,
      }),
    ),
  );
}
function errors(result: MappingResult): string[] {
  return result.problems.filter(({ level }) => level === "error").map(({ row, message }) => `${row}: ${message}`);
}
const entity = (result: MappingResult) => result.metadata["entity"]?.values ?? {};
const product = (result: MappingResult) => result.metadata["product"]?.values ?? {};
const lifecycle = (result: MappingResult) => result.metadata["lifecycle"]?.values ?? {};

describe("the profile product-archive", () => {
  it("compiles without a mistake", () => {
    assert.deepEqual(mapping.problems, []);
    assert.deepEqual(mapping.needs, []);
  });

  it("writes product facts in the order of the schema", () => {
    const result = map();
    assert.deepEqual(errors(result), []);
    assert.equal(
      result.metadata["product"]?.xml,
      '<products xmlns="urn:clc:schema:product:1"><product><id>P-AF-110</id><sku>AF-110</sku><gtin>4012345001020</gtin></product>' +
        "<status>replaced</status><replacedBy>AF-120</replacedBy><endOfSale>2024-08-31</endOfSale><lastUnit>2024-10-31</lastUnit>" +
        "<market>AT</market><market>DE</market><regulatoryClass>NONE</regulatoryClass><role>PKG</role><release>allowed</release></products>",
    );
  });

  it("keeps the ids of several products together, and marks what they share as never to be released", () => {
    const result = map({ "ACME.TABLE.PRODUCTS": products(OLD, NEW) });
    assert.deepEqual(errors(result), []);
    assert.match(
      result.metadata["product"]?.xml ?? "",
      /<sku>AF-110<\/sku><gtin>4012345001020<\/gtin><\/product><product><id>P-AF-120<\/id><sku>AF-120<\/sku>/,
    );
    assert.equal(product(result)["release"], "never");
    assert.equal(entity(result)["Identifier/SKU"], "AF-110");
  });

  it("puts a shared picture under the retired product, whichever stands first", () => {
    const result = map({ "ACME.TABLE.PRODUCTS": products(NEW, OLD) });
    assert.equal(entity(result)["Parent"], "Alder & Finch/Products/AF-110");
    assert.equal(product(result)["release"], "never");
  });

  it("links to the successor's folder only when the product was replaced", () => {
    const link = "Link/http://purl.org/dc/terms/isReplacedBy";
    assert.equal(entity(map())[link], "folder:SKU:AF-120");
    const discontinued = map({ "ACME.FIELD.PRODUCT STATUS": domain("DIS"), "ACME.FIELD.SUCCESSOR SKU": undefined });
    assert.deepEqual(errors(discontinued), []);
    assert.equal(entity(discontinued)[link], undefined);
    assert.equal(product(discontinued)["replacedBy"], undefined);
  });

  it("counts ten years from the last unit", () => {
    const result = map();
    assert.equal(lifecycle(result)["retention/start"], "2024-10-31");
    assert.equal(lifecycle(result)["retention/until"], "2034-10-31");
    assert.equal(entity(result)["RetentionPolicy"], "Product 10 years after last unit");
  });

  it("keeps a medical device fifteen years, even when a shorter class was chosen", () => {
    const result = map({ "ACME.FIELD.REGULATORY CLASS": domain("MDR", "Medical device") });
    assert.equal(lifecycle(result)["retention/class"], "PROD-MDR-15Y");
    assert.equal(lifecycle(result)["retention/until"], "2039-10-31");
    assert.equal(entity(result)["RetentionPolicy"], "Medical device 15 years");
  });

  const refused: [string, Record<string, FieldValue | undefined>, RegExp][] = [
    ["an active product", { "ACME.FIELD.PRODUCT STATUS": domain("ACT") }, /B2-10: Refused: the product is active/],
    ["a product without its last unit", { "ACME.FIELD.LAST UNIT DATE": undefined }, /LAST UNIT DATE/],
    ["a replaced product without successor", { "ACME.FIELD.SUCCESSOR SKU": undefined }, /B2-12: Required/],
    ["a wrong check digit", { "ACME.TABLE.PRODUCTS": products(["AF-110", "4012345001021"]) }, /B2-04: .*GTIN/],
    ["a table with a hole", { "ACME.TABLE.PRODUCTS": products(OLD, ["AF-120", ""]) }, /B2-04: Required/],
    ["an unknown market", { "ACME.FIELD.MARKETS": list("XX") }, /B2-17/],
  ];
  for (const [name, changes, reason] of refused) {
    it(`rejects ${name}, and names the row`, () => {
      const result = map(changes);
      assert.equal(result.ok, false);
      assert.match(errors(result).join("\n"), reason);
    });
  }
});
