import { listOf, type Flow, type Scope } from "../engine/scope.js";
import type { PlacedRow } from "./types.js";
import { parseFragmentPath, stepKey, XLINK, type FragmentPath, type PathStep } from "./fragment-path.js";
import { attributeText, elementText, escapeFixed } from "./xml.js";

/** An element that the profile can make, with everything that may stand in it. */
interface ElementPlan {
  name: string;
  fixed: string;
  key: string;
  texts: PlacedRow[];
  attributes: { name: string; placed: PlacedRow }[];
  children: ElementPlan[];
  /** Table field: one such element for each row of it. */
  each: string | undefined;
  /** Elements around each single one of it. */
  around: { open: string; close: string };
}

type Write = (scope: Scope, tableRow: number) => string;

/**
 * Compiles the paths of a fragment into one writer. Elements without any value are left out; children stand in the
 * order of `order` (paths of the schema), else in the order of the rows.
 *
 * Rows with `each` share a parent element; that parent is repeated, one set for each row of the table.
 */
export function fragmentWriter(
  root: string,
  schema: string,
  rows: readonly PlacedRow[],
  order: readonly string[],
  mistake: (row: PlacedRow, message: string) => void,
): (scope: Scope) => string {
  const plan = element({ name: root, fixed: [] });
  let foreign = "";
  const sets = new Map<string, string>();
  for (const placed of inSchemaOrder(rows, order)) {
    const path = parseFragmentPath(placed.field);
    if (typeof path === "string") continue;
    const set = placed.row.each;
    if (set !== undefined) checkSet(placed, set, path, sets, mistake);
    if (path.attribute?.startsWith(XLINK.prefix) === true) foreign = ` xmlns:xlink="${XLINK.uri}"`;
    if (placed.declaration.alone === true) placeAlone(plan, path, placed);
    else place(plan, path, placed, mistake);
  }
  plan.fixed = ` xmlns="${escapeFixed(schema)}"${foreign}`;
  const write = writer(plan, true);
  return (scope) => write(scope, -1);
}

function element(step: PathStep): ElementPlan {
  const fixed = step.fixed.map((one) => ` ${one.name}="${escapeFixed(one.value)}"`).join("");
  return {
    name: step.name,
    fixed,
    key: stepKey(step),
    texts: [],
    attributes: [],
    children: [],
    each: undefined,
    around: NOTHING,
  };
}
const NOTHING = { open: "", close: "" } as const;

/** Each value gets all elements of its path for itself: two subjects, not one subject of two topics. */
function placeAlone(root: ElementPlan, path: FragmentPath, placed: PlacedRow): void {
  const steps = path.steps.map(element);
  const last = steps.pop();
  if (last === undefined) return;
  last.key = `alone ${path.text} ${placed.row.id}`;
  last.texts.push(placed);
  last.around = {
    open: steps.map((step) => `<${step.name}${step.fixed}>`).join(""),
    close: steps.reduceRight((tags, step) => `${tags}</${step.name}>`, ""),
  };
  root.children.push(last);
}

function place(
  root: ElementPlan,
  path: FragmentPath,
  placed: PlacedRow,
  mistake: (row: PlacedRow, message: string) => void,
): void {
  const trail: ElementPlan[] = [root];
  let at = root;
  for (const step of path.steps) {
    const key = stepKey(step);
    let next = at.children.find((child) => child.key === key);
    if (next === undefined) {
      next = element(step);
      at.children.push(next);
    }
    at = next;
    trail.push(at);
  }
  if (path.attribute === undefined) at.texts.push(placed);
  else at.attributes.push({ name: path.attribute, placed });
  const set = placed.row.each;
  if (set !== undefined) {
    const parent = trail[path.steps.length === 1 ? 1 : path.steps.length - 1];
    if (parent !== undefined) parent.each = set;
  }
  if (trail.some((one) => one.texts.length > 0 && one.children.length > 0)) {
    mistake(placed, `An element on the way of ${path.text} holds a value, so it cannot hold elements as well.`);
  }
}

function checkSet(
  placed: PlacedRow,
  table: string,
  path: FragmentPath,
  sets: Map<string, string>,
  mistake: (row: PlacedRow, message: string) => void,
): void {
  const parent = path.text.slice(0, Math.max(0, path.text.lastIndexOf("/")));
  const known = sets.get(table);
  if (known === undefined) sets.set(table, parent);
  else if (known !== parent)
    mistake(placed, `Rows of the table ${table} stay together: put this one under ${known}, too.`);
}

function writer(plan: ElementPlan, isRoot = false): Write {
  const children = plan.children.map((child) => writer(child));
  const one = plan.texts.length > 0 ? leaf(plan) : branch(plan, children, isRoot);
  const { each } = plan;
  if (each === undefined || isRoot) return one;
  return (scope) => {
    const rows = setSize(plan, scope);
    let xml = "";
    for (let row = 0; row < rows; row += 1) xml += one(scope, row);
    return xml;
  };
}

function leaf(plan: ElementPlan): Write {
  const { texts, around } = plan;
  const open = `${around.open}<${plan.name}${plan.fixed}>`;
  const close = `</${plan.name}>${around.close}`;
  if (plan.attributes.length > 0) {
    return (scope, row) => {
      const head = `<${plan.name}${plan.fixed}${attributes(plan, scope, row)}>`;
      return texts.map((placed) => elements(placed, head, close, scope, row)).join("");
    };
  }
  const only = texts[0];
  if (only !== undefined && texts.length === 1) return (scope, row) => elements(only, open, close, scope, row);
  return (scope, row) => texts.map((placed) => elements(placed, open, close, scope, row)).join("");
}

function elements(placed: PlacedRow, open: string, close: string, scope: Scope, row: number): string {
  const flow = flowAt(placed, scope, row);
  if (flow === undefined) return "";
  if (typeof flow === "string") {
    const text = elementText(flow, scope, placed);
    return text === undefined ? "" : open + text + close;
  }
  let xml = "";
  for (const value of flow) {
    const text = elementText(value, scope, placed);
    if (text !== undefined) xml += open + text + close;
  }
  return xml;
}

function branch(plan: ElementPlan, children: readonly Write[], isRoot: boolean): Write {
  const head = `<${plan.name}${plan.fixed}`;
  const close = `</${plan.name}>`;
  const plain = plan.attributes.length === 0;
  return (scope, row) => {
    let inner = "";
    for (const child of children) inner += child(scope, row);
    const marks = plain ? "" : attributes(plan, scope, row);
    if (inner === "" && marks === "" && !isRoot) return "";
    return inner === "" ? `${head}${marks}/>` : `${head}${marks}>${inner}${close}`;
  };
}

function attributes(plan: ElementPlan, scope: Scope, row: number): string {
  let marks = "";
  for (const { name, placed } of plan.attributes) {
    const value = listOf(flowAt(placed, scope, row))[0];
    const text = value === undefined ? undefined : attributeText(value, scope, placed);
    if (text !== undefined) marks += ` ${name}="${text}"`;
  }
  return marks;
}

function flowAt(placed: PlacedRow, scope: Scope, row: number): Flow {
  return row < 0 || placed.row.each === undefined
    ? scope.slots[placed.slot]
    : scope.perTableRow?.get(placed.slot)?.[row];
}

function setSize(plan: ElementPlan, scope: Scope): number {
  const own = [...plan.texts, ...plan.attributes.map(({ placed }) => placed)];
  const sizes = own.map((placed) =>
    placed.row.each === undefined ? 0 : (scope.perTableRow?.get(placed.slot)?.length ?? 0),
  );
  return Math.max(0, ...sizes, ...plan.children.map((child) => setSize(child, scope)));
}

function inSchemaOrder(rows: readonly PlacedRow[], order: readonly string[]): PlacedRow[] {
  const rank = new Map(order.map((path, index) => [path, index]));
  const rankOf = (placed: PlacedRow): number => rank.get(placed.field) ?? order.length;
  return [...rows].sort((a, b) => rankOf(a) - rankOf(b));
}
