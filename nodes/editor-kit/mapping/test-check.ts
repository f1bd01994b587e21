import type { MappingSource, MappingTest } from "../../../lib/mapping/types.js";

export type TestMistake = "source" | "values" | "date" | "other";

const DATE = /^\d{4}-\d{2}-\d{2}$/;

/** What one test lacks, as the form can see it; the engine looks at the rest. Pure. */
export function testMistake(test: MappingTest): TestMistake | undefined {
  if (isEmptySource(test.of)) return "source";
  switch (test.is) {
    case "one-of":
    case "not-one-of":
      return (test.values ?? []).length === 0 ? "values" : undefined;
    case "after":
    case "before":
    case "begun":
    case "not-begun":
      return (test.values ?? []).every((value) => value === "now" || DATE.test(value)) ? undefined : "date";
    case "same-as":
    case "different-from":
      return test.other === undefined || isEmptySource(test.other) ? "other" : undefined;
    case "set":
    case "not-set":
      return undefined;
  }
}

/** A source of which a member is still empty; a fixed text may be empty. */
export function isEmptySource(source: MappingSource): boolean {
  return source.kind !== "fixed" && Object.values(source).some((member) => member === "");
}
