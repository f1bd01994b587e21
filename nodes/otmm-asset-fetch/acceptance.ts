import type { FieldValue, LifecycleAsset } from "../../lib/messages/asset.js";
import { dayIn } from "../../lib/otmm/index.js";
import type { AcceptanceRule, OtmmAssetFetchConfig, RuleOperator } from "./config.js";

/** What OTMM says of an asset version itself, as the standard choices look at it. */
export interface AssetFacts {
  latestVersion: boolean;
  deleted: boolean;
  expired: boolean;
  checkedOut: boolean;
  checkOutHolder?: string;
  master?: { size?: number };
}
export type Choices = Pick<
  OtmmAssetFetchConfig,
  "onlyLatest" | "skipDeleted" | "skipExpired" | "skipCheckedOut" | "needMaster" | "rules"
>;

/** Where and when a rule is judged. */
export interface Present {
  /** IANA zone of the connection. */
  zone: string;
  now: Date;
}

/**
 * Why an asset may not go on: the standard choices in their order, then the rules in theirs; the first that does not
 * hold gives the reason. Pure. `asset` must carry the fields that the rules name.
 *
 * @returns undefined when the asset is accepted
 */
export function refusalOf(
  facts: AssetFacts,
  asset: LifecycleAsset,
  choices: Choices,
  present: Present,
): string | undefined {
  if (choices.skipDeleted && facts.deleted) return "The asset is deleted in OTMM.";
  if (choices.onlyLatest && !facts.latestVersion) return "This is not the latest version of the asset.";
  if (choices.skipExpired && facts.expired) return "The asset is expired in OTMM.";
  if (choices.skipCheckedOut && facts.checkedOut) {
    return `The asset is checked out${facts.checkOutHolder === undefined ? "" : ` by ${facts.checkOutHolder}`}.`;
  }
  if (choices.needMaster && (facts.master === undefined || facts.master.size === 0)) {
    return facts.master === undefined ? "The asset has no master content." : "The master content is empty (0 bytes).";
  }
  const broken = choices.rules.find((rule) => !holds(rule, asset, present));
  if (broken === undefined) return undefined;
  return broken.reason === "" ? `The rule on ${broken.field} does not hold.` : broken.reason;
}

/** Does the asset meet the rule? An absent value meets only "is not", "is none of", "has no value" and "lacks". */
export function holds(rule: AcceptanceRule, asset: LifecycleAsset, present: Present): boolean {
  const values = valuesOf(rule.field, asset).filter((value) => value !== "");
  return TESTS[rule.operator](values, listOf(rule.value), { asset, present });
}

interface Beside {
  asset: LifecycleAsset;
  present: Present;
}
type Test = (values: string[], wanted: string[], beside: Beside) => boolean;

const any = (values: string[], wanted: string[]): boolean => values.some((value) => wanted.includes(value));

const TESTS: Record<RuleOperator, Test> = {
  is: any,
  "one-of": any,
  "is-not": (values, wanted) => !any(values, wanted),
  "none-of": (values, wanted) => !any(values, wanted),
  "equals-version": (values, _wanted, { asset }) => values.some((value) => Number(value) === Number(asset.version)),
  "before-today": (values, _wanted, { present }) => compareDay(values, present, (day, today) => day < today),
  "not-before-today": (values, _wanted, { present }) => compareDay(values, present, (day, today) => day >= today),
  set: (values) => values.length > 0,
  "not-set": (values) => values.length === 0,
  lacks: (values, wanted) => !values.some((value) => wanted.some((words) => holdsWords(value, words))),
};

/** Do the words stand in the text, whatever their case and the blanks between them? */
function holdsWords(text: string, words: string): boolean {
  const plain = (one: string): string => one.normalize("NFC").toLowerCase().replace(/\s+/g, " ").trim();
  return words !== "" && plain(text).includes(plain(words));
}

/** All values must be days that compare so; none, or one that is no date, does not. */
function compareDay(
  values: string[],
  { zone, now }: Present,
  compare: (day: string, today: string) => boolean,
): boolean {
  const today = dayIn(now.toISOString(), zone);
  if (today === undefined || values.length === 0) return false;
  return values.every((value) => {
    const day = dayIn(value, zone);
    return day !== undefined && compare(day, today);
  });
}

/** One value, or several separated by commas. */
export function listOf(value: string): string[] {
  return value.split(",").map((one) => one.trim());
}

const FACT = "source.";

/** The values that a rule speaks of: of a field (for controlled values the id), or of a fact of the asset. */
export function valuesOf(field: string, asset: LifecycleAsset): string[] {
  if (field.startsWith(FACT)) {
    const fact = asset.source?.[field.slice(FACT.length)];
    return fact === undefined ? [] : [String(fact)];
  }
  const value = asset.fields[field];
  return value === undefined ? [] : textsOf(value);
}

function textsOf(field: FieldValue): string[] {
  switch (field.type) {
    case "text":
    case "date":
    case "domain":
    case "cascading":
      return [field.value.trim()];
    case "number":
      return [String(field.value)];
    case "list":
      return field.values.map(({ value }) => String(value).trim());
    case "table":
      return Object.values(field.columns).flatMap(({ values }) => values.map(({ value }) => String(value).trim()));
  }
}
