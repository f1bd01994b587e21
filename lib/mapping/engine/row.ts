import { NAMED_VALUES, type MappingRow } from "../types.js";
import type { CompileContext } from "./context.js";
import { flowOf, hasValue, isFilled, listOf, type Flow, type RowHead, type Scope } from "./scope.js";
import { compileSources } from "./sources.js";
import { compileStep } from "./steps.js";
import { compileAll } from "./tests.js";

/** A row ready to run: leaves its result in its slot, and says what is wrong. */
export interface CompiledRow extends RowHead {
  readonly row: MappingRow;
  readonly slot: number;
  /** Named values that must be there before. */
  readonly reads: ReadonlySet<string>;
  run(scope: Scope): void;
}

/** Checks one value against the type of the target field: nothing when it fits, else what is wrong. */
export type TypeCheck = (value: string) => string | undefined;

/**
 * @param slot place of the result
 * @param check type of the target field, when known
 */
export function compileRow(
  row: MappingRow,
  slot: number,
  check: TypeCheck | undefined,
  context: CompileContext,
): CompiledRow {
  context.reads = new Set();
  context.each = row.each;
  if (row.each !== undefined) context.usedFields.add(row.each);
  const read = compileSources(row.from, context, "from");
  const steps = (row.steps ?? []).map((step, index) => compileStep(step, context, `steps[${index}]`));
  const onlyIf =
    row.onlyIf === undefined || row.onlyIf.length === 0 ? undefined : compileAll(row.onlyIf, context, "onlyIf");
  const refusals = (row.refuse ?? []).map(({ when, reason }, index) => ({
    fits: compileAll(when, context, `refuse[${index}].when`),
    reason,
  }));
  if (row.each !== undefined && row.to.target === NAMED_VALUES) {
    context.mistake("each", "A named value cannot be made row by row.");
  }
  const required = row.required === true;
  if (row.clear === true) {
    if (required)
      context.mistake("clear", "A required row rejects the asset when there is no value; it cannot empty the field.");
    if (row.each !== undefined) context.mistake("clear", "A row that runs once per table row cannot empty its field.");
  }
  const { each: table } = row;
  const clears = row.clear === true;
  const head: RowHead = { id: row.id, field: `${row.to.target}: ${row.to.field}` };

  const evaluate = (scope: Scope): Flow => {
    let flow = read(scope);
    if (scope.inputs !== undefined) scope.inputs[slot] = join(scope.inputs[slot], flow);
    const before = scope.problems.length;
    for (let index = 0; index < steps.length; index += 1) flow = steps[index]?.(flow, scope);
    if (typeof flow === "string") {
      if (!isFilled(flow)) flow = undefined;
    } else if (flow !== undefined) flow = flowOf(flow.filter(isFilled));
    if (flow === undefined) {
      // A step that already said what is wrong with the value need not be followed by "missing".
      if (required && !hasErrorSince(scope, before)) scope.report("error", missing(row));
      return undefined;
    }
    return check === undefined ? flow : checked(flow, check, scope);
  };

  // Most rows are this simple, and there are many of them.
  const runPlain = (scope: Scope): void => {
    scope.row = head;
    scope.slots[slot] = evaluate(scope);
  };
  const run = (scope: Scope): void => {
    scope.row = head;
    if (onlyIf !== undefined && !onlyIf(scope)) return;
    for (const { fits, reason } of refusals) if (fits(scope)) scope.report("error", `Refused: ${reason}`);
    if (table === undefined) {
      const flow = evaluate(scope);
      scope.slots[slot] = flow;
      if (clears && flow === undefined) (scope.emptied ??= new Set()).add(slot);
      return;
    }
    const results: Flow[] = [];
    const count = rowsOf(scope, table);
    for (scope.tableRow = 0; scope.tableRow < count; scope.tableRow += 1) results.push(evaluate(scope));
    scope.tableRow = -1;
    if (count === 0 && required) scope.report("error", missing(row));
    scope.perTableRow ??= new Map();
    scope.perTableRow.set(slot, results);
    scope.slots[slot] = flowOf(results.flatMap(listOf));
  };
  const isPlain = onlyIf === undefined && refusals.length === 0 && table === undefined && !clears;
  return { ...head, row, slot, reads: context.reads, run: isPlain ? runPlain : run };
}

function checked(flow: string | readonly string[], check: TypeCheck, scope: Scope): Flow {
  if (typeof flow === "string") {
    const wrong = check(flow);
    if (wrong === undefined) return flow;
    scope.report("error", wrong, flow);
    return undefined;
  }
  const fine = flow.filter((value) => {
    const wrong = check(value);
    if (wrong !== undefined) scope.report("error", wrong, value);
    return wrong === undefined;
  });
  return flowOf(fine);
}

function hasErrorSince(scope: Scope, before: number): boolean {
  return scope.problems.slice(before).some((problem) => problem.level === "error");
}

/** Rows of a table field: the longest column counts, so that a short column shows as missing values. */
function rowsOf(scope: Scope, table: string): number {
  const field = scope.fields[table];
  if (field === undefined || field.type !== "table") return 0;
  return Math.max(0, ...Object.values(field.columns).map((column) => column.values.length));
}

function missing(row: MappingRow): string {
  const names = row.from.map((source) => {
    if (source.kind === "field") return source.id;
    return source.kind === "asset" || source.kind === "msg" ? `${source.kind}.${source.path}` : source.kind;
  });
  return `Required, but there is no value (${names.join(", else ")}). Fill it in the source, or give the row a default.`;
}

function join(known: Flow, more: Flow): Flow {
  return known === undefined ? more : flowOf([...listOf(known), ...listOf(hasValue(more) ? more : undefined)]);
}
