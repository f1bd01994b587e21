import type { WidgetTypedInputType, WidgetTypedInputTypeDefinition } from "@node-red/editor-client";
import { el, field, input } from "./dom.js";

export interface Typed {
  value: string;
  type: string;
}
/** A type of the editor's own by name, or one of ours. */
export type TypeChoice = WidgetTypedInputType | TypeDefinition;
/** The published definition lacks the button that opens a picker for the value. */
export interface TypeDefinition extends WidgetTypedInputTypeDefinition {
  expand?: () => void;
}

export interface TypedField {
  element: HTMLElement;
  attached: () => void;
  read: () => Typed;
  write: (typed: Typed) => void;
  focus: () => void;
}

/** The editor's typed input (text, number, msg, flow, global, env, JSONata …) for use inside a row. */
export function typedValue(stored: Typed, types: TypeChoice[], label: string, changed: () => void): TypedField {
  const box = input(stored.value, label, { class: "clc-typed" });
  const element = el("span", { class: "clc-grow clc-typed-box" }, box);
  let widget: JQuery | undefined;
  return {
    element,
    attached() {
      widget = $(box);
      widget.typedInput({ default: stored.type, types });
      widget.typedInput("type", stored.type);
      widget.typedInput("value", stored.value);
      for (const control of unnamed(box)) control.setAttribute("aria-label", label);
      widget.on("change", changed);
    },
    read: () =>
      widget === undefined ? stored : { value: widget.typedInput("value"), type: widget.typedInput("type") },
    write(typed) {
      widget?.typedInput("type", typed.type);
      widget?.typedInput("value", typed.value);
    },
    focus: () => box.focus(),
  };
}

/** Turns the form field of a property into the editor's typed input; the type is kept in `<property>Type`. */
export function typedProperty(property: string, types: readonly TypeChoice[]): void {
  const box = field("node-input", property);
  $(box).typedInput({ types: [...types], typeField: `#node-input-${property}Type` });
  const label = document.querySelector(`label[for="${box.id}"]`);
  if (label === null) return;
  // The label's text comes after the form was prepared, hence a reference to it.
  label.id = `clc-label-${property}`;
  for (const control of unnamed(box)) control.setAttribute("aria-labelledby", label.id);
}

/** The widget hides the field that has the name, and shows controls without one. */
function unnamed(box: Element): Element[] {
  const widget = box.parentElement?.querySelectorAll(":is(input, button):is(.red-ui-typedInput-container *)");
  return [...(widget ?? [])].filter((control) => control.textContent?.trim() === "");
}
