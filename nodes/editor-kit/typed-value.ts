import type { WidgetTypedInputType, WidgetTypedInputTypeDefinition } from "@node-red/editor-client";
import { el, input } from "./dom.js";

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
      widget.typedInput("width", "100%");
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
