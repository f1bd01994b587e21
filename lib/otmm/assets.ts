import { failure } from "../http/index.js";
import { flag, number, records, text, within } from "../http/shape.js";
import { batches, selection, type OtmmGateway } from "./gateway.js";
import { readPage, type RawPage } from "./paging.js";
import { readAsset } from "./read-asset.js";
import { detailOf, searchForm } from "./search.js";
import type { CallOptions, OtmmAsset, OtmmPage, OtmmQuery, PageOptions } from "./types.js";

/** One asset with metadata, content, policies, paths and links (`load_type=custom`). @see fact sheet 3.1, 3.2 */
export async function loadAsset(
  gateway: OtmmGateway,
  id: string,
  options: CallOptions & { fields?: readonly string[] | undefined },
): Promise<OtmmAsset> {
  const answer = await gateway.readOne("asset", "/assets", id, detailOf("full", options.fields), options.signal);
  const asset = readAsset(within(answer, "asset_resource")["asset"], gateway.assumptions);
  if (asset === undefined) {
    throw failure("UPSTREAM", `OTMM answered for the asset "${id}" with something that is no asset.`, {
      system: "otmm",
      details: { id },
    });
  }
  return asset;
}

/**
 * Several assets by id, in the order asked for; ids that OTMM does not know are left out.
 * @see fact sheet 2.6
 */
export async function loadAssets(
  gateway: OtmmGateway,
  ids: readonly string[],
  options: CallOptions & { detail?: "system" | "metadata" | "full"; fields?: readonly string[] | undefined },
): Promise<OtmmAsset[]> {
  const found = new Map<string, OtmmAsset>();
  for (const part of batches([...new Set(ids)], gateway.assumptions.idsPerGet)) {
    const answer = await gateway.read({
      method: "GET",
      path: "/assets",
      query: { ...detailOf(options.detail ?? "metadata", options.fields), selection_context: selection(part, true) },
      signal: options.signal,
    });
    for (const entry of records(within(answer, "assets_resource")["asset_list"])) {
      const asset = readAsset(entry, gateway.assumptions);
      if (asset !== undefined) found.set(asset.assetId, asset);
    }
  }
  return [...new Set(ids)].flatMap((id) => found.get(id) ?? []);
}

/**
 * One page of a search. Deleted and expired assets are among the hits; folders are left out.
 *
 * @throws LifecycleError INVALID_INPUT when OTMM does not understand a condition: it would leave it out and find too much
 * @see POST /search/text, fact sheet 2.1
 */
export function searchPage(gateway: OtmmGateway, query: OtmmQuery, options: PageOptions): Promise<OtmmPage> {
  return readPage(options.cursor, async (after): Promise<RawPage<OtmmAsset>> => {
    const answer = await gateway.read({
      method: "POST",
      path: "/search/text",
      form: searchForm(query, after, gateway.assumptions),
      signal: options.signal,
    });
    const result = within(answer, "search_result_resource", "search_result");
    if (flag(result["contains_invalid_conditions"]) === true) {
      throw failure(
        "INVALID_INPUT",
        "OTMM does not understand a condition of the search: check field ids, operators and values.",
        {
          system: "otmm",
          details: { fields: query.conditions?.map((condition) => condition.columnId ?? condition.fieldId) },
        },
      );
    }
    const entries = records(within(answer, "search_result_resource")["asset_list"]);
    return {
      ...readEntries(gateway, entries),
      length: number(result["hit_count"]) ?? entries.length,
      total: number(result["total_hit_count"]),
    };
  });
}

/** Assets among the entries of a listing, with what paging needs. */
export function readEntries(
  gateway: OtmmGateway,
  entries: readonly Readonly<Record<string, unknown>>[],
): RawPage<OtmmAsset> {
  const items = entries.flatMap((entry) => {
    const asset = readAsset(entry, gateway.assumptions);
    return asset === undefined || asset.container ? [] : [asset];
  });
  return { items, length: entries.length, first: text(entries[0]?.["asset_id"]) ?? text(entries[0]?.["container_id"]) };
}

/** All versions of an asset, oldest first, by the proven search; the text index may lag behind a fresh check-in. @see fact sheet 3.7 */
export async function loadVersions(
  gateway: OtmmGateway,
  originalAssetId: string,
  options: CallOptions & { detail?: OtmmQuery["detail"] },
): Promise<OtmmAsset[]> {
  const versions = new Map<string, OtmmAsset>();
  const query: OtmmQuery = {
    conditions: [{ fieldId: gateway.assumptions.originalAssetIdField, operator: "contains", value: originalAssetId }],
    detail: options.detail ?? "metadata",
  };
  let cursor: PageOptions["cursor"];
  do {
    const page: OtmmPage = await searchPage(gateway, query, { cursor, signal: options.signal });
    for (const asset of page.items) if (asset.originalAssetId === originalAssetId) versions.set(asset.assetId, asset);
    cursor = page.next;
  } while (cursor !== undefined);
  return [...versions.values()].sort((one, other) => Number(one.version) - Number(other.version));
}

/** Fills in original id and version of linked assets, one call for all assets together. Links to assets that are gone keep only the id. */
export async function resolveLinks(
  gateway: OtmmGateway,
  assets: readonly OtmmAsset[],
  options: CallOptions,
): Promise<OtmmAsset[]> {
  const targets = assets.flatMap((asset) => asset.links.map((link) => link.assetId));
  if (targets.length === 0) return [...assets];
  const known = new Map(
    (await loadAssets(gateway, targets, { detail: "system", signal: options.signal })).map((asset) => [
      asset.assetId,
      asset,
    ]),
  );
  return assets.map((asset) => ({
    ...asset,
    links: asset.links.map((link) => {
      const target = known.get(link.assetId);
      return target === undefined
        ? link
        : { ...link, originalAssetId: target.originalAssetId, version: target.version };
    }),
  }));
}

/**
 * One page of the assets changed since an instant, newest first, with only proven means: sorted by last update, it
 * stops at the first older page. A server that ignores the order is noticed and read to the end.
 *
 * @param since ISO instant; take it some minutes early, changes show in searches late
 * @see fact sheet 2.3
 */
export async function changedPage(
  gateway: OtmmGateway,
  query: OtmmQuery,
  since: string,
  options: PageOptions,
): Promise<OtmmPage> {
  const from = Date.parse(since);
  const sorted: OtmmQuery = { ...query, sort: { fieldId: gateway.assumptions.lastUpdatedField, descending: true } };
  const page = await searchPage(gateway, sorted, options);
  const dates = page.items.map((asset) => Date.parse(asset.lastUpdated ?? ""));
  const items = page.items.filter((_, place) => !((dates[place] ?? Number.NaN) < from));
  const ordered = dates.every((date, place) => place === 0 || !(date > (dates[place - 1] ?? date)));
  const unsorted = options.cursor?.unsorted === true || !ordered;
  const more = page.next !== undefined && (unsorted || items.length === page.items.length);
  return {
    items,
    ...(page.total === undefined ? {} : { total: page.total }),
    ...(more && page.next !== undefined ? { next: { ...page.next, ...(unsorted ? { unsorted } : {}) } } : {}),
  };
}
