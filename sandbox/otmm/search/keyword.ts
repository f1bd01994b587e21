import type { Registry } from "../registry.js";
import { isAsset, shown, valuesOf, type Candidate } from "./fields.js";

/** One word or phrase of a full-text expression, or a group of them. */
type Expression = { kind: "all" } | { kind: "phrase"; text: string } | { kind: "and" | "or"; parts: Expression[] };

/**
 * Full-text match over name and metadata, as people see it: `*` is everything, `"…"` a phrase, a trailing `*` a beginning,
 * `and`, `or` and parentheses; words side by side must all be found.
 *
 * @param fieldId look only at this field
 */
export function matchesKeyword(registry: Registry, candidate: Candidate, query: string, fieldId?: string): boolean {
  const expression = parsed(query);
  return expression.kind === "all" || evaluate(expression, textOf(registry, candidate, fieldId));
}

const cache = new Map<string, Expression>();

function parsed(query: string): Expression {
  let expression = cache.get(query);
  if (!expression) {
    const tokens = query.match(/"[^"]*"|[()]|[^\s()"]+/g) ?? [];
    let at = 0;
    const alternatives = (): Expression => {
      const parts = [sequence()];
      while (tokens[at]?.toLowerCase() === "or") {
        at += 1;
        parts.push(sequence());
      }
      return { kind: "or", parts };
    };
    const sequence = (): Expression => {
      const parts: Expression[] = [];
      for (
        let token = tokens[at];
        token !== undefined && token !== ")" && token.toLowerCase() !== "or";
        token = tokens[at]
      ) {
        at += 1;
        if (token.toLowerCase() === "and") continue;
        if (token === "(") {
          parts.push(alternatives());
          at += 1;
        } else if (token === "*") parts.push({ kind: "all" });
        else parts.push({ kind: "phrase", text: token.replaceAll('"', "").replace(/\*$/, "").toLowerCase() });
      }
      return { kind: "and", parts };
    };
    expression = query.trim() === "" || query.trim() === "*" ? { kind: "all" } : alternatives();
    if (cache.size > 500) cache.clear();
    cache.set(query, expression);
  }
  return expression;
}

function evaluate(expression: Expression, text: string): boolean {
  switch (expression.kind) {
    case "all":
      return true;
    case "phrase":
      return text.includes(expression.text);
    case "and":
      return expression.parts.every((part) => evaluate(part, text));
    case "or":
      return expression.parts.some((part) => evaluate(part, text));
  }
}

function textOf(registry: Registry, candidate: Candidate, fieldId: string | undefined): string {
  const ids = fieldId === undefined ? Object.keys(candidate.values) : [fieldId];
  const words = ids.flatMap((id) =>
    valuesOf(candidate, id).map((value) => shown(registry, registry.find(id)?.field, value)),
  );
  if (fieldId === undefined) words.push(candidate.name, candidate.id);
  if (fieldId === undefined && isAsset(candidate) && candidate.master) words.push(candidate.master.mime);
  return words.join("\n").toLowerCase();
}
