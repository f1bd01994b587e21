import {
  type MappingRow,
  type MappingSource,
  NAMED_VALUES,
  type PreviewValue,
  type ProfileProblem,
  type RowPreview,
} from "../../../lib/mapping/types.js";
import type { Endpoint } from "../api.js";
import { button, el, input, select } from "../dom.js";
import type { RowView } from "../rows.js";
import type { Text } from "../text.js";
import { typedOf } from "./source-form.js";
import { rulesField, sourceList } from "./row-parts.js";
import { stepList } from "./step-list.js";
import type { ProfileParts } from "./table.js";

export interface MappingRowView extends RowView<MappingRow> {
  show(preview: RowPreview | undefined, problems: readonly ProfileProblem[]): void;
}

interface Editor {
  element: HTMLElement;
  attached(): void;
  read(): MappingRow;
  focus(): void;
}

/** One row: a line to read, and behind it the fields to edit, which are only built when somebody opens the row. */
export function mappingRow(
  text: Text,
  stored: MappingRow,
  parts: ProfileParts,
  connection: () => Endpoint | undefined,
  changed: () => void,
): MappingRowView {
  let editor: Editor | undefined;
  const read = (): MappingRow => editor?.read() ?? stored;
  const line = button("", { small: true, class: "clc-line" });
  const result = el("span", { class: "clc-indent clc-result" });
  const place = el("span", { class: "clc-indent", hidden: true });
  const element = el("div", {}, line, place, result);
  result.hidden = true;

  const summarise = (): void => {
    line.replaceChildren(...summary(text, read()));
    element.classList.toggle("clc-off", read().enabled === false);
  };
  const edited = (): void => {
    summarise();
    changed();
  };
  const toggle = (open: boolean): void => {
    line.setAttribute("aria-expanded", String(open));
    place.hidden = !open;
    if (!open || editor !== undefined) return;
    editor = rowEditor(text, stored, parts, connection, edited);
    place.append(editor.element);
    editor.attached();
  };
  line.addEventListener("click", () => toggle(place.hidden !== false));
  line.setAttribute("aria-expanded", "false");
  summarise();
  return {
    element,
    read,
    focus() {
      toggle(true);
      editor?.focus();
    },
    show(preview, problems) {
      const mistakes = [...problems, ...(preview?.mistakes ?? [])].map(({ message }) => message);
      const faults = [...new Set([...mistakes, ...(preview?.problems ?? []).map(({ message }) => message)])];
      element.classList.toggle("clc-invalid", faults.length > 0);
      result.hidden = preview === undefined && faults.length === 0;
      result.replaceChildren(
        ...(preview === undefined ? [] : [shownValue(preview.input), " → ", el("b", {}, shownValue(preview.result))]),
        ...faults.map((fault) => el("span", { class: "clc-indent clc-problem" }, fault)),
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
  ];
}

function sourceWords(text: Text, source: MappingSource): string {
  const { value } = typedOf(source);
  if (source.kind === "field") return value === "" ? "…" : value;
  if (source.kind === "fixed") return `“${value}”`;
  return `${text(`kit.sources.${source.kind}`)} ${value}`;
}

function rowEditor(
  text: Text,
  stored: MappingRow,
  parts: ProfileParts,
  connection: () => Endpoint | undefined,
  changed: () => void,
): Editor {
  let touched = false;
  const edited = (): void => {
    touched = true;
    changed();
  };
  const id = input(stored.id, text("kit.mapping.row-id"), { class: "clc-narrow" });
  const sources = sourceList(text, stored.from, parts, connection, edited);
  const steps = stepList(text, stored.steps ?? [], parts.lookups, edited);
  const names = [...new Set([...parts.targets(), NAMED_VALUES, stored.to.target])];
  const target = select(
    names.map((name) => ({ value: name, label: name === NAMED_VALUES ? text("kit.mapping.value-name") : name })),
    stored.to.target,
    text("kit.mapping.target"),
  );
  target.classList.add("clc-narrow");
  const field = input(stored.to.field, text("kit.mapping.field"), {
    list: `clc-target-${stored.to.target}`,
    class: "clc-grow",
  });
  target.addEventListener("change", () => field.setAttribute("list", `clc-target-${target.value}`));
  const required = el("input", { type: "checkbox" });
  required.checked = stored.required === true;
  const enabled = el("input", { type: "checkbox" });
  enabled.checked = stored.enabled !== false;
  const each = input(stored.each ?? "", text("kit.mapping.each"));
  const note = input(stored.note ?? "", text("kit.mapping.note"));
  const rules = rulesField(text, stored, edited);
  for (const element of [id, target, field, required, enabled, each, note]) element.addEventListener("change", edited);

  const element = el(
    "span",
    { class: "clc-editor" },
    caption(text("kit.mapping.source"), sources.element),
    caption(text("kit.steps.label"), steps.element),
    caption(
      text("kit.mapping.target"),
      el("span", { class: "clc-indent" }, target, field, el("label", {}, required, text("kit.mapping.required"))),
    ),
    el(
      "details",
      { class: "clc-more" },
      el("summary", {}, text("kit.mapping.more")),
      el(
        "span",
        { class: "clc-indent" },
        el("label", {}, text("kit.mapping.row-id")),
        id,
        el("label", {}, enabled, text("kit.mapping.enabled")),
      ),
      el("span", { class: "clc-indent" }, each, note),
      rules.element,
    ),
  );
  return {
    element,
    attached: sources.attached,
    focus: sources.focus,
    read() {
      if (!touched) return stored;
      const made: MappingRow = {
        ...stored,
        id: id.value.trim(),
        from: sources.read(),
        to: { target: target.value, field: field.value.trim() },
      };
      const chain = steps.read();
      setOrDrop(made, "steps", chain.length > 0 ? chain : undefined);
      setOrDrop(made, "required", required.checked ? true : undefined);
      setOrDrop(made, "enabled", enabled.checked ? undefined : false);
      setOrDrop(made, "onlyIf", rules.read().onlyIf);
      setOrDrop(made, "refuse", rules.read().refuse);
      setOrDrop(made, "each", each.value.trim() || undefined);
      setOrDrop(made, "note", note.value.trim() || undefined);
      return made;
    },
  };
}

function setOrDrop<K extends keyof MappingRow>(row: MappingRow, key: K, value: MappingRow[K] | undefined): void {
  if (value === undefined) delete row[key];
  else row[key] = value;
}

function caption(words: string, content: HTMLElement): HTMLElement {
  return el(
    "span",
    { class: "clc-part", role: "group", "aria-label": words },
    el("span", { class: "clc-caption" }, words),
    content,
  );
}
