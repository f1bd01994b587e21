import type { TargetDescription, TargetUse } from "../types.js";
import { broadcastSchema } from "./broadcast-schema.js";
import { campaignSchema } from "./campaign-schema.js";
import { collector } from "./collect.js";
import { parseFragmentPath } from "./fragment-path.js";
import { fragmentWriter } from "./fragment-tree.js";
import type { FragmentSchema } from "./fragment-schema.js";
import { lifecycleSchema } from "./lifecycle-schema.js";
import { modsCollectionSchema } from "./mods-collection-schema.js";
import { modsSchema } from "./mods-schema.js";
import { productSchema } from "./product-schema.js";
import type { TargetModule } from "./types.js";
import { hasIllegal, isXmlName } from "./xml.js";

/** A new schema is one line here, one file of fields, one XSD. */
export const FRAGMENT_SCHEMAS: readonly FragmentSchema[] = [
  lifecycleSchema,
  campaignSchema,
  productSchema,
  broadcastSchema,
  modsSchema,
];

/** Schemas of documents that describe a folder; the other schemas of the same URI are of assets. */
const FOLDER_SCHEMAS: readonly FragmentSchema[] = [modsCollectionSchema];

/** A typed XML fragment: schema URI and a list of element paths. Unknown schemas declare their fields in the profile. */
export const fragment: TargetModule = {
  describe,
  mistakes: (use) => {
    const mistakes: string[] = [];
    const uri = use.schema ?? "";
    if (uri === "" || /\s/.test(uri) || hasIllegal(uri)) mistakes.push("A fragment needs the URI of its schema.");
    if (schemaOf(use) !== undefined) return mistakes;
    if (use.root === undefined || !isXmlName(use.root))
      mistakes.push("A fragment of an own schema needs the name of its root element.");
    for (const field of use.fields ?? []) {
      const path = parseFragmentPath(field.field);
      if (typeof path === "string") mistakes.push(path);
    }
    return mistakes;
  },
  place: (use, field) => {
    const path = parseFragmentPath(field);
    if (typeof path === "string") return { mistake: path };
    const { fields } = describe(use);
    const known = fields.find((one) => one.field === path.text);
    if (known !== undefined) return { field: path.text, declaration: known };
    if (fields.length > 0)
      return {
        mistake: `"${field}" is no element of ${use.schema}; there are: ${fields.map((one) => one.field).join(", ")}.`,
      };
    return {
      field: path.text,
      declaration: { field: path.text, type: "string", repeatable: path.attribute === undefined },
    };
  },
  assembler: (use, rows, mistake) => {
    const { schema = "", root = "fragment", fields } = describe(use);
    const collect = collector(rows);
    const write = fragmentWriter(
      root,
      schema,
      rows,
      fields.map((one) => one.field),
      mistake,
    );
    return (scope) => {
      const values = collect(scope);
      return { profile: scope.mark, kind: "fragment", schema, values, xml: write(scope) };
    };
  },
};

function describe(use: TargetUse): TargetDescription {
  const known = schemaOf(use);
  if (known !== undefined) {
    const { uri, root, label, fields } = known;
    return { kind: "fragment", label, schema: uri, root, fields: [...fields], patterns: [] };
  }
  const fields = (use.fields ?? []).map((one) => {
    const path = parseFragmentPath(one.field);
    const field = typeof path === "string" ? one.field : path.text;
    return { ...one, field, label: field };
  });
  return {
    kind: "fragment",
    label: use.schema ?? "XML fragment",
    schema: use.schema ?? "",
    root: use.root ?? "fragment",
    fields,
    patterns: [],
  };
}

function schemaOf(use: TargetUse): FragmentSchema | undefined {
  const schemas = use.folder === undefined ? FRAGMENT_SCHEMAS : FOLDER_SCHEMAS;
  return schemas.find((schema) => schema.uri === use.schema);
}
