import { LifecycleError } from "../messages/error.js";
import type { OtmmCursor, OtmmPage, PageOptions } from "./types.js";

/** One page as a listing call gives it. */
export interface RawPage<T> {
  items: T[];
  /** Entries that the server counts in this page; may exceed `items` (unreadable ones, folders left out). */
  length: number;
  /** All hits, where the server counts them. */
  total?: number | undefined;
  /** Id of the first entry: tells, where nothing is counted, a server that ignores `after`. */
  first?: string | undefined;
}

/**
 * Reads the page at a cursor. `after` is an offset, so a list that changes under the reader shifts:
 *
 * - page length is what the server returned, never what was asked;
 * - when hits vanished since the last page, rows moved up past us: it steps back by as many, rather read one twice than skip one;
 * - an empty page before the total is reached is an error, never an endless loop and never a silent end;
 * - without a total, the list ends at an empty page, or at one that begins like the page before (an ignored offset).
 */
export async function readPage<T>(
  cursor: OtmmCursor | undefined,
  fetchAt: (after: number) => Promise<RawPage<T>>,
): Promise<OtmmPage<T>> {
  let after = cursor?.after ?? 0;
  let page = await fetchAt(after);
  for (let round = 0; round < 3; round += 1) {
    const before = round === 0 ? cursor?.total : undefined;
    const lost = before === undefined || page.total === undefined ? 0 : before - page.total;
    if (lost <= 0 || after === 0) break;
    after = Math.max(0, after - lost);
    page = await fetchAt(after);
  }
  const end = after + page.length;
  if (page.total !== undefined) {
    const { total } = page;
    if (page.length === 0 && end < total) throw emptyPage(after, total);
    const more = page.length > 0 && end < total;
    return { items: page.items, total, ...(more ? { next: { after: end, total } } : {}) };
  }
  const { first } = page;
  if (page.length === 0 || (first !== undefined && first === cursor?.first)) return { items: [] };
  return { items: page.items, next: { after: end, ...(first === undefined ? {} : { first }) } };
}

function emptyPage(after: number, total: number): LifecycleError {
  return new LifecycleError(
    "UPSTREAM",
    `OTMM counts ${total} hits but sent an empty page after ${after}; the list is not complete, try again.`,
    {
      system: "otmm",
      retryable: true,
      details: { after, total },
    },
  );
}

/** Everything of a listing, page by page, each asset once. */
export async function* allOf<T extends { assetId: string }>(
  read: (options: PageOptions) => Promise<OtmmPage<T>>,
  signal?: AbortSignal,
): AsyncGenerator<T> {
  const seen = new Set<string>();
  let cursor: OtmmCursor | undefined;
  for (;;) {
    const page: OtmmPage<T> = await read({ cursor, signal });
    for (const item of page.items) {
      if (seen.has(item.assetId)) continue;
      seen.add(item.assetId);
      yield item;
    }
    if (page.next === undefined) return;
    cursor = page.next;
  }
}
