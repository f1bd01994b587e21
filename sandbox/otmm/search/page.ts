import { badRequest } from "../answers.js";
import { DEFAULT_LIMIT } from "../assumptions.js";
import { valuesOf, type Candidate } from "./fields.js";

/** A stretch of a result: `after` is a zero-based offset, not an id. */
export interface Page {
  after: number;
  limit: number;
}

/**
 * Reads `after`, `before` and `limit`.
 * @param cap largest page
 * @throws OtmmError 400 when one is no whole number
 */
export function pageOf(parameters: URLSearchParams, cap: number): Page {
  const limit = Math.min(numberOf(parameters.get("limit"), "limit") ?? DEFAULT_LIMIT, cap);
  const after = numberOf(parameters.get("after"), "after");
  const before = numberOf(parameters.get("before"), "before");
  if (after === undefined && before !== undefined)
    return { after: Math.max(0, before - limit), limit: Math.min(limit, before) };
  return { after: after ?? 0, limit };
}

function numberOf(text: string | null, name: string): number | undefined {
  if (text === null || text === "") return undefined;
  if (!/^\d+$/.test(text)) throw badRequest(`"${name}" is not a whole number.`);
  return Number(text);
}

/**
 * Order by `sort`: `asc_<field>` or `desc_<field>`; `NAME` is the name. Without it, and between equals, the index's own order stays.
 */
export function sorted<T extends Candidate>(list: T[], sort: string | null): T[] {
  const match = /^(asc|desc)_(.+)$/i.exec(sort ?? "");
  if (!match) return list;
  const [, direction, field = ""] = match;
  const sign = direction?.toLowerCase() === "desc" ? -1 : 1;
  const keys = new Map(list.map((entry) => [entry, keyOf(entry, field)]));
  return [...list].sort((a, b) => sign * compare(keys.get(a), keys.get(b)));
}

function keyOf(candidate: Candidate, field: string): string | number | undefined {
  if (field.toUpperCase() === "NAME") return candidate.name.toLowerCase();
  const value = valuesOf(candidate, field)[0];
  return typeof value === "string" ? value.toLowerCase() : value;
}

function compare(a: string | number | undefined, b: string | number | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return -1;
  if (b === undefined) return 1;
  return a < b ? -1 : 1;
}
