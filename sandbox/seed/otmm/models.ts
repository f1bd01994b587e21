import type { CategoryDefinition, FieldDefinition, ModelDefinition, TableDefinition } from "../../otmm/types.js";

/** The name people see: the id's last part in sentence case. */
function nameOf(id: string): string {
  const last = id
    .slice(id.lastIndexOf(".") + 1)
    .replaceAll("_", " ")
    .toLowerCase();
  return last.charAt(0).toUpperCase() + last.slice(1);
}

type Extra = Partial<Pick<FieldDefinition, "length" | "domain" | "cascading" | "multiple" | "name">>;

function text(id: string, length = 250, extra: Extra = {}): FieldDefinition {
  return { id, name: nameOf(id), type: "CHAR", length, ...extra };
}
function many(id: string): FieldDefinition {
  return text(id, 250, { multiple: true });
}
function choice(id: string, domain: string, extra: Extra = {}): FieldDefinition {
  return { id, name: nameOf(id), type: "CHAR", domain, ...extra };
}
function day(id: string): FieldDefinition {
  return { id, name: nameOf(id), type: "DATE" };
}
function number(id: string): FieldDefinition {
  return { id, name: nameOf(id), type: "NUMBER" };
}
function table(id: string, columns: FieldDefinition[]): TableDefinition {
  return { id, name: nameOf(id), columns };
}

/** SEED-DATA 1.1: the first category of every model. */
const GENERAL: CategoryDefinition = {
  id: "ACME.CATEGORY.GENERAL",
  name: "General",
  elements: [
    text("ARTESIA.FIELD.ASSET NAME", 255),
    many("ARTESIA.FIELD.TAG"),
    day("ARTESIA.FIELD.EXPIRATION DATE"),
    text("OTMM.CUSTOM.FIELD_TITLE", 250, { name: "Title" }),
    text("ACME.FIELD.DESCRIPTION", 4000),
    choice("ACME.FIELD.LANGUAGE", "ACME.DOMAIN.LANGUAGE"),
    many("ACME.FIELD.CREATOR"),
    choice("ACME.FIELD.APPROVAL STATUS", "ACME.DOMAIN.APPROVAL STATUS"),
    number("ACME.FIELD.APPROVED VERSION"),
    text("ACME.FIELD.APPROVED BY"),
    day("ACME.FIELD.APPROVED ON"),
    choice("ACME.FIELD.USAGE RIGHTS", "ACME.DOMAIN.USAGE RIGHTS"),
    text("ACME.FIELD.RIGHTS HOLDER"),
    day("ACME.FIELD.RIGHTS START"),
    day("ACME.FIELD.RIGHTS END"),
    text("ACME.FIELD.RIGHTS NOTE", 4000),
    choice("ACME.FIELD.RIGHTS TERRITORY", "ACME.DOMAIN.TERRITORY", { cascading: true }),
    choice("ACME.FIELD.CONFIDENTIALITY", "ACME.DOMAIN.CONFIDENTIALITY"),
    choice("ACME.FIELD.PERSONAL DATA", "ACME.DOMAIN.PERSONAL DATA"),
    text("ACME.FIELD.MODEL RELEASE"),
    day("ACME.FIELD.EMBARGO UNTIL"),
    choice("ACME.FIELD.RETENTION CLASS", "ACME.DOMAIN.RETENTION CLASS"),
    choice("ACME.FIELD.LEGAL HOLD", "ACME.DOMAIN.YES NO"),
    many("ACME.FIELD.LEGAL HOLD MATTER"),
    text("ACME.FIELD.BUSINESS OWNER"),
  ],
};

/** SEED-DATA 1.2: written by the flows only. */
const ARCHIVE: CategoryDefinition = {
  id: "ACME.CATEGORY.ARCHIVE",
  name: "Archive",
  elements: [
    choice("ACME.FIELD.PRESERVATION STATUS", "ACME.DOMAIN.PRESERVATION STATUS"),
    text("ACME.FIELD.ARCHIVE ID", 36),
    text("ACME.FIELD.ARCHIVED ASSET ID", 40),
    day("ACME.FIELD.ARCHIVED ON"),
    text("ACME.FIELD.ARCHIVE LOCATION", 1000),
    text("ACME.FIELD.ARCHIVE LINK", 500),
    text("ACME.FIELD.ARCHIVE SHA256", 64),
    text("ACME.FIELD.ARCHIVE RETENTION POLICY"),
    day("ACME.FIELD.ARCHIVE RETENTION UNTIL"),
    choice("ACME.FIELD.ARCHIVE RETENTION STATUS", "ACME.DOMAIN.RETENTION STATUS"),
    choice("ACME.FIELD.ARCHIVE ACCESS", "ACME.DOMAIN.ARCHIVE ACCESS"),
    table("ACME.TABLE.ARCHIVE EVENTS", [
      day("ACME.COLUMN.EVENT DATE"),
      text("ACME.COLUMN.EVENT TYPE"),
      text("ACME.COLUMN.EVENT AGENT"),
      text("ACME.COLUMN.EVENT OUTCOME"),
    ]),
    day("ACME.FIELD.ARCHIVE SYNCED ON"),
    text("ACME.FIELD.RECORD NUMBER"),
  ],
};

/** Requests for archived content, and what came back of it: people ask, the flows answer. */
const REUSE: CategoryDefinition = {
  id: "ACME.CATEGORY.REUSE",
  name: "Reuse",
  elements: [
    choice("ACME.FIELD.REUSE STATUS", "ACME.DOMAIN.REUSE STATUS"),
    choice("ACME.FIELD.REUSE WANTED", "ACME.DOMAIN.REUSE WANTED"),
    text("ACME.FIELD.REUSE REQUESTER"),
    text("ACME.FIELD.REUSE PURPOSE", 1000),
    text("ACME.FIELD.REUSE DECISION", 1000),
    day("ACME.FIELD.REUSE DECIDED ON"),
    text("ACME.FIELD.ORIGIN ASSET ID", 40),
    text("ACME.FIELD.ORIGIN ARCHIVE ID", 36),
    text("ACME.FIELD.IMPORT SOURCE"),
  ],
};

const CAMPAIGN: CategoryDefinition = {
  id: "ACME.CATEGORY.CAMPAIGN",
  name: "Campaign",
  elements: [
    text("ACME.FIELD.CAMPAIGN CODE"),
    text("ACME.FIELD.CAMPAIGN NAME"),
    choice("ACME.FIELD.CAMPAIGN STATUS", "ACME.DOMAIN.CAMPAIGN STATUS"),
    day("ACME.FIELD.LAUNCH DATE"),
    day("ACME.FIELD.END DATE"),
    choice("ACME.FIELD.BRAND", "ACME.DOMAIN.BRAND"),
    choice("ACME.FIELD.REGION", "ACME.DOMAIN.REGION", { cascading: true }),
    choice("ACME.FIELD.ASSET ROLE", "ACME.DOMAIN.ASSET ROLE"),
    many("ACME.FIELD.CHANNEL"),
    text("ACME.FIELD.AGENCY"),
  ],
};

const PRODUCT: CategoryDefinition = {
  id: "ACME.CATEGORY.PRODUCT",
  name: "Product",
  elements: [
    table("ACME.TABLE.PRODUCTS", [
      text("ACME.COLUMN.PRODUCT ID"),
      text("ACME.COLUMN.SKU"),
      text("ACME.COLUMN.GTIN", 14, { name: "GTIN" }),
    ]),
    choice("ACME.FIELD.PRODUCT STATUS", "ACME.DOMAIN.PRODUCT STATUS"),
    text("ACME.FIELD.SUCCESSOR SKU"),
    day("ACME.FIELD.END OF SALE"),
    day("ACME.FIELD.LAST UNIT DATE"),
    day("ACME.FIELD.END OF SUPPORT"),
    many("ACME.FIELD.MARKETS"),
    choice("ACME.FIELD.REGULATORY CLASS", "ACME.DOMAIN.REGULATORY CLASS"),
    choice("ACME.FIELD.ASSET ROLE", "ACME.DOMAIN.ASSET ROLE"),
    choice("ACME.FIELD.BRAND", "ACME.DOMAIN.BRAND"),
    table("OTM.TABLE.PRODUCT_TABLE_FIELD", [choice("PRODUCT_CHAR_ID", "OTMM.DOMAIN.OTM_PRODUCT", { name: "Product" })]),
    table("OTMM.FIELD.PRODUCT_NEW.TAB", [
      choice("OTMM.COLUMN.PRODUCT_NEW.TAB", "OTMM.DOMAIN.OTM_PRODUCT_NEW.LU", { name: "Product (new)" }),
    ]),
    table("OTMM.FIELD.BUSINESS_UNIT.TAB", [
      choice("OTMM.COLUMN.BUSINESS_UNIT.TAB", "OTMM.DOMAIN.OTM_BUSINESS_UNIT.LU", { name: "Business unit" }),
    ]),
  ],
};

const HERITAGE: CategoryDefinition = {
  id: "MUS.CATEGORY.OBJECT",
  name: "Museum object",
  elements: [
    text("MUS.FIELD.ACCESSION NO"),
    text("MUS.FIELD.OBJECT NAME"),
    text("MUS.FIELD.COLLECTION"),
    text("MUS.FIELD.SERIES"),
    text("MUS.FIELD.MAKER"),
    choice("MUS.FIELD.MAKER ROLE", "MUS.DOMAIN.MAKER ROLE"),
    text("MUS.FIELD.DATE MADE"),
    text("MUS.FIELD.MATERIAL"),
    text("MUS.FIELD.DIMENSIONS"),
    text("MUS.FIELD.PLACE"),
    many("MUS.FIELD.SUBJECTS"),
    many("MUS.FIELD.PERSONS DEPICTED"),
    choice("MUS.FIELD.ACQUISITION METHOD", "MUS.DOMAIN.ACQUISITION METHOD"),
    text("MUS.FIELD.ACQUISITION DATE"),
    text("MUS.FIELD.ACQUIRED FROM"),
    text("MUS.FIELD.CUSTODIAL HISTORY", 4000),
    choice("MUS.FIELD.PROVENANCE STATUS", "MUS.DOMAIN.PROVENANCE STATUS"),
    choice("MUS.FIELD.RIGHTS STATEMENT", "MUS.DOMAIN.RIGHTS STATEMENT"),
    text("MUS.FIELD.CREDIT LINE"),
    choice("MUS.FIELD.SENSITIVITY", "MUS.DOMAIN.SENSITIVITY"),
    day("MUS.FIELD.DIGITISED ON"),
    text("MUS.FIELD.DIGITISED BY"),
    text("MUS.FIELD.CAPTURE DEVICE"),
    text("MUS.FIELD.CAPTURE SPEC"),
    text("MUS.FIELD.SELECTED BY"),
    day("MUS.FIELD.SELECTED ON"),
    text("MUS.FIELD.SELECTION REASON"),
  ],
};

const PROGRAMME: CategoryDefinition = {
  id: "BCT.CATEGORY.PROGRAMME",
  name: "Programme",
  elements: [
    text("BCT.FIELD.PROGRAMME TITLE"),
    text("BCT.FIELD.SERIES"),
    text("BCT.FIELD.EPISODE NO"),
    text("BCT.FIELD.HOUSE NO"),
    text("BCT.FIELD.EIDR", 250, { name: "EIDR" }),
    choice("BCT.FIELD.TX STATUS", "BCT.DOMAIN.TX STATUS", { name: "TX status" }),
    text("BCT.FIELD.TX TIME", 40, { name: "TX time" }),
    text("BCT.FIELD.TX ZONE", 60, { name: "TX zone" }),
    choice("BCT.FIELD.CHANNEL", "BCT.DOMAIN.CHANNEL"),
    choice("BCT.FIELD.VERSION TYPE", "BCT.DOMAIN.VERSION TYPE"),
    text("BCT.FIELD.CONTRACT NO"),
    text("BCT.FIELD.LICENSOR"),
    day("BCT.FIELD.LICENCE START"),
    day("BCT.FIELD.LICENCE END"),
    number("BCT.FIELD.RUNS ALLOWED"),
    number("BCT.FIELD.RUNS USED"),
    text("BCT.FIELD.CUE SHEET"),
    text("BCT.FIELD.RATING"),
    text("BCT.FIELD.DURATION"),
    text("BCT.FIELD.FRAME RATE"),
    text("BCT.FIELD.ASPECT"),
    text("BCT.FIELD.AUDIO LAYOUT"),
    text("BCT.FIELD.SUBTITLES"),
  ],
};

/** What `ARTESIA.MODEL.DEFAULT` and folders carry: the general, the archive and the reuse fields. */
export const MODELS: ModelDefinition[] = [
  { id: "ACME.MODEL.CAMPAIGN", name: "Campaign", legacyId: 104, categories: [GENERAL, CAMPAIGN, ARCHIVE, REUSE] },
  { id: "ACME.MODEL.PRODUCT", name: "Product", legacyId: 105, categories: [GENERAL, PRODUCT, ARCHIVE, REUSE] },
  { id: "MUS.MODEL.HERITAGE", name: "Heritage", legacyId: 106, categories: [GENERAL, HERITAGE, ARCHIVE, REUSE] },
  { id: "BCT.MODEL.PROGRAMME", name: "Programme", legacyId: 107, categories: [GENERAL, PROGRAMME, ARCHIVE, REUSE] },
  { id: "ARTESIA.MODEL.DEFAULT", name: "Default", legacyId: 1, categories: [GENERAL, ARCHIVE, REUSE] },
];
