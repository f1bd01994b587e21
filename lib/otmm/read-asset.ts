import { flag, isRecord, list, number, record, records, text, within, type UnknownRecord } from "../http/shape.js";
import type { OtmmAssumptions } from "./assumptions.js";
import { readMetadata } from "./metadata.js";
import type { OtmmAsset, OtmmContent, OtmmFolder, OtmmLink } from "./types.js";

/** Keys that are set only when there is something to say (`exactOptionalPropertyTypes`). */
function given<K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> {
  if (value === undefined) return {};
  const one: Partial<Record<K, V>> = {};
  one[key] = value;
  return one;
}

/**
 * Narrows one entry of `asset_list`, or `asset_resource.asset`.
 * @returns undefined for what has no id
 */
export function readAsset(answer: unknown, assumptions: OtmmAssumptions): OtmmAsset | undefined {
  const asset = record(answer);
  const assetId = text(asset["asset_id"]) ?? text(asset["container_id"]);
  if (assetId === undefined || assetId === "") return undefined;
  const renditions = record(asset["rendition_content"]);
  const content = (from: unknown, kind: string): OtmmContent | undefined => readContent(from, kind, asset, assumptions);
  const master =
    content(asset["master_content_info"], "MASTER") ??
    content(within(asset, "asset_content_info")["master_content"], "MASTER");
  return {
    assetId,
    originalAssetId: text(asset["original_asset_id"]) ?? assetId,
    version: text(asset["version"]) ?? "1",
    latestVersion: flag(asset["latest_version"]) ?? true,
    name: text(asset["name"]) ?? assetId,
    ...given("contentType", text(asset["content_type"])),
    ...given("mediaType", text(asset["mime_type"])),
    ...given("size", number(asset["content_size"])),
    ...given("modelId", text(asset["metadata_model_id"])),
    ...given("imported", text(asset["date_imported"])),
    ...given("lastUpdated", text(asset["date_last_updated"])),
    ...given("importedBy", text(asset["import_user_name"])),
    ...given("importJobId", text(asset["import_job_id"])),
    ...given("lockHolder", text(asset["metadata_lock_state_user_name"])),
    ...given(
      "checkOutHolder",
      text(asset["content_lock_state_user_name"]) ?? text(asset["content_lock_state_user_id"]),
    ),
    ...given("contentState", text(asset["content_state"])),
    deleted: flag(asset["deleted"]) === true || ["SEL_DEL", "DELETED"].includes(text(asset["content_state"]) ?? ""),
    expired: flag(asset["expired"]) === true,
    locked: flag(asset["locked"]) === true,
    checkedOut: flag(asset["checked_out"]) === true,
    container: isContainer(asset),
    ...given("master", master),
    ...given("preview", content(renditions["preview_content"], "PREVIEW")),
    ...given("thumbnail", content(renditions["thumbnail_content"], "THUMBNAIL")),
    ...given("pdf", content(renditions["pdf_preview_content"], "PDF_PREVIEW")),
    ...given("metadata", asset["metadata"] === undefined ? undefined : readMetadata(asset["metadata"])),
    permissions: readPermissions(asset),
    policies: records(asset["security_policy_list"]).flatMap((policy) => {
      const id = text(policy["id"]);
      return id === undefined ? [] : [{ id, ...given("name", text(policy["name"])) }];
    }),
    paths: readPaths(asset["path_list"], assetId),
    links: readLinks(asset["links"], assetId),
  };
}

/** Folders in mixed listings: by their type, or by members that only containers have. */
function isContainer(asset: UnknownRecord): boolean {
  return (
    (text(asset["type"]) ?? "").startsWith("com.artesia.container") ||
    asset["container_id"] !== undefined ||
    asset["container_type_id"] !== undefined
  );
}

function readContent(
  from: unknown,
  kind: string,
  asset: UnknownRecord,
  assumptions: OtmmAssumptions,
): OtmmContent | undefined {
  if (!isRecord(from)) return undefined;
  const checksum = text(from["content_checksum"])?.trim().toLowerCase();
  const size = number(from["content_size"]);
  return {
    ...given("id", text(from["id"])),
    kind: text(from["content_kind"]) ?? kind,
    name: text(from["name"]) ?? text(asset["name"]) ?? "content",
    mediaType:
      text(from["mime_type"]) ??
      (kind === "MASTER" ? text(asset["mime_type"]) : undefined) ??
      "application/octet-stream",
    ...given("size", size !== undefined && size >= 0 ? size : undefined),
    ...given(
      "md5",
      assumptions.checksum === "MD5" && checksum !== undefined && /^[0-9a-f]{32}$/.test(checksum)
        ? checksum
        : undefined,
    ),
  };
}

/** `permissions_map.entry[]{key, value}` */
function readPermissions(asset: UnknownRecord): Record<string, boolean> {
  const entries = records(within(asset, "access_control_descriptor", "permissions_map")["entry"]);
  return Object.fromEntries(
    entries.flatMap((entry): [string, boolean][] => {
      const key = text(entry["key"]);
      const allowed = flag(entry["value"]);
      return key === undefined || allowed === undefined ? [] : [[key, allowed]];
    }),
  );
}

/**
 * Assumed: `path_list[]{tree_name, element_list[]{asset_id, name}}`; plain strings are taken as they are. The asset
 * itself, where it stands at the end, is left out: a path is one of folders.
 */
function readPaths(paths: unknown, assetId?: string): string[] {
  return list(paths).flatMap((path) => {
    if (typeof path === "string") return [path];
    const elements = records(record(path)["element_list"]).filter((element) => text(element["asset_id"]) !== assetId);
    const names = elements.flatMap((element) => text(element["name"]) ?? []);
    return names.length === 0 ? [] : [names.join("/")];
  });
}

/** Assumed element: `{link_type_id, source_id, destination_id}`. */
function readLinks(links: unknown, assetId: string): OtmmLink[] {
  return records(record(links)["links"]).flatMap((link) => {
    const source = text(link["source_id"]) ?? text(record(links)["source_id"]) ?? assetId;
    const destination = text(link["destination_id"]);
    const type = text(link["link_type_id"]) ?? text(within(link, "link_type")["id"]);
    if (destination === undefined || type === undefined) return [];
    return [
      source === assetId
        ? { type, direction: "to" as const, assetId: destination }
        : { type, direction: "from" as const, assetId: source },
    ];
  });
}

/** Narrows a folder, from `folder_resource.folder`, `folder_list[]` or a mixed listing. */
export function readFolder(answer: unknown): OtmmFolder | undefined {
  const folder = record(answer);
  const id = text(folder["asset_id"]) ?? text(folder["container_id"]);
  if (id === undefined || id === "") return undefined;
  const counts = record(folder["container_child_counts"]);
  return {
    id,
    name: text(folder["name"]) ?? id,
    ...given("assets", number(counts["asset_count"])),
    ...given("folders", number(counts["container_count"])),
    ...given("lastUpdated", text(folder["date_last_updated"])),
    paths: readPaths(folder["path_list"]),
  };
}
