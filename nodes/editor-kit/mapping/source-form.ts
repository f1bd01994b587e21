import type { ContextName, MappingSource, RetentionFact } from "../../../lib/mapping/types.js";
import type { ContentRole } from "../../../lib/messages/asset.js";
import type { LateFact } from "../../../lib/messages/late.js";
import type { Typed } from "../typed-value.js";

/**
 * A mapping source as one typed input shows it, and back. Both are pure and lossless: what `sourceOf` makes of
 * `typedOf(source)` equals the source.
 */
export function typedOf(source: MappingSource): Typed {
  switch (source.kind) {
    case "field": {
      const id = source.column === undefined ? source.id : `${source.id}${COLUMN}${source.column}`;
      return { type: source.part === "display" ? "field-display" : "field", value: id };
    }
    case "asset":
    case "msg":
      return { type: source.kind, value: source.path };
    case "flow":
    case "global":
      return {
        type: source.kind,
        value: source.store === undefined ? source.key : `#:(${source.store})::${source.key}`,
      };
    case "env":
    case "context":
    case "value":
      return { type: source.kind, value: source.name };
    case "fixed":
      return { type: "str", value: source.value };
    case "jsonata":
      return { type: "jsonata", value: source.expression };
    case "template":
      return { type: "template", value: source.template };
    case "late":
      return { type: "late", value: `${source.fact}:${source.role}` };
    case "retention":
      return { type: "retention", value: source.fact };
    case "conditions":
      return { type: "conditions", value: source.table };
  }
}

/** Between a table field and its column. */
const COLUMN = " > ";
const STORED_KEY = /^#:\(([^)]+)\)::(.*)$/s;

export function sourceOf({ type, value }: Typed): MappingSource {
  switch (type) {
    case "field":
    case "field-display": {
      const [id = "", column] = value.split(COLUMN);
      return {
        kind: "field",
        id: id.trim(),
        ...(type === "field-display" ? { part: "display" as const } : {}),
        ...(column === undefined ? {} : { column: column.trim() }),
      };
    }
    case "asset":
    case "msg":
      return { kind: type, path: value };
    case "flow":
    case "global": {
      const [, store, key] = STORED_KEY.exec(value) ?? [];
      return store === undefined || key === undefined ? { kind: type, key: value } : { kind: type, key, store };
    }
    case "env":
    case "value":
      return { kind: type, name: value };
    case "context":
      return { kind: "context", name: value as ContextName };
    case "jsonata":
      return { kind: "jsonata", expression: value };
    case "template":
      return { kind: "template", template: value };
    case "late": {
      const [fact = "", role = ""] = value.split(":");
      return { kind: "late", fact: fact as LateFact, role: role as ContentRole };
    }
    case "retention":
      return { kind: "retention", fact: value as RetentionFact };
    case "conditions":
      return { kind: "conditions", table: value };
    default:
      return { kind: "fixed", value };
  }
}
