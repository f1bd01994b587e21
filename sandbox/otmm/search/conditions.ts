import { badRequest } from "../answers.js";
import { OPERATORS } from "../assumptions.js";
import { isObject, listOf, parseJson, textOf, wrapped, type JsonObject } from "../json.js";
import type { Registry } from "../registry.js";
import { matchesKeyword } from "./keyword.js";
import { combine, type Predicate, type Term } from "./expression.js";
import { valuesOf } from "./fields.js";

/** A compiled condition list. */
export interface Conditions {
  matches: Predicate;
  /** Some condition named an unknown field or operator, or had a value that does not fit; it was left out. */
  invalid: boolean;
}

/**
 * Compiles `search_condition_list` (fact sheet 2.2).
 *
 * @throws OtmmError 400 when the JSON or its wrapper is wrong
 */
export function compileConditions(registry: Registry, text: string | null): Conditions {
  if (text === null || text.trim() === "") return { matches: () => true, invalid: false };
  const list = wrapped(parseJson(text, "search_condition_list"), "search_condition_list");
  if (!("search_condition" in list)) throw badRequest(`The wrapper "search_condition" is missing.`);
  return combine(listOf(list["search_condition"]).flatMap((condition) => termsOf(registry, condition)));
}

function termsOf(registry: Registry, condition: unknown): Term[] {
  if (!isObject(condition)) throw badRequest("A search condition is not an object.");
  const around = {
    joiner: joinerOf(condition),
    opens: count(condition["left_paren"], "("),
    closes: count(condition["right_paren"], ")"),
  };
  switch (condition["type"]) {
    case "com.artesia.search.SearchScalarCondition":
      return [{ ...around, test: scalar(registry, condition) }];
    case "com.artesia.search.SearchTabularCondition":
      return [{ ...around, test: tabular(registry, condition) }];
    case "com.artesia.search.SearchFulltextCondition":
      return [{ ...around, test: fulltext(registry, condition) }];
    default:
      return [{ ...around, test: undefined }];
  }
}

function joinerOf(condition: JsonObject): "and" | "or" {
  return textOf(condition["relational_operator"])?.toLowerCase() === "or" ? "or" : "and";
}

function count(value: unknown, paren: string): number {
  return typeof value === "string" ? value.split(paren).length - 1 : 0;
}

function scalar(registry: Registry, condition: JsonObject): Predicate | undefined {
  const fieldId = textOf(condition["metadata_field_id"]);
  if (fieldId === undefined) return undefined;
  const test = valueTest(registry, fieldId, condition);
  return test && ((candidate) => test(valuesOf(candidate, fieldId)));
}

/** Rows of a table: all column conditions must hold in one and the same row. */
function tabular(registry: Registry, condition: JsonObject): Predicate | undefined {
  const table = registry.table(textOf(condition["metadata_table_id"]) ?? "");
  if (!table) return undefined;
  const columns: { id: string; term: Omit<Term, "test">; test: (values: (string | number)[]) => boolean }[] = [];
  for (const entry of listOf(condition["tabular_field_list"])) {
    if (!isObject(entry)) return undefined;
    const id = textOf(entry["metadata_field_id"]);
    if (id === undefined || !table.columns.some((column) => column.id === id)) return undefined;
    const test = valueTest(registry, id, entry);
    if (!test) return undefined;
    columns.push({
      id,
      test,
      term: {
        joiner: joinerOf(entry),
        opens: count(entry["left_paren"], "("),
        closes: count(entry["right_paren"], ")"),
      },
    });
  }
  return (candidate) => {
    const cells = new Map(table.columns.map((column) => [column.id, valuesOf(candidate, column.id)]));
    const rows = Math.max(0, ...[...cells.values()].map((column) => column.length));
    for (let row = 0; row < rows; row++) {
      const terms = columns.map(({ id, term, test }): Term => {
        const cell = cells.get(id)?.[row];
        const holds = test(cell === undefined ? [] : [cell]);
        return { ...term, test: () => holds };
      });
      if (combine(terms).matches(candidate)) return true;
    }
    return false;
  };
}

function fulltext(registry: Registry, condition: JsonObject): Predicate | undefined {
  const keyword = textOf(condition["keyword"]);
  if (keyword === undefined) return undefined;
  const fieldId = textOf(condition["metadata_field_id"]);
  if (fieldId !== undefined && fieldId !== "" && !registry.find(fieldId)) return undefined;
  return (candidate) => matchesKeyword(registry, candidate, keyword, fieldId || undefined);
}

/** The test of one operator on the values of one field; undefined when field, operator and value do not go together. */
function valueTest(
  registry: Registry,
  fieldId: string,
  condition: JsonObject,
): ((values: (string | number)[]) => boolean) | undefined {
  const found = registry.find(fieldId);
  const operator = OPERATORS[textOf(condition["relational_operator_id"]) as keyof typeof OPERATORS] as
    (typeof OPERATORS)[keyof typeof OPERATORS] | undefined;
  if (!found || !operator || (operator.type !== "ANY" && operator.type !== found.type)) return undefined;
  if (operator.test === "empty") return (values) => values.length === 0;
  if (operator.test === "filled") return (values) => values.length > 0;
  const wanted = textOf(condition["value"]);
  if (wanted === undefined) return undefined;
  if (operator.type === "DATE") return dateTest(operator.test, wanted);
  if (operator.type === "NUMBER") {
    const number = Number(wanted);
    if (!Number.isFinite(number)) return undefined;
    return (values) =>
      values.some((value) => (operator.test === "is" ? Number(value) === number : Number(value) > number));
  }
  if (found.field?.domain !== undefined) return (values) => values.some((value) => isDomainHit(String(value), wanted));
  const text = wanted.toLowerCase();
  if (operator.test === "is") return (values) => values.some((value) => String(value).toLowerCase() === text);
  return (values) => values.some((value) => String(value).toLowerCase().includes(text));
}

/** Domain columns compare with the value id; a cascading value is found by its upper levels too. */
function isDomainHit(value: string, wanted: string): boolean {
  return value === wanted || value.startsWith(`${wanted}^`);
}

function dateTest(test: "is" | "after" | "before" | "between", wanted: string) {
  const days = wanted.split(",").map(parseDate);
  const [first, second] = days;
  if (first === undefined || days.includes(undefined)) return undefined;
  if (test === "between" && second === undefined) return undefined;
  const holds = (value: number) => {
    if (test === "after") return value > first.at;
    if (test === "before") return value < first.at;
    if (test === "between") return value >= first.at && value < (second?.end ?? first.end);
    return value >= first.at && value < first.end;
  };
  return (values: (string | number)[]) => values.some((value) => holds(Date.parse(String(value))));
}

/** `MM/DD/YYYY`, `YYYY-MM-DD` or a full instant; a day ends a day later, an instant a second later. */
function parseDate(text: string): { at: number; end: number } | undefined {
  const american = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(text.trim());
  const iso = american ? `${american[3]}-${american[1]}-${american[2]}` : text.trim();
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return undefined;
  return { at, end: at + (iso.length === 10 ? 86_400_000 : 1000) };
}
