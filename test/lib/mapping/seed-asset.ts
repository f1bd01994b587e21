import type { FieldValue, LifecycleAsset } from "../../../lib/messages/asset.js";
import type { MappingInput } from "../../../lib/mapping/index.js";

/** Present of the seed data. */
export const T0 = "2026-11-16T09:00:00Z";

export const text = (value: string): FieldValue => ({ type: "text", label: "text", value });
export const number = (value: number): FieldValue => ({ type: "number", label: "number", value });
export const date = (value: string): FieldValue => ({ type: "date", label: "date", value });
export const domain = (value: string, display = value): FieldValue => ({
  type: "domain",
  label: "domain",
  value,
  display,
});
export const cascading = (value: string, display: string): FieldValue => ({
  type: "cascading",
  label: "cascading",
  value,
  display,
});
export const list = (...values: string[]): FieldValue => ({
  type: "list",
  label: "list",
  values: values.map((value) => ({ value })),
});

type Fields = Record<string, FieldValue>;

/** A good asset of the campaign AF-2021-SPR with every field filled that B0 and B1 speak of. */
export function campaignFields(): Fields {
  return {
    "ARTESIA.FIELD.ASSET NAME": text("spring-hero.tif"),
    "ARTESIA.FIELD.TAG": list("spring", "tulip", "spring"),
    "OTMM.CUSTOM.FIELD_TITLE": text(" Spring Bloom, hero image "),
    "ACME.FIELD.DESCRIPTION": text("Tulips\u000b & <crocuses>"),
    "ACME.FIELD.LANGUAGE": domain("de", "German"),
    "ACME.FIELD.CREATOR": list("Keller, Maria", "Bernard, Zoé"),
    "ACME.FIELD.APPROVAL STATUS": domain("APF", "Approved final "),
    "ACME.FIELD.APPROVED VERSION": number(2),
    "ACME.FIELD.APPROVED BY": text("brand.approver"),
    "ACME.FIELD.APPROVED ON": date("2021-02-10T23:00:00Z"),
    "ACME.FIELD.USAGE RIGHTS": domain("LIC", "Licensed"),
    "ACME.FIELD.RIGHTS HOLDER": text("Studio Orsola"),
    "ACME.FIELD.RIGHTS START": date("2020-08-31T22:00:00Z"),
    "ACME.FIELD.RIGHTS END": date("2031-12-30T23:00:00Z"),
    "ACME.FIELD.RIGHTS NOTE": text("Print and web"),
    "ACME.FIELD.RIGHTS TERRITORY": cascading("10^43", "EMEA^Austria"),
    "ACME.FIELD.CONFIDENTIALITY": domain("PUB", "Public"),
    "ACME.FIELD.PERSONAL DATA": domain("IDR", "Identifiable with release"),
    "ACME.FIELD.MODEL RELEASE": text("MR-2020-0418"),
    "ACME.FIELD.EMBARGO UNTIL": date("2026-01-31T23:00:00Z"),
    "ACME.FIELD.RETENTION CLASS": domain("CAMP-5Y", "Campaign 5 years"),
    "ACME.FIELD.LEGAL HOLD": domain("Y", "Yes"),
    "ACME.FIELD.LEGAL HOLD MATTER": list("MAT-2026-017"),
    "ACME.FIELD.BUSINESS OWNER": text("Brand Office"),
    "ACME.FIELD.CAMPAIGN CODE": text("AF-2021-SPR"),
    "ACME.FIELD.CAMPAIGN NAME": text("Spring Bloom 2021"),
    "ACME.FIELD.CAMPAIGN STATUS": domain("END", "Ended"),
    "ACME.FIELD.LAUNCH DATE": date("2020-09-13T22:00:00Z"),
    "ACME.FIELD.END DATE": date("2021-02-27T23:00:00Z"),
    "ACME.FIELD.BRAND": domain("AF", "Alder & Finch "),
    "ACME.FIELD.REGION": cascading("10^43", "EMEA^Austria"),
    "ACME.FIELD.ASSET ROLE": domain("MAS", "Master image"),
    "ACME.FIELD.CHANNEL": list("web", "print", "web"),
    "ACME.FIELD.AGENCY": text("Hall & Co; Zweite Agentur"),
    "ACME.FIELD.ARCHIVE ID": text("0d8a5f1e-0000-5000-8000-000000000001"),
    "ACME.FIELD.ARCHIVED ASSET ID": text("1111111111111111111111111111111111111111"),
  };
}

/** @param changes fields that differ; undefined takes one away */
export function campaignAsset(
  changes: Record<string, FieldValue | undefined> = {},
  more: Partial<LifecycleAsset> = {},
): LifecycleAsset {
  const fields: Fields = {};
  for (const [id, value] of Object.entries({ ...campaignFields(), ...changes }))
    if (value !== undefined) fields[id] = value;
  const content = { system: "otmm", connection: "dam", mediaType: "image/tiff", name: "spring-hero.tif" } as const;
  return {
    key: "otmm:dam:5b1d0c4e9f2a7b6388d1c0e4f5a6b7c8d9e0f1a2",
    version: "2",
    name: "../../etc/hero & <1>.tif",
    ids: {
      otmm: {
        connection: "dam",
        assetId: "2222222222222222222222222222222222222222",
        originalAssetId: "5b1d0c4e9f2a7b6388d1c0e4f5a6b7c8d9e0f1a2",
        version: "2",
      },
    },
    fields,
    content: [
      {
        ...content,
        id: "master-1",
        role: "preservation",
        fixity: [{ algorithm: "MD5", value: "D41D8CD98F00B204E9800998ECF8427E", by: "source" }],
      },
      { ...content, id: "preview-1", role: "access", mediaType: "image/jpeg", fixity: [] },
    ],
    links: [
      { type: "CONTAINS", direction: "to", key: "otmm:dam:aaaa", version: "1" },
      { type: "CONTAINS", direction: "to", key: "otmm:dam:bbbb" },
      { type: "CONTAINS", direction: "from", key: "otmm:dam:cccc" },
      { type: "IS_VERSION_OF", direction: "to", key: "otmm:dam:dddd" },
      { type: "IS_FORMAT_OF", direction: "to", key: "otmm:dam:eeee" },
    ],
    ...more,
  };
}

export function inputOf(asset: LifecycleAsset, more: Partial<MappingInput> = {}): MappingInput {
  return { asset, now: T0, run: "run-7", zone: "Europe/Berlin", ...more };
}

/** An object that was selected for preservation, with every field filled that B0 and B3 speak of. */
export const HERITAGE_OBJECT: Record<string, FieldValue | undefined> = {
  "ACME.FIELD.RETENTION CLASS": domain("HERI-PERM", "Heritage, permanent"),
  "ACME.FIELD.PERSONAL DATA": domain("NON", "None"),
  "MUS.FIELD.ACCESSION NO": text("MH.1914.001"),
  "MUS.FIELD.OBJECT NAME": text("gelatin dry plate negatives"),
  "MUS.FIELD.COLLECTION": text("Hallstein Glass Plates"),
  "MUS.FIELD.SERIES": text("Expedition 1914/1918"),
  "MUS.FIELD.MAKER": text("Ritter, Anna"),
  "MUS.FIELD.MAKER ROLE": domain("PHT", "Photographer"),
  "MUS.FIELD.DATE MADE": text("1914/1918"),
  "MUS.FIELD.MATERIAL": text("glass, silver gelatin"),
  "MUS.FIELD.DIMENSIONS": text("13 x 18 cm"),
  "MUS.FIELD.PLACE": text("Franz Josef Land"),
  "MUS.FIELD.SUBJECTS": list("expeditions", "ice & snow"),
  "MUS.FIELD.PERSONS DEPICTED": list("Payer, Julius"),
  "MUS.FIELD.ACQUISITION METHOD": domain("GIF", "Gift"),
  "MUS.FIELD.ACQUISITION DATE": text("1953"),
  "MUS.FIELD.ACQUIRED FROM": text("Family Hallstein"),
  "MUS.FIELD.CUSTODIAL HISTORY": text("Studio until 1938; museum since 1953."),
  "MUS.FIELD.PROVENANCE STATUS": domain("CLR", "Clear"),
  "MUS.FIELD.RIGHTS STATEMENT": domain("https://creativecommons.org/publicdomain/mark/1.0/"),
  "MUS.FIELD.CREDIT LINE": text("Museum Hallstein, gift of the family"),
  "MUS.FIELD.SENSITIVITY": domain("NON", "None"),
  "MUS.FIELD.DIGITISED ON": date("2025-06-15T22:00:00Z"),
  "MUS.FIELD.DIGITISED BY": text("Atelier Licht"),
  "MUS.FIELD.CAPTURE DEVICE": text("Phase One iXG 100"),
  "MUS.FIELD.CAPTURE SPEC": text("600 ppi"),
  "MUS.FIELD.SELECTED BY": text("Dr. Ilse Brandt"),
  "MUS.FIELD.SELECTED ON": date("2025-10-05T22:00:00Z"),
  "MUS.FIELD.SELECTION REASON": text("Only surviving record"),
  "ACME.FIELD.EMBARGO UNTIL": undefined,
  "ACME.FIELD.LEGAL HOLD": domain("N", "No"),
};
