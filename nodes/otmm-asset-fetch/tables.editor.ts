import type { Endpoint } from "../editor-kit/api.js";
import { el, input, select } from "../editor-kit/dom.js";
import { fieldInput } from "../editor-kit/field-input.js";
import { rowTable, type Rows } from "../editor-kit/rows.js";
import type { Text } from "../editor-kit/text.js";
import { typedValue } from "../editor-kit/typed-value.js";
import {
  type AcceptanceRule,
  type ChosenField,
  type ConditionRow,
  PART_ROLES,
  type PartRole,
  type PartRow,
  RULE_OPERATORS,
  type RuleOperator,
  SEARCH_OPERATORS,
  type SearchOperator,
  type ValueType,
} from "./config.js";

/** Operators that compare with nothing of the row. */
export const NO_VALUE: ReadonlySet<string> = new Set([
  "is-not-empty",
  "is-empty",
  "set",
  "not-set",
  "equals-version",
  "before-today",
  "not-before-today",
]);

type Connection = () => Endpoint | undefined;

/** Search conditions: field, operator, typed value; all of them must hold. */
export function conditionTable(
  text: Text,
  stored: readonly ConditionRow[],
  connection: Connection,
): Rows<ConditionRow> {
  return rowTable<ConditionRow>(text, stored, {
    list: "clc-conditions",
    addLabel: text("otmm-asset-fetch.conditions.add"),
    blank: () => ({ field: "", operator: "is", value: "", valueType: "str" }),
    view(row, changed) {
      const field = fieldInput(text, connection, row.field, text("otmm-asset-fetch.conditions.field"), changed);
      const options = SEARCH_OPERATORS.map((value) => ({ value, label: text(`otmm-asset-fetch.operators.${value}`) }));
      const operator = select(options, row.operator, text("otmm-asset-fetch.conditions.operator"));
      operator.classList.add("clc-narrow");
      const value = typedValue(
        { value: row.value, type: row.valueType },
        ["str", "msg", "flow", "global", "env", "jsonata"],
        text("otmm-asset-fetch.conditions.value"),
        changed,
      );
      const show = (): void => {
        value.element.hidden = NO_VALUE.has(operator.value);
      };
      operator.addEventListener("change", () => {
        show();
        changed();
      });
      show();
      return {
        element: el("div", {}, field.element, operator, value.element),
        attached: value.attached,
        focus: field.focus,
        read: () => {
          const typed = value.read();
          return {
            field: field.read(),
            operator: operator.value as SearchOperator,
            value: typed.value,
            valueType: typed.type as ValueType,
          };
        },
      };
    },
  });
}

/** Acceptance rules: who does not meet one is refused with its reason. */
export function ruleTable(text: Text, stored: readonly AcceptanceRule[], connection: Connection): Rows<AcceptanceRule> {
  return rowTable<AcceptanceRule>(text, stored, {
    list: "clc-rules",
    addLabel: text("otmm-asset-fetch.rules.add"),
    blank: () => ({ field: "", operator: "is", value: "", reason: "" }),
    view(row, changed) {
      const field = fieldInput(text, connection, row.field, text("otmm-asset-fetch.conditions.field"), changed);
      const options = RULE_OPERATORS.map((value) => ({
        value,
        label: text(`otmm-asset-fetch.rule-operators.${value}`),
      }));
      const operator = select(options, row.operator, text("otmm-asset-fetch.conditions.operator"));
      operator.classList.add("clc-narrow");
      const value = input(row.value, text("otmm-asset-fetch.rules.value"));
      const reason = input(row.reason, text("otmm-asset-fetch.rules.reason"));
      const show = (): void => {
        value.hidden = NO_VALUE.has(operator.value);
      };
      operator.addEventListener("change", () => {
        show();
        changed();
      });
      show();
      return {
        element: el("div", {}, field.element, operator, value, el("span", { class: "clc-indent" }, reason)),
        focus: field.focus,
        read: () => ({
          field: field.read(),
          operator: operator.value as RuleOperator,
          value: value.value.trim(),
          reason: reason.value.trim(),
        }),
      };
    },
  });
}

/** Parts that go with the main part: which value of the field, in which role, as which representation. */
export function partTable(text: Text, stored: readonly PartRow[]): Rows<PartRow> {
  return rowTable<PartRow>(text, stored, {
    list: "clc-parts",
    addLabel: text("otmm-asset-fetch.join.add"),
    blank: () => ({ value: "", role: "access", representation: "" }),
    view(row, changed) {
      const value = input(row.value, text("otmm-asset-fetch.join.value"), { spellcheck: "false" });
      const options = PART_ROLES.map((role) => ({ value: role, label: text(`otmm-asset-fetch.join.roles.${role}`) }));
      const role = select(options, row.role, text("otmm-asset-fetch.join.role"));
      const representation = input(row.representation, text("otmm-asset-fetch.join.representation"));
      for (const field of [value, role, representation]) field.addEventListener("change", changed);
      return {
        element: el("div", {}, value, role, representation),
        focus: () => value.focus(),
        read: () => ({
          value: value.value.trim(),
          role: role.value as PartRole,
          representation: representation.value.trim(),
        }),
      };
    },
  });
}

/** Fields that travel, when not all do. */
export function fieldTable(text: Text, stored: readonly ChosenField[]): Rows<ChosenField> {
  return rowTable<ChosenField>(text, stored, {
    list: "clc-fields-list",
    addLabel: text("otmm-asset-fetch.fields.add"),
    blank: () => ({ id: "", label: "" }),
    view(row, changed) {
      const id = input(row.id, text("otmm-asset-fetch.conditions.field"), { spellcheck: "false", title: row.label });
      id.addEventListener("change", changed);
      return {
        element: el("div", {}, id),
        focus: () => id.focus(),
        read: () => ({ id: id.value.trim(), label: id.value.trim() === row.id ? row.label : "" }),
      };
    },
  });
}
