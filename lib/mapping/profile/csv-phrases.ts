import type { RetentionRule } from "../../retention/types.js";
import type { MappingRow, MappingSource, MappingTest, SourceKind, TransformStep } from "../types.js";
import { memberWords, readMembers, readWords, word, type Word } from "./phrase.js";

/** The member that stands without a name, right after the kind. */
const MAIN: Readonly<Record<SourceKind, string>> = {
  field: "id",
  asset: "path",
  msg: "path",
  flow: "key",
  global: "key",
  env: "name",
  fixed: "value",
  jsonata: "expression",
  template: "template",
  late: "fact",
  retention: "fact",
  conditions: "table",
  context: "name",
  value: "name",
};
const STEP_KINDS = { lists: ["values"], numbers: ["decimals", "group", "most", "length"] };
/** Words of the language itself; as values they are quoted. */
const RESERVED = new Set(["and", "if", "other"]);

type Members = Record<string, unknown>;

/** `field "ACME.FIELD.BRAND" part=display` */
export function writeSource(source: MappingSource): string {
  const main = MAIN[source.kind];
  const value = new Map<string, unknown>(Object.entries(source)).get(main);
  return [source.kind, bare(String(value)), ...memberWords(source, ["kind", main])].join(" ");
}

/** `lookup table=rights missing=drop` */
export function writeStep(step: TransformStep): string {
  return [step.do, ...memberWords(step, ["do"])].join(" ");
}

/** `field "A" one-of X Y`, `field "A" different-from other asset ids.otmm.assetId` */
export function writeTest(test: MappingTest): string {
  const words = [writeSource(test.of), test.is];
  if (test.values !== undefined)
    words.push(...(test.values.length === 0 ? ["values-none=true"] : test.values.map(bare)));
  if (test.other !== undefined) words.push("other", writeSource(test.other));
  return words.join(" ");
}

/** Tests joined by `and`. */
export function writeTests(tests: readonly MappingTest[]): string {
  return tests.map(writeTest).join(" and ");
}

/** `"the reason" if field "A" one-of X` */
export function writeRefusal(refusal: NonNullable<MappingRow["refuse"]>[number]): string {
  return `${quoted(refusal.reason)} if ${writeTests(refusal.when)}`.trimEnd();
}

/** `"ACME.FIELD.RETENTION CLASS" one-of CAMP-5Y` */
export function writeRuleCondition(condition: NonNullable<RetentionRule["when"]>[number]): string {
  const values = condition.values?.map(bare) ?? [];
  const none = condition.values !== undefined && values.length === 0 ? ["values-none=true"] : [];
  return [bare(condition.field), condition.is, ...values, ...none].join(" ");
}

/** @returns the source as plain members, or a sentence */
export function readSource(phrase: string): Members | string {
  const words = readWords(phrase);
  if (words === undefined) return unreadable(phrase);
  const read = takeSource(words, 0);
  if (typeof read === "string") return read;
  return read.next === words.length ? read.source : `"${words[read.next]?.value}" is too much in: ${phrase}`;
}

export function readStep(phrase: string): Members | string {
  const words = readWords(phrase);
  const name = words?.[0];
  if (words === undefined || name === undefined || name.name !== undefined) return unreadable(phrase);
  const members = readMembers(words.slice(1), STEP_KINDS);
  return typeof members === "string" ? `${members} in: ${phrase}` : { do: name.value, ...members };
}

/** Tests joined by `and`; nothing at all is no test. */
export function readTests(phrase: string): Members[] | string {
  const words = readWords(phrase);
  if (words === undefined) return unreadable(phrase);
  return words.length === 0 ? [] : testsOf(words, phrase);
}

export function readRefusal(phrase: string): Members | string {
  const words = readWords(phrase);
  const [reason, marker] = words ?? [];
  if (
    words === undefined ||
    reason === undefined ||
    reason.name !== undefined ||
    marker === undefined ||
    !isReserved(marker, "if")
  ) {
    return `"${phrase}" is no refusal; write: "reason" if field "NAME" one-of VALUE`;
  }
  const when = words.length === 2 ? [] : testsOf(words.slice(2), phrase);
  return typeof when === "string" ? when : { when, reason: reason.value };
}

export function readRuleCondition(phrase: string): Members | string {
  const words = readWords(phrase);
  const [field, is, ...rest] = words ?? [];
  if (field === undefined || is === undefined) return unreadable(phrase);
  const values = valuesOf(rest);
  return { field: field.value, is: is.value, ...(values === undefined ? {} : { values }) };
}

function testsOf(words: readonly Word[], phrase: string): Members[] | string {
  const tests: Members[] = [];
  let at = 0;
  for (;;) {
    const read = takeTest(words, at, phrase);
    if (typeof read === "string") return read;
    tests.push(read.test);
    at = read.next;
    if (at >= words.length) return tests;
    at += 1;
  }
}

function takeTest(words: readonly Word[], from: number, phrase: string): { test: Members; next: number } | string {
  const of = takeSource(words, from);
  if (typeof of === "string") return of;
  const is = words[of.next];
  if (is === undefined || is.name !== undefined) return `A comparison is missing in: ${phrase}`;
  let at = of.next + 1;
  const values: Word[] = [];
  let marker = words[at];
  while (marker !== undefined && !isReserved(marker, "and") && !isReserved(marker, "other")) {
    values.push(marker);
    at += 1;
    marker = words[at];
  }
  const given = valuesOf(values);
  const test: Members = { of: of.source, is: is.value, ...(given === undefined ? {} : { values: given }) };
  if (marker === undefined || !isReserved(marker, "other")) return { test, next: at };
  const other = takeSource(words, at + 1);
  if (typeof other === "string") return other;
  return { test: { ...test, other: other.source }, next: other.next };
}

function takeSource(words: readonly Word[], from: number): { source: Members; next: number } | string {
  const kind = words[from];
  const main = words[from + 1];
  if (kind === undefined || kind.name !== undefined) return "A source begins with its kind, for example: field NAME";
  const member = new Map<string, string>(Object.entries(MAIN)).get(kind.value);
  if (member === undefined) return `"${kind.value}" is no kind of source; there are: ${Object.keys(MAIN).join(", ")}`;
  if (main === undefined || main.name !== undefined)
    return `${kind.value} needs its ${member}, for example: ${kind.value} NAME`;
  let next = from + 2;
  while (words[next]?.name !== undefined && words[next]?.name !== "values-none") next += 1;
  const members = readMembers(words.slice(from + 2, next), {});
  return typeof members === "string"
    ? members
    : { source: { kind: kind.value, [member]: main.value, ...members }, next };
}

function valuesOf(words: readonly Word[]): string[] | undefined {
  if (words.some((one) => one.name === "values-none")) return [];
  return words.length === 0 ? undefined : words.map((one) => one.value);
}

function isReserved(one: Word, reserved: string): boolean {
  return !one.quoted && one.name === undefined && one.value === reserved;
}

function bare(value: string): string {
  return RESERVED.has(value) ? quoted(value) : word(value);
}

function quoted(value: string): string {
  const made = word(value);
  return made.startsWith('"') ? made : `"${made}"`;
}

function unreadable(phrase: string): string {
  return `"${phrase}" cannot be read; texts with blanks stand in double quotes`;
}
