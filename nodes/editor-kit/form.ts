import type { Endpoint } from "./api.js";
import { field, type FieldPrefix, place } from "./dom.js";
import { pickFolder } from "./pick-folder.js";
import { useStyle } from "./style.js";
import type { Text } from "./text.js";

/**
 * Prepares the open form: style, and the defaults of members that the stored definition is too old to have, so that an
 * older node opens complete and saves complete.
 *
 * @param migrated the definition as `migrate` of the node's `config.ts` reads it
 */
export function prepareForm(prefix: FieldPrefix, node: object, migrated: object): void {
  useStyle();
  const stored = new Map(Object.entries(node));
  for (const [name, value] of Object.entries(migrated) as [string, unknown][]) {
    const element = document.getElementById(`${prefix}-${name}`);
    if (stored.get(name) !== undefined || element === null || Array.isArray(value)) continue;
    if (element instanceof HTMLInputElement && element.type === "checkbox") element.checked = value === true;
    else $(element).val(String(value));
  }
}

/** Shows the parts of a form whose `data-when` lists the select's value: `data-when="mode:ids search"`. */
export function switchParts(prefix: FieldPrefix, property: string): void {
  const chooser = field(prefix, property);
  const parts = [...document.querySelectorAll<HTMLElement>(`[data-when^="${property}:"]`)];
  const show = (): void => {
    for (const part of parts) {
      const values = (part.dataset["when"] ?? "").slice(property.length + 1).split(" ");
      part.hidden = !values.includes(chooser.value);
    }
  };
  $(chooser).on("change", show);
  show();
}

/** The connection chosen in the form's select, as the pickers need it. */
export function chosenConnection(type: string, property = "connection"): () => Endpoint | undefined {
  return () => {
    const id = field("node-input", property).value;
    return id === "" || id === "_ADD_" ? undefined : { type, id };
  };
}

/** Wires a folder field: the id in `<property>`, its path for people in `<property>Path`, a browse button beside. */
export function folderField(
  text: Text,
  property: string,
  endpoint: () => Endpoint | undefined,
  fallbackType: string,
): void {
  const id = field("node-input", property);
  const path = field("node-input", `${property}Path`);
  const hint = place(`clc-${property}-path`);
  const show = (): void => {
    hint.textContent = path.value;
  };
  id.addEventListener("input", () => {
    path.value = "";
    show();
  });
  place(`clc-${property}-browse`).addEventListener("click", () => {
    void pickFolder(text, endpoint() ?? { type: fallbackType, id: "" }).then((picked) => {
      if (picked === undefined) return;
      id.value = picked.id;
      path.value = picked.path;
      $(id).trigger("change");
      show();
    });
  });
  show();
}

/** Opens the folds in which a field is invalid, so that a red field is never hidden. */
export function openInvalidFolds(): void {
  for (const fold of document.querySelectorAll<HTMLDetailsElement>("details.clc-fold")) {
    if (fold.querySelector(".input-error") !== null) fold.open = true;
  }
}
