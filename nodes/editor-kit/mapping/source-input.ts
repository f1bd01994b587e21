import { CONTEXT_NAMES, type MappingSource, RETENTION_FACTS } from "../../../lib/mapping/types.js";
import { CONTENT_ROLES } from "../../../lib/messages/asset.js";
import type { Endpoint } from "../api.js";
import { button, el } from "../dom.js";
import { pickFields } from "../pick-field.js";
import type { Text } from "../text.js";
import { type TypeChoice, typedValue } from "../typed-value.js";
import { sourceOf, typedOf } from "./source-form.js";
import type { ProfileParts } from "./profile-parts.js";

export interface SourceInput {
  element: HTMLElement;
  attached: () => void;
  read: () => MappingSource;
  focus: () => void;
}

/** One source as a typed input: the kinds of the mapper beside the editor's own types, fields with a live picker. */
export function sourceInput(
  text: Text,
  stored: MappingSource,
  parts: ProfileParts,
  connection: () => Endpoint | undefined,
  changed: () => void,
): SourceInput {
  const typed = typedOf(stored);
  const named = parts.namedValues();
  const option = (value: string) => ({ value, label: value });
  const facts = ["sha256", "size"].flatMap((fact) => CONTENT_ROLES.map((role) => option(`${fact}:${role}`)));
  const types: TypeChoice[] = [
    { value: "field", label: text("kit.sources.field"), icon: "fa fa-tag" },
    { value: "field-display", label: text("kit.sources.field-display"), icon: "fa fa-tag" },
    { value: "asset", label: text("kit.sources.asset"), icon: "fa fa-cube" },
    { value: "str", label: text("kit.sources.fixed"), icon: "fa fa-font" },
    { value: "template", label: text("kit.sources.template"), icon: "fa fa-code" },
    { value: "value", label: text("kit.sources.value"), options: withCurrent(named.map(option), typed, "value") },
    {
      value: "conditions",
      label: text("kit.sources.conditions"),
      options: withCurrent(parts.conditionTables().map(option), typed, "conditions"),
    },
    { value: "retention", label: text("kit.sources.retention"), options: RETENTION_FACTS.map(option) },
    { value: "late", label: text("kit.sources.late"), options: facts },
    { value: "context", label: text("kit.sources.context"), options: CONTEXT_NAMES.map(option) },
    "msg",
    "flow",
    "global",
    "env",
    "jsonata",
  ];
  const value = typedValue(typed, types, text("kit.mapping.source"), changed);
  const browse = button("", { icon: "fa-list", small: true, title: text("kit.fields.browse") });
  const element = el("span", { class: "clc-with-button clc-grow" }, value.element, browse);
  browse.addEventListener("click", () => {
    const now = value.read();
    void pickFields(text, connection() ?? { type: "otmm-connection", id: "" }, [now.value], false).then((fields) => {
      const chosen = fields?.[0];
      if (chosen === undefined) return;
      value.write({ value: chosen.id, type: now.type === "field-display" ? "field-display" : "field" });
      changed();
    });
  });
  return { element, attached: value.attached, read: () => sourceOf(value.read()), focus: value.focus };
}

/** Keeps a value selectable that the list does not know (any more). */
function withCurrent(
  options: { value: string; label: string }[],
  typed: { value: string; type: string },
  type: string,
) {
  const missing = typed.type === type && !options.some(({ value }) => value === typed.value);
  return missing ? [...options, { value: typed.value, label: typed.value }] : options;
}
