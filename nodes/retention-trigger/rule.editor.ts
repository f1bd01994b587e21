import type { RetentionRule, RetentionTrigger, RuleCondition } from "../../lib/retention/types.js";
import { button, el, input, select } from "../editor-kit/dom.js";
import type { RowView } from "../editor-kit/rows.js";
import type { Text } from "../editor-kit/text.js";
import { ACTIONS, CONDITION_KINDS, LIMITS, STARTS, TRIGGER_KINDS, USUAL_EVENTS } from "./config.js";

const EVENT_LIST = "clc-retention-events";

/** One rule of the table: name, when it applies, what starts the clock, how long, where days end, what follows. */
export function ruleView(text: Text, rule: RetentionRule, changed: () => void): RowView<RetentionRule> {
  const word = (key: string): string => text(`retention-trigger.${key}`);
  const options = (values: readonly string[], group: string): { value: string; label: string }[] =>
    values.map((value) => ({ value, label: word(`${group}.${value}`) }));

  const name = input(rule.name, word("rules.name"));
  const kept = input(rule.period, word("rules.period"), { class: "clc-narrow", title: word("rules.period-hint") });
  const action = select(options(ACTIONS, "actions"), rule.action ?? "review", word("rules.action"));
  const code = input(rule.class ?? "", word("rules.class"));
  const zone = input(rule.zone ?? "", word("rules.zone"), { spellcheck: "false" });
  const authority = input(rule.authority ?? "", word("rules.authority"));
  const startAt = select(options(STARTS, "starts"), rule.startAt ?? "trigger", word("rules.start-at"));
  const limit = select(options(LIMITS, "limits"), rule.limit ?? "minimum", word("rules.limit"));
  const conditions = conditionLines(text, rule.when ?? [], changed);
  const trigger = triggerLine(text, rule.trigger, changed);
  for (const field of [name, kept, action, code, zone, authority, startAt, limit]) {
    field.addEventListener("change", changed);
  }
  action.classList.add("clc-narrow");
  return {
    element: el(
      "div",
      {},
      name,
      kept,
      action,
      el("span", { class: "clc-indent" }, el("span", { class: "clc-muted" }, word("rules.when")), conditions.element),
      el("span", { class: "clc-indent" }, el("span", { class: "clc-muted" }, word("rules.starts")), trigger.element),
      el("span", { class: "clc-indent" }, code, startAt, limit, zone, authority),
    ),
    focus: () => name.focus(),
    read: () => ({
      name: name.value.trim(),
      ...given("class", code.value),
      when: conditions.read(),
      trigger: trigger.read(),
      period: kept.value.trim(),
      startAt: startAt.value === "calendar-year" ? "calendar-year" : "trigger",
      limit: limit.value === "maximum" ? "maximum" : "minimum",
      ...given("zone", zone.value),
      ...given("authority", authority.value),
      action: ACTIONS.find((one) => one === action.value) ?? "review",
    }),
  };
}

function given<K extends "class" | "zone" | "authority">(name: K, value: string): Partial<Record<K, string>> {
  if (value.trim() === "") return {};
  const one: Partial<Record<K, string>> = {};
  one[name] = value.trim();
  return one;
}

interface Part<Value> {
  element: HTMLElement;
  read(): Value;
}

function conditionLines(text: Text, stored: readonly RuleCondition[], changed: () => void): Part<RuleCondition[]> {
  const word = (key: string): string => text(`retention-trigger.${key}`);
  const lines: Part<RuleCondition>[] = [];
  const element = el("span", { class: "clc-part" });
  const add = button(word("rules.add-condition"), { icon: "fa-plus", small: true });
  const line = (condition: RuleCondition): void => {
    const field = input(condition.field, word("rules.field"), { spellcheck: "false" });
    const kinds = CONDITION_KINDS.map((value) => ({ value, label: word(`conditions.${value}`) }));
    const is = select(kinds, condition.is, word("rules.is"));
    const values = input((condition.values ?? []).join(", "), word("rules.values"), { spellcheck: "false" });
    const remove = button("", { icon: "fa-remove", small: true, title: text("kit.rows.remove") });
    const made = el("span", { class: "clc-line-of" }, field, is, values, remove);
    const show = (): void => {
      values.hidden = is.value === "set" || is.value === "not-set";
    };
    const part: Part<RuleCondition> = {
      element: made,
      read: () => ({
        field: field.value.trim(),
        is: CONDITION_KINDS.find((kind) => kind === is.value) ?? "one-of",
        values: values.hidden ? [] : wordsOf(values.value),
      }),
    };
    remove.addEventListener("click", () => {
      lines.splice(lines.indexOf(part), 1);
      made.remove();
      changed();
    });
    is.addEventListener("change", show);
    for (const control of [field, is, values]) control.addEventListener("change", changed);
    show();
    lines.push(part);
    add.before(made);
  };
  element.append(add);
  for (const condition of stored) line(condition);
  add.addEventListener("click", () => {
    line({ field: "", is: "one-of", values: [] });
    changed();
  });
  return { element, read: () => lines.map((part) => part.read()) };
}

function triggerLine(text: Text, stored: RetentionTrigger, changed: () => void): Part<RetentionTrigger> {
  const word = (key: string): string => text(`retention-trigger.${key}`);
  const kinds = TRIGGER_KINDS.map((value) => ({ value, label: word(`triggers.${value}`) }));
  const kind = select(kinds, stored.kind, word("rules.starts"));
  const fields = input(stored.kind === "date" ? stored.fields.join(", ") : "", word("rules.date-fields"), {
    spellcheck: "false",
  });
  const event = input(stored.kind === "event" ? stored.event : "", word("rules.event"), { list: EVENT_LIST });
  const eventField = input(stored.kind === "event" ? (stored.field ?? "") : "", word("rules.event-field"));
  const status = input(stored.kind === "status" ? stored.field : "", word("rules.status-field"));
  const values = input(stored.kind === "status" ? stored.values.join(", ") : "", word("rules.values"));
  const dateField = input(stored.kind === "status" ? stored.dateField : "", word("rules.date-field"));
  const events = el("datalist", { id: EVENT_LIST }, ...USUAL_EVENTS.map((value) => el("option", { value })));
  const show = (): void => {
    fields.hidden = kind.value !== "date";
    event.hidden = eventField.hidden = kind.value !== "event";
    status.hidden = values.hidden = dateField.hidden = kind.value !== "status";
  };
  kind.addEventListener("change", show);
  for (const control of [kind, fields, event, eventField, status, values, dateField]) {
    control.addEventListener("change", changed);
  }
  show();
  return {
    element: el("span", { class: "clc-line-of" }, kind, fields, event, eventField, status, values, dateField, events),
    read: () => {
      switch (kind.value) {
        case "event": {
          const field = eventField.value.trim();
          return { kind: "event", event: event.value.trim(), ...(field === "" ? {} : { field }) };
        }
        case "status":
          return {
            kind: "status",
            field: status.value.trim(),
            values: wordsOf(values.value),
            dateField: dateField.value.trim(),
          };
        case "none":
          return { kind: "none" };
        default:
          return { kind: "date", fields: wordsOf(fields.value) };
      }
    },
  };
}

/** Field ids hold blanks, so only commas separate. */
function wordsOf(text: string): string[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
}
