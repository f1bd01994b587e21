import { LifecycleError } from "../messages/error.js";
import { ELEMENT_TYPES, type OtmmAssumptions } from "./assumptions.js";
import { dayIn, writeDay, writeInstant } from "./calendar.js";
import { plainKind, type ElementValue, type MetadataElement } from "./metadata.js";
import type { OtmmField, OtmmNewItem, OtmmNewValue } from "./types.js";

/** What writing needs to know besides the value. */
export interface WriteFrame {
  zone: string;
  assumptions: OtmmAssumptions;
  /** A calendar date found elsewhere on the asset, whose form new dates follow. */
  foundDate?: string | undefined;
  /** What the model says of fields that hold no value from which to tell. */
  types?: ReadonlyMap<string, OtmmField["type"]> | undefined;
}

/** One entry of the flat list that PATCH takes. */
export interface MetadataChange {
  id: string;
  type: string;
  value?: { value: object } | null;
  values?: { value: object }[];
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** `null` and "" empty a field. */
export function itemsOf(value: OtmmNewValue): { id: string | number; display?: string }[] {
  const isList = (given: OtmmNewValue): given is readonly OtmmNewItem[] => Array.isArray(given);
  const items = isList(value) ? value : value === null || value === "" ? [] : [value];
  return items.map((item) =>
    typeof item === "object"
      ? { id: item.value, ...(item.display === undefined ? {} : { display: item.display }) }
      : { id: item },
  );
}

/**
 * Writes a new value in the shape that PATCH takes.
 *
 * Domain values carry `displayValue` (camelCase, unlike in reading) when the display is known; otherwise the plain
 * value id, which OTMM accepts as well. The inner `type` is the one found in the same field.
 *
 * @throws LifecycleError INVALID_INPUT when the value does not fit the field
 * @see fact sheet 5.3
 */
export function encodeChange(
  id: string,
  value: OtmmNewValue,
  element: MetadataElement | undefined,
  frame: WriteFrame,
): MetadataChange {
  const items = itemsOf(value);
  const multiple = element?.multiple ?? Array.isArray(value);
  if (multiple) {
    // Rows of a table keep their places, so each new entry follows the first found entry in type.
    const sample = element?.values.find((one) => one.value !== undefined);
    return {
      id,
      type: element?.elementType ?? ELEMENT_TYPES.column,
      values: items.map((item) => ({ value: encodeItem(id, item, sample, frame) })),
    };
  }
  if (items.length > 1) throw misfit(id, `holds one value, but ${items.length} were given`);
  const item = items[0];
  return {
    id,
    type: element?.elementType ?? ELEMENT_TYPES.field,
    value: item === undefined ? null : { value: encodeItem(id, item, element?.values[0], frame) },
  };
}

function encodeItem(
  id: string,
  item: { id: string | number; display?: string },
  found: ElementValue | undefined,
  frame: WriteFrame,
): object {
  const { newTypes } = frame.assumptions;
  const kind = kindOf(id, item, found, frame);
  if (kind === "domain" || kind === "cascading") {
    const field = { type: found?.type ?? newTypes.text, value: String(item.id) };
    const same = found !== undefined && String(found.value) === String(item.id);
    const displayValue = item.display ?? (same ? found.display : undefined);
    return displayValue === undefined ? field : { type: ELEMENT_TYPES[kind], field_value: field, displayValue };
  }
  const type = found?.type ?? newTypes[kind];
  if (kind === "date") return { type, value: encodeDate(id, String(item.id), found, frame) };
  if (kind === "number") {
    const figure = Number(item.id);
    if (!Number.isFinite(figure) || String(item.id).trim() === "")
      throw misfit(id, `holds numbers, "${item.id}" is none`);
    return { type, value: typeof found?.value === "string" ? String(item.id) : figure };
  }
  return { type, value: String(item.id) };
}

/** The kind of the value that the field holds; of an empty one what its model says; else what the new value looks like. */
function kindOf(
  id: string,
  item: { id: string | number; display?: string },
  found: ElementValue | undefined,
  frame: WriteFrame,
): "text" | "number" | "date" | "domain" | "cascading" {
  if (found?.value !== undefined) return found.kind === "plain" ? plainKind(found, frame.assumptions) : found.kind;
  const said = frame.types?.get(id);
  if (said === "text" || said === "number" || said === "date" || said === "domain" || said === "cascading") return said;
  if (found !== undefined && found.kind !== "plain") return found.kind;
  if (item.display !== undefined)
    return item.display.includes("^") && String(item.id).includes("^") ? "cascading" : "domain";
  if (typeof item.id === "number") return "number";
  return DAY.test(item.id) || /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/.test(item.id) ? "date" : "text";
}

function misfit(field: string, why: string): LifecycleError {
  return new LifecycleError("INVALID_INPUT", `The OTMM field "${field}" ${why}.`, {
    system: "otmm",
    details: { field },
  });
}

function encodeDate(id: string, value: string, found: ElementValue | undefined, frame: WriteFrame): string {
  const form = found?.value === undefined ? frame.foundDate : String(found.value);
  const written = DAY.test(value) ? writeDay(value, frame.zone, form) : writeInstant(value);
  if (written === undefined) throw misfit(id, `holds dates, "${value}" is none (give YYYY-MM-DD or an ISO instant)`);
  return written;
}

/** Does the field hold that value already? Days are compared as days in the zone, controlled values by their id. */
export function holdsAlready(element: MetadataElement | undefined, value: OtmmNewValue, frame: WriteFrame): boolean {
  const items = itemsOf(value);
  const found = element?.values ?? [];
  const filled =
    element?.multiple === true ? found : found.filter((one) => one.value !== undefined || one.display !== undefined);
  return (
    items.length === filled.length &&
    items.every((item, row) => {
      const one = filled[row];
      return one !== undefined && sameItem(item.id, one, frame);
    })
  );
}

function sameItem(wanted: string | number, found: ElementValue, frame: WriteFrame): boolean {
  const held = found.value ?? found.display ?? "";
  if (String(wanted) === String(held)) return true;
  if (found.kind !== "plain") return false;
  const kind = plainKind(found, frame.assumptions);
  if (kind === "number") return Number(wanted) === Number(held);
  if (kind !== "date" || typeof wanted !== "string") return false;
  return DAY.test(wanted) ? dayIn(String(held), frame.zone) === wanted : sameInstant(wanted, String(held));
}

/** OTMM keeps whole seconds: an instant that was given with a fraction is there when its second is. */
function sameInstant(wanted: string, held: string): boolean {
  const instant = writeInstant(wanted);
  return instant !== undefined && Date.parse(instant) === Date.parse(held);
}

/**
 * Columns of one table must be written with equal lengths, because row n is the n-th entry of each.
 *
 * @throws LifecycleError INVALID_INPUT naming the table
 */
export function checkTables(changes: ReadonlyMap<string, OtmmNewValue>, elements: readonly MetadataElement[]): void {
  const tables = new Map<string, MetadataElement[]>();
  for (const element of elements) {
    if (element.table !== undefined) tables.set(element.table.id, [...(tables.get(element.table.id) ?? []), element]);
  }
  for (const [table, columns] of tables) {
    if (!columns.some((column) => changes.has(column.id))) continue;
    const lengths = columns.map((column) => {
      const change = changes.get(column.id);
      return change === undefined ? column.values.length : itemsOf(change).length;
    });
    if (new Set(lengths).size > 1) {
      throw new LifecycleError(
        "INVALID_INPUT",
        `The columns of the table "${table}" would have different lengths; write all its columns with as many rows each.`,
        {
          system: "otmm",
          details: { table, columns: columns.map((column) => column.id), rows: lengths },
        },
      );
    }
  }
}
