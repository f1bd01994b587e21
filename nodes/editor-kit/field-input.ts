import type { Endpoint } from "./api.js";
import { button, el, input } from "./dom.js";
import { pickFields } from "./pick-field.js";
import type { Text } from "./text.js";

/**
 * A text field for a field id with a button that opens the live list. Typing stays possible: the system may be out of
 * reach while a flow is written.
 *
 * @param endpoint asked at the click, since the connection may be chosen after the row was made
 */
export function fieldInput(
  text: Text,
  endpoint: () => Endpoint | undefined,
  value: string,
  label: string,
  changed: () => void,
): { element: HTMLElement; read: () => string; focus: () => void } {
  const box = input(value, label, { spellcheck: "false" });
  const browse = button("", { icon: "fa-list", small: true, title: text("kit.fields.browse") });
  browse.addEventListener("click", () => {
    void pickFields(
      text,
      endpoint() ?? { type: "otmm-connection", id: "" },
      box.value === "" ? [] : [box.value],
      false,
    ).then((fields) => {
      const chosen = fields?.[0];
      if (chosen === undefined) return;
      box.value = chosen.id;
      box.title = chosen.label;
      changed();
    });
  });
  box.addEventListener("change", changed);
  const element = el("span", { class: "clc-with-button clc-grow" }, box, browse);
  return { element, read: () => box.value.trim(), focus: () => box.focus() };
}
