import {
  ACTIONS,
  CONDITION_KINDS,
  LIMITS,
  type RetentionRule,
  type RuleCondition,
  STARTS,
} from "../../../lib/retention/types.js";
import type { Endpoint } from "../api.js";
import { captioned, el, input, labelled, select } from "../dom.js";
import { fieldInput } from "../field-input.js";
import { foldedRow } from "../folded-row.js";
import { lineList } from "../line-list.js";
import type { RowView } from "../rows.js";
import type { Text } from "../text.js";
import { valuesOf, valuesText } from "../values.js";
import { periodInput, periodWords } from "./period.js";
import { ruleMistake } from "./rule-check.js";
import { triggerInput, triggerWords } from "./trigger.js";

type Connection = () => Endpoint | undefined;

/** A fresh rule: kept from a date on, then for a person to look at. */
export function blankRule(): RetentionRule {
  return { name: "", trigger: { kind: "date", fields: [] }, period: "", action: "review" };
}

/**
 * One retention rule: a line to read, and behind it when it applies, what starts the clock, how long, what follows.
 *
 * @param connection system whose fields can be chosen from; absent = fields are typed
 */
export function ruleView(
  text: Text,
  rule: RetentionRule,
  changed: () => void,
  connection?: Connection,
): RowView<RetentionRule> {
  const view = foldedRow<RetentionRule>(
    rule,
    {
      summary: (now) => [
        el("b", {}, now.name || "…"),
        `: ${periodWords(text, now.period)} · ${triggerWords(text, now.trigger)} → `,
        text(`kit.rules.actions.${now.action ?? "review"}`),
      ],
      editor: (edited) => ruleEditor(text, rule, edited, connection),
    },
    () => {
      check();
      changed();
    },
  );
  const check = (): void => {
    const mistake = ruleMistake(view.read());
    view.fault(mistake === undefined ? [] : [text(mistake)]);
  };
  check();
  return view;
}

function ruleEditor(
  text: Text,
  rule: RetentionRule,
  changed: () => void,
  connection?: Connection,
): RowView<RetentionRule> {
  const word = (key: string): string => text(`kit.rules.${key}`);
  const options = (values: readonly string[], group: string): { value: string; label: string }[] =>
    values.map((value) => ({ value, label: word(`${group}.${value}`) }));
  let touched = false;
  const edited = (): void => {
    touched = true;
    changed();
  };
  const name = input(rule.name, word("name"));
  const action = select(options(ACTIONS, "actions"), rule.action ?? "review", word("action"));
  const code = input(rule.class ?? "", word("class"), { spellcheck: "false" });
  const zone = input(rule.zone ?? "", word("zone"), { spellcheck: "false" });
  const authority = input(rule.authority ?? "", word("authority"));
  const startAt = select(options(STARTS, "begins"), rule.startAt ?? "trigger", word("start-at"));
  const limit = select(options(LIMITS, "limits"), rule.limit ?? "minimum", word("limit"));
  const period = periodInput(text, rule.period, edited);
  const trigger = triggerInput(text, rule.trigger, edited);
  const conditions = lineList<RuleCondition>(
    text,
    rule.when ?? [],
    {
      addLabel: word("add-condition"),
      removeLabel: text("kit.rows.remove"),
      blank: () => ({ field: "", is: "one-of", values: [] }),
      view: (condition, touch) => conditionLine(text, condition, touch, connection),
    },
    edited,
  );
  for (const field of [name, action, code, zone, authority, startAt, limit]) field.addEventListener("change", edited);
  const line = (...parts: HTMLElement[]): HTMLElement => el("span", { class: "clc-indent" }, ...parts);
  return {
    element: el(
      "span",
      { class: "clc-editor" },
      line(labelled(word("name"), name), labelled(word("class"), code)),
      captioned(word("when"), conditions.element),
      captioned(word("starts"), trigger.element),
      captioned(
        word("kept"),
        line(period.element, labelled(word("start-at"), startAt), labelled(word("limit"), limit)),
      ),
      captioned(
        word("then"),
        line(labelled(word("action"), action), labelled(word("authority"), authority), labelled(word("zone"), zone)),
      ),
    ),
    attached: conditions.attached,
    focus: () => name.focus(),
    read() {
      if (!touched) return rule;
      const made: RetentionRule = {
        ...rule,
        name: name.value.trim(),
        when: conditions.read(),
        trigger: trigger.read(),
        period: period.read(),
        startAt: STARTS.find((one) => one === startAt.value) ?? "trigger",
        limit: LIMITS.find((one) => one === limit.value) ?? "minimum",
        class: code.value.trim(),
        zone: zone.value.trim(),
        authority: authority.value.trim(),
        action: ACTIONS.find((one) => one === action.value) ?? "review",
      };
      return withoutDefaults(made, rule);
    },
  };
}

const DEFAULTS = {
  startAt: "trigger",
  limit: "minimum",
  action: "review",
  class: "",
  zone: "",
  authority: "",
} as const;

/** Leaves out what says nothing, so that a rule that was stored without it does not change by being opened. */
function withoutDefaults(made: RetentionRule, stored: RetentionRule): RetentionRule {
  const kept = { ...made };
  for (const name of ["startAt", "limit", "action", "class", "zone", "authority"] as const) {
    if (kept[name] === DEFAULTS[name] && stored[name] === undefined) delete kept[name];
    else if (kept[name] === "") delete kept[name];
  }
  if (kept.when?.length === 0 && stored.when === undefined) delete kept.when;
  return kept;
}

/** One test of a field: which, how, with what. */
function conditionLine(
  text: Text,
  condition: RuleCondition,
  changed: () => void,
  connection?: Connection,
): RowView<RuleCondition> {
  const word = (key: string): string => text(`kit.rules.${key}`);
  const field =
    connection === undefined
      ? plainField(condition.field, word("field"), changed)
      : fieldInput(text, connection, condition.field, word("field"), changed);
  const kinds = CONDITION_KINDS.map((value) => ({ value, label: text(`kit.tests.${value}`) }));
  const is = select(kinds, condition.is, word("is"));
  is.classList.add("clc-narrow");
  const values = input(valuesText(condition.values ?? []), word("values"), { spellcheck: "false" });
  const show = (): void => {
    values.hidden = is.value === "set" || is.value === "not-set";
  };
  is.addEventListener("change", show);
  for (const control of [is, values]) control.addEventListener("change", changed);
  show();
  return {
    element: el("span", { class: "clc-line-of" }, field.element, is, values),
    focus: field.focus,
    read() {
      const made = { field: field.read(), is: CONDITION_KINDS.find((kind) => kind === is.value) ?? condition.is };
      if (!values.hidden) return { ...made, values: valuesOf(values.value) };
      return condition.values === undefined ? made : { ...made, values: [] };
    },
  };
}

function plainField(value: string, label: string, changed: () => void) {
  const box = input(value, label, { spellcheck: "false", class: "clc-grow" });
  box.addEventListener("change", changed);
  return { element: box, read: () => box.value.trim(), focus: () => box.focus() };
}
