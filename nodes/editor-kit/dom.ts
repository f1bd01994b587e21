type Attributes = Record<string, string | boolean | undefined>;
type Child = Node | string | undefined;

/**
 * Builds an element. Text goes in as text, so nothing that a system returns is ever parsed as HTML.
 *
 * @param attributes `true` sets an attribute without value, `false` and `undefined` leave it out
 */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children) if (child !== undefined) element.append(child);
  return element;
}

/** A button in the editor's look that never submits the form. */
export function button(
  label: string,
  options: { icon?: string; small?: boolean; title?: string; class?: string } = {},
): HTMLButtonElement {
  const classes = ["red-ui-button", options.small === true ? "red-ui-button-small" : "", options.class ?? ""];
  const made = el("button", { type: "button", class: classes.join(" ").trim(), title: options.title });
  if (options.icon !== undefined) made.append(el("i", { class: `fa ${options.icon}`, "aria-hidden": "true" }));
  if (label !== "") made.append(options.icon === undefined ? label : ` ${label}`);
  else if (options.title !== undefined) made.setAttribute("aria-label", options.title);
  return made;
}

/** A select box. */
export function select(
  options: readonly { value: string; label: string }[],
  chosen: string,
  label: string,
): HTMLSelectElement {
  const made = el("select", { "aria-label": label });
  for (const option of options) {
    made.append(el("option", { value: option.value, selected: option.value === chosen }, option.label));
  }
  made.value = chosen;
  return made;
}

/** A text field. */
export function input(value: string, label: string, attributes: Attributes = {}): HTMLInputElement {
  const made = el("input", {
    type: "text",
    "aria-label": label,
    placeholder: label,
    autocomplete: "off",
    ...attributes,
  });
  made.value = value;
  return made;
}

/** A control with its name above it, for rows whose filled fields would not tell what they are. */
export function labelled(words: string, control: HTMLElement): HTMLLabelElement {
  return el("label", { class: "clc-labelled" }, el("small", {}, words), control);
}

/** A part of an opened row under a small heading. */
export function captioned(words: string, ...content: HTMLElement[]): HTMLElement {
  const heading = el("span", { class: "clc-caption" }, words);
  return el("span", { class: "clc-part", role: "group", "aria-label": words }, heading, ...content);
}

/** The form field of a property, as Node-RED names it. */
export function field(prefix: FieldPrefix, property: string): HTMLInputElement | HTMLSelectElement {
  const found = document.getElementById(`${prefix}-${property}`);
  if (!(found instanceof HTMLInputElement) && !(found instanceof HTMLSelectElement)) {
    throw new Error(`The form has no field "${prefix}-${property}".`);
  }
  return found;
}
export type FieldPrefix = "node-input" | "node-config-input";

/** The element with that id inside the open form. */
export function place(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`The form has no element "${id}".`);
  return found;
}
