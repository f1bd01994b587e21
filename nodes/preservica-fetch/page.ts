import type { LifecycleAsset } from "../../lib/messages/asset.js";
import { isUuid, lifecycleAssetOf, type AssetSelection, type PreservicaClient } from "../../lib/preservica/index.js";
import type { RunPageResult } from "../../lib/runtime/index.js";
import type { JsonObject } from "../../lib/store/types.js";
import { wordsIn } from "../shared/configuration.js";
import type { PreservicaFetchConfig } from "./config.js";
import { type Cursor, isHidden, listPage } from "./list.js";
import type { FetchSettings } from "./settings.js";

/** Reads pages of runs, each asset once: a list that is begun again because it changed yields only what is new. */
export class PageReader {
  readonly #seen = new Map<string, Set<string>>();

  async page(
    client: PreservicaClient,
    config: PreservicaFetchConfig,
    run: { id: string; settings: FetchSettings; cursor: JsonObject },
  ): Promise<RunPageResult> {
    const cursor: Cursor = run.cursor;
    const seen = this.#seen.get(run.id) ?? new Set<string>();
    this.#seen.set(run.id, seen);
    const listed = await listPage(client, run.settings, cursor, config.pageSize);
    const room = config.limit === 0 ? Infinity : config.limit - (cursor.taken ?? 0);
    const fresh = [...new Set(listed.refs)].filter((ref) => !seen.has(ref));
    const selection = selectionOf(config);
    const assets: LifecycleAsset[] = [];
    const refused = listed.unknown.map((id) => ({
      asset: stub(client, id),
      reason: "Preservica knows no such asset.",
    }));
    const read = await Promise.all(
      fresh
        .slice(0, Number.isFinite(room) ? room : undefined)
        .map(async (ref) => ({ ref, asset: await one(client, ref, selection) })),
    );
    for (const { ref, asset } of read) {
      if (typeof asset === "object") assets.push(asset);
      else refused.push({ asset: stub(client, ref), reason: asset });
    }
    // Only what was read is seen: a page that fails half way is asked for again as a whole.
    for (const { ref } of read) seen.add(ref);
    const taken = (cursor.taken ?? 0) + assets.length;
    const next =
      listed.next === undefined || (config.limit > 0 && taken >= config.limit) ? undefined : { ...listed.next, taken };
    if (next === undefined) this.#seen.delete(run.id);
    return { assets, refused, cursor: next, ...(listed.total === undefined ? {} : { total: listed.total }) };
  }
}

/** The asset, or why it does not travel. */
async function one(client: PreservicaClient, ref: string, selection: AssetSelection): Promise<LifecycleAsset | string> {
  if (!isUuid(ref)) return "This is no Preservica reference (UUID).";
  try {
    return (await lifecycleAssetOf(client, ref, selection)) ?? "Preservica knows no such asset, or only its tombstone.";
  } catch (thrown) {
    if (isHidden(thrown)) return "The account may not read this asset.";
    throw thrown;
  }
}

function selectionOf(config: PreservicaFetchConfig): AssetSelection {
  return {
    origin: config.origin,
    identifiers: { asset: config.identifierAsset, original: config.identifierOriginal },
    fragments: wordsIn({ fragments: config.fragments }, "fragments"),
    content: config.content,
  };
}

/** Stands for what was asked for and is not there, so that it is counted and named. */
function stub(client: PreservicaClient, id: string): LifecycleAsset {
  return { key: `preservica:${client.connection}:${id}`, version: "0", name: id, ids: {}, fields: {}, content: [] };
}
