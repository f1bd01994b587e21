import {
  type MappingRow,
  type MappingSource,
  NAMED_VALUES,
  type PreviewValue,
  type ProfileProblem,
  type RowPreview,
} from "../../../lib/mapping/types.js";
import { el } from "../dom.js";
import { foldedRow } from "../folded-row.js";
import type { RowView } from "../rows.js";
import type { Text } from "../text.js";
import { rowEditor } from "./row-editor.js";
import { typedOf } from "./source-form.js";
import type { Around } from "./profile-parts.js";

export interface MappingRowView extends RowView<MappingRow> {
  show(preview: RowPreview | undefined, problems: readonly ProfileProblem[]): void;
}

/** One row: a line that reads like a sentence, with input, result and problems below it. */
export function mappingRow(around: Around, stored: MappingRow, changed: () => void): MappingRowView {
  const view = foldedRow<MappingRow>(
    stored,
    {
      summary: (row) => summary(around.text, row),
      editor: (edited) => rowEditor(around, stored, edited),
      off: (row) => row.enabled === false,
    },
    changed,
  );
  return {
    ...view,
    show(preview, problems) {
      const faults = [...problems, ...(preview?.mistakes ?? []), ...(preview?.problems ?? [])];
      view.fault(
        faults.map(({ message }) => message),
        preview === undefined ? [] : [shownValue(preview.input), " → ", el("b", {}, shownValue(preview.result))],
      );
    },
  };
}

function shownValue(value: PreviewValue): string {
  if (value === null) return "–";
  const shown = Array.isArray(value) ? value.join(" | ") : value;
  return shown.length > 160 ? `${shown.slice(0, 160)}…` : shown;
}

/** `Campaign name · trim → dc: dc:title *` */
function summary(text: Text, row: MappingRow): Node[] {
  const sources = row.from.map((source) => sourceWords(text, source)).join(` ${text("kit.mapping.else")} `);
  const steps = (row.steps ?? []).map((step) => text(`kit.steps.${step.do}`)).join(", ");
  const target = row.to.target === NAMED_VALUES ? text("kit.mapping.value-name") : row.to.target;
  return [
    el("span", { class: "clc-source" }, sources === "" ? "…" : sources),
    el("span", { class: "clc-muted" }, steps === "" ? "" : ` · ${steps}`),
    el("span", { class: "clc-arrow" }, " → "),
    el("span", { class: "clc-target" }, `${target}: ${row.to.field || "…"}`),
    el("span", { class: "clc-required", title: text("kit.mapping.required") }, row.required === true ? " *" : ""),
    el("span", { class: "clc-muted", title: text("kit.mapping.clear-hint") }, row.clear === true ? " ∅" : ""),
  ];
}

function sourceWords(text: Text, source: MappingSource): string {
  const { value } = typedOf(source);
  if (source.kind === "field") return value === "" ? "…" : value;
  if (source.kind === "fixed") return `“${value}”`;
  return `${text(`kit.sources.${source.kind}`)} ${value}`;
}
