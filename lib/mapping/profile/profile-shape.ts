import { CONTENT_ROLES } from "../../messages/asset.js";
import { CONTEXT_NAMES, RETENTION_FACTS, TARGET_KINDS, TEST_OPERATORS, VALUE_TYPES } from "../types.js";
import { flag, later, listOf, members, oneOf, tableOf, text, variants, whole, type Shape } from "./shape.js";

const kind = text;
const part = oneOf(["value", "display"]);

/** Sources by kind, as `MappingSource` in `types.ts`. */
export const source: Shape = variants("kind", {
  field: members({ kind, id: text, "part?": part, "column?": text }),
  asset: members({ kind, path: text }),
  msg: members({ kind, path: text }),
  flow: members({ kind, key: text, "store?": text }),
  global: members({ kind, key: text, "store?": text }),
  env: members({ kind, name: text }),
  fixed: members({ kind, value: text }),
  jsonata: members({ kind, expression: text }),
  template: members({ kind, template: text }),
  late: members({ kind, fact: oneOf(["sha256", "size"]), role: oneOf(CONTENT_ROLES) }),
  retention: members({ kind, fact: oneOf(RETENTION_FACTS) }),
  conditions: members({ kind, table: text }),
  context: members({ kind, name: oneOf(CONTEXT_NAMES) }),
  value: members({ kind, name: text }),
});

const test: Shape = members({ of: source, is: oneOf(TEST_OPERATORS), "values?": listOf(text), "other?": source });

/** Transformations by name, as `TransformStep` in `types.ts`. */
const step: Shape = variants("do", {
  date: members({ do: text, form: oneOf(["date", "instant", "offset"]), "zone?": text }),
  lookup: members({
    do: text,
    table: text,
    "missing?": oneOf(["problem", "keep", "drop", "default"]),
    "default?": text,
  }),
  split: members({ do: text, by: text }),
  join: members({ do: text, by: text }),
  level: members({ do: text, pick: oneOf(["first", "last", "all"]) }),
  unique: members({ do: text }),
  trim: members({ do: text }),
  case: members({ do: text, to: oneOf(["upper", "lower", "capital"]) }),
  number: members({ do: text, "decimals?": whole(0, 20) }),
  default: members({ do: text, value: text }),
  condition: members({
    do: text,
    is: oneOf(["set", "equals", "one-of"]),
    "values?": listOf(text),
    "then?": text,
    "otherwise?": text,
  }),
  template: members({ do: text, template: text }),
  "xml-clean": members({ do: text }),
  "path-segment": members({ do: text }),
  extract: members({ do: text, pattern: text, "group?": whole(0, 99) }),
  replace: members({ do: text, find: text, with: text }),
  list: members({ do: text, keep: oneOf(["first", "last", "all"]), "most?": whole(1, 100_000) }),
  shorten: members({ do: text, length: whole(1, 1_000_000) }),
});

const row: Shape = members({
  id: text,
  "enabled?": flag,
  from: listOf(source),
  "steps?": listOf(step),
  to: members({ target: text, field: text }),
  "required?": flag,
  "clear?": flag,
  "onlyIf?": listOf(test),
  "refuse?": listOf(members({ when: listOf(test), reason: text })),
  "each?": text,
  "note?": text,
});

const declaration: Shape = members({
  field: text,
  type: oneOf(VALUE_TYPES),
  "required?": flag,
  "repeatable?": flag,
  "maxLength?": whole(1, 10_000_000),
  "allowed?": listOf(text),
});

const target: Shape = members({
  name: text,
  kind: oneOf(TARGET_KINDS),
  "schema?": text,
  "root?": text,
  "folder?": whole(1, 20),
  "fields?": listOf(declaration),
});

const conditions: Shape = members({
  inputs: listOf(
    members({
      from: source,
      type: oneOf(["code", "date", "text"]),
      "known?": listOf(text),
      "missing?": oneOf(["unknown", "allowed"]),
    }),
  ),
  lines: listOf(members({ when: listOf(listOf(test)), value: text })),
  otherwise: text,
  "unknown?": text,
});

const trigger: Shape = variants("kind", {
  date: members({ kind, fields: listOf(text) }),
  event: members({ kind, event: text, "field?": text }),
  status: members({ kind, field: text, values: listOf(text), dateField: text }),
  none: members({ kind }),
});

/** A retention rule, as `RetentionRule`. */
export const rule: Shape = members({
  name: text,
  "class?": text,
  "when?": listOf(
    members({ field: text, is: oneOf(["one-of", "not-one-of", "set", "not-set"]), "values?": listOf(text) }),
  ),
  trigger,
  period: text,
  "startAt?": oneOf(["trigger", "calendar-year"]),
  "limit?": oneOf(["minimum", "maximum"]),
  "zone?": text,
  "authority?": text,
  "action?": oneOf(["preserve", "review", "dispose"]),
});

/** The whole profile, as `MappingProfile` in `types.ts`. */
export const profileShape: Shape = members({
  name: text,
  version: text,
  "description?": text,
  "zone?": text,
  targets: listOf(target),
  "lookups?": tableOf(tableOf(text)),
  "conditions?": tableOf(later(() => conditions)),
  "retention?": listOf(rule),
  "ignored?": listOf(text),
  rows: listOf(row),
});

/** Shapes of single parts, for the CSV reader. */
export const PARTS = { source, step, test, target, declaration, trigger } as const;
