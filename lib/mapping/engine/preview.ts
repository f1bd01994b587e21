import type { MappingRow, PreviewValue, ProfileProblem, RowPreview } from "../types.js";
import type { CompiledRow } from "./row.js";
import { listOf, type Flow, type Scope } from "./scope.js";

/** What one row of the table shows beside itself. */
export function previewOf(
  row: MappingRow,
  rows: readonly CompiledRow[],
  scope: Scope,
  mistakes: readonly ProfileProblem[],
): RowPreview {
  const compiled = rows.find((one) => one.row === row);
  const slot = compiled?.slot;
  return {
    row: row.id,
    input: slot === undefined ? null : shown(scope.inputs?.[slot]),
    result: slot === undefined ? null : shown(scope.slots[slot]),
    problems: scope.problems.filter((problem) => problem.row === row.id),
    mistakes: mistakes.filter((mistake) => mistake.row === row.id),
  };
}

function shown(flow: Flow): PreviewValue {
  return flow === undefined ? null : typeof flow === "string" ? flow : [...listOf(flow)];
}
