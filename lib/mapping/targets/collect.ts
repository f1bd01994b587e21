import type { MappedMetadata } from "../../messages/asset.js";
import { listOf, type Scope } from "../engine/scope.js";
import type { PlacedRow } from "./types.js";

/** The rows of one field, in the order of the profile. */
interface FieldRows {
  field: string;
  rows: PlacedRow[];
  repeatable: boolean;
}

/**
 * Field -> value or values, fields in the order in which the profile first names them; rows of one field add up. More
 * than one value where the field takes one is a problem of the row that brought it.
 */
export function collector(rows: readonly PlacedRow[]): (scope: Scope) => MappedMetadata["values"] {
  const fields = byField(rows);
  return (scope) => {
    const values: MappedMetadata["values"] = {};
    for (const { field, rows, repeatable } of fields) {
      const value = repeatable ? several(rows, scope) : single(rows, scope);
      if (value !== undefined) values[field] = value;
    }
    return values;
  };
}

function several(rows: readonly PlacedRow[], scope: Scope): string | string[] | undefined {
  let only: string | undefined;
  let all: string[] | undefined;
  for (const { slot } of rows) {
    const flow = scope.slots[slot];
    if (flow === undefined) continue;
    if (all === undefined && only === undefined && typeof flow === "string") {
      only = flow;
      continue;
    }
    all ??= only === undefined ? [] : [only];
    if (typeof flow === "string") all.push(flow);
    else for (const value of flow) all.push(value);
  }
  return all ?? only;
}

function single(rows: readonly PlacedRow[], scope: Scope): string | undefined {
  let found: string | undefined;
  for (const placed of rows) {
    const flow = scope.slots[placed.slot];
    if (flow === undefined) continue;
    if (typeof flow === "string" && found === undefined) {
      found = flow;
      continue;
    }
    const message = `${placed.field} takes one value, here are several; pick one with the step "list", or join them.`;
    scope.report("error", message, [...(found === undefined ? [] : [found]), ...listOf(flow)].join(" | "), placed.head);
  }
  return found;
}

function byField(rows: readonly PlacedRow[]): FieldRows[] {
  const fields = new Map<string, FieldRows>();
  for (const placed of rows) {
    const known = fields.get(placed.field);
    if (known !== undefined) known.rows.push(placed);
    else
      fields.set(placed.field, {
        field: placed.field,
        rows: [placed],
        repeatable: placed.declaration.repeatable === true,
      });
  }
  return [...fields.values()];
}
