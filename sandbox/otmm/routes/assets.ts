import type { SandboxAnswer } from "../../kernel/types.js";
import { badRequest, conflict, notFound, undocumented } from "../answers.js";
import { DEFAULT_LIMIT } from "../assumptions.js";
import type { Call, Route } from "../call.js";
import { applied, readEdits } from "../edit.js";
import { isObject, needText, onlyMembers, parseJson, wrapped } from "../json.js";
import { renderAsset, renderLinks } from "../render/asset.js";
import { loadPlan } from "../render/plan.js";
import { selectionOf } from "../selection.js";
import type { AssetRecord } from "../types.js";

async function assetList(call: Call, assets: AssetRecord[]): Promise<SandboxAnswer> {
  const plan = loadPlan(call.request.query);
  return call.json({ assets_resource: { asset_list: await call.renderAssets(assets, plan) } });
}

async function detail(call: Call): Promise<SandboxAnswer> {
  const asset = call.store.asset(call.variable("id"));
  const plan = loadPlan(call.request.query);
  return call.json({ asset_resource: { asset: await renderAsset(call.rendering(), asset, plan) } });
}

function bySelection(call: Call): Promise<SandboxAnswer> {
  const { store, registry, settings } = call.parts;
  const { ids, includeDeleted } = selectionOf(store, registry, settings, call.request.query.get("selection_context"));
  const assets = ids.flatMap((id) => store.findAsset(id) ?? []);
  return assetList(
    call,
    assets.filter((asset) => includeDeleted || !asset.deleted),
  );
}

function recent(call: Call): Promise<SandboxAnswer> {
  const limit = Number(call.request.query.get("limit") ?? DEFAULT_LIMIT);
  const newest = call.store.assets.filter((asset) => !asset.deleted).sort((a, b) => (a.imported < b.imported ? 1 : -1));
  return assetList(call, newest.slice(0, Number.isFinite(limit) ? limit : DEFAULT_LIMIT));
}

function parents(call: Call): SandboxAnswer {
  const asset = call.store.asset(call.variable("id"));
  const folders = asset.parents.flatMap((id) => call.store.findFolder(id) ?? []);
  return call.json({ folders_resource: { folder_list: call.renderFolders(folders, loadPlan(call.request.query)) } });
}

/** Metadata of one asset: the caller must hold its lock. */
async function patch(call: Call): Promise<SandboxAnswer> {
  call.need("editMetadata", "You may not edit the metadata of this asset.");
  const body = parseJson(await call.request.text(), "The body");
  if (isObject(body)) onlyMembers(body, ["edited_asset"], "The body");
  const data = wrapped(body, "edited_asset", "data");
  onlyMembers(data, ["metadata"], "The edited asset");
  // From here to the change nothing waits: the check and the write are one step.
  const asset = call.store.asset(call.variable("id"));
  mustOwnLock(asset, call.user.login);
  const edits = readEdits(call.registry, asset.modelId, data["metadata"]);
  const values = applied(call.registry, asset.modelId, asset.values, edits);
  const now = call.store.now();
  const name = values["ARTESIA.FIELD.ASSET NAME"];
  if (typeof name !== "string") throw badRequest("An asset must have a name.");
  await call.store.changeAsset(asset.id, (record) => {
    record.values = values;
    record.name = name;
    record.updated = now;
    record.metadataState = { at: now, user: call.user.login };
  });
  return call.json({
    asset_resource: { asset: await renderAsset(call.rendering(), asset, loadPlan(new URLSearchParams())) },
  });
}

function mustOwnLock(asset: AssetRecord, login: string): void {
  if (asset.deleted) throw conflict(`The asset "${asset.id}" is marked for deletion.`);
  if (asset.lockedBy === undefined) throw conflict(`The asset "${asset.id}" is not locked.`);
  if (asset.lockedBy !== login) throw conflict(`The asset "${asset.id}" is locked by ${asset.lockedBy}.`);
}

/** Adds a link; the body is the element itself, or the element in a `link` wrapper. */
async function addLink(call: Call): Promise<SandboxAnswer> {
  call.need("link", "You may not create links.");
  const body = wrapped({ body: parseJson(await call.request.text(), "The body") }, "body");
  const outer = isObject(body["link_resource"]) ? body["link_resource"] : body;
  const link = isObject(outer["link"]) ? outer["link"] : outer;
  onlyMembers(link, ["link_type_id", "source_id", "destination_id"], "The link");
  const asset = call.store.asset(call.variable("id"));
  const source = link["source_id"];
  if (source !== undefined && source !== asset.id) throw badRequest("The link's source is another asset.");
  const type = needText(link, "link_type_id");
  if (!call.parts.seed.linkTypes.some((known) => known.id === type))
    throw badRequest(`The link type "${type}" is unknown.`);
  const destination = call.store.asset(needText(link, "destination_id")).id;
  await call.store.changeAsset(asset.id, (record) => {
    if (record.links.some((known) => known.type === type && known.destination === destination)) return;
    record.links = [...record.links, { type, destination }];
    record.updated = call.store.now();
  });
  return call.json({ links_resource: { links: renderLinks(asset) } });
}

async function subscribe(call: Call, subscribed: boolean): Promise<SandboxAnswer> {
  const { store, registry, settings } = call.parts;
  const parameters = await call.parameters();
  const wanted = subscribed ? "subscribe" : "un_subscribe";
  if (parameters.get("action") !== wanted) throw badRequest(`The action must be "${wanted}".`);
  for (const id of selectionOf(store, registry, settings, parameters.get("selection_context")).ids) {
    await store.changeAsset(id, (asset) => {
      const others = (asset.subscribers ?? []).filter((login) => login !== call.user.login);
      asset.subscribers = subscribed ? [...others, call.user.login] : others;
    });
  }
  return { status: 200 };
}

function versions(call: Call): Promise<SandboxAnswer> {
  return assetList(call, call.store.versionsOf(call.store.asset(call.variable("id")).originalId));
}

function linksOf(call: Call): SandboxAnswer {
  return call.json({ links_resource: { links: renderLinks(call.store.asset(call.variable("id"))) } });
}

export const assetRoutes: Route[] = [
  { method: "GET", pattern: "assets", run: bySelection },
  { method: "GET", pattern: "assets/recent", run: recent },
  { method: "POST", pattern: "assets/subscriptions", run: (call) => subscribe(call, true) },
  { method: "DELETE", pattern: "assets/subscriptions", run: (call) => subscribe(call, false) },
  { method: "GET", pattern: "assets/:id", run: detail },
  { method: "PATCH", pattern: "assets/:id", run: patch },
  { method: "GET", pattern: "assets/:id/versions", run: versions },
  { method: "GET", pattern: "assets/:id/parents", run: parents },
  { method: "GET", pattern: "assets/:id/links", run: linksOf },
  { method: "POST", pattern: "assets/:id/links", run: addLink },
  {
    method: "GET",
    pattern: "linktypes",
    run: (call) => call.json({ link_types_resource: { link_type_list: call.parts.seed.linkTypes } }),
  },
];

/** Thrown for what is not in the fact sheet. */
export function noSuchCall(method: string, path: string) {
  return undocumented(`There is no ${method} ${path} in this API.`, notFound("").status);
}
