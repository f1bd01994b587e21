import type { TransformStep } from "../types.js";
import type { CompileContext } from "./context.js";
import { charactersOf, type Scope } from "./scope.js";

/** What XML 1.0 does not allow, lone surrogates included. */
const ILLEGAL = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
/** Separators, control characters, and marks that turn the direction of reading. */
// oxlint-disable-next-line no-control-regex -- control characters are what must not stand in a path
const UNSAFE = /[/\\\u0000-\u001F\u007F-\u009F\u2028\u2029\u202A-\u202E\u2066-\u2069\uFEFF]/g;
const LONGEST_SEGMENT = 200;
const NUMBER = /^[+-]?(?:\d+(?:\.\d+)?|\.\d+)$/;
const LONGEST_SEARCHED = 10_000;

/** Takes out what XML forbids and says so: the archive must know that the text is not as it was. */
export function stripIllegal(text: string, scope: Scope): string {
  const clean = text.replace(ILLEGAL, "");
  if (clean !== text) {
    scope.report(
      "warning",
      `Characters that XML forbids were taken out: ${namesOf(text.match(ILLEGAL) ?? [])}.`,
      clean,
    );
  }
  return clean;
}

/**
 * One segment of a folder path: no separator, no control character, never `.` or `..`, no blank or dot at the ends that
 * count for file systems, at most 200 characters. The same text always gives the same segment.
 */
export function safeSegment(text: string, scope: Scope): string {
  const safe = segmentOf(text);
  if (safe !== text.normalize("NFC")) scope.report("warning", `The name was made safe for a path: "${safe}".`, text);
  return safe;
}

/** As `safeSegment`, without a report. */
export function segmentOf(text: string): string {
  const plain = text
    .normalize("NFC")
    .replace(ILLEGAL, "_")
    .replace(UNSAFE, "_")
    .trim()
    .replace(/[. ]+$/, "");
  const cut = charactersOf(plain).slice(0, LONGEST_SEGMENT).join("").trimEnd();
  return cut === "" ? "_" : cut;
}

/** Decimal numbers with a point; anything else is a problem, never a guess. */
export function numberStep(decimals: number | undefined): (text: string, scope: Scope) => string | undefined {
  return (text, scope) => {
    const trimmed = text.trim();
    if (trimmed === "") return undefined;
    if (!NUMBER.test(trimmed)) {
      scope.report("error", "This is not a number with a decimal point; correct it in the source.", text);
      return undefined;
    }
    if (decimals !== undefined) return Number(trimmed).toFixed(decimals);
    return trimmed
      .replace(/^\+/, "")
      .replace(/^(-?)\./, "$10.")
      .replace(/^(-?)0+(?=\d)/, "$1");
  };
}

/** The first match of a pattern; very long texts are searched only at their beginning. */
export function extractStep(
  step: Extract<TransformStep, { do: "extract" }>,
  context: CompileContext,
  where: string,
): (text: string) => string | undefined {
  let pattern: RegExp;
  try {
    pattern = new RegExp(step.pattern, "u");
  } catch (error) {
    context.mistake(
      `${where}.pattern`,
      `The pattern is wrong: ${error instanceof Error ? error.message : String(error)}`,
    );
    return () => undefined;
  }
  return (text) => {
    const match = pattern.exec(text.slice(0, LONGEST_SEARCHED));
    return match?.[step.group ?? (match.length > 1 ? 1 : 0)];
  };
}

function namesOf(characters: readonly string[]): string {
  const names = characters.map((one) => `U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`);
  return [...new Set(names)].slice(0, 8).join(", ");
}
