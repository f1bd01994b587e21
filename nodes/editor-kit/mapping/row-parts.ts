import type { MappingRow, MappingSource } from "../../../lib/mapping/types.js";
import type { Endpoint } from "../api.js";
import { button, el } from "../dom.js";
import type { Text } from "../text.js";
import { sourceInput, type SourceInput } from "./source-input.js";
import type { ProfileParts } from "./table.js";

/** Alternatives of a row: "A, else B". */
export function sourceList(
  text: Text,
  stored: readonly MappingSource[],
  parts: ProfileParts,
  connection: () => Endpoint | undefined,
  changed: () => void,
) {
  let inputs: { field: SourceInput; line: HTMLElement }[] = [];
  const lines = el("span", { class: "clc-indent" });
  const add = button(text("kit.mapping.add-source"), { icon: "fa-plus", small: true });
  const insert = (source: MappingSource): SourceInput => {
    const field = sourceInput(text, source, parts, connection, changed);
    const remove = button("", { icon: "fa-remove", small: true, title: text("kit.mapping.remove-source") });
    const line = el("span", { class: "clc-line-of" }, field.element, remove);
    const entry = { field, line };
    remove.addEventListener("click", () => {
      if (inputs.length < 2) return;
      inputs = inputs.filter((other) => other !== entry);
      line.remove();
      add.focus();
      changed();
    });
    inputs.push(entry);
    lines.append(line);
    return field;
  };
  add.addEventListener("click", () => {
    const field = insert({ kind: "field", id: "" });
    field.attached();
    field.focus();
    changed();
  });
  for (const source of stored) insert(source);
  return {
    element: el("span", { class: "clc-indent" }, lines, add),
    attached: () => inputs.forEach(({ field }) => field.attached()),
    focus: () => inputs[0]?.field.focus(),
    read: () => inputs.map(({ field }) => field.read()),
  };
}

/** Tests under which the row counts or rejects: seldom needed, so they are edited as the JSON they are. */
export function rulesField(text: Text, stored: MappingRow, changed: () => void) {
  const value: Pick<MappingRow, "onlyIf" | "refuse"> = {
    ...(stored.onlyIf === undefined ? {} : { onlyIf: stored.onlyIf }),
    ...(stored.refuse === undefined ? {} : { refuse: stored.refuse }),
  };
  const box = el("textarea", { rows: "3", spellcheck: "false", "aria-label": text("kit.mapping.rules") });
  box.value = Object.keys(value).length === 0 ? "" : JSON.stringify(value, null, 1);
  const fault = el("span", { class: "clc-problem", role: "alert" });
  let current = value;
  box.addEventListener("change", () => {
    try {
      current = box.value.trim() === "" ? {} : (JSON.parse(box.value) as typeof value);
      fault.textContent = "";
      changed();
    } catch {
      fault.textContent = text("kit.errors.json");
    }
  });
  return {
    element: el("span", { class: "clc-indent" }, el("label", {}, text("kit.mapping.rules")), box, fault),
    read: () => current,
  };
}
