import { type MappingRow, NAMED_VALUES } from "../../../lib/mapping/types.js";
import { captioned, el, input, labelled, select } from "../dom.js";
import type { RowView } from "../rows.js";
import { refusalList } from "./refusals.js";
import { sourceList } from "./source-list.js";
import { stepList } from "./step-list.js";
import type { Around } from "./profile-parts.js";
import { testList } from "./test-line.js";

/** The fields behind the line of a mapping row. What nobody touched reads back as it was stored. */
export function rowEditor(around: Around, stored: MappingRow, changed: () => void): RowView<MappingRow> {
  const { text, parts } = around;
  let touched = false;
  const edited = (): void => {
    touched = true;
    changed();
  };
  const id = input(stored.id, text("kit.mapping.row-id"), { class: "clc-narrow" });
  const sources = sourceList(around, stored.from, edited);
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
  const box = (checked: boolean): HTMLInputElement => {
    const made = el("input", { type: "checkbox" });
    made.checked = checked;
    return made;
  };
  const required = box(stored.required === true);
  const clear = box(stored.clear === true);
  const enabled = box(stored.enabled !== false);
  const each = input(stored.each ?? "", text("kit.mapping.each"), { placeholder: "" });
  const note = input(stored.note ?? "", text("kit.mapping.note"), { placeholder: "" });
  const onlyIf = testList(around, stored.onlyIf ?? [], edited);
  const refusals = refusalList(around, stored.refuse ?? [], edited);
  for (const element of [id, target, field, required, clear, enabled, each, note])
    element.addEventListener("change", edited);

  const line = (...content: HTMLElement[]): HTMLElement => el("span", { class: "clc-indent" }, ...content);
  const said = stored.onlyIf ?? stored.refuse ?? stored.each ?? stored.note;
  const element = el(
    "span",
    { class: "clc-editor" },
    captioned(text("kit.mapping.source"), sources.element),
    captioned(text("kit.steps.label"), steps.element),
    captioned(
      text("kit.mapping.target"),
      line(
        target,
        field,
        el("label", {}, required, text("kit.mapping.required")),
        el("label", { title: text("kit.mapping.clear-hint") }, clear, text("kit.mapping.clear")),
      ),
    ),
    el(
      "details",
      { class: "clc-more", open: said !== undefined },
      el("summary", {}, text("kit.mapping.more")),
      captioned(text("kit.mapping.only-if"), onlyIf.element),
      captioned(text("kit.mapping.refuse"), refusals.element),
      line(labelled(text("kit.mapping.each"), each), labelled(text("kit.mapping.note"), note)),
      line(labelled(text("kit.mapping.row-id"), id), el("label", {}, enabled, text("kit.mapping.enabled"))),
    ),
  );
  return {
    element,
    attached() {
      for (const list of [sources, onlyIf, refusals]) list.attached();
    },
    focus: sources.focus,
    read() {
      if (!touched) return stored;
      const made: MappingRow = {
        ...stored,
        id: id.value.trim(),
        from: sources.read(),
        to: { target: target.value, field: field.value.trim() },
      };
      setOrDrop(made, "steps", filled(steps.read()));
      setOrDrop(made, "required", required.checked ? true : undefined);
      setOrDrop(made, "clear", clear.checked ? true : undefined);
      setOrDrop(made, "enabled", enabled.checked ? undefined : false);
      setOrDrop(made, "onlyIf", filled(onlyIf.read()));
      setOrDrop(made, "refuse", filled(refusals.read()));
      setOrDrop(made, "each", each.value.trim() || undefined);
      setOrDrop(made, "note", note.value.trim() || undefined);
      return made;
    },
  };
}

function filled<Value>(list: Value[]): Value[] | undefined {
  return list.length === 0 ? undefined : list;
}

function setOrDrop<K extends keyof MappingRow>(row: MappingRow, key: K, value: MappingRow[K] | undefined): void {
  if (value === undefined) delete row[key];
  else row[key] = value;
}
