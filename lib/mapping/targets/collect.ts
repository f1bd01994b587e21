import type { MappedMetadata, MappedValue } from "../../messages/asset.js";
import { listOf, type Flow, type Scope } from "../engine/scope.js";
import type { PlacedRow } from "./types.js";

/**
 * Field -> value or values in the order of the profile; rows of one field add up. More than one value where the field
 * takes one is a problem of the row that came later.
 */
export function collector(rows: readonly PlacedRow[]): (scope: Scope) => MappedMetadata["values"] {
  return (scope) => {
    const values: Record<string, MappedValue> = {};
    for (const placed of rows) {
      const flow = scope.slots[placed.slot];
      if (flow === undefined) continue;
      const known = values[placed.field];
      if (known === undefined && typeof flow === "string") {
        values[placed.field] = flow;
        continue;
      }
      if (placed.declaration.repeatable !== true) {
        const message = `${placed.field} takes one value, here are several; pick one with the step "list", or join them.`;
        scope.report("error", message, listOf(flow).join(" | "), placed.head);
        continue;
      }
      values[placed.field] = added(known, flow);
    }
    return values;
  };
}

function added(known: MappedValue | undefined, flow: Flow): MappedValue {
  const more = listOf(flow);
  if (known === undefined) return [...more];
  if (typeof known === "string") return [known, ...more];
  return Array.isArray(known) ? [...known, ...more] : [known.value, ...more];
}
