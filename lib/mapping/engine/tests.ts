import { compareDays, parseDay } from "../../retention/calendar.js";
import { knownDay } from "../../retention/known-days.js";
import type { MappingTest } from "../types.js";
import type { CompileContext } from "./context.js";
import { hasValue, isFilled, listOf, type Flow, type Scope } from "./scope.js";

export type Check = (scope: Scope) => boolean;

/** All tests must hold. */
export function compileAll(tests: readonly MappingTest[], context: CompileContext, where: string): Check {
  const checks = tests.map((test, index) => compileTest(test, context, `${where}[${index}]`));
  return (scope) => checks.every((check) => check(scope));
}

export function compileTest(test: MappingTest, context: CompileContext, where: string): Check {
  const read = context.read(test.of, `${where}.of`);
  switch (test.is) {
    case "set":
      return (scope) => hasValue(read(scope));
    case "not-set":
      return (scope) => !hasValue(read(scope));
    case "one-of":
    case "not-one-of": {
      const values = new Set(test.values ?? []);
      const wanted = test.is === "one-of";
      if (values.size === 0) context.mistake(`${where}.values`, "Give at least one value to compare with.");
      return (scope) => {
        const flow = read(scope);
        return hasValue(flow) && listOf(flow).some((one) => values.has(one.trim())) === wanted;
      };
    }
    case "same-as":
    case "different-from": {
      if (test.other === undefined) {
        context.mistake(`${where}.other`, "Choose the source to compare with.");
        return () => false;
      }
      const other = context.read(test.other, `${where}.other`);
      const wanted = test.is === "same-as";
      return (scope) => {
        const [one, two] = [read(scope), other(scope)];
        return hasValue(one) && hasValue(two) && sameText(one, two) === wanted;
      };
    }
    case "after":
    case "before":
    case "begun":
    case "not-begun":
      return dateTest(test.is, test.values?.[0] ?? "now", read, context, where);
  }
}

function dateTest(
  is: "after" | "before" | "begun" | "not-begun",
  than: string,
  read: (scope: Scope) => Flow,
  context: CompileContext,
  where: string,
): Check {
  const fixed = than === "now" ? undefined : parseDay(than);
  if (than !== "now" && fixed === undefined)
    context.mistake(`${where}.values`, `"${than}" is neither now nor a date like 2026-12-31.`);
  return (scope) => {
    const text = listOf(read(scope)).find(isFilled)?.trim();
    const zone = scope.zone;
    if (text === undefined || zone === undefined) return false;
    const day = knownDay(text, zone);
    if (day === undefined) return false;
    if (fixed !== undefined) {
      const order = compareDays(day.day, fixed);
      return is === "after" || is === "not-begun" ? order > 0 : is === "before" ? order < 0 : order <= 0;
    }
    switch (is) {
      case "after":
        return day.ends > scope.now;
      case "before":
        return day.ends <= scope.now;
      case "begun":
        return day.begins <= scope.now;
      case "not-begun":
        return day.begins > scope.now;
    }
  };
}

function sameText(one: Flow, two: Flow): boolean {
  return listOf(one).join("\n").trim() === listOf(two).join("\n").trim();
}
