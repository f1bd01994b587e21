import type { LifecycleAsset } from "../../lib/messages/asset.js";
import {
  assetKey,
  type AssetSelection,
  type OtmmAsset,
  type OtmmClient,
  type OtmmCursor,
  type OtmmPage,
} from "../../lib/otmm/index.js";
import type { RunPageResult } from "../../lib/runtime/index.js";
import type { JsonObject } from "../../lib/store/types.js";
import { refusalOf } from "./acceptance.js";
import type { OtmmAssetFetchConfig } from "./config.js";
import { joinedFields, Joiner } from "./join.js";
import type { FetchSettings } from "./settings.js";

/** Where a run stands; kept in the store with each page. */
type Cursor = {
  /** Ids of an `ids` run that are done. */
  at?: number;
  /** Place in OTMM's listing. */
  listing?: OtmmCursor;
  /** Assets accepted so far, for the limit. */
  taken?: number;
};

interface Found {
  items: OtmmAsset[];
  /** Ids that were asked for and that OTMM does not know. */
  unknown: string[];
  next?: Cursor;
  total?: number;
}

/** Reads one page of a run and sorts its assets into those that go on and those that are refused, with the reason. */
export async function readAssets(
  otmm: OtmmClient,
  config: OtmmAssetFetchConfig,
  zone: string,
  run: { settings: FetchSettings; cursor: JsonObject; signal: AbortSignal },
): Promise<RunPageResult> {
  const cursor: Cursor = run.cursor;
  const { limit } = run.settings;
  const room = limit === 0 ? Infinity : limit - (cursor.taken ?? 0);
  const found = await listed(otmm, config, run.settings, cursor, run.signal);
  const items = await otmm.resolveLinks(found.items, { signal: run.signal });
  const present = { zone, now: new Date() };
  const selection = selectionOf(config);
  const joiner = new Joiner(otmm, config, { present, selection, fields: loadedFields(config), signal: run.signal });
  const assets: LifecycleAsset[] = [];
  const refused = found.unknown.map((id) => ({
    asset: unknownAsset(otmm.connection, id),
    reason: "OTMM knows no asset with this id.",
  }));
  for (const item of items) {
    if (assets.length >= room) break;
    const asset = otmm.toLifecycleAsset(item, selection);
    const reason = refusalOf(item, otmm.toLifecycleAsset(item), config, present);
    if (reason !== undefined) refused.push({ asset, reason });
    else if (config.joinField === "") assets.push(asset);
    else {
      const joined = await joiner.join(item);
      if ("refused" in joined) refused.push({ asset, reason: joined.refused });
      else if (!assets.some(({ key }) => key === joined.asset.key)) assets.push(joined.asset);
    }
  }
  const next =
    found.next === undefined || assets.length >= room
      ? undefined
      : { ...found.next, taken: (cursor.taken ?? 0) + assets.length };
  return { assets, refused, cursor: next, ...(found.total === undefined ? {} : { total: found.total }) };
}

async function listed(
  otmm: OtmmClient,
  config: OtmmAssetFetchConfig,
  settings: FetchSettings,
  cursor: Cursor,
  signal: AbortSignal,
): Promise<Found> {
  const { from, pageSize: limit } = settings;
  const fields = loadedFields(config);
  const load = { detail: "full" as const, fields, limit };
  const place = { cursor: cursor.listing, signal };
  switch (from.by) {
    case "ids": {
      const at = cursor.at ?? 0;
      const ids = from.ids.slice(at, at + limit);
      const items = await otmm.assetsByIds(ids, { detail: "full", fields, signal });
      const known = new Set(items.map(({ assetId }) => assetId));
      const unknown = ids.filter((id) => !known.has(id));
      const more = at + limit < from.ids.length;
      return { items, unknown, total: from.ids.length, ...(more ? { next: { at: at + limit } } : {}) };
    }
    case "search": {
      const conditions = from.conditions.map(({ value, ...condition }) => ({
        ...condition,
        value: value ?? undefined,
      }));
      return foundOn(await otmm.search({ keyword: from.keyword, conditions, ...load }, place));
    }
    case "folder":
      if (from.subfolders)
        return foundOn(await otmm.search({ folder: { id: from.folder, subfolders: true }, ...load }, place));
      return foundOn(await otmm.folderChildren(from.folder, { ...load, ...place }));
    case "collection":
      return foundOn(await otmm.collectionAssets(from.collection, { ...load, ...place }));
  }
}

function foundOn({ items, total, next }: OtmmPage): Found {
  return {
    items,
    unknown: [],
    ...(total === undefined ? {} : { total }),
    ...(next === undefined ? {} : { next: { listing: next } }),
  };
}

/** Fields to ask for: those that travel and those that rules look at; undefined = all. */
function loadedFields(config: OtmmAssetFetchConfig): string[] | undefined {
  if (config.allFields) return undefined;
  const judged = config.rules.map(({ field }) => field).filter((field) => !field.startsWith("source."));
  return [...new Set([...config.fields.map(({ id }) => id), ...judged, ...joinedFields(config)])];
}

function selectionOf(config: OtmmAssetFetchConfig): AssetSelection {
  const roles = { preservation: config.master, access: config.preview, thumbnail: config.thumbnail };
  return {
    ...(config.allFields ? {} : { fields: config.fields.map(({ id }) => id) }),
    roles: (["preservation", "access", "thumbnail"] as const).filter((role) => roles[role]),
  };
}

/** Stands for an id that was asked for but does not exist, so that it is counted and named. */
function unknownAsset(connection: string, id: string): LifecycleAsset {
  return { key: assetKey(connection, id), version: "0", name: id, ids: {}, fields: {}, content: [] };
}
