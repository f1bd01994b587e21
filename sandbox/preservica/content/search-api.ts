import type { SandboxAnswer } from "../../kernel/types.js";
import { maySee } from "../access/tags.js";
import { ASSUMPTIONS } from "../assumptions.js";
import type { Call } from "../http/call.js";
import { badRequest, jsonAnswer, notFound, undocumented } from "../http/refusal.js";
import { route, type Route } from "../http/router.js";
import { whole } from "../http/paging.js";
import { indexField } from "./index-fields.js";
import { matches, readQuery, type SearchQuery } from "./query.js";
import type { IndexDocument } from "./search-index.js";

const COMMON = ["q", "start", "max", "metadata"];

/** The searching calls; each as GET with a query, or as POST with a form. Results respect what the user may see. */
export const SEARCH_ROUTES: readonly Route[] = [
  ...both("search", COMMON, () => () => true),
  ...both("search-within", [...COMMON, "parenthierarchy"], (parameters) => {
    const parent = refOf(parameters.get("parenthierarchy") ?? "");
    return (document) => parent === undefined || (document.fields.get("xip.parent_hierarchy") ?? []).includes(parent);
  }),
  ...both("object-children", [...COMMON, "id"], (parameters, call) => {
    const parent = refOf(parameters.get("id") ?? "");
    if (parent !== undefined && !call.archive.repository.folder(parent))
      throw notFound(`object ${parameters.get("id") ?? ""}`);
    return (document) => document.fields.get("xip.parent_ref")?.[0] === parent;
  }),
  ...both("top-level-list", COMMON, () => (document) => !document.fields.has("xip.parent_ref")),
];

type Scope = (parameters: URLSearchParams, call: Call) => (document: IndexDocument) => boolean;

function both(name: string, known: string[], scope: Scope): Route[] {
  const answer = (call: Call, parameters: URLSearchParams): SandboxAnswer =>
    search(call, parameters, scope(parameters, call));
  return [
    route("GET", `content/${name}`, (call) => answer(call, call.request.query), known),
    route("POST", `content/${name}`, async (call) => {
      if (!/^application\/x-www-form-urlencoded\b/iu.test(call.request.headers["content-type"] ?? ""))
        throw undocumented(415, "a form is expected");
      const form = await call.request.form();
      for (const field of form.keys())
        if (!known.includes(field)) throw undocumented(400, `form field ${field} is not documented for ${name}`);
      return answer(call, form);
    }),
  ];
}

/** A reference, plain or as `sdb:SO|<uuid>`; undefined for none. @throws Refusal 400 */
function refOf(id: string): string | undefined {
  if (id === "") return undefined;
  const ref = /^(?:sdb:(?:IO|SO)\|)?([0-9a-f-]{36})$/iu.exec(id)?.[1];
  if (ref === undefined) throw badRequest(`${id} is no object id`);
  return ref.toLowerCase();
}

function search(call: Call, parameters: URLSearchParams, inScope: (document: IndexDocument) => boolean): SandboxAnswer {
  const query = readQuery(parameters.get("q") ?? undefined);
  const start = whole(parameters.get("start") ?? undefined, 0, 0, Number.MAX_SAFE_INTEGER, "start");
  const max = whole(parameters.get("max") ?? undefined, ASSUMPTIONS.defaultPage.search, 0, ASSUMPTIONS.maxPage, "max");
  const wanted = parameters
    .getAll("metadata")
    .flatMap((names) => names.split(","))
    .filter((name) => name !== "");
  const unknown = wanted.find((name) => !indexField(name));
  if (unknown !== undefined) throw badRequest(`index field ${unknown} is not known`);
  const hits = [...call.archive.index.all()].filter(
    (document) => maySee(call.user, document.securityTag) && inScope(document) && matches(document, query),
  );
  hits.sort((a, b) => compare(a, b, query));
  const shown = hits.slice(start, start + max);
  const value = {
    objectIds: shown.map((document) => `sdb:${document.type}|${document.ref}`),
    totalHits: hits.length,
    simpleChildSearch: false,
    metadata: shown.map((document) => wanted.map((name) => ({ name, value: valueOf(document, name) }))),
    facets: query.facets.map((name) => facet(name, hits)),
    highlighting: {},
  };
  return jsonAnswer({ success: true, version: 1, value });
}

function compare(a: IndexDocument, b: IndexDocument, query: SearchQuery): number {
  for (const { field, descending } of [
    ...query.sort,
    { field: "xip.title", descending: false },
    { field: "xip.reference", descending: false },
  ]) {
    const left = a.fields.get(field)?.[0] ?? "";
    const right = b.fields.get(field)?.[0] ?? "";
    if (left !== right) return (left < right ? -1 : 1) * (descending ? -1 : 1);
  }
  return 0;
}

/** Text for single-valued fields, a list for the others. */
function valueOf(document: IndexDocument, name: string): string | readonly string[] {
  const values = document.fields.get(name) ?? [];
  return indexField(name)?.type.startsWith("MULTI") ? values : (values[0] ?? "");
}

function facet(name: string, hits: readonly IndexDocument[]): Record<string, unknown> {
  const field = indexField(name);
  if (!field?.facetable) throw badRequest(`index field ${name} has no facets`);
  const counts = new Map<string, number>();
  for (const hit of hits)
    for (const value of hit.fields.get(name) ?? []) counts.set(value, (counts.get(value) ?? 0) + 1);
  const terms = [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([term, count]) => ({ name: term, displayName: term, count }));
  return { name, fieldName: name, displayName: field.displayName, terms };
}
