import type { RetentionTrigger } from "../../../lib/retention/types.js";
import { TRIGGER_KINDS, USUAL_EVENTS } from "../../../lib/retention/types.js";
import { el, input, labelled, select } from "../dom.js";
import type { RowView } from "../rows.js";
import type { Text } from "../text.js";
import { valuesOf, valuesText } from "../values.js";

const EVENT_LIST = "clc-retention-events";

/** What starts the clock of a rule: the kind, and the fields that belong to it. */
export function triggerInput(text: Text, stored: RetentionTrigger, changed: () => void): RowView<RetentionTrigger> {
  const word = (key: string): string => text(`kit.rules.${key}`);
  const box = (value: string, key: string, list?: string): HTMLInputElement =>
    input(value, word(key), { spellcheck: "false", ...(list === undefined ? {} : { list }) });
  const kinds = TRIGGER_KINDS.map((value) => ({ value, label: word(`triggers.${value}`) }));
  const kind = select(kinds, stored.kind, word("starts"));
  const fields = box(stored.kind === "date" ? valuesText(stored.fields) : "", "date-fields");
  const event = box(stored.kind === "event" ? stored.event : "", "event", EVENT_LIST);
  const eventField = box(stored.kind === "event" ? (stored.field ?? "") : "", "event-field");
  const status = box(stored.kind === "status" ? stored.field : "", "status-field");
  const values = box(stored.kind === "status" ? valuesText(stored.values) : "", "values");
  const dateField = box(stored.kind === "status" ? stored.dateField : "", "date-field");
  const parts: Record<RetentionTrigger["kind"], HTMLElement[]> = {
    date: [labelled(word("date-fields"), fields)],
    event: [labelled(word("event"), event), labelled(word("event-field"), eventField)],
    status: [
      labelled(word("status-field"), status),
      labelled(word("values"), values),
      labelled(word("date-field"), dateField),
    ],
    none: [],
  };
  const show = (): void => {
    for (const [name, elements] of Object.entries(parts)) {
      for (const element of elements) element.hidden = name !== kind.value;
    }
  };
  kind.addEventListener("change", show);
  for (const control of [kind, fields, event, eventField, status, values, dateField]) {
    control.addEventListener("change", changed);
  }
  show();
  const events = el("datalist", { id: EVENT_LIST }, ...USUAL_EVENTS.map((value) => el("option", { value })));
  return {
    element: el(
      "span",
      { class: "clc-indent" },
      labelled(word("trigger-kind"), kind),
      ...Object.values(parts).flat(),
      events,
    ),
    focus: () => kind.focus(),
    read() {
      switch (kind.value) {
        case "event": {
          const field = eventField.value.trim();
          return { kind: "event", event: event.value.trim(), ...(field === "" ? {} : { field }) };
        }
        case "status":
          return {
            kind: "status",
            field: status.value.trim(),
            values: valuesOf(values.value),
            dateField: dateField.value.trim(),
          };
        case "none":
          return { kind: "none" };
        default:
          return { kind: "date", fields: valuesOf(fields.value) };
      }
    },
  };
}

/** What starts the clock, in a few words. */
export function triggerWords(text: Text, trigger: RetentionTrigger): string {
  switch (trigger.kind) {
    case "date":
      return trigger.fields.join(", ") || "…";
    case "event":
      return trigger.event || "…";
    case "status":
      return `${trigger.field} = ${trigger.values.join(", ")}`;
    case "none":
      return text("kit.rules.triggers.none");
  }
}
