import { LifecycleError } from "../../lib/messages/error.js";
import type { PreservicaClient } from "../../lib/preservica/index.js";
import type { FetchSettings } from "./settings.js";

/** Where a run stands; kept in the store with each page. */
export type Cursor = {
  /** Entries of the list that are done: ids, hits of a search, children of the first open folder. */
  at?: number;
  /** Folders that are still to be read; the first is under way. */
  folders?: string[];
  /** How many there were when this list was begun. */
  total?: number;
  /** Times that a list was begun again because it changed while it was read. */
  again?: number;
  /** Assets sent so far, for the limit. */
  taken?: number;
};

/** References of one page, and where the next begins. */
export interface Listed {
  refs: string[];
  /** Values that nothing carries. */
  unknown: string[];
  next?: Cursor;
  total?: number;
}

/** A list that changes more often than this while it is read is read on all the same; what shifted is reported. */
const MOST_AGAIN = 5;

/** Reads references only, one page of the server. A list that grew or shrank meanwhile is read again from its start. */
export async function listPage(
  client: PreservicaClient,
  { from }: FetchSettings,
  cursor: Cursor,
  pageSize: number,
): Promise<Listed> {
  const at = cursor.at ?? 0;
  switch (from.by) {
    case "references":
      return given(from.refs, at, pageSize, (ref) => Promise.resolve([ref]));
    case "identifiers":
      return given(from.values, at, pageSize, async (value) =>
        (await client.findByIdentifier(from.type, value))
          .filter(({ type, deleted }) => type === "IO" && !deleted)
          .map(({ ref }) => ref),
      );
    case "search": {
      const page = await client.searchPage(
        {
          text: from.text,
          fields: { ...from.fields, "xip.document_type": ["IO"] },
          // What is archived while we read comes last and shifts nothing.
          sort: { field: "xip.created", order: "asc" },
          ...(from.within === null ? {} : { within: from.within }),
        },
        at,
        pageSize,
      );
      const refs = page.hits.flatMap(({ type, ref }) => (type === "IO" ? [ref] : []));
      const more = page.entries > 0 && at + page.entries < page.total;
      return onward({ refs, unknown: [], total: page.total }, cursor, page, more, at + page.entries, []);
    }
    case "folder": {
      const [folder = from.folder, ...rest] = cursor.folders ?? [from.folder];
      const page = await client.entities.childrenPage(folder, at);
      const found = page.items.filter(({ deleted }) => !deleted);
      const refs = found.flatMap(({ type, ref }) => (type === "IO" ? [ref] : []));
      const below = from.subfolders ? found.flatMap(({ type, ref }) => (type === "SO" ? [ref] : [])) : [];
      const open = [folder, ...new Set([...rest, ...below])];
      return onward({ refs, unknown: [] }, cursor, page, page.more, at + page.items.length, open);
    }
  }
}

/** @param folders the folder under way and those after it; empty for a search */
function onward(
  listed: Listed,
  cursor: Cursor,
  page: { total: number },
  more: boolean,
  at: number,
  folders: string[],
): Listed {
  const open = folders.length > 0 ? { folders } : {};
  const again = cursor.again ?? 0;
  if (cursor.total !== undefined && cursor.total !== page.total && again < MOST_AGAIN) {
    return { ...listed, next: { at: 0, again: again + 1, ...open } };
  }
  if (more) return { ...listed, next: { at, again, total: page.total, ...open } };
  const rest = folders.slice(1);
  return rest.length > 0 ? { ...listed, next: { at: 0, folders: rest } } : listed;
}

async function given(
  values: readonly string[],
  at: number,
  size: number,
  find: (value: string) => Promise<string[]>,
): Promise<Listed> {
  const wanted = values.slice(at, at + size);
  const found = await Promise.all(wanted.map(async (value) => ({ value, refs: await find(value) })));
  return {
    refs: found.flatMap(({ refs }) => refs),
    unknown: found.filter(({ refs }) => refs.length === 0).map(({ value }) => value),
    total: values.length,
    ...(at + size < values.length ? { next: { at: at + size } } : {}),
  };
}

/** An asset that may not be read is told as such, not left out. */
export function isHidden(thrown: unknown): boolean {
  return thrown instanceof LifecycleError && thrown.code === "DENIED";
}
