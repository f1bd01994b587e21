import type { ContentRole } from "../messages/asset.js";
import type { LateFact } from "../messages/late.js";
import type { RetentionRule } from "../retention/types.js";

/**
 * A mapping profile is a table: source -> transformation -> target field. Plain JSON: it is stored in flows, exported,
 * imported and versioned as it stands here.
 */
export interface MappingProfile {
  /** Shown to people, carried in every mapped document. Letters, digits, `.`, `_`, `-`. */
  name: string;
  /** Three numbers, `1.0.0`. */
  version: string;
  description?: string;
  /** IANA zone of the source's calendar dates when the connection declares none. */
  zone?: string;
  targets: TargetUse[];
  /** Look-up tables by name: value -> result. */
  lookups?: Record<string, Record<string, string>>;
  /** Condition tables by name: the first line that fits gives the value. */
  conditions?: Record<string, ConditionTable>;
  /** Rules for the source kind `retention`, when no decision travels on the asset. */
  retention?: RetentionRule[];
  /** Source fields that are left out on purpose; the loss report does not name them. */
  ignored?: string[];
  rows: MappingRow[];
}

export const TARGET_KINDS = ["preservica-entity", "dublin-core", "fragment", "otmm-fields"] as const;
export type TargetKind = (typeof TARGET_KINDS)[number];

/** A target of this profile under a short name of its own; rows speak of the name. */
export interface TargetUse {
  /** e.g. `entity`, `dc`, `lifecycle`; becomes the key in `asset.metadata`. `values` is reserved. */
  name: string;
  kind: TargetKind;
  /** Fragments: schema URI (also the namespace). */
  schema?: string;
  /** Fragments of a schema that is not built in: name of the root element. */
  root?: string;
  /** The document describes a folder of the path, not the asset: 1 the asset's own folder, 2 the one above it. */
  folder?: number;
  /** Fields with their types, for fragments of foreign schemas and for OTMM fields; order is kept. */
  fields?: TargetFieldDeclaration[];
}

export const VALUE_TYPES = ["string", "date", "dateTime", "integer", "decimal", "boolean", "anyURI", "domain"] as const;
export type ValueType = (typeof VALUE_TYPES)[number];

export interface TargetFieldDeclaration {
  field: string;
  type: ValueType;
  required?: boolean;
  repeatable?: boolean;
  /** Characters. */
  maxLength?: number;
  /** Closed list of values. */
  allowed?: string[];
}

/** Rows with this target give a named value for templates, conditions and the source kind `value`; nothing is written. */
export const NAMED_VALUES = "values";

export interface MappingRow {
  /** Unique in the profile, shown in problems: `B1-04` or `12`. */
  id: string;
  /** Default true. */
  enabled?: boolean;
  /** Alternatives: the first that has a value counts ("A, else B"). */
  from: MappingSource[];
  steps?: TransformStep[];
  to: { target: string; field: string };
  /** Missing (after the steps) means rejected, with this row named. */
  required?: boolean;
  /** Missing (after the steps) means that the field is emptied, not left as it is. OTMM fields only; not with `required`. */
  clear?: boolean;
  /** The row counts only when all tests hold; otherwise it gives nothing and is not required. */
  onlyIf?: MappingTest[];
  /** The asset is rejected with the reason when all tests of a line hold. */
  refuse?: { when: MappingTest[]; reason: string }[];
  /** Id of a table field: the row runs once for each row of the table, kept together in one element set per row. */
  each?: string;
  note?: string;
}

/** Facts of the run that are neither on the asset nor on the message. */
export const CONTEXT_NAMES = ["now", "run", "zone", "profile.name", "profile.version"] as const;
export type ContextName = (typeof CONTEXT_NAMES)[number];

export const RETENTION_FACTS = [
  "class",
  "rule",
  "trigger",
  "start",
  "period",
  "until",
  "dueAt",
  "zone",
  "authority",
  "outcome",
  "reason",
  "holds",
] as const;
export type RetentionFact = (typeof RETENTION_FACTS)[number];

export const SOURCE_KINDS = [
  "field",
  "asset",
  "msg",
  "flow",
  "global",
  "env",
  "fixed",
  "jsonata",
  "template",
  "late",
  "retention",
  "conditions",
  "context",
  "value",
] as const;
export type SourceKind = (typeof SOURCE_KINDS)[number];

export type MappingSource =
  /** A field of the asset. `part`: the id (default) or what people read, for controlled values. `column`: of a table. */
  | { kind: "field"; id: string; part?: "value" | "display"; column?: string }
  /**
   * A fact of the asset: `name`, `version`, `ids.otmm.originalAssetId`, `source.content_checksum`,
   * `content.preservation.mediaType`, `content.preservation.fixity.MD5.source`, `links.<type>` (keys of linked assets),
   * `metadata.<target>.<field>`.
   */
  | { kind: "asset"; path: string }
  | { kind: "msg"; path: string }
  /** Context key, with `store` for a named context store. */
  | { kind: "flow" | "global"; key: string; store?: string }
  | { kind: "env"; name: string }
  | { kind: "fixed"; value: string }
  | { kind: "jsonata"; expression: string }
  /** Mustache over field ids, named values, `asset.`, `msg.` and context names; nothing is escaped. Empty when any part is missing. */
  | { kind: "template"; template: string }
  | { kind: "late"; fact: LateFact; role: ContentRole }
  /** The decision on the asset; without one, computed from the profile's own rules. */
  | { kind: "retention"; fact: RetentionFact }
  | { kind: "conditions"; table: string }
  | { kind: "context"; name: ContextName }
  /** Result of a row whose target is `values`. */
  | { kind: "value"; name: string };

/** First line that fits. An input that is unknown gives `unknown`, before any line is looked at. */
export interface ConditionTable {
  inputs: ConditionInput[];
  lines: ConditionLine[];
  /** No line fits. */
  otherwise: string;
  /** Absent: an unknown input is a problem. */
  unknown?: string;
}
export interface ConditionInput {
  from: MappingSource;
  /** `date`: must be a date; `code`: must be one of `known`. */
  type: "code" | "date" | "text";
  known?: string[];
  /** An absent value is unknown (default), or fine. */
  missing?: "unknown" | "allowed";
}
export interface ConditionLine {
  /** Any of the groups; in a group all tests. */
  when: MappingTest[][];
  value: string;
}

export const TEST_OPERATORS = [
  "one-of",
  "not-one-of",
  "set",
  "not-set",
  "after",
  "before",
  "begun",
  "not-begun",
  "same-as",
  "different-from",
] as const;
export type TestOperator = (typeof TEST_OPERATORS)[number];

/**
 * One test of a source. Dates are calendar days in the zone, `now` is the instant of the mapping: `after now` = the day
 * is not over, `before now` = it is over ("until 30 June" holds through 30 June), `begun` = it has started. A date in
 * place of `now` compares days. `not-one-of`, `not-begun`, `different-from` need a value, as the others do.
 */
export interface MappingTest {
  of: MappingSource;
  is: TestOperator;
  /** Values of `one-of` and `not-one-of`; `["now"]` (the default) or a date for `after` and `before`. */
  values?: string[];
  /** Other side of `same-as` and `different-from` (both must be set). */
  other?: MappingSource;
}

export type TransformStep =
  /** `date`: calendar day in the zone; `instant`: UTC; `offset`: as given, checked. */
  | { do: "date"; form: "date" | "instant" | "offset"; zone?: string }
  /** `missing`: what a value outside the table does; default `problem`. */
  | { do: "lookup"; table: string; missing?: "problem" | "keep" | "drop" | "default"; default?: string }
  | { do: "split"; by: string }
  | { do: "join"; by: string }
  /** Levels of a cascading value, joined by `^` in the source. */
  | { do: "level"; pick: "first" | "last" | "all" }
  | { do: "unique" }
  | { do: "trim" }
  | { do: "case"; to: "upper" | "lower" | "capital" }
  /** Decimal number with a point; `decimals` rounds. */
  | { do: "number"; decimals?: number }
  | { do: "default"; value: string }
  /** `then` / `otherwise` absent: the value stays as it is / is dropped. */
  | { do: "condition"; is: "set" | "equals" | "one-of"; values?: string[]; then?: string; otherwise?: string }
  /** Mustache; `{{value}}` is the value so far. */
  | { do: "template"; template: string }
  /** Takes out characters that XML 1.0 forbids, and reports that. */
  | { do: "xml-clean" }
  /** One safe, stable segment of a path, and reports a change. */
  | { do: "path-segment" }
  /** Regular expression, `group` of the first match (default 1 when there is one, else 0); no match drops. */
  | { do: "extract"; pattern: string; group?: number }
  | { do: "replace"; find: string; with: string }
  /** Keeps part of a list; `most` cuts it. */
  | { do: "list"; keep: "first" | "last" | "all"; most?: number }
  /** Cuts to a number of characters, and reports that. */
  | { do: "shorten"; length: number };

export const STEP_NAMES = [
  "date",
  "lookup",
  "split",
  "join",
  "level",
  "unique",
  "trim",
  "case",
  "number",
  "default",
  "condition",
  "template",
  "xml-clean",
  "path-segment",
  "extract",
  "replace",
  "list",
  "shorten",
] as const satisfies readonly TransformStep["do"][];
