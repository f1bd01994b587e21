import { parseDay } from "../../retention/calendar.js";
import { readDate } from "../../retention/zone.js";
import { charactersOf } from "../engine/scope.js";
import type { TargetFieldDeclaration } from "../types.js";
import { FORM_CHECKS } from "./forms.js";
import type { FieldRule } from "./types.js";

type TypeCheck = (value: string) => string | undefined;

const INTEGER = /^[+-]?\d+$/;
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/;
const LATE = "urn:clc:late:";

/** Checks a value against the type, length and closed list of a target field; undefined when anything fits. */
export function typeCheck(declaration: FieldRule): TypeCheck | undefined {
  const checks: TypeCheck[] = [];
  const byType = checkOfType(declaration);
  if (byType !== undefined) checks.push(byType);
  const { maxLength, allowed, form } = declaration;
  if (form !== undefined) checks.push(FORM_CHECKS[form]);
  if (maxLength !== undefined) {
    checks.push((value) =>
      value.length > maxLength && charactersOf(value).length > maxLength
        ? `Longer than the ${maxLength} characters that ${declaration.field} takes; shorten it in the source, or add the step "shorten".`
        : undefined,
    );
  }
  if (allowed !== undefined) {
    const known = new Set(allowed);
    checks.push((value) => (known.has(value) ? undefined : `${declaration.field} takes only: ${allowed.join(", ")}.`));
  }
  const only = checks[0];
  if (only === undefined || checks.length === 1) return only;
  return (value) => {
    for (const check of checks) {
      const wrong = check(value);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  };
}

function checkOfType(declaration: TargetFieldDeclaration): TypeCheck | undefined {
  const must = (what: string): string => `${declaration.field} takes ${what}.`;
  switch (declaration.type) {
    case "string":
    case "domain":
      return undefined;
    case "date":
      return (value) =>
        parseDay(value) === undefined ? must('a date like 2026-12-31; add the step "date"') : undefined;
    case "dateTime":
      return (value) =>
        isTimed(value) ? undefined : must('a time with zone like 2026-12-31T10:00:00Z; add the step "date"');
    case "integer":
      return (value) => (INTEGER.test(value) || value.startsWith(LATE) ? undefined : must("a whole number"));
    case "decimal":
      return (value) =>
        DECIMAL.test(value) || value.startsWith(LATE) ? undefined : must("a number with a decimal point");
    case "boolean":
      return (value) => (value === "true" || value === "false" ? undefined : must("true or false"));
    case "anyURI":
      return (value) => (URL.canParse(value) ? undefined : must("a URI"));
  }
}

function isTimed(value: string): boolean {
  return readDate(value)?.instant !== undefined;
}
