import type { AssetKey, AssetLink, ContentRef, LifecycleAsset } from "../messages/asset.js";
import type { OtmmAssumptions } from "./assumptions.js";
import { contentId, contentOf } from "./content.js";
import { toFields } from "./metadata.js";
import type { AssetSelection, OtmmAsset } from "./types.js";

/** `otmm:<connection>:<original asset id>`: the same for every version. */
export function assetKey(connection: string, originalAssetId: string): AssetKey {
  return `otmm:${connection}:${originalAssetId}`;
}

/** The asset as it travels on messages: plain JSON, selected fields, content as references. */
export function toLifecycleAsset(
  connection: string,
  asset: OtmmAsset,
  assumptions: OtmmAssumptions,
  selection: AssetSelection = {},
): LifecycleAsset {
  const { assetId, originalAssetId, version } = asset;
  const content = contentOf(asset)
    .filter(({ role }) => selection.roles === undefined || selection.roles.includes(role))
    .map(({ role, kind, content }): ContentRef => ({
      system: "otmm",
      connection,
      id: contentId(assetId, content, kind),
      role,
      name: content.name,
      mediaType: content.mediaType,
      ...(content.size === undefined ? {} : { size: content.size }),
      fixity: content.md5 === undefined ? [] : [{ algorithm: "MD5", value: content.md5, by: "source" }],
    }));
  return {
    key: assetKey(connection, originalAssetId),
    version,
    name: asset.name,
    ids: { otmm: { connection, assetId, originalAssetId, version } },
    fields: toFields(asset.metadata ?? [], assumptions, selection.fields),
    content,
    ...(asset.links.length === 0 ? {} : { links: asset.links.map((link) => toLink(connection, link)) }),
    ...(asset.paths.length === 0 ? {} : { paths: [...asset.paths] }),
    source: sourceOf(asset),
  };
}

/** The key is of the linked asset where the link was resolved, else of the version that the link names. */
function toLink(connection: string, link: OtmmAsset["links"][number]): AssetLink {
  return {
    type: link.type,
    direction: link.direction,
    key: assetKey(connection, link.originalAssetId ?? link.assetId),
    ...(link.version === undefined ? {} : { version: link.version }),
  };
}

/** System members in OTMM's own words. */
function sourceOf(asset: OtmmAsset): Record<string, string | number | boolean> {
  const said: Record<string, string | number | boolean | undefined> = {
    asset_id: asset.assetId,
    original_asset_id: asset.originalAssetId,
    version: asset.version,
    latest_version: asset.latestVersion,
    content_type: asset.contentType,
    mime_type: asset.mediaType,
    content_size: asset.size,
    metadata_model_id: asset.modelId,
    date_imported: asset.imported,
    date_last_updated: asset.lastUpdated,
    import_user_name: asset.importedBy,
    import_job_id: asset.importJobId,
    content_state: asset.contentState,
    deleted: asset.deleted,
    expired: asset.expired,
    locked: asset.locked,
    checked_out: asset.checkedOut,
    // The members keep the last holder for ever; they mean something only while held.
    lock_holder: asset.locked ? asset.lockHolder : undefined,
    check_out_holder: asset.checkedOut ? asset.checkOutHolder : undefined,
    security_policies:
      asset.policies.length === 0 ? undefined : asset.policies.map((policy) => policy.name ?? policy.id).join(", "),
  };
  const source: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(said)) if (value !== undefined) source[name] = value;
  return source;
}
