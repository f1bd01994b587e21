import { randomBytes } from "node:crypto";
import type { SandboxAnswer } from "../../kernel/types.js";
import { badRequest, conflict, notFound } from "../answers.js";
import { FOLDERS_LIST_LATEST_ONLY, STATUS } from "../assumptions.js";
import type { Call, Route } from "../call.js";
import { applied, readEdits } from "../edit.js";
import { isObject, isTrue, listOf, needText, onlyMembers, parseJson, textOf, wrapped } from "../json.js";
import { renderFolder } from "../render/asset.js";
import { loadPlan } from "../render/plan.js";
import { isAsset, type Candidate } from "../search/fields.js";
import { pageOf, sorted } from "../search/page.js";
import { selectionOf } from "../selection.js";
import type { FolderRecord } from "../types.js";
import { renderMixed } from "./search.js";

/** Children of a folder in listing order: folders and assets mixed, deleted ones too unless they are filtered out. */
function childrenOf(call: Call, folder: FolderRecord): Candidate[] {
  const filter = call.request.query.get("asset_filter_request");
  const flags =
    filter === null
      ? {}
      : wrapped(parseJson(filter, "asset_filter_request"), "asset_filter_request_param", "asset_filter_request");
  const withoutDeleted = isTrue(flags["exclude_deleted_assets"]);
  const children = call.store.childIds(folder.id).flatMap((id): Candidate[] => {
    const child = call.store.findAsset(id) ?? call.store.findFolder(id);
    if (!child || (FOLDERS_LIST_LATEST_ONLY && isAsset(child) && !child.latest) || (withoutDeleted && child.deleted))
      return [];
    return [child];
  });
  return sorted(children, call.request.query.get("sort"));
}

function folderList(call: Call, folders: FolderRecord[]): SandboxAnswer {
  return call.json({ folders_resource: { folder_list: call.renderFolders(folders, loadPlan(call.request.query)) } });
}

function one(call: Call): SandboxAnswer {
  const folder = call.store.folder(call.variable("id"));
  return call.json({
    folder_resource: { folder: renderFolder(call.rendering(), folder, loadPlan(call.request.query)) },
  });
}

async function children(call: Call): Promise<SandboxAnswer> {
  const all = childrenOf(call, call.store.folder(call.variable("id")));
  const { after, limit } = pageOf(call.request.query, call.parts.settings.pageCap);
  const page = await renderMixed(call, all.slice(after, after + limit), loadPlan(call.request.query));
  return call.json({ folder_children: { asset_list: page } });
}

async function assets(call: Call): Promise<SandboxAnswer> {
  const all = childrenOf(call, call.store.folder(call.variable("id"))).filter(isAsset);
  const { after, limit } = pageOf(call.request.query, call.parts.settings.pageCap);
  const page = all.slice(after, after + limit);
  return call.json({
    assets_resource: {
      collection_summary: {
        after_index: after,
        limit,
        actual_count_of_items: page.length,
        total_number_of_items: all.length,
        group_to_count_map: { entry: [] },
      },
      asset_list: await call.renderAssets(page, loadPlan(call.request.query)),
    },
  });
}

function parents(call: Call): SandboxAnswer {
  const folder = call.store.folder(call.variable("id"));
  if (folder.parents.length === 0) throw notFound(`A parent of the root folder "${folder.id}"`);
  return folderList(
    call,
    folder.parents.flatMap((id) => call.store.findFolder(id) ?? []),
  );
}

async function create(call: Call): Promise<SandboxAnswer> {
  call.need("import", "You may not create folders.");
  const parent = call.store.folder(call.variable("id"));
  const order = wrapped(parseJson(await call.request.text(), "The body"), "folder_resource", "folder");
  onlyMembers(
    order,
    ["name", "container_type_id", "metadata_model_id", "security_policy_list", "metadata"],
    "The folder",
  );
  const name = needText(order, "name");
  const modelId = textOf(order["metadata_model_id"]) ?? "ARTESIA.MODEL.DEFAULT";
  if (!call.registry.models.has(modelId)) throw badRequest(`The metadata model "${modelId}" does not exist.`);
  const list = isObject(order["metadata"]) ? order["metadata"]["metadata_element_list"] : [];
  const values = applied(
    call.registry,
    modelId,
    { "ARTESIA.FIELD.ASSET NAME": name },
    readEdits(call.registry, modelId, list),
  );
  const now = call.store.now();
  const folder: FolderRecord = {
    id: randomBytes(20).toString("hex"),
    name,
    parents: [parent.id],
    typeId: textOf(order["container_type_id"]) ?? "ARTESIA.BASIC.FOLDER",
    modelId,
    created: now,
    updated: now,
    creator: call.user.login,
    policies: policies(call, order["security_policy_list"]),
    values,
    deleted: false,
  };
  await call.store.addFolder(folder);
  const plan = { ...loadPlan(new URLSearchParams()), policies: true };
  return call.json({ folder_resource: { folder: renderFolder(call.rendering(), folder, plan) } }, STATUS.folderCreated);
}

function policies(call: Call, list: unknown): number[] {
  const ids = listOf(list).map((policy) => Number(isObject(policy) ? policy["id"] : policy));
  for (const id of ids) {
    if (!call.parts.seed.policies.some((known) => known.id === id))
      throw badRequest(`The security policy ${id} does not exist.`);
  }
  return ids.length > 0 ? ids : [6];
}

/** Adds assets to a folder, or takes them out of it; an asset stays in at least one folder. */
async function changeChildren(call: Call): Promise<SandboxAnswer> {
  call.need("editContent", "You may not change the contents of this folder.");
  const folder = call.store.folder(call.variable("id"));
  const parameters = await call.parameters();
  const type = parameters.get("type");
  if (type !== "add" && type !== "remove") throw badRequest(`The type "${type ?? ""}" must be add or remove.`);
  const { store, registry, settings } = call.parts;
  const valid: string[] = [];
  const failed: { object_id: string; reason: string }[] = [];
  for (const id of selectionOf(store, registry, settings, parameters.get("selection_context")).ids) {
    const asset = store.findAsset(id);
    const inside = asset?.parents.includes(folder.id) ?? false;
    const reason = !asset
      ? "The asset does not exist."
      : type === "add" && inside
        ? "EXISTING_ELEMENT"
        : type === "remove" && !inside
          ? "The asset is not in this folder."
          : type === "remove" && asset.parents.length === 1
            ? "The asset would be in no folder."
            : undefined;
    if (reason !== undefined) {
      failed.push({ object_id: id, reason });
      continue;
    }
    await store.changeAsset(id, (record) => {
      record.parents =
        type === "add" ? [...record.parents, folder.id] : record.parents.filter((parent) => parent !== folder.id);
      record.updated = store.now();
    });
    valid.push(id);
  }
  if (valid.length === 0)
    throw conflict(failed.map(({ reason }) => reason).join(" ") || "The selection names no asset.");
  return call.json({
    folder_operation_resource: { folder_operation_result: { valid_children: valid, failed_children: failed } },
  });
}

export const folderRoutes: Route[] = [
  {
    method: "GET",
    pattern: "folders/rootfolders",
    run: (call) =>
      folderList(
        call,
        call.parts.seed.rootFolders.map((id) => call.store.folder(id)),
      ),
  },
  { method: "GET", pattern: "folders/:id", run: one },
  { method: "POST", pattern: "folders/:id", run: create },
  { method: "GET", pattern: "folders/:id/children", run: children },
  { method: "PUT", pattern: "folders/:id/children", run: changeChildren },
  {
    method: "GET",
    pattern: "folders/:id/folders",
    run: (call) =>
      folderList(
        call,
        childrenOf(call, call.store.folder(call.variable("id"))).filter(
          (child): child is FolderRecord => !isAsset(child),
        ),
      ),
  },
  { method: "GET", pattern: "folders/:id/assets", run: assets },
  { method: "GET", pattern: "folders/:id/parents", run: parents },
];
