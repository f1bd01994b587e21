import { storedDay } from "../ids.js";
import type { AssetSpec } from "./asset.js";
import type { FolderTree } from "./folders.js";
import { approvedValues, filled, type LooseValues } from "./values.js";

/** A product line of SEED-DATA 1.5. */
export interface Product {
  sku: string;
  gtin: string;
  name: string;
  status: "ACT" | "DIS" | "REP";
  successor?: string;
  endOfSale?: string;
  lastUnit?: string;
  endOfSupport?: string;
  regulatory: "NONE" | "MDR";
}

export const PRODUCTS = {
  "AF-100": {
    sku: "AF-100",
    gtin: "4012345001013",
    name: "Alder table lamp",
    status: "DIS",
    endOfSale: "2022-03-31",
    lastUnit: "2022-06-30",
    endOfSupport: "2024-06-30",
    regulatory: "NONE",
  },
  "AF-110": {
    sku: "AF-110",
    gtin: "4012345001020",
    name: "Finch reading lamp",
    status: "REP",
    successor: "AF-120",
    endOfSale: "2024-08-31",
    lastUnit: "2024-10-31",
    endOfSupport: "2026-10-31",
    regulatory: "NONE",
  },
  "AF-120": { sku: "AF-120", gtin: "4012345001037", name: "Finch reading lamp II", status: "ACT", regulatory: "NONE" },
  "AF-130": {
    sku: "AF-130",
    gtin: "4012345001044",
    name: "Finch light therapy lamp",
    status: "DIS",
    endOfSale: "2024-10-31",
    lastUnit: "2025-01-15",
    endOfSupport: "2030-01-15",
    regulatory: "MDR",
  },
  "AF-140": {
    sku: "AF-140",
    gtin: "4012345001051",
    name: "Alder garden lamp",
    status: "DIS",
    endOfSale: "2023-12-31",
    endOfSupport: "2025-12-31",
    regulatory: "NONE",
  },
} as const satisfies Record<string, Product>;

export type Sku = keyof typeof PRODUCTS;
export type ProductRole = "IMG" | "PKG" | "DMV" | "IFU";

/** Why a product asset stays, or is refused; undefined: it moves. */
export type ProductReason = "active line" | "retention cannot start" | "expired" | "deleted";

export interface ProductAsset extends AssetSpec {
  skus: Sku[];
  role: ProductRole;
  stays?: ProductReason;
  /** Copied to the archive, but never released: another product that uses it is active. */
  copyOnly?: true;
}

const BASES: Record<ProductRole, string> = {
  IMG: "lamp-1.jpg",
  PKG: "carton-1.png",
  DMV: "film-2.mp4",
  IFU: "manual-1.pdf",
};

/** Product assets of scenario 2. */
export function productAssets(tree: FolderTree): ProductAsset[] {
  const made: ProductAsset[] = [];
  const add = (
    skus: Sku[],
    role: ProductRole,
    key: string,
    extra: LooseValues = {},
    more: Partial<ProductAsset> = {},
  ) => {
    const [first] = skus;
    if (first === undefined) return;
    const base = role === "IMG" && made.length % 2 === 1 ? "lamp-2.jpg" : BASES[role];
    const name = `${first.toLowerCase()}-${key}.${base.slice(base.lastIndexOf(".") + 1)}`;
    const stays = more.stays ?? staysBy(first);
    made.push({
      key: `product/${first}/${key}`,
      name,
      base,
      modelId: "ACME.MODEL.PRODUCT",
      folders: skus.map((sku) => tree.at("Products", sku)),
      skus,
      role,
      ...more,
      ...(stays !== undefined && { stays }),
      values: filled({ ...productValues(skus, role, name), ...extra }),
    });
  };
  for (const key of ["front", "side", "detail"]) add(["AF-100"], "IMG", key);
  add(["AF-100"], "PKG", "carton");
  add(["AF-100"], "IFU", "manual");
  for (const key of ["front", "lit"]) add(["AF-110"], "IMG", key);
  for (const key of ["carton", "sleeve"]) add(["AF-110"], "PKG", key);
  add(["AF-110"], "DMV", "demo");
  add(["AF-110"], "IFU", "manual");
  for (const key of ["front", "lit"]) add(["AF-120"], "IMG", key);
  for (const key of ["carton", "sleeve"]) add(["AF-120"], "PKG", key);
  add(["AF-120"], "DMV", "demo");
  add(["AF-120"], "IFU", "manual");
  add(["AF-130"], "IMG", "front");
  add(["AF-130"], "PKG", "carton");
  add(["AF-130"], "DMV", "demo");
  add(["AF-130"], "IFU", "manual");
  add(
    ["AF-110", "AF-120"],
    "IMG",
    "lifestyle",
    { "OTMM.CUSTOM.FIELD_TITLE": "Finch reading lamps in a living room" },
    { copyOnly: true },
  );
  add(["AF-140"], "IMG", "front");
  add(["AF-140"], "PKG", "carton");
  add(["AF-140"], "IFU", "manual");
  return made;
}

function staysBy(sku: Sku): ProductReason | undefined {
  if (PRODUCTS[sku].status === "ACT") return "active line";
  return sku === "AF-140" ? "retention cannot start" : undefined;
}

function productValues(skus: Sku[], role: ProductRole, name: string): LooseValues {
  const [first = "AF-120"] = skus;
  const product: Product = PRODUCTS[first];
  const rows = skus.map((sku) => PRODUCTS[sku]);
  const day = (date: string | undefined) => (date === undefined ? undefined : storedDay(date));
  return {
    ...approvedValues(1, "product.approver", "2021-05-20"),
    "OTMM.CUSTOM.FIELD_TITLE": `${product.name}, ${name.replace(/\.[a-z0-9]+$/i, "")}`,
    "ACME.FIELD.DESCRIPTION": `${product.name} (${product.sku}).`,
    "ACME.FIELD.LANGUAGE": "de",
    "ACME.FIELD.CREATOR": ["Keller, Maria"],
    "ACME.FIELD.USAGE RIGHTS": "OWN",
    "ACME.FIELD.RIGHTS HOLDER": "Alder & Finch",
    "ACME.FIELD.RETENTION CLASS": product.regulatory === "MDR" ? "PROD-MDR-15Y" : "PROD-10Y",
    "ACME.FIELD.BUSINESS OWNER": "Product Office",
    "ACME.FIELD.BRAND": "AF",
    "ACME.FIELD.ASSET ROLE": role,
    "ACME.COLUMN.PRODUCT ID": rows.map(({ sku }) => `P-${sku}`),
    "ACME.COLUMN.SKU": rows.map(({ sku }) => sku),
    "ACME.COLUMN.GTIN": rows.map(({ gtin }) => gtin),
    "ACME.FIELD.PRODUCT STATUS": product.status,
    "ACME.FIELD.SUCCESSOR SKU": product.successor,
    "ACME.FIELD.END OF SALE": day(product.endOfSale),
    "ACME.FIELD.LAST UNIT DATE": day(product.lastUnit),
    "ACME.FIELD.END OF SUPPORT": day(product.endOfSupport),
    "ACME.FIELD.MARKETS": ["AT", "DE", "FR"],
    "ACME.FIELD.REGULATORY CLASS": product.regulatory,
  };
}

/**
 * The product library that the vendor's Python client loads (fact sheet 13): three domains, assets in each, one of them deleted, one expired,
 * and a folder that carries a product. All are active lines, so scenario 2 leaves them alone.
 */
export function libraryAssets(tree: FolderTree): ProductAsset[] {
  const folder = tree.at("Product library");
  tree.describe(tree.at("Product library", "Alder Desk Lamp"), "ACME.MODEL.PRODUCT", { PRODUCT_CHAR_ID: ["213"] });
  const add = (key: string, base: string, links: LooseValues, more: Partial<ProductAsset> = {}): ProductAsset => ({
    key: `library/${key}`,
    name: `${key}.${base.slice(base.lastIndexOf(".") + 1)}`,
    base,
    modelId: "ACME.MODEL.PRODUCT",
    folders: [folder],
    skus: [],
    role: "IMG",
    stays: "active line",
    ...more,
    values: filled({
      ...approvedValues(1, "product.approver", "2025-05-20"),
      "OTMM.CUSTOM.FIELD_TITLE": key.replaceAll("-", " "),
      "ACME.FIELD.LANGUAGE": "en",
      "ACME.FIELD.USAGE RIGHTS": "OWN",
      "ACME.FIELD.PRODUCT STATUS": "ACT",
      "ACME.FIELD.REGULATORY CLASS": "NONE",
      "ARTESIA.FIELD.TAG": ["library"],
      ...(more.stays === "expired" && { "ARTESIA.FIELD.EXPIRATION DATE": "2026-06-30T22:00:00Z" }),
      ...links,
    }),
  });
  const desk = { PRODUCT_CHAR_ID: ["213"] };
  const floor = { PRODUCT_CHAR_ID: ["219"] };
  const renewed = { "OTMM.COLUMN.PRODUCT_NEW.TAB": ["31"] };
  const lighting = { "OTMM.COLUMN.BUSINESS_UNIT.TAB": ["7"] };
  const seasonal = { "OTMM.COLUMN.BUSINESS_UNIT.TAB": ["8"] };
  return [
    add("desk-lamp-front", "lamp-1.jpg", desk),
    add("desk-lamp-back", "lamp-2.jpg", desk),
    add("desk-lamp-manual", "manual-1.pdf", desk),
    add("desk-lamp-old-look", "lamp-1.jpg", desk, { deleted: true, stays: "deleted" }),
    add("desk-lamp-offer", "carton-1.png", desk, { stays: "expired" }),
    add("floor-lamp-front", "lamp-2.jpg", floor),
    add("floor-lamp-film", "film-2.mp4", { ...floor, ...lighting }),
    add("floor-lamp-carton", "carton-1.png", floor),
    add("lamp-two-front", "lamp-1.jpg", renewed),
    add("lamp-two-side", "lamp-2.jpg", renewed),
    add("lamp-two-manual", "manual-1.pdf", renewed),
    add("lighting-brochure", "layout-1.pdf", lighting),
    add("lighting-mood", "winter-1.jpg", lighting),
    add("lighting-banner", "winter-2.png", lighting),
    add("seasonal-spring", "spring-1.jpg", seasonal),
    add("seasonal-summer", "ete-1.jpg", seasonal),
    add("seasonal-winter", "winter-1.jpg", seasonal),
  ];
}
