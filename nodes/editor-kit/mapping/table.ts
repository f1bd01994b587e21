import { type MappingRow, NAMED_VALUES, type ProfileProblem, type RowPreview } from "../../../lib/mapping/types.js";
import { rowTable, type Rows, type RowView } from "../rows.js";
import { mappingRow, type MappingRowView } from "./row.js";
import type { Around } from "./profile-parts.js";

export interface MappingTable {
  read: () => MappingRow[];
  replace: (rows: readonly MappingRow[]) => void;
  /** Shows input, result and problems beside each row. */
  show: (previews: readonly RowPreview[], problems: readonly ProfileProblem[]) => void;
  namedValues: () => string[];
}

/** The mapping table: one row per target field, collapsed to a line that reads like a sentence, opened to edit. */
export function mappingTable(around: Around, stored: readonly MappingRow[], changed: () => void): MappingTable {
  const { text, parts } = around;
  const known = new Map<RowView<MappingRow>, MappingRowView>();
  const rows: Rows<MappingRow> = rowTable<MappingRow>(text, stored, {
    list: "clc-mapping-rows",
    addLabel: text("kit.mapping.add"),
    blank: (others) => ({
      id: freeId(others),
      from: [{ kind: "field", id: "" }],
      to: { target: parts.targets()[0] ?? NAMED_VALUES, field: "" },
    }),
    copy: (row, others) => ({ ...(JSON.parse(JSON.stringify(row)) as MappingRow), id: freeId(others) }),
    view(row, edited) {
      const view = mappingRow(around, row, edited);
      known.set(view, view);
      return view;
    },
    changed,
  });
  return {
    read: rows.read,
    replace: rows.replace,
    namedValues: () => rows.read().flatMap(({ to }) => (to.target === NAMED_VALUES ? [to.field] : [])),
    show(previews, problems) {
      for (const view of rows.views()) {
        const mapped = known.get(view);
        if (mapped === undefined) continue;
        const { id } = view.read();
        mapped.show(
          previews.find((preview) => preview.row === id),
          problems.filter((problem) => problem.row === id),
        );
      }
    },
  };
}

/** The next free number as row id. */
function freeId(rows: readonly MappingRow[]): string {
  const taken = new Set(rows.map(({ id }) => id));
  let next = rows.length + 1;
  while (taken.has(String(next))) next += 1;
  return String(next);
}
