import { SEARCH_FINDS_FOLDERS, type OtmmSettings } from "../assumptions.js";
import type { Registry } from "../registry.js";
import type { OtmmStore } from "../store.js";
import { compileConditions } from "./conditions.js";
import { compileFacets, facetResponse } from "./facets.js";
import { isAsset, type Candidate } from "./fields.js";
import { matchesKeyword } from "./keyword.js";
import { pageOf, sorted } from "./page.js";

/** What a search found, before it is rendered. */
export interface SearchResult {
  /** The page, as the index knows it; the caller renders the records as they are now. */
  page: Candidate[];
  total: number;
  offset: number;
  invalid: boolean;
  groups: { key: string; value: number }[];
  facets: object[];
}

/**
 * Runs `search/text` (fact sheet 2.1).
 *
 * @throws OtmmError 400 broken JSON, missing wrappers, page numbers that are none
 */
export function search(
  store: OtmmStore,
  registry: Registry,
  settings: OtmmSettings,
  parameters: URLSearchParams,
): SearchResult {
  const conditions = compileConditions(registry, parameters.get("search_condition_list"));
  const facets = compileFacets(registry, parameters.get("facet_restriction_list"));
  const keyword = parameters.get("keyword_query") ?? "*";
  const within = folderScope(store, parameters);
  const candidates: Candidate[] = [];
  for (const asset of store.assets) {
    const known = store.indexed(asset);
    if (known) candidates.push(known);
  }
  if (SEARCH_FINDS_FOLDERS)
    candidates.push(...Object.values(store.value.folders).filter((folder) => folder.parents.length > 0));
  const hits = candidates.filter(
    (candidate) =>
      (!within || within.has(candidate.id)) &&
      conditions.matches(candidate) &&
      facets.matches(candidate) &&
      matchesKeyword(registry, candidate, keyword),
  );
  const { after, limit } = pageOf(parameters, settings.pageCap);
  const groups = new Map<string, number>();
  for (const hit of hits) {
    const group = isAsset(hit) ? hit.contentType : "CONTAINER";
    groups.set(group, (groups.get(group) ?? 0) + 1);
  }
  return {
    page: sorted(hits, parameters.get("sort")).slice(after, after + limit),
    total: hits.length,
    offset: after,
    invalid: conditions.invalid,
    groups: [...groups].map(([key, value]) => ({ key, value })),
    facets: facets.fields.map((fieldId) => facetResponse(registry, fieldId, hits)),
  };
}

/** Ids below `folder_filter`: its direct children, or everything below. An unknown folder holds nothing. */
function folderScope(store: OtmmStore, parameters: URLSearchParams): Set<string> | undefined {
  const folder = parameters.get("folder_filter");
  if (folder === null || folder === "") return undefined;
  return parameters.get("folder_filter_type") === "all" ? store.descendants(folder) : new Set(store.childIds(folder));
}
