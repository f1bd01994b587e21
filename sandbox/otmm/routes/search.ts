import type { SandboxAnswer } from "../../kernel/types.js";
import type { Call, Route } from "../call.js";
import { renderAsset, renderFolder } from "../render/asset.js";
import { loadPlan, type LoadPlan } from "../render/plan.js";
import { isAsset, type Candidate } from "../search/fields.js";
import { search } from "../search/search.js";

/** Assets and folders of a result or listing, in order, as they are now. */
export function renderMixed(call: Call, entries: Candidate[], plan: LoadPlan): Promise<object[]> {
  const context = call.rendering(call.parts.settings.flattenListings);
  return Promise.all(
    entries.map(async (entry) => {
      if (!isAsset(entry)) return renderFolder(context, entry, plan);
      return renderAsset(context, call.store.findAsset(entry.id) ?? entry, plan);
    }),
  );
}

async function run(call: Call): Promise<SandboxAnswer> {
  const parameters = await call.parameters();
  const plan = loadPlan(parameters);
  const result = search(call.store, call.registry, call.parts.settings, parameters);
  const idsOnly = parameters.get("return_type") === "ids";
  return call.json({
    search_result_resource: {
      search_result: {
        asset_id_list: result.page.map(({ id }) => id),
        hit_count: result.page.length,
        total_hit_count: result.total,
        offset: result.offset,
        contains_invalid_conditions: result.invalid,
        asset_group_count: { entry: result.groups },
        facet_field_response_list: result.facets,
      },
      ...(!idsOnly && { asset_list: await renderMixed(call, result.page, plan) }),
    },
  });
}

export const searchRoutes: Route[] = [
  { method: "GET", pattern: "search/text", run },
  { method: "POST", pattern: "search/text", run },
  {
    method: "GET",
    pattern: "searchconfigurations",
    run: (call) =>
      call.json({
        search_configurations_resource: { search_configuration_list: [{ id: 3, name: "Default", is_default: true }] },
      }),
  },
];
