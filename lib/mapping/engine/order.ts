import { NAMED_VALUES } from "../types.js";
import type { CompileContext } from "./context.js";
import type { CompiledRow } from "./row.js";

/** Rows in an order in which every named value is made before it is read; otherwise as the profile has them. */
export function inOrder(rows: readonly CompiledRow[], context: CompileContext): CompiledRow[] {
  const makers = new Map<string, CompiledRow>();
  for (const row of rows) if (row.row.to.target === NAMED_VALUES) makers.set(row.row.to.field, row);
  const ordered: CompiledRow[] = [];
  const state = new Map<CompiledRow, "open" | "done">();
  const visit = (row: CompiledRow): void => {
    if (state.get(row) === "done") return;
    if (state.get(row) === "open") {
      context.row = row.id;
      context.mistake("from", `The value ${row.row.to.field} needs itself, by way of other rows.`);
      context.row = undefined;
      return;
    }
    state.set(row, "open");
    for (const name of row.reads) {
      const maker = makers.get(name);
      if (maker !== undefined) visit(maker);
    }
    state.set(row, "done");
    ordered.push(row);
  };
  for (const row of rows) visit(row);
  return ordered;
}
