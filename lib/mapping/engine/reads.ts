import type { FieldValue, ListItem } from "../../messages/asset.js";
import type { ContextName } from "../types.js";
import type { CompileContext } from "./context.js";
import { flowOf, type Flow, type Read, type Scope } from "./scope.js";

const NOTHING: Read = () => undefined;

/** Result of a row whose target is `values`; that row runs first. */
export function namedRead(name: string, context: CompileContext, where: string): Read {
  const slot = context.named.get(name);
  if (slot === undefined) {
    context.mistake(where, `There is no row with the target values: ${name}.`);
    return NOTHING;
  }
  context.reads.add(name);
  return (scope) => scope.slots[slot];
}

/** A fact of the run. */
export function contextRead(name: ContextName): Read {
  switch (name) {
    case "now":
      return (scope) => scope.input.now;
    case "run":
      return (scope) => scope.input.run;
    case "zone":
      return (scope) => scope.zone;
    case "profile.name":
      return (scope) => scope.profile.name;
    case "profile.version":
      return (scope) => scope.profile.version;
  }
}

/** A field of the asset as rows and templates read it. */
export function fieldRead(
  source: { id: string; part?: "value" | "display"; column?: string },
  context: CompileContext,
  where: string,
): Read {
  const { id, column } = source;
  const display = source.part === "display";
  if (id.trim() === "") {
    context.mistake(where, "Choose a field.");
    return NOTHING;
  }
  context.usedFields.add(id);
  const perRow = column !== undefined && context.each === id;
  return (scope) => {
    const field = scope.fields[id];
    if (field === undefined) return undefined;
    switch (field.type) {
      case "text":
      case "date":
        return typeof field.value === "string" ? field.value : undefined;
      case "number":
        return typeof field.value === "number" ? String(field.value) : undefined;
      case "domain":
      case "cascading":
        return display ? field.display : field.value;
      case "list":
        return flowOf(field.values.map((item) => itemText(item, display)));
      case "table":
        return columnRead(field, column, display, perRow, scope);
    }
  };
}

function columnRead(
  field: Extract<FieldValue, { type: "table" }>,
  column: string | undefined,
  display: boolean,
  perRow: boolean,
  scope: Scope,
): Flow {
  if (column === undefined) {
    scope.report("error", `${field.label} is a table: choose the column to read.`);
    return undefined;
  }
  const values = field.columns[column]?.values ?? [];
  if (!perRow) return flowOf(values.map((item) => itemText(item, display)));
  const item = values[scope.tableRow];
  return item === undefined ? undefined : itemText(item, display);
}

function itemText(item: ListItem, display: boolean): string {
  return display && item.display !== undefined ? item.display : String(item.value);
}
