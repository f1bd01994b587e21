import { badRequest } from "./answers.js";
import type { OtmmSettings } from "./assumptions.js";
import { isTrue, listOf, needText, parseJson, textOf, wrapped, type JsonObject } from "./json.js";
import type { Registry } from "./registry.js";
import { isAsset } from "./search/fields.js";
import { search } from "./search/search.js";
import type { OtmmStore } from "./store.js";

/** Ids that a selection context names. */
export interface Selection {
  ids: string[];
  includeDeleted: boolean;
}

/**
 * Reads a selection context from a form or query parameter (fact sheet 2.6).
 *
 * @throws OtmmError 400 missing, not JSON, or without its two wrappers
 */
export function selectionOf(
  store: OtmmStore,
  registry: Registry,
  settings: OtmmSettings,
  text: string | null,
): Selection {
  if (text === null) throw badRequest(`The parameter "selection_context" is missing.`);
  const context = wrapped(parseJson(text, "selection_context"), "selection_context_param", "selection_context");
  return selected(store, registry, settings, context);
}

/** Resolves a bare selection context, as the bulk edit carries it. @throws OtmmError 400 unknown type; more ids than one bulk call may name */
export function selected(store: OtmmStore, registry: Registry, settings: OtmmSettings, context: JsonObject): Selection {
  const type = textOf(context["type"]) ?? "com.artesia.asset.selection.AssetIdsSelectionContext";
  const descend = textOf(context["include_descendants"]) ?? "NONE";
  const ids = [
    ...new Set(rootIds(store, registry, settings, type, context).flatMap((id) => withDescendants(store, id, descend))),
  ];
  if (ids.length > settings.bulkLimit) {
    throw badRequest(`The selection names ${ids.length} assets; one operation may name ${settings.bulkLimit}.`);
  }
  return { ids, includeDeleted: isTrue(context["include_deleted_assets"]) };
}

function rootIds(
  store: OtmmStore,
  registry: Registry,
  settings: OtmmSettings,
  type: string,
  context: JsonObject,
): string[] {
  switch (type) {
    case "com.artesia.asset.selection.AssetIdsSelectionContext":
      return listOf(context["asset_ids"]).flatMap((id) => textOf(id) ?? []);
    case "com.artesia.asset.selection.FolderSelectionContext":
      return store.childIds(needText(context, "folder_id"));
    case "com.artesia.asset.selection.SearchSelectionContext": {
      const parameters = new URLSearchParams({ limit: String(settings.bulkLimit + 1) });
      const fields = {
        keyword_query: "keyword_query",
        folder_filter: "folder_filter_id",
        folder_filter_type: "folder_filter_type",
      };
      for (const [parameter, member] of Object.entries(fields)) {
        const value = textOf(context[member]);
        if (value !== undefined) parameters.set(parameter, value);
      }
      return search(store, registry, { ...settings, pageCap: settings.bulkLimit + 1 }, parameters)
        .page.filter(isAsset)
        .map(({ id }) => id);
    }
    default:
      throw badRequest(`The selection context type "${type}" is unknown.`);
  }
}

function withDescendants(store: OtmmStore, id: string, descend: string): string[] {
  if (!store.findFolder(id) || descend === "NONE") return [id];
  const below = descend === "IMMEDIATE" ? store.childIds(id) : [...store.descendants(id)];
  return below.filter((child) => store.findAsset(child) !== undefined);
}
