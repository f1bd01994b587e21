import type { RetentionDecision } from "../../lib/messages/asset.js";
import type { RetentionRule } from "../../lib/retention/types.js";
import { ask, EditorCallError, type Endpoint, send } from "../editor-kit/api.js";
import { button, el, input } from "../editor-kit/dom.js";
import type { Text } from "../editor-kit/text.js";

interface Answer {
  problems: { rule: string; field: string; message: string }[];
  decision?: RetentionDecision;
}

/** What a table looks at: a field for each field and event that its rules name. */
function subjects(rules: readonly RetentionRule[]): { fields: string[]; events: string[] } {
  const fields = new Set<string>();
  const events = new Set<string>();
  for (const { when, trigger } of rules) {
    for (const { field } of when ?? []) fields.add(field);
    if (trigger.kind === "date") for (const field of trigger.fields) fields.add(field);
    if (trigger.kind === "event") events.add(trigger.event);
    if (trigger.kind === "event" && trigger.field !== undefined) fields.add(trigger.field);
    if (trigger.kind === "status") fields.add(trigger.field).add(trigger.dateField);
  }
  const named = (found: Set<string>): string[] => [...found].filter((name) => name !== "");
  return { fields: named(fields), events: named(events) };
}

/** The part of the form that tries the rules on a sample, with the runtime's own engine. */
export function tryPart(
  text: Text,
  place: HTMLElement,
  endpoint: Endpoint,
  read: () => { rules: RetentionRule[]; zone: string },
): { refresh(): void } {
  const word = (key: string): string => text(`retention-trigger.try.${key}`);
  const values = new Map<string, HTMLInputElement>();
  const facts = el("div", { class: "clc-list" });
  const now = input("", word("now"), { placeholder: "2026-11-20T12:00:00Z", spellcheck: "false" });
  const result = el("div", { class: "clc-result", role: "status" });
  const go = button(word("button"), { icon: "fa-play" });
  const last = button(word("last"), { icon: "fa-history" });

  const refresh = (): void => {
    const { fields, events } = subjects(read().rules);
    const wanted = [...fields.map((id) => `field:${id}`), ...events.map((id) => `event:${id}`)];
    for (const key of wanted) {
      if (!values.has(key)) values.set(key, input("", key.slice(6), { spellcheck: "false", placeholder: "" }));
    }
    facts.replaceChildren(
      ...wanted.map((key) =>
        el("div", { class: "clc-bar" }, el("span", { class: "clc-muted" }, key.slice(6)), values.get(key)),
      ),
    );
  };
  const filled = (kind: string): Record<string, string> =>
    Object.fromEntries(
      [...values].flatMap(([key, { value }]) =>
        key.startsWith(`${kind}:`) && value.trim() !== "" ? [[key.slice(6), value.trim()]] : [],
      ),
    );
  const failed = (thrown: unknown): void => {
    result.replaceChildren(
      el("span", { class: "clc-error" }, thrown instanceof EditorCallError ? thrown.message : String(thrown)),
    );
  };
  go.addEventListener("click", () => {
    const body = { ...read(), now: now.value.trim(), fields: filled("field"), events: filled("event") };
    send<Answer>(text, endpoint, "preview", body).then(({ problems, decision }) => {
      result.replaceChildren(
        ...problems.map((one) => el("div", { class: "clc-error" }, `${one.rule}: ${one.field}: ${one.message}`)),
        ...(decision === undefined
          ? []
          : [el("b", {}, text(`retention-trigger.outcomes.${decision.outcome}`)), `: ${decision.reason}`]),
        ...(decision?.dueAt === undefined ? [] : [el("div", {}, `${word("due-at")} ${decision.dueAt}`)]),
      );
    }, failed);
  });
  last.addEventListener("click", () => {
    ask<{ name: string; fields: Record<string, string> }>(text, endpoint, "sample").then(({ name, fields }) => {
      refresh();
      for (const [key, field] of values) {
        if (key.startsWith("field:")) field.value = fields[key.slice(6)] ?? "";
      }
      result.textContent = name;
    }, failed);
  });
  const present = el("span", { class: "clc-muted" }, word("now"));
  place.replaceChildren(facts, el("div", { class: "clc-bar" }, present, now, go, last), result);
  refresh();
  return { refresh };
}
