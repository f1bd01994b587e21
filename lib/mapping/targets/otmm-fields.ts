import type { TargetFieldDeclaration } from "../types.js";
import type { Scope } from "../engine/scope.js";
import { collector } from "./collect.js";
import type { PlacedRow, TargetModule } from "./types.js";

/**
 * Fields of an OTMM model, by field id, for the write-back. The model is the deployment's: the profile declares the
 * fields it writes with their types, and `types` of the result tells them to the node that writes. Domain fields are
 * written by value id, dates as OTMM shows them (whole seconds with `Z`).
 *
 * @see OTMM REST v6, PATCH /assets/{id}, flat list of typed values
 */
export const otmmFields: TargetModule = {
  describe: (use) => ({
    kind: "otmm-fields",
    label: "OTMM fields",
    fields: (use.fields ?? []).map((one) => ({ ...one, label: one.field })),
    patterns: [
      { field: "<field id>", label: "OTMM field", type: "string", help: "Id of a field of the asset's model." },
    ],
  }),
  mistakes: (use) => {
    const ids = (use.fields ?? []).map((one) => one.field);
    return ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `${id} is declared twice.`);
  },
  place: (use, field) => {
    if (field.trim() === "" || field.trim() !== field) return { mistake: "Give the id of an OTMM field." };
    const known = use.fields?.find((one) => one.field === field);
    if (known !== undefined) return { field, declaration: known };
    if ((use.fields ?? []).length > 0)
      return {
        mistake: `${field} is not among the fields that the target ${use.name} declares; add it with its type.`,
      };
    return { field, declaration: { field, type: "string", repeatable: true } };
  },
  assembler: (_use, rows) => {
    const collect = collector(rows);
    const declared = new Map<string, TargetFieldDeclaration>(rows.map((placed) => [placed.field, placed.declaration]));
    return (scope) => {
      const values = collect(scope);
      const types: Record<string, string> = {};
      for (const field of Object.keys(values)) types[field] = declared.get(field)?.type ?? "string";
      const cleared = clearedBy(rows, values, scope);
      return {
        profile: scope.mark,
        kind: "otmm-fields",
        values,
        types,
        ...(cleared.length === 0 ? {} : { cleared }),
      };
    };
  },
};

/** Fields whose rows found nothing and say that they are emptied then. */
function clearedBy(rows: readonly PlacedRow[], values: Readonly<Record<string, unknown>>, scope: Scope): string[] {
  const { emptied } = scope;
  if (emptied === undefined) return [];
  const fields = rows.filter(({ slot }) => emptied.has(slot)).map(({ field }) => field);
  return [...new Set(fields)].filter((field) => values[field] === undefined);
}
