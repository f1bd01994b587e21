import { appendFile, readFile } from "node:fs/promises";
import { LifecycleError } from "../messages/error.js";
import type { Anchor, LifecycleStore } from "../store/types.js";
import { readAnchors } from "./read-export.js";

/**
 * Takes the day's anchor of a chain, once a day (UTC), and keeps it in the store; with a file, a line of it also goes
 * to the file's end, as `verify --anchor` reads it.
 *
 * @param file absolute path on a place that outlives the store, e.g. a share that can only be appended to
 * @returns the anchor that was taken; undefined when the day has one, or nothing has happened since the last
 * @throws LifecycleError CONFLICT when the chain ends before the file's last anchor, INVALID_INPUT when the file holds
 *   something else, UNREACHABLE when it cannot be read or written
 */
export async function takeDailyAnchor(
  store: Pick<LifecycleStore, "anchor" | "anchors" | "head">,
  file: string | undefined,
  now: Date,
): Promise<Anchor | undefined> {
  const kept = file === undefined ? await store.anchors() : await anchorsIn(file);
  const last = kept.at(-1);
  const head = await store.head();
  if (last !== undefined && (head?.seq ?? 0) < last.seq) {
    throw new LifecycleError(
      "CONFLICT",
      `The chain ends at event ${head?.seq ?? 0}, but an anchor of ${last.at} was taken at event ${last.seq}: its end was cut off, or the anchors are of another store. Verify a backup of the store.`,
    );
  }
  if (
    head === undefined ||
    (last !== undefined && (dayOf(last.at) === dayOf(now.toISOString()) || last.seq === head.seq))
  )
    return undefined;
  const anchor = await store.anchor();
  if (anchor !== undefined && file !== undefined) await append(file, anchor);
  return anchor;
}

async function anchorsIn(file: string): Promise<Anchor[]> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw new LifecycleError("UNREACHABLE", `The anchor file ${file} cannot be read.`, { cause });
  }
  return text.trim() === "" ? [] : readAnchors(text);
}

async function append(file: string, anchor: Anchor): Promise<void> {
  try {
    await appendFile(file, `${JSON.stringify(anchor)}\n`, { flush: true });
  } catch (cause) {
    throw new LifecycleError("UNREACHABLE", `The anchor cannot be written to ${file}; the folder must be there.`, {
      cause,
    });
  }
}

function dayOf(instant: string): string {
  return instant.slice(0, 10);
}
