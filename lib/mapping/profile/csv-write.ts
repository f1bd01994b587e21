import type { ConditionTable, MappingProfile, MappingRow } from "../types.js";
import { writeRefusal, writeRuleCondition, writeSource, writeStep, writeTest, writeTests } from "./csv-phrases.js";
import { writeCsv } from "./csv-table.js";
import { memberWords } from "./phrase.js";

/** Columns of the file, in this order. Every line says by its first cell what it is. */
export const COLUMNS = [
  "record",
  "id",
  "enabled",
  "source",
  "only if",
  "transformation",
  "target",
  "field",
  "required",
  "each",
  "refuse",
  "note",
] as const;
export type Column = (typeof COLUMNS)[number];
export type Cells = Partial<Record<Column, string>>;

/** Stands in a cell for a list that is there and empty. */
export const EMPTY_LIST = "none";

/** Stands in the column `required` of a row whose field is emptied when there is no value. */
export const CLEAR = "clear";

/**
 * The profile as one CSV table for spreadsheets: lines for the profile, its targets, look-ups, condition tables,
 * retention rules and rows. `profileFromCsv` gives the same profile back; only an empty optional text, an empty list
 * of left-out fields, a `required` beside `clear`, a `clear` that is false and the order of members are not kept.
 */
export function profileToCsv(profile: MappingProfile): string {
  const lines: Cells[] = [
    { record: "profile", id: "name", source: profile.name },
    { record: "profile", id: "version", source: profile.version },
    ...optional("description", profile.description),
    ...optional("zone", profile.zone),
    ...profile.targets.flatMap((use) => [
      { record: "target", id: use.name, transformation: memberWords(use, ["name", "fields"]).join(" ") },
      ...(use.fields ?? []).map((field) => ({
        record: "target-field",
        id: use.name,
        field: field.field,
        transformation: memberWords(field, ["field"]).join(" "),
      })),
    ]),
    ...Object.entries(profile.lookups ?? {}).flatMap(([table, entries]) => lookupLines(table, entries)),
    ...Object.entries(profile.conditions ?? {}).flatMap(([name, table]) => conditionLines(name, table)),
    ...(profile.retention ?? []).map((rule) => ({
      record: "retention",
      id: rule.name,
      source: [rule.trigger.kind, ...memberWords(rule.trigger, ["kind"])].join(" "),
      "only if": cell(rule.when, writeRuleCondition),
      transformation: memberWords(rule, ["name", "trigger", "when"]).join(" "),
    })),
    ...(profile.ignored ?? []).map((field) => ({ record: "ignored", source: field })),
    ...profile.rows.map(rowLine),
  ];
  return writeCsv([COLUMNS, ...lines.map((line) => COLUMNS.map((column) => line[column] ?? ""))]);
}

function rowLine(row: MappingRow): Cells {
  return {
    record: "row",
    id: row.id,
    enabled: yesNo(row.enabled),
    source: row.from.map(writeSource).join("\n"),
    "only if": cell(row.onlyIf, writeTest),
    transformation: cell(row.steps, writeStep),
    target: row.to.target,
    field: row.to.field,
    required: row.clear === true ? CLEAR : yesNo(row.required),
    each: row.each ?? "",
    refuse: cell(row.refuse, writeRefusal),
    note: row.note ?? "",
  };
}

function lookupLines(table: string, entries: Readonly<Record<string, string>>): Cells[] {
  const lines = Object.entries(entries).map(([key, value]) => ({
    record: "lookup",
    id: table,
    source: key,
    field: value,
  }));
  return lines.length === 0 ? [{ record: "lookup", id: table }] : lines;
}

function conditionLines(name: string, table: ConditionTable): Cells[] {
  return [
    { record: "condition", id: name, transformation: memberWords(table, ["inputs", "lines"]).join(" ") },
    ...table.inputs.map((input) => ({
      record: "condition-input",
      id: name,
      source: writeSource(input.from),
      transformation: memberWords(input, ["from"]).join(" "),
    })),
    ...table.lines.map((line) => ({
      record: "condition-line",
      id: name,
      "only if": cell(line.when, writeTests),
      field: line.value,
    })),
  ];
}

function cell<Item>(items: readonly Item[] | undefined, write: (item: Item) => string): string {
  if (items === undefined) return "";
  return items.length === 0 ? EMPTY_LIST : items.map(write).join("\n");
}

function optional(id: string, value: string | undefined): Cells[] {
  return value === undefined ? [] : [{ record: "profile", id, source: value }];
}

function yesNo(value: boolean | undefined): string {
  return value === undefined ? "" : value ? "yes" : "no";
}
