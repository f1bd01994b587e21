import { knownDay } from "../../retention/known-days.js";
import type { ConditionInput, ConditionTable } from "../types.js";
import type { CompileContext } from "./context.js";
import { isFilled, listOf, type Flow, type Scope } from "./scope.js";
import { compileAll } from "./tests.js";

type Choose = (scope: Scope) => string | undefined;

/** Reads a condition table of the profile by name; each table is compiled once. */
export function chooser(name: string, context: CompileContext, where: string): Choose {
  const known = context.tables.get(name);
  if (known !== undefined) {
    for (const read of known.reads) context.reads.add(read);
    return known.choose;
  }
  const table = context.profile.conditions?.[name];
  if (table === undefined || context.openTables.has(name)) {
    const message =
      table === undefined ? `There is no condition table ${name}.` : `The condition table ${name} asks itself.`;
    context.mistake(where, message);
    return () => undefined;
  }
  const outer = context.reads;
  context.reads = new Set();
  context.openTables.add(name);
  const choose = compileTable(table, context, `conditions.${name}`);
  context.openTables.delete(name);
  context.tables.set(name, { choose, reads: context.reads });
  for (const read of context.reads) outer.add(read);
  context.reads = outer;
  return choose;
}

/** First line that fits; an unknown input is looked for before any line, and is told. */
function compileTable(table: ConditionTable, context: CompileContext, where: string): Choose {
  const inputs = table.inputs.map((input, index) => compileInput(input, context, `${where}.inputs[${index}]`));
  const lines = table.lines.map((line, index) => ({
    value: line.value,
    groups: line.when.map((group, number) => compileAll(group, context, `${where}.lines[${index}].when[${number}]`)),
  }));
  return (scope) => {
    for (const unknown of inputs) {
      const why = unknown(scope);
      if (why === undefined) continue;
      if (table.unknown === undefined) {
        scope.report("error", `${why} Correct the source.`);
        return undefined;
      }
      scope.report("warning", `${why} "${table.unknown}" is taken until a person corrects the source.`);
      return table.unknown;
    }
    for (const line of lines) {
      if (line.groups.some((group) => group(scope))) return line.value;
    }
    return table.otherwise;
  };
}

/** Says why an input is unknown, or nothing. */
function compileInput(
  input: ConditionInput,
  context: CompileContext,
  where: string,
): (scope: Scope) => string | undefined {
  const read = context.read(input.from, `${where}.from`);
  const name = input.from.kind === "field" ? input.from.id : `The ${input.from.kind} input`;
  const known = input.known === undefined ? undefined : new Set(input.known);
  const mayMiss = input.missing === "allowed";
  if (input.type === "code" && known === undefined) context.mistake(`${where}.known`, "List the known codes.");
  return (scope) => {
    const values = listOf(read(scope)).filter(isFilled);
    if (values.length === 0) return mayMiss ? undefined : `${name} has no value.`;
    for (const value of values) {
      const text = value.trim();
      if (known !== undefined && !known.has(text)) return `${name} has the unknown value "${text.slice(0, 60)}".`;
      if (input.type === "date" && !isDate(text, scope)) return `${name} is not a date: "${text.slice(0, 60)}".`;
    }
    return undefined;
  };
}

function isDate(text: Flow, scope: Scope): boolean {
  return typeof text === "string" && scope.zone !== undefined && knownDay(text, scope.zone) !== undefined;
}
