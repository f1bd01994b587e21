import type { Entity, Fragment } from "../model.js";
import { elements, parseXml, textOf, type XmlElement } from "../xml/parse.js";

export type IndexType = "SINGLE_VALUED_STRING" | "MULTI_VALUED_STRING" | "SINGLE_VALUED_DATE" | "MULTI_VALUED_LONG";

/** A field that search knows. */
export interface IndexField {
  key: string;
  displayName: string;
  type: IndexType;
  uri: string;
  facetable: boolean;
}

interface CustomField extends IndexField {
  /** Local names from any ancestor down to the element, e.g. retention/start. */
  path: string[];
}

const XIP = "http://preservica.com/XIP/";
const DUBLIN_CORE = "http://www.openarchives.org/OAI/2.0/oai_dc/";

function own(
  key: string,
  displayName: string,
  type: IndexType = "SINGLE_VALUED_STRING",
  facetable = false,
): IndexField {
  return { key, displayName, type, uri: XIP, facetable };
}

function custom(
  key: string,
  displayName: string,
  uri: string,
  path: string,
  type: IndexType = "SINGLE_VALUED_STRING",
): CustomField {
  return { key, displayName, type, uri, facetable: true, path: path.split("/") };
}

/** Fields of the server itself. */
export const OWN_FIELDS: readonly IndexField[] = [
  own("xip.reference", "Reference"),
  own("xip.title", "Title"),
  own("xip.description", "Description"),
  own("xip.document_type", "Type", "SINGLE_VALUED_STRING", true),
  own("xip.parent_ref", "Parent"),
  own("xip.parent_hierarchy", "Parent hierarchy", "MULTI_VALUED_STRING"),
  own("xip.top_level_so", "Top level folder"),
  own("xip.security_descriptor", "Security tag", "SINGLE_VALUED_STRING", true),
  own("xip.identifier", "Identifier", "MULTI_VALUED_STRING"),
  own("xip.created", "Created Date", "SINGLE_VALUED_DATE", true),
  own("xip.full_text", "Full text"),
  own("xip.format_group_r_Display", "Format group", "MULTI_VALUED_STRING", true),
  own("xip.content_type_r_Display", "Content type", "MULTI_VALUED_STRING", true),
  own("xip.bitstream_names_r_Preservation", "File names", "MULTI_VALUED_STRING"),
  own("xip.size_r_Preservation", "Size", "MULTI_VALUED_LONG"),
  own("xip.retention_policy_assignment_ref", "Retention policy", "MULTI_VALUED_STRING"),
  own("xip.retention_policy_assignment_name", "Retention policy name", "MULTI_VALUED_STRING", true),
  own("xip.legal_hold_ref", "Legal hold", "MULTI_VALUED_STRING"),
];

/** Fields of the tenant's custom index documents (SEED-DATA.md section 2), and Dublin Core. */
export const CUSTOM_FIELDS: readonly CustomField[] = [
  custom(
    "lcy.retention_start",
    "Retention start",
    "urn:clc:schema:lifecycle:1",
    "retention/start",
    "SINGLE_VALUED_DATE",
  ),
  custom(
    "lcy.retention_until",
    "Retention until",
    "urn:clc:schema:lifecycle:1",
    "retention/until",
    "SINGLE_VALUED_DATE",
  ),
  custom("lcy.source_version", "Source version", "urn:clc:schema:lifecycle:1", "source/version"),
  custom("cmp.code", "Campaign code", "urn:clc:schema:campaign:1", "code"),
  custom("prd.sku", "SKU", "urn:clc:schema:product:1", "sku", "MULTI_VALUED_STRING"),
  custom("bct.house_no", "House number", "urn:clc:schema:broadcast:1", "houseNumber"),
  ...[
    "title",
    "creator",
    "subject",
    "description",
    "publisher",
    "contributor",
    "date",
    "type",
    "format",
    "identifier",
    "source",
    "language",
    "relation",
    "coverage",
    "rights",
  ].map((name) => custom(`oai_dc.${name}`, `Dublin Core ${name}`, DUBLIN_CORE, name, "MULTI_VALUED_STRING")),
];

const ALL_FIELDS = new Map<string, IndexField>([...OWN_FIELDS, ...CUSTOM_FIELDS].map((field) => [field.key, field]));

/** The field with this short key, e.g. `xip.title`. */
export function indexField(key: string): IndexField | undefined {
  return ALL_FIELDS.get(key);
}

/** What the custom index documents take out of an entity's fragments, and all their text. */
export function fragmentValues(entity: Entity): { values: Map<string, string[]>; text: string } {
  const values = new Map<string, string[]>();
  const texts: string[] = [];
  for (const fragment of entity.metadata) {
    const root = rootOf(fragment);
    texts.push(allText(root));
    for (const field of CUSTOM_FIELDS.filter((candidate) => candidate.uri === fragment.schema)) {
      const found = atPath(root, field.path, []).filter((value) => value !== "");
      if (found.length === 0) continue;
      const before = values.get(field.key) ?? [];
      values.set(field.key, field.type.startsWith("MULTI") ? [...before, ...found] : [before[0] ?? found[0] ?? ""]);
    }
  }
  return { values, text: texts.join(" ") };
}

const parsed = new WeakMap<Fragment, { xml: string; root: XmlElement }>();

function rootOf(fragment: Fragment): XmlElement {
  const known = parsed.get(fragment);
  if (known?.xml === fragment.xml) return known.root;
  const root = parseXml(fragment.xml);
  parsed.set(fragment, { xml: fragment.xml, root });
  return root;
}

function atPath(element: XmlElement, path: string[], above: string[]): string[] {
  const here = [...above, element.local];
  const fits = path.every((name, index) => here[here.length - path.length + index] === name);
  return [...(fits ? [textOf(element)] : []), ...elements(element).flatMap((inner) => atPath(inner, path, here))];
}

function allText(element: XmlElement): string {
  return element.children.map((part) => (typeof part === "string" ? part : allText(part))).join(" ");
}
