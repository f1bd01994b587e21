import type { TransformStep } from "../../../lib/mapping/types.js";
import { valuesOf, valuesText } from "../values.js";

/** One setting of a transformation step, as the table edits it. */
export interface StepSetting {
  name: string;
  /** `signs`: a text in which line break and tab matter; they show as `\n` and `\t`, a backslash is doubled. */
  kind: "text" | "signs" | "number" | "list" | "choice" | "lookup";
  choices?: readonly string[];
  /** Left out of the step while empty. */
  optional?: boolean;
}

/** Which settings each transformation has: the menu and its fields are drawn from this table. */
export const STEP_SETTINGS: { [Name in TransformStep["do"]]: readonly StepSetting[] } = {
  date: [
    { name: "form", kind: "choice", choices: ["date", "instant", "offset"] },
    { name: "zone", kind: "text", optional: true },
  ],
  lookup: [
    { name: "table", kind: "lookup" },
    { name: "missing", kind: "choice", choices: ["", "problem", "keep", "drop", "default"], optional: true },
    { name: "default", kind: "text", optional: true },
  ],
  split: [{ name: "by", kind: "signs" }],
  join: [{ name: "by", kind: "signs" }],
  level: [{ name: "pick", kind: "choice", choices: ["first", "last", "all"] }],
  unique: [],
  trim: [],
  case: [{ name: "to", kind: "choice", choices: ["upper", "lower", "capital"] }],
  number: [{ name: "decimals", kind: "number", optional: true }],
  default: [{ name: "value", kind: "signs" }],
  condition: [
    { name: "is", kind: "choice", choices: ["set", "equals", "one-of"] },
    { name: "values", kind: "list", optional: true },
    { name: "then", kind: "text", optional: true },
    { name: "otherwise", kind: "text", optional: true },
  ],
  template: [{ name: "template", kind: "signs" }],
  "xml-clean": [],
  "path-segment": [],
  extract: [
    { name: "pattern", kind: "text" },
    { name: "group", kind: "number", optional: true },
  ],
  replace: [
    { name: "find", kind: "signs" },
    { name: "with", kind: "signs" },
  ],
  list: [
    { name: "keep", kind: "choice", choices: ["all", "first", "last"] },
    { name: "most", kind: "number", optional: true },
  ],
  shorten: [{ name: "length", kind: "number" }],
};

export const STEP_MENU = Object.keys(STEP_SETTINGS) as TransformStep["do"][];

/** Settings of a step as texts of its fields. */
export function settingText(step: TransformStep, setting: StepSetting): string {
  const value: unknown = Object.entries(step).find(([name]) => name === setting.name)?.[1];
  if (value === undefined)
    return setting.kind === "choice" && setting.optional !== true ? (setting.choices?.[0] ?? "") : "";
  if (Array.isArray(value)) return valuesText(value.map(String));
  if (setting.kind === "signs" && typeof value === "string") return shownSigns(value);
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** Builds a step from the texts of its fields; the inverse of `settingText`. */
export function stepOf(name: TransformStep["do"], texts: Readonly<Record<string, string>>): TransformStep {
  const step: Record<string, unknown> = { do: name };
  for (const setting of STEP_SETTINGS[name]) {
    const text = texts[setting.name] ?? "";
    if (text === "" && setting.optional === true) continue;
    step[setting.name] = settingValue(setting, text);
  }
  return step as TransformStep;
}

function settingValue(setting: StepSetting, text: string): unknown {
  if (setting.kind === "number") return Number(text);
  if (setting.kind === "list") return valuesOf(text);
  if (setting.kind === "signs") return signsOf(text);
  return text;
}

const SIGNS: Readonly<Record<string, string>> = { "\n": "\\n", "\t": "\\t", "\\": "\\\\" };
const MEANT: Readonly<Record<string, string>> = { n: "\n", t: "\t", "\\": "\\" };

function shownSigns(text: string): string {
  return text.replace(/[\n\t\\]/g, (sign) => SIGNS[sign] ?? sign);
}
function signsOf(text: string): string {
  return text.replace(/\\([nt\\])/g, (all, sign: string) => MEANT[sign] ?? all);
}
