import { failure, segment } from "../http/index.js";
import { number, records, text, within } from "../http/shape.js";
import { readEntries } from "./assets.js";
import { notFound, type OtmmGateway } from "./gateway.js";
import { readPage } from "./paging.js";
import { readFolder } from "./read-asset.js";
import { detailOf } from "./search.js";
import type { CallOptions, OtmmFolder, OtmmPage, OtmmQuery, PageOptions } from "./types.js";

type ListingOptions = PageOptions & Pick<OtmmQuery, "detail" | "fields" | "limit">;

/** The folders at the top. @see GET /folders/rootfolders, fact sheet 7.1 */
export async function rootFolders(gateway: OtmmGateway, options: CallOptions): Promise<OtmmFolder[]> {
  const answer = await gateway.read({ method: "GET", path: "/folders/rootfolders", signal: options.signal });
  return foldersOf(within(answer, "folders_resource")["folder_list"]);
}

/** A folder with its path and how many children it has. */
export async function loadFolder(gateway: OtmmGateway, id: string, options: CallOptions): Promise<OtmmFolder> {
  const load = JSON.stringify({ data_load_request: { child_count_load_type: "both", load_path: true } });
  const answer = await gateway.readOne(
    "folder",
    "/folders",
    id,
    { load_type: "custom", data_load_request: load },
    options.signal,
  );
  const folder = readFolder(within(answer, "folder_resource")["folder"]);
  if (folder === undefined)
    throw failure("UPSTREAM", `OTMM answered for the folder "${id}" with something that is no folder.`, {
      system: "otmm",
    });
  return folder;
}

/** Folders directly inside a folder. */
export async function subfolders(gateway: OtmmGateway, id: string, options: CallOptions): Promise<OtmmFolder[]> {
  if (gateway.assumptions.subfolders === "children") return subfoldersAmongChildren(gateway, id, options);
  try {
    const answer = await gateway.read({
      method: "GET",
      path: `/folders/${segment(id)}/folders`,
      signal: options.signal,
    });
    return foldersOf(within(answer, "folders_resource")["folder_list"]);
  } catch (thrown) {
    throw notFound(thrown, "folder", id);
  }
}

async function subfoldersAmongChildren(gateway: OtmmGateway, id: string, options: CallOptions): Promise<OtmmFolder[]> {
  const found = new Map<string, OtmmFolder>();
  let cursor: PageOptions["cursor"];
  do {
    const page: OtmmPage<OtmmFolder> = await readPage(cursor, async (after) => {
      const { entries } = await childrenAt(gateway, id, after, { signal: options.signal, detail: "system" });
      const items = entries.flatMap((entry) =>
        entry["container_id"] !== undefined || (text(entry["type"]) ?? "").includes("container")
          ? (readFolder(entry) ?? [])
          : [],
      );
      return { items, length: entries.length, first: text(entries[0]?.["asset_id"]) };
    });
    for (const folder of page.items) found.set(folder.id, folder);
    cursor = page.next;
  } while (cursor !== undefined);
  return [...found.values()];
}

/**
 * Finds a folder by its path of names from the top, e.g. "Public Folders/Campaigns/2021"; a list where a name holds a
 * slash. Names need not be unique in OTMM.
 *
 * @throws LifecycleError NOT_FOUND naming the level, CONFLICT when two folders of a level have the name
 */
export async function folderByPath(
  gateway: OtmmGateway,
  path: string | readonly string[],
  options: CallOptions,
): Promise<OtmmFolder> {
  const names = typeof path === "string" ? path.split("/").filter((name) => name.trim() !== "") : path;
  const shown = names.join("/");
  let found: OtmmFolder | undefined;
  for (const name of names) {
    const level =
      found === undefined ? await rootFolders(gateway, options) : await subfolders(gateway, found.id, options);
    const matches = level.filter((folder) => folder.name === name);
    found = matches[0];
    if (found === undefined) {
      throw failure(
        "NOT_FOUND",
        `OTMM has no folder "${name}" on the path "${shown}", or the connection's user may not see it.`,
        { system: "otmm", details: { path: shown, name } },
      );
    }
    if (matches.length > 1) {
      throw failure(
        "CONFLICT",
        `There are ${matches.length} folders "${name}" on the path "${shown}"; name the folder by its id.`,
        { system: "otmm", details: { path: shown, ids: matches.map(({ id }) => id) } },
      );
    }
  }
  if (found === undefined) throw failure("INVALID_INPUT", "The folder's path is empty.", { system: "otmm" });
  return found;
}

/**
 * One page of the assets directly in a folder, by name; subfolders are left out. The listing has no total, and the
 * folder's own counts may count what the listing does not show, so it ends at the first empty page.
 */
export function folderAssets(gateway: OtmmGateway, id: string, options: ListingOptions): Promise<OtmmPage> {
  return readPage(options.cursor, async (after) => {
    const { entries } = await childrenAt(gateway, id, after, options);
    return readEntries(gateway, entries);
  });
}

async function childrenAt(
  gateway: OtmmGateway,
  id: string,
  after: number,
  options: ListingOptions,
): Promise<{ entries: ReturnType<typeof records> }> {
  try {
    const answer = await gateway.read({
      method: "GET",
      path: `/folders/${segment(id)}/children`,
      query: {
        ...detailOf(options.detail ?? "metadata", options.fields),
        after,
        limit: options.limit ?? gateway.assumptions.pageLimit,
        sort: "asc_NAME",
      },
      signal: options.signal,
    });
    return { entries: records(within(answer, "folder_children")["asset_list"]) };
  } catch (thrown) {
    throw notFound(thrown, "folder", id);
  }
}

/** Collections that the connection's user sees. @see fact sheet 7.2 */
export async function collections(
  gateway: OtmmGateway,
  options: CallOptions,
): Promise<{ id: string; name: string; owner?: string }[]> {
  const answer = await gateway.read({ method: "GET", path: "/collections", signal: options.signal });
  return records(within(answer, "collection_resource")["collection"]).flatMap((collection) => {
    const id = text(collection["id"]);
    const owner = text(collection["owner_name"]);
    return id === undefined
      ? []
      : [{ id, name: text(collection["name"]) ?? id, ...(owner === undefined ? {} : { owner }) }];
  });
}

/** One page of the assets of a collection. Whether the server pages here is not known: an ignored offset ends the list. */
export function collectionAssets(gateway: OtmmGateway, id: string, options: ListingOptions): Promise<OtmmPage> {
  return readPage(options.cursor, async (after): Promise<ReturnType<typeof readEntries>> => {
    try {
      const answer = await gateway.read({
        method: "GET",
        path: `/collections/${segment(id)}/assets`,
        query: {
          ...detailOf(options.detail ?? "metadata", options.fields),
          after,
          limit: options.limit ?? gateway.assumptions.pageLimit,
        },
        signal: options.signal,
      });
      const resource = within(answer, "assets_resource");
      return {
        ...readEntries(gateway, records(resource["asset_list"])),
        total: number(within(resource, "collection_summary")["total_number_of_items"]),
      };
    } catch (thrown) {
      throw notFound(thrown, "collection", id);
    }
  });
}

function foldersOf(list: unknown): OtmmFolder[] {
  return records(list).flatMap((entry) => readFolder(entry) ?? []);
}
