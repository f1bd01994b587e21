import { LifecycleError } from "../messages/error.js";
import { ELEMENT_TYPES, type OtmmAssumptions } from "./assumptions.js";
import { dayIn, writeDay, writeInstant } from "./calendar.js";
import { plainKind, type ElementValue, type MetadataElement } from "./metadata.js";
import type { OtmmNewItem, OtmmNewValue } from "./types.js";

/** What writing needs to know besides the value. */
export interface WriteFrame {
  zone: string;
  assumptions: OtmmAssumptions;
  /** A calendar date found elsewhere on the asset, whose form new dates follow. */
  foundDate?: string | undefined;
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
  if (items.length > 1) {
    throw new LifecycleError("INVALID_INPUT", `The field "${id}" holds one value, but ${items.length} were given.`, {
      system: "otmm",
      details: { field: id },
    });
  }
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
  const controlled = found === undefined ? item.display !== undefined : found.kind !== "plain";
  if (controlled) {
    const type = found?.type ?? newTypes.text;
    const field = { type, value: String(item.id) };
    const display =
      item.display ?? (found !== undefined && String(found.value) === String(item.id) ? found.display : undefined);
    if (display === undefined) return field;
    const cascading =
      found?.kind === "cascading" || (found === undefined && display.includes("^") && String(item.id).includes("^"));
    return {
      type: cascading ? ELEMENT_TYPES.cascading : ELEMENT_TYPES.domain,
      field_value: field,
      displayValue: display,
    };
  }
  const kind =
    found?.value === undefined && found?.type === undefined ? kindOf(item.id) : plainKind(found, frame.assumptions);
  const type = found?.type ?? newTypes[kind];
  if (kind === "date") return { type, value: encodeDate(id, String(item.id), found, frame) };
  if (kind === "number") {
    const figure = Number(item.id);
    if (!Number.isFinite(figure) || String(item.id).trim() === "") {
      throw new LifecycleError("INVALID_INPUT", `The field "${id}" holds numbers, "${item.id}" is none.`, {
        system: "otmm",
        details: { field: id },
      });
    }
    return { type, value: typeof found?.value === "string" ? String(item.id) : figure };
  }
  return { type, value: String(item.id) };
}

/** Of a field without a value, only the new value tells the kind. */
function kindOf(value: string | number): "text" | "number" | "date" {
  if (typeof value === "number") return "number";
  return DAY.test(value) || /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/.test(value) ? "date" : "text";
}

function encodeDate(id: string, value: string, found: ElementValue | undefined, frame: WriteFrame): string {
  const written = DAY.test(value)
    ? writeDay(value, frame.zone, found?.value === undefined ? frame.foundDate : String(found.value))
    : writeInstant(value);
  if (written === undefined) {
    throw new LifecycleError(
      "INVALID_INPUT",
      `The field "${id}" holds dates, "${value}" is none (give YYYY-MM-DD or an ISO instant).`,
      {
        system: "otmm",
        details: { field: id },
      },
    );
  }
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
  return DAY.test(wanted)
    ? dayIn(String(held), frame.zone) === wanted
    : Date.parse(wanted) === Date.parse(String(held));
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
