import { flag, isRecord, list, record, records, text, type UnknownRecord } from "../http/shape.js";
import type { FieldValue, ListItem } from "../messages/asset.js";
import { ELEMENT_TYPES, type OtmmAssumptions } from "./assumptions.js";

/** One value as OTMM gives it: plain, of a domain, or cascading. */
export interface ElementValue {
  /** Plain value, or the id in the domain. Absent = empty. */
  value?: string | number;
  display?: string;
  kind: "plain" | "domain" | "cascading";
  /** Inner `type` of the plain value or of `field_value`, to be written back as it was. */
  type?: string;
}

/** A field, a column of a table, or a field of several values. */
export interface MetadataElement {
  id: string;
  label: string;
  /** As sent, e.g. com.artesia.metadata.MetadataField. */
  elementType?: string;
  category?: string;
  table?: { id: string; label: string };
  /** `values` was sent (a list), not `value`. */
  multiple: boolean;
  values: readonly ElementValue[];
}

/**
 * Reads the metadata tree by walking it, never by depth: listings may leave the category level out, and the vendor's
 * own client finds fields only in the first category. Depth is bounded, the tree has three levels.
 */
export function readMetadata(metadata: unknown): MetadataElement[] {
  return walk(record(metadata), {}, 0);
}

interface Around {
  category?: string;
  table?: { id: string; label: string };
}

function walk(node: UnknownRecord, around: Around, depth: number): MetadataElement[] {
  if (depth > 10) return [];
  return records(node["metadata_element_list"]).flatMap((element) => {
    const id = text(element["id"]);
    const label = text(element["name"]) ?? id ?? "";
    const type = text(element["type"]);
    if (element["metadata_element_list"] !== undefined) {
      const isTable = type === ELEMENT_TYPES.table || (type?.endsWith("MetadataTable") ?? false);
      return walk(
        element,
        isTable && id !== undefined ? { ...around, table: { id, label } } : { ...around, category: label },
        depth + 1,
      );
    }
    if (id === undefined) return [];
    const multiple = element["values"] !== undefined || type === ELEMENT_TYPES.column;
    const values = multiple
      ? list(element["values"]).map(readValue)
      : [readValue(element["value"])].filter((value) => value.value !== undefined || value.kind !== "plain");
    return [{ id, label, ...(type === undefined ? {} : { elementType: type }), ...around, multiple, values }];
  });
}

/** `{flags, value: {type, value}}`, `{flags, value: {display_value, field_value: {type, value}}}`, or empty: no inner value, or none at all. */
function readValue(wrapper: unknown): ElementValue {
  const outer = record(wrapper);
  const inner = outer["value"];
  const flagged =
    flag(outer["cascading_domain_value"]) === true
      ? "cascading"
      : flag(outer["domain_value"]) === true
        ? "domain"
        : "plain";
  if (!isRecord(inner)) {
    const bare = plain(inner);
    return bare === undefined ? { kind: flagged } : { kind: flagged, value: bare };
  }
  const innerType = text(inner["type"]);
  if (inner["field_value"] !== undefined || inner["display_value"] !== undefined) {
    const field = record(inner["field_value"]);
    const cascading = flagged === "cascading" || innerType === ELEMENT_TYPES.cascading;
    return {
      kind: cascading ? "cascading" : "domain",
      ...value(plain(field["value"]), text(inner["display_value"]), text(field["type"])),
    };
  }
  return { kind: flagged, ...value(plain(inner["value"]), undefined, innerType) };
}

function value(
  plainValue: string | number | undefined,
  display: string | undefined,
  type: string | undefined,
): Omit<ElementValue, "kind"> {
  return {
    ...(plainValue === undefined ? {} : { value: plainValue }),
    ...(display === undefined ? {} : { display }),
    ...(type === undefined ? {} : { type }),
  };
}

function plain(given: unknown): string | number | undefined {
  if (typeof given === "number") return Number.isFinite(given) ? given : undefined;
  const written = text(given);
  return written === "" ? undefined : written;
}

/** Is the value empty? An id alone or a display alone is a value. */
export function isEmpty(element: MetadataElement): boolean {
  return element.values.every((one) => one.value === undefined && one.display === undefined);
}

/** What kind of plain value it is: by its inner type; where that says nothing, by its form. */
export function plainKind(one: ElementValue, assumptions: OtmmAssumptions): "text" | "number" | "date" {
  const type = one.type?.toLowerCase();
  if (type !== undefined && assumptions.dateTypes.includes(type)) return "date";
  if (typeof one.value === "number" || (type !== undefined && assumptions.numberTypes.includes(type))) return "number";
  const unknownType = type === undefined || (type !== "string" && type !== "char");
  return unknownType && typeof one.value === "string" && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/.test(one.value)
    ? "date"
    : "text";
}

/** The fields of an asset by id, with the columns of a table under the table's id; empty fields are left out. */
export function toFields(
  elements: readonly MetadataElement[],
  assumptions: OtmmAssumptions,
  wanted?: readonly string[],
): Record<string, FieldValue> {
  const fields: Record<string, FieldValue> = {};
  const tables = new Map<string, Extract<FieldValue, { type: "table" }>>();
  for (const element of elements) {
    const id = element.table?.id ?? element.id;
    if (wanted !== undefined && !wanted.includes(id) && !wanted.includes(element.id)) continue;
    if (element.table === undefined) {
      const field = toField(element, assumptions);
      if (field !== undefined) fields[id] = field;
      continue;
    }
    const table = tables.get(id) ?? { type: "table" as const, label: element.table.label, columns: {} };
    tables.set(id, table);
    table.columns[element.id] = { label: element.label, values: element.values.map(toItem) };
  }
  for (const [id, table] of tables) {
    if (Object.values(table.columns).some((column) => column.values.length > 0)) fields[id] = table;
  }
  return fields;
}

/** One field's value; undefined when it is empty. */
export function toField(element: MetadataElement, assumptions: OtmmAssumptions): FieldValue | undefined {
  if (isEmpty(element)) return undefined;
  const { label } = element;
  if (element.multiple) return { type: "list", label, values: element.values.map(toItem) };
  const one = element.values[0];
  if (one === undefined) return undefined;
  if (one.kind !== "plain") {
    const id = String(one.value ?? one.display ?? "");
    return { type: one.kind, label, value: id, display: one.display ?? id };
  }
  const kind = plainKind(one, assumptions);
  if (kind === "number" && Number.isFinite(Number(one.value)))
    return { type: "number", label, value: Number(one.value) };
  if (kind === "date") return { type: "date", label, value: String(one.value) };
  return { type: "text", label, value: String(one.value) };
}

/** Row n of a table is the n-th entry of each column, so an empty entry keeps its place. */
function toItem(one: ElementValue): ListItem {
  return { value: one.value ?? one.display ?? "", ...(one.display === undefined ? {} : { display: one.display }) };
}
