import { badRequest } from "./answers.js";
import { DATE_FORM } from "./assumptions.js";
import { isObject, listOf, needText, textOf } from "./json.js";
import type { FoundField, Registry } from "./registry.js";
import type { FieldDefinition, StoredValue } from "./types.js";

/** New values by field or column id; `undefined` empties. */
export type Edits = Map<string, StoredValue | undefined>;

/**
 * Reads the flat list of fields and columns that PATCH and import carry (fact sheet 5.3).
 *
 * @throws OtmmError 400 unknown field, unknown domain value, wrong type, text too long
 */
export function readEdits(registry: Registry, modelId: string, list: unknown): Edits {
  const edits: Edits = new Map();
  for (const element of listOf(list)) {
    if (!isObject(element)) throw badRequest("An element of the metadata list is not an object.");
    const id = needText(element, "id");
    const found = registry.fieldOf(modelId, id);
    const name = textOf(element["name"]);
    if (name !== undefined && name !== found.field.name)
      throw badRequest(`The field "${id}" is named "${found.field.name}", not "${name}".`);
    edits.set(
      id,
      "values" in element
        ? readList(registry, found, element["values"])
        : readSingle(registry, found, element["value"]),
    );
  }
  return edits;
}

function readList(registry: Registry, { field, table }: FoundField, list: unknown): StoredValue | undefined {
  if (!table && !field.multiple) throw badRequest(`The field "${field.id}" holds one value.`);
  const values = listOf(list).map((entry) => {
    const value = readWrapper(registry, field, entry);
    if (value === undefined) throw badRequest(`A row of "${field.id}" has no value.`);
    return value;
  });
  return values.length > 0 ? values : undefined;
}

function readSingle(registry: Registry, { field, table }: FoundField, value: unknown): StoredValue | undefined {
  if (value === null || value === undefined) return undefined;
  if (table) throw badRequest(`The column "${field.id}" is written as "values".`);
  const single = readWrapper(registry, field, value);
  return single !== undefined && field.multiple ? [single] : single;
}

/** A value wrapper; an empty one, or null inside, empties. @throws OtmmError 400 */
export function readWrapper(registry: Registry, field: FieldDefinition, wrapper: unknown): string | number | undefined {
  if (!isObject(wrapper)) throw badRequest(`The value of "${field.id}" has no wrapper.`);
  const inner = wrapper["value"];
  if (inner === null || inner === undefined) return undefined;
  // Domain values may be written as the plain string of their id.
  const bare = isObject(inner)
    ? isObject(inner["field_value"])
      ? inner["field_value"]["value"]
      : inner["value"]
    : inner;
  if (bare === null || bare === undefined || bare === "") return undefined;
  return checked(registry, field, bare);
}

function checked(registry: Registry, field: FieldDefinition, value: unknown): string | number {
  const text = textOf(value);
  if (text === undefined) throw badRequest(`The value of "${field.id}" is neither text nor number.`);
  if (field.domain !== undefined) {
    if (registry.display(field.domain, text) === undefined)
      throw badRequest(`"${text}" is not a value of the domain "${field.domain}".`);
    return text;
  }
  switch (field.type) {
    case "NUMBER": {
      const number = Number(text);
      if (!Number.isFinite(number)) throw badRequest(`"${text}" is not a number, as "${field.id}" needs.`);
      return number;
    }
    case "DATE":
      if (!DATE_FORM.test(text) || Number.isNaN(Date.parse(text))) {
        throw badRequest(`"${text}" is not a date of the form YYYY-MM-DDTHH:MM:SSZ, as "${field.id}" needs.`);
      }
      return text;
    case "CHAR":
      // Counted as the vendor's Java does: UTF-16 units.
      if (field.length !== undefined && text.length > field.length) {
        throw badRequest(`The value of "${field.id}" has ${text.length} characters; ${field.length} are allowed.`);
      }
      return text;
  }
}

/**
 * Values after the edits.
 *
 * @throws OtmmError 400 when the columns of a touched table would have different lengths
 */
export function applied(
  registry: Registry,
  modelId: string,
  values: Record<string, StoredValue>,
  edits: Edits,
): Record<string, StoredValue> {
  const after = { ...values };
  for (const [id, value] of edits) {
    if (value === undefined) delete after[id];
    else after[id] = value;
  }
  for (const id of edits.keys()) {
    const { table } = registry.fieldOf(modelId, id);
    if (!table) continue;
    const lengths = new Set(
      table.columns.map((column) => (Array.isArray(after[column.id]) ? listOf(after[column.id]).length : 0)),
    );
    if (lengths.size > 1) throw badRequest(`The columns of the table "${table.id}" have different lengths.`);
  }
  return after;
}
