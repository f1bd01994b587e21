import { ASSUMPTIONS } from "../assumptions.js";
import { el, text, type Markup } from "../xml/write.js";
import type { Call } from "./call.js";
import { badRequest } from "./refusal.js";

export interface Page<T> {
  items: T[];
  start: number;
  max: number;
  total: number;
}

/** Cuts the asked page out of a list. @throws Refusal 400 for a start or max that is no sensible number */
export function pageOf<T>(call: Call, all: readonly T[], defaultMax: number): Page<T> {
  const start = whole(call.query("start"), 0, 0, Number.MAX_SAFE_INTEGER, "start");
  const max = whole(call.query("max"), defaultMax, 1, ASSUMPTIONS.maxPage, "max");
  return { items: all.slice(start, start + max), start, max, total: all.length };
}

/** Reads a whole number within bounds. */
export function whole(raw: string | undefined, fallback: number, least: number, most: number, what: string): number {
  if (raw === undefined || raw === "") return fallback;
  const value = Number(raw);
  if (!/^\d+$/u.test(raw) || value < least || value > most) throw badRequest(`${what}=${raw} is not allowed`);
  return value;
}

/** `<Paging>` with absolute Previous and Next URLs of the same call. */
export function pagingMarkup(call: Call, page: Page<unknown>): Markup {
  const before = page.start > 0 ? pageUrl(call, Math.max(0, page.start - page.max), page.max) : undefined;
  const after = page.start + page.max < page.total ? pageUrl(call, page.start + page.max, page.max) : undefined;
  return el("Paging", {}, text("Previous", before), text("Next", after), text("TotalResults", page.total));
}

/** This call's own URL with another start. */
export function pageUrl(call: Call, start: number, max: number): string {
  const query = new URLSearchParams(call.request.query);
  query.set("start", String(start));
  query.set("max", String(max));
  return `${call.request.origin}${call.request.path}?${query.toString()}`;
}
