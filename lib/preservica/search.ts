import { list, number, records, text, within } from "../http/shape.js";
import type { Gateway } from "./gateway.js";
import { ENTITY_TYPES, type SearchHit, type SearchRequest } from "./types.js";

/** One page of hits. */
export interface SearchPage {
  hits: SearchHit[];
  /** Entries that the server gave, hits or not. */
  entries: number;
  /** As the index counts now: when it changes between two pages, entries may have shifted. */
  total: number;
}

/**
 * Searches the index, page by page to the end. The index lags writes, and shows what the user may see (fact sheet 4).
 * Hits are yielded once, even if pages shift while they are read.
 */
export async function* search(gateway: Gateway, request: SearchRequest, pageSize = 100): AsyncGenerator<SearchHit> {
  const seen = new Set<string>();
  for (let start = 0; ; start += pageSize) {
    const { hits, entries, total } = await searchPage(gateway, request, start, pageSize);
    for (const hit of hits) {
      if (seen.has(hit.ref)) continue;
      seen.add(hit.ref);
      yield hit;
    }
    if (entries === 0 || start + entries >= total) return;
  }
}

/** @param start entries to leave out. @see `search` */
export async function searchPage(
  gateway: Gateway,
  request: SearchRequest,
  start: number,
  max: number,
): Promise<SearchPage> {
  const query = JSON.stringify({
    q: request.text ?? "%",
    fields: Object.entries(request.fields ?? {}).map(([name, values]) => ({ name, values })),
    ...(request.sort === undefined
      ? {}
      : { sort: [{ sortFields: [request.sort.field], sortOrder: request.sort.order }] }),
  });
  const answer = await gateway.send({
    method: "POST",
    path: request.within === undefined ? "/api/content/search" : "/api/content/search-within",
    form: {
      q: query,
      start,
      max,
      metadata: ["xip.title", ...(request.show ?? [])].join(","),
      ...(request.within === undefined ? {} : { parenthierarchy: `sdb:SO|${request.within}` }),
    },
    expect: "json",
    idempotent: true,
  });
  const value = within(answer.json(), "value");
  const ids = list(value["objectIds"]);
  const metadata = list(value["metadata"]);
  return {
    hits: ids.flatMap((id, place) => readHit(text(id) ?? "", metadata[place]) ?? []),
    entries: ids.length,
    total: number(value["totalHits"]) ?? 0,
  };
}

/** `sdb:IO|<uuid>`, in any case. */
function readHit(id: string, metadata: unknown): SearchHit | undefined {
  const parts = /^sdb:(\w\w)\|([0-9a-f-]{36})$/i.exec(id);
  const type = ENTITY_TYPES.find((known) => known === parts?.[1]?.toUpperCase());
  if (parts === null || type === undefined) return undefined;
  const fields: Record<string, string[]> = {};
  for (const field of records(metadata)) {
    const name = text(field["name"]);
    if (name !== undefined) fields[name] = list(field["value"]).flatMap((value) => text(value) ?? []);
  }
  return { type, ref: parts[2] ?? "", fields };
}
