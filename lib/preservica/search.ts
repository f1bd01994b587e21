import { list, number, records, text, within } from "../http/shape.js";
import type { Gateway } from "./gateway.js";
import { ENTITY_TYPES, type SearchHit, type SearchRequest } from "./types.js";

/**
 * Searches the index, page by page to the end. The index lags writes, and shows what the user may see (fact sheet 4).
 * Hits are yielded once, even if pages shift while they are read.
 */
export async function* search(gateway: Gateway, request: SearchRequest, pageSize = 100): AsyncGenerator<SearchHit> {
  const query = JSON.stringify({
    q: request.text ?? "%",
    fields: Object.entries(request.fields ?? {}).map(([name, values]) => ({ name, values })),
    ...(request.sort === undefined
      ? {}
      : { sort: [{ sortFields: [request.sort.field], sortOrder: request.sort.order }] }),
  });
  const seen = new Set<string>();
  for (let start = 0; ; start += pageSize) {
    const answer = await gateway.send({
      method: "POST",
      path: request.within === undefined ? "/api/content/search" : "/api/content/search-within",
      form: {
        q: query,
        start,
        max: pageSize,
        metadata: ["xip.title", ...(request.show ?? [])].join(","),
        ...(request.within === undefined ? {} : { parenthierarchy: `sdb:SO|${request.within}` }),
      },
      expect: "json",
      idempotent: true,
    });
    const value = within(answer.json(), "value");
    const ids = list(value["objectIds"]);
    for (const [place, id] of ids.entries()) {
      const hit = readHit(text(id) ?? "", list(value["metadata"])[place]);
      if (hit === undefined || seen.has(hit.ref)) continue;
      seen.add(hit.ref);
      yield hit;
    }
    if (ids.length === 0 || start + ids.length >= (number(value["totalHits"]) ?? 0)) return;
  }
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
