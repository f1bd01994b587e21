import { type TargetFieldDeclaration, VALUE_TYPES } from "../../../lib/mapping/types.js";
import { el, input, select } from "../dom.js";
import { type LineList, lineList } from "../line-list.js";
import type { RowView } from "../rows.js";
import type { Text } from "../text.js";
import { valuesOf, valuesText } from "../values.js";

/** Fields that a target declares, in their order: name, type, limits. */
export function targetFields(
  text: Text,
  stored: readonly TargetFieldDeclaration[],
  changed: () => void,
): LineList<TargetFieldDeclaration> {
  return lineList<TargetFieldDeclaration>(
    text,
    stored,
    {
      addLabel: text("kit.declared.add"),
      removeLabel: text("kit.rows.remove"),
      upLabel: text("kit.rows.up"),
      blank: () => ({ field: "", type: "string" }),
      view: (declared, edited) => declaredLine(text, declared, edited),
    },
    changed,
  );
}

function declaredLine(
  text: Text,
  stored: TargetFieldDeclaration,
  changed: () => void,
): RowView<TargetFieldDeclaration> {
  const word = (key: string): string => text(`kit.declared.${key}`);
  let touched = false;
  const field = input(stored.field, text("kit.mapping.field"), { spellcheck: "false", class: "clc-grow" });
  const types = VALUE_TYPES.map((value) => ({ value, label: word(`types.${value}`) }));
  const type = select(types, stored.type, word("type"));
  type.classList.add("clc-narrow");
  const box = (checked: boolean | undefined): HTMLInputElement => {
    const made = el("input", { type: "checkbox" });
    made.checked = checked === true;
    return made;
  };
  const required = box(stored.required);
  const repeatable = box(stored.repeatable);
  const most = input(stored.maxLength === undefined ? "" : String(stored.maxLength), word("length"), {
    type: "number",
    min: "1",
    class: "clc-count",
  });
  const allowed = input(valuesText(stored.allowed ?? []), word("allowed"), { spellcheck: "false" });
  for (const control of [field, type, required, repeatable, most, allowed]) {
    control.addEventListener("change", () => {
      touched = true;
      changed();
    });
  }
  return {
    element: el(
      "span",
      { class: "clc-test" },
      field,
      type,
      el("label", {}, required, text("kit.mapping.required")),
      el("label", {}, repeatable, word("repeatable")),
      most,
      allowed,
    ),
    focus: () => field.focus(),
    read() {
      if (!touched) return stored;
      const values = valuesOf(allowed.value);
      return {
        field: field.value.trim(),
        type: VALUE_TYPES.find((one) => one === type.value) ?? stored.type,
        ...(required.checked ? { required: true } : {}),
        ...(repeatable.checked ? { repeatable: true } : {}),
        ...(most.value === "" ? {} : { maxLength: Number(most.value) }),
        ...(values.length === 0 ? {} : { allowed: values }),
      };
    },
  };
}
