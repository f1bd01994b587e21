import type { TransformStep } from "../types.js";
import type { CompileContext } from "./context.js";
import { dateStep } from "./step-date.js";
import { charactersOf, flowOf, hasValue, isFilled, listOf, type Flow, type Scope } from "./scope.js";
import { extractStep, numberStep, safeSegment, stripIllegal } from "./step-text.js";
import { compileTemplate } from "./template.js";

/** One transformation, compiled. */
export type Step = (flow: Flow, scope: Scope) => Flow;

/** Compiles a step of the menu; mistakes in it are collected in the context. */
export function compileStep(step: TransformStep, context: CompileContext, where: string): Step {
  switch (step.do) {
    case "date":
      return each(dateStep(step, context, where));
    case "lookup":
      return lookupStep(step, context, where);
    case "split":
      if (step.by === "") context.mistake(`${where}.by`, "Give the text to split at.");
      return (flow) =>
        flowOf(
          listOf(flow).flatMap((one) =>
            one
              .split(step.by)
              .map((part) => part.trim())
              .filter(isFilled),
          ),
        );
    case "join":
      return (flow) => (typeof flow === "object" ? flow.filter(isFilled).join(step.by) : flow);
    case "level":
      return levelStep(step.pick);
    case "unique":
      return (flow) => (typeof flow === "object" ? flowOf([...new Set(flow)]) : flow);
    case "trim":
      return each((text) => text.trim());
    case "case":
      return each((text) => inCase(text, step.to));
    case "number":
      return each(numberStep(step.decimals));
    case "default":
      return (flow) => (hasValue(flow) ? flow : step.value);
    case "condition":
      return conditionStep(step, context, where);
    case "template": {
      const render = compileTemplate(step.template, context, `${where}.template`, true);
      return (flow, scope) =>
        typeof flow === "object"
          ? flowOf(flow.flatMap((one) => listOf(render(scope, one))))
          : hasValue(flow)
            ? render(scope, flow)
            : flow;
    }
    case "xml-clean":
      return each(stripIllegal);
    case "path-segment":
      return each(safeSegment);
    case "extract":
      return each(extractStep(step, context, where));
    case "replace":
      if (step.find === "") context.mistake(`${where}.find`, "Give the text to replace.");
      return each((text) => text.replaceAll(step.find, () => step.with));
    case "list":
      return (flow) => keep(listOf(flow), step);
    case "shorten":
      return each((text, scope) => shorten(text, step.length, scope));
  }
}

/** Applies a text function to each value of a list; undefined drops the value. */
function each(change: (text: string, scope: Scope) => string | undefined): Step {
  return (flow, scope) => {
    if (flow === undefined) return undefined;
    if (typeof flow === "string") return change(flow, scope);
    const changed: string[] = [];
    for (const text of flow) {
      const made = change(text, scope);
      if (made !== undefined) changed.push(made);
    }
    return flowOf(changed);
  };
}

function lookupStep(step: Extract<TransformStep, { do: "lookup" }>, context: CompileContext, where: string): Step {
  const table = context.profile.lookups?.[step.table];
  if (table === undefined) context.mistake(`${where}.table`, `There is no look-up table ${step.table}.`);
  if (step.missing === "default" && step.default === undefined)
    context.mistake(`${where}.default`, "Give the default value.");
  const known = new Map(Object.entries(table ?? {}));
  return each((text, scope) => {
    const key = text.trim();
    const found = known.get(key);
    if (found !== undefined || key === "") return found;
    switch (step.missing ?? "problem") {
      case "keep":
        return key;
      case "drop":
        return undefined;
      case "default":
        return step.default;
      case "problem":
        scope.report(
          "error",
          `The look-up table ${step.table} has no line for this value; add one or correct the source.`,
          key,
        );
        return undefined;
    }
  });
}

function levelStep(pick: "first" | "last" | "all"): Step {
  const levels = (text: string): string[] =>
    text
      .split("^")
      .map((level) => level.trim())
      .filter(isFilled);
  if (pick === "all") return (flow) => flowOf(listOf(flow).flatMap(levels));
  return each((text) => levels(text).at(pick === "first" ? 0 : -1));
}

function conditionStep(
  step: Extract<TransformStep, { do: "condition" }>,
  context: CompileContext,
  where: string,
): Step {
  const values = new Set(step.values ?? []);
  if (step.is !== "set" && values.size === 0)
    context.mistake(`${where}.values`, "Give at least one value to compare with.");
  const fits = (flow: Flow): boolean =>
    step.is === "set" ? hasValue(flow) : listOf(flow).some((one) => values.has(one.trim()));
  return (flow) => (fits(flow) ? (step.then ?? flow) : step.otherwise);
}

function inCase(text: string, to: "upper" | "lower" | "capital"): string {
  if (to === "upper") return text.toUpperCase();
  if (to === "lower") return text.toLowerCase();
  const [first = ""] = text;
  return first.toUpperCase() + text.slice(first.length);
}

function keep(values: readonly string[], step: Extract<TransformStep, { do: "list" }>): Flow {
  const filled = values.filter(isFilled);
  if (step.keep === "first") return filled[0];
  if (step.keep === "last") return filled.at(-1);
  return flowOf(step.most === undefined ? filled : filled.slice(0, step.most));
}

function shorten(text: string, length: number, scope: Scope): string {
  if (text.length <= length) return text;
  const characters = charactersOf(text);
  if (characters.length <= length) return text;
  scope.report("warning", `Cut to ${length} characters.`, text);
  return characters.slice(0, length).join("");
}
