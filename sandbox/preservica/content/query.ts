import { badRequest } from "../http/refusal.js";
import { indexField } from "./index-fields.js";
import type { IndexDocument } from "./search-index.js";

/** The JSON text of parameter `q`. */
export interface SearchQuery {
  q: string;
  fields: { name: string; values: string[]; not: boolean }[];
  sort: { field: string; descending: boolean }[];
  facets: string[];
}

const KEYS = ["q", "fields", "sort", "facets"];

/** Reads `q`. @throws Refusal 400 for what is not documented */
export function readQuery(text: string | undefined): SearchQuery {
  const given = asRecord(parse(text ?? "{}"), "q");
  for (const key of Object.keys(given))
    if (!KEYS.includes(key) && !key.startsWith("facet.")) throw badRequest(`q.${key} is not known`);
  return {
    q: typeof given.q === "string" ? given.q : "",
    fields: asList(given.fields).map((entry) => {
      const field = asRecord(entry, "field");
      const { name, operator } = field;
      if (typeof name !== "string" || !indexField(name)) throw badRequest(`index field ${String(name)} is not known`);
      return { name, values: asList(field.values).map(String), not: operator === "NOT" };
    }),
    sort: asList(given.sort).flatMap((entry) => {
      const rule = asRecord(entry, "sort");
      return asList(rule.sortFields).map((field) => ({ field: String(field), descending: rule.sortOrder === "desc" }));
    }),
    facets: asList(given.facets).map(String),
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest("q is not JSON");
  }
}

function asRecord(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw badRequest(`${what} is no JSON object`);
  return Object.fromEntries(Object.entries(value));
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Whether a document meets the query's text and all its field filters. */
export function matches(document: IndexDocument, query: SearchQuery): boolean {
  return (
    matchesText(document, query.q) &&
    query.fields.every((filter) => matchesField(document, filter) !== (filter.not && hasFilter(filter)))
  );
}

function hasFilter(filter: { values: string[] }): boolean {
  return filter.values.some((value) => value !== "");
}

/** Any of the values; "*" = not empty, "%" = anything, no values = no filter. */
function matchesField(document: IndexDocument, filter: { name: string; values: string[] }): boolean {
  if (!hasFilter(filter)) return true;
  const stored = document.fields.get(filter.name) ?? [];
  const isDate = indexField(filter.name)?.type === "SINGLE_VALUED_DATE";
  return filter.values.some((wanted) => {
    if (wanted === "%") return true;
    if (wanted === "*") return stored.some((value) => value !== "");
    return stored.some((value) => (isDate ? inRange(value, wanted) : matchesValue(value, wanted)));
  });
}

function matchesValue(stored: string, wanted: string): boolean {
  const value = stored.toLowerCase();
  const pattern = wanted.toLowerCase().replace(/^"|"$/gu, "");
  if (!/[*%]/u.test(pattern))
    return value === pattern || (wordsOf(value).join(" ").includes(wordsOf(pattern).join(" ")) && pattern !== "");
  return wildcard(pattern).test(value);
}

/** `2020-01-01 - 2030-01-01` (either end may be `*`), or one day. Both ends count. */
function inRange(stored: string, wanted: string): boolean {
  const value = new Date(stored).getTime();
  const [from = "*", to = from] = wanted.split(/\s+-\s+/u);
  const end = /^\d{4}-\d\d-\d\d$/u.test(to) ? `${to}T23:59:59.999Z` : to;
  return (from === "*" || value >= new Date(from).getTime()) && (to === "*" || value <= new Date(end).getTime());
}

/** Words and "phrases", all needed unless OR stands between; `id:<uuid>`; `*` inside a word. */
function matchesText(document: IndexDocument, q: string): boolean {
  const text = q.trim();
  if (text === "" || text === "%" || text === "*") return true;
  return text.split(/\s+OR\s+/u).some((alternative) => terms(alternative).every((term) => matchesTerm(document, term)));
}

function terms(text: string): string[] {
  return (text.match(/"[^"]*"|\S+/gu) ?? []).filter((term) => term !== "AND");
}

function matchesTerm(document: IndexDocument, term: string): boolean {
  const id = /^id:(?:sdb:(?:IO|SO)\|)?([0-9a-f-]{36})$/iu.exec(term)?.[1];
  if (id !== undefined) return document.ref === id.toLowerCase();
  const plain = term.replace(/^"|"$/gu, "").toLowerCase();
  if (plain === "%" || plain === "*") return true;
  if (/[*%]/u.test(plain)) return wordsOf(document.text).some((word) => wildcard(plain).test(word));
  return ` ${wordsOf(document.text).join(" ")} `.includes(` ${wordsOf(plain).join(" ")} `);
}

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
}

function wildcard(pattern: string): RegExp {
  const parts = pattern.split(/[*%]/u).map((part) => part.replace(/[.+?^${}()|[\]\\/]/gu, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "u");
}
