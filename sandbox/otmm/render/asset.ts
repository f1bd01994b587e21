import type { SandboxFiles } from "../../kernel/types.js";
import { PERMISSIONS } from "../assumptions.js";
import type { Registry } from "../registry.js";
import type { OtmmStore } from "../store.js";
import type { AssetRecord, ContentRecord, FolderRecord, UserRecord } from "../types.js";
import { storedChecksum } from "./checksum.js";
import { renderMetadata } from "./metadata.js";
import type { LoadPlan } from "./plan.js";

/** What rendering needs to know besides the record. */
export interface RenderContext {
  store: OtmmStore;
  registry: Registry;
  files: SandboxFiles;
  users: UserRecord[];
  policies: { id: number; name: string }[];
  caller: UserRecord;
  /** Leave the category level out. */
  flat?: boolean;
}

const CONTENT_MANAGER = "ARTESIA.CONTENT.FILESYSTEM";

/** An asset in the vendor's shape (fact sheet 3.3). */
export async function renderAsset(context: RenderContext, asset: AssetRecord, plan: LoadPlan): Promise<object> {
  const { store } = context;
  const id = (login: string) => context.users.find((user) => user.login === login)?.id ?? "153";
  const name = (login: string) => context.users.find((user) => user.login === login)?.fullName ?? login;
  const master = asset.master && (await renderContent(context, asset.master));
  return {
    asset_id: asset.id,
    original_asset_id: asset.originalId,
    version: asset.version,
    latest_version: asset.latest,
    name: asset.name,
    content_type: asset.contentType,
    ...(asset.master && { mime_type: asset.master.mime, content_size: asset.master.size }),
    metadata_model_id: asset.modelId,
    legacy_model_id: context.registry.model(asset.modelId).legacyId,
    date_imported: asset.imported,
    date_last_updated: asset.updated,
    creator_id: id(asset.importer),
    import_user_name: asset.importer,
    import_job_id: asset.importJob,
    deleted: asset.deleted,
    expired: isExpired(asset, store.now()),
    locked: asset.lockedBy !== undefined,
    checked_out: asset.checkedOutBy !== undefined,
    ...(plan.subscribed && { subscribed_to: asset.subscribers?.includes(context.caller.login) ?? false }),
    content_editable: true,
    product_associations: false,
    asset_state: "NORMAL",
    asset_state_last_update_date: asset.assetState.at,
    asset_state_user_id: id(asset.assetState.user),
    asset_lock_state_last_update_date: asset.metadataLock.at,
    asset_lock_state_user_id: id(asset.metadataLock.user),
    content_state: asset.deleted ? "SEL_DEL" : "NORMAL",
    content_state_last_update_date: asset.contentState.at,
    content_state_user_id: id(asset.contentState.user),
    content_state_user_name: name(asset.contentState.user),
    content_lock_state_last_update_date: asset.contentLock.at,
    content_lock_state_user_id: id(asset.contentLock.user),
    content_lock_state_user_name: asset.contentLock.user,
    metadata_lock_state_user_name: asset.metadataLock.user,
    metadata_state_user_name: name(asset.metadataState.user),
    ...(asset.thumbnail && { thumbnail_content_id: asset.thumbnail.id }),
    delivery_service_url: `https://dam.example.com/adaptivemedia/rendition?id=${asset.originalId}`,
    access_control_descriptor: permissions(context.caller),
    ...(plan.contentInfo && master && { master_content_info: master, asset_content_info: { master_content: master } }),
    ...(await renditions(context, asset, plan)),
    ...(plan.policies && { security_policy_list: policiesOf(context, asset.policies) }),
    ...(plan.path && { path_list: pathsOf(store, asset.parents, { asset_id: asset.id, name: asset.name }) }),
    ...(plan.links && { links: renderLinks(asset) }),
    ...(plan.metadata && { metadata: metadataOf(context, asset.modelId, asset.values, plan) }),
  };
}

/** A folder in the vendor's shape: asset-like, with the container members. */
export function renderFolder(context: RenderContext, folder: FolderRecord, plan: LoadPlan): object {
  const { store } = context;
  const creator = context.users.find((user) => user.login === folder.creator);
  return {
    type: "com.artesia.container.Container",
    data_type: "CONTAINER",
    asset_id: folder.id,
    container_id: folder.id,
    container_type_id: folder.typeId,
    container_type_name: "Folder",
    name: folder.name,
    in_review: false,
    metadata_model_id: folder.modelId,
    legacy_model_id: context.registry.model(folder.modelId).legacyId,
    date_imported: folder.created,
    date_last_updated: folder.updated,
    creator_id: creator?.id ?? "153",
    deleted: folder.deleted,
    expired: false,
    locked: false,
    checked_out: false,
    metadata_lock_state_user_name: folder.creator,
    access_control_descriptor: permissions(context.caller),
    ...(plan.childCounts && { container_child_counts: childCounts(store, folder.id) }),
    ...(plan.policies && { security_policy_list: policiesOf(context, folder.policies) }),
    ...(plan.path && { path_list: pathsOf(store, folder.parents, { asset_id: folder.id, name: folder.name }) }),
    ...(plan.metadata && { metadata: metadataOf(context, folder.modelId, folder.values, plan) }),
  };
}

/** `expired` follows from the metadata field. */
export function isExpired(asset: AssetRecord, now: string): boolean {
  const date = asset.values["ARTESIA.FIELD.EXPIRATION DATE"];
  return typeof date === "string" && Date.parse(date) <= Date.parse(now);
}

export function renderLinks(asset: AssetRecord): { source_id: string; links: object[] } {
  const links = asset.links.map(({ type, destination }) => ({
    link_type_id: type,
    source_id: asset.id,
    destination_id: destination,
  }));
  return { source_id: asset.id, links };
}

function childCounts(store: OtmmStore, folderId: string): object {
  const children = store.childIds(folderId);
  const containers = children.filter((id) => store.findFolder(id)).length;
  return { asset_count: children.length - containers, container_count: containers, total_child_count: children.length };
}

function metadataOf(context: RenderContext, modelId: string, values: AssetRecord["values"], plan: LoadPlan): object {
  const model = context.registry.model(modelId);
  return renderMetadata(context.registry, model, values, {
    only: plan.only,
    flat: context.flat === true && plan.only !== undefined,
  });
}

function permissions(user: UserRecord): object {
  const { download, editMetadata, editContent } = user.rights;
  const granted: Record<(typeof PERMISSIONS)[number], boolean> = {
    VIEW: true,
    VIEW_CONTENT: download,
    VIEW_PREVIEW: true,
    EDIT_METADATA: editMetadata,
    EDIT_CONTENT: editContent,
    DELETE: editContent,
  };
  return { permissions_map: { entry: PERMISSIONS.map((key) => ({ key, value: granted[key] })) } };
}

function policiesOf(context: RenderContext, ids: number[]): object[] {
  return ids.map((id) => ({ id, name: context.policies.find((policy) => policy.id === id)?.name ?? String(id) }));
}

async function renditions(context: RenderContext, asset: AssetRecord, plan: LoadPlan): Promise<object> {
  const isDocument = asset.master?.mime === "application/pdf";
  const content = {
    ...(plan.thumbnail && asset.thumbnail && { thumbnail_content: await renderContent(context, asset.thumbnail) }),
    ...(plan.preview && asset.preview && { preview_content: await renderContent(context, asset.preview) }),
    // A document without a PDF of its own is its own PDF preview.
    ...(plan.pdfPreview &&
      isDocument &&
      asset.master && { pdf_preview_content: await renderContent(context, asset.master) }),
  };
  return Object.keys(content).length > 0 ? { rendition_content: content } : {};
}

async function renderContent(context: RenderContext, content: ContentRecord): Promise<object> {
  const checksum = await storedChecksum(context.files, content);
  return {
    id: content.id,
    name: content.name,
    mime_type: content.mime,
    content_kind: content.kind,
    content_size: content.size,
    unit_of_size: "BYTES",
    width: content.width,
    height: content.height,
    ...(checksum !== undefined && { content_checksum: checksum }),
    content_manager_id: CONTENT_MANAGER,
    content_path: `data/repository/original/${content.id.slice(0, 2)}/${content.id}`,
    content_data: { data_source: "NO_CONTENT", temp_file: false },
    url: `/otmmapi/v6/renditions/${content.id}`,
  };
}

/** Ways from a root folder down to the thing, one for each parent. */
function pathsOf(store: OtmmStore, parents: string[], self: { asset_id: string; name: string }): object[] {
  return parents.flatMap((parent) =>
    waysTo(store, parent).map((way) => ({
      tree_name: way[0]?.name ?? "",
      element_list: [...way, self],
    })),
  );
}

function waysTo(store: OtmmStore, folderId: string): { asset_id: string; name: string }[][] {
  const folder = store.findFolder(folderId);
  if (!folder) return [];
  const here = { asset_id: folder.id, name: folder.name };
  if (folder.parents.length === 0) return [[here]];
  return folder.parents.flatMap((parent) => waysTo(store, parent).map((way) => [...way, here]));
}
