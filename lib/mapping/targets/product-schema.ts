import type { FragmentSchema } from "./fragment-schema.js";

/**
 * Product facts with their types (SEED-DATA.md B2): one `product` for each product that the asset serves, then what
 * holds for the line that is retired. XSD: `schemas/product-1.xsd`.
 */
export const productSchema: FragmentSchema = {
  uri: "urn:clc:schema:product:1",
  root: "products",
  label: "Product",
  fields: [
    { field: "product/id", label: "Product id", type: "string", required: true, repeatable: true },
    { field: "product/sku", label: "SKU (indexed)", type: "string", required: true, repeatable: true },
    { field: "product/gtin", label: "GTIN", type: "string", required: true, repeatable: true, form: "gtin" },
    { field: "name", label: "Product name", type: "string", repeatable: true },
    {
      field: "status",
      label: "Product status",
      type: "string",
      required: true,
      allowed: ["discontinued", "replaced"],
    },
    { field: "replacedBy", label: "SKU of the successor", type: "string" },
    { field: "endOfSale", label: "End of sale", type: "date" },
    { field: "lastUnit", label: "Last unit (starts retention)", type: "date", required: true },
    { field: "endOfSupport", label: "End of support", type: "date" },
    { field: "market", label: "Market (ISO 3166-1)", type: "string", repeatable: true, maxLength: 2 },
    {
      field: "regulatoryClass",
      label: "Regulatory class",
      type: "string",
      required: true,
      allowed: ["NONE", "TOY", "COS", "MDR"],
    },
    {
      field: "role",
      label: "Role of the asset",
      type: "string",
      required: true,
      allowed: ["IMG", "PKG", "DMV", "IFU"],
    },
    {
      field: "release",
      label: "Release at the source",
      type: "string",
      required: true,
      allowed: ["allowed", "never"],
      help: "never: the asset serves another product as well, so it is copied and stays where it is.",
    },
  ],
};
