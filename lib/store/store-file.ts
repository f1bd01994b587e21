import { closeSync, existsSync, openSync, readSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { pathToFileURL } from "node:url";
import { LifecycleError } from "../messages/error.js";
import { ANCHORS, HEAD } from "./anchors.js";
import { codedError, sqlite } from "./database.js";
import { ASSET_FRAMES, FIND } from "./events.js";
import { anchorOf, eventOf, frameOf, identityOf, type Row } from "./rows.js";
import { MIGRATIONS } from "./schema.js";
import type { Anchor, AssetIdentity, ChainFrame, PlacedFrame, StoredEvent } from "./types.js";

const MAGIC = "SQLite format 3\0";

/** Does the file begin as a store or a backup of one does? @throws LifecycleError NOT_FOUND */
export function isStoreFile(file: string): boolean {
  let handle: number;
  try {
    handle = openSync(file, "r");
  } catch (cause) {
    throw new LifecycleError("NOT_FOUND", `The file ${file} cannot be read.`, { cause });
  }
  try {
    const head = Buffer.alloc(MAGIC.length);
    readSync(handle, head, 0, head.length, 0);
    return head.toString("latin1") === MAGIC;
  } finally {
    closeSync(handle);
  }
}

/**
 * A store's file or a backup, opened to read only and nothing else: no migration, no file beside it that was not there.
 * Not for a store that a running Node-RED owns: that one keeps its file locked.
 */
export class StoreFile {
  readonly #db: DatabaseSync;
  readonly #schema: number;

  /** @throws LifecycleError NOT_FOUND; CONFLICT (a running process owns it); NOT_CONFIGURED (no store, newer schema, old Node.js) */
  constructor(file: string) {
    if (!isStoreFile(file)) throw new LifecycleError("NOT_CONFIGURED", `${file} is no lifecycle store.`);
    const url = pathToFileURL(file);
    // Without a log beside it the file is complete and nobody works on it; so it is read without making one.
    if (!existsSync(`${file}-wal`)) url.searchParams.set("immutable", "1");
    this.#db = read(file, () => new (sqlite())(url, { readOnly: true }));
    try {
      this.#schema = read(file, () => Number(this.#db.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0));
      if (this.#schema < 1 || this.#schema > MIGRATIONS.length) {
        const why = this.#schema < 1 ? "is no lifecycle store" : "was written by a newer version of this package";
        throw new LifecycleError("NOT_CONFIGURED", `${file} ${why} (schema ${this.#schema}).`);
      }
    } catch (thrown) {
      this.#db.close();
      throw thrown;
    }
  }

  /** All events in the order of their place, one by one. */
  *frames(): Generator<ChainFrame> {
    for (const row of this.#db.prepare("SELECT * FROM events ORDER BY seq").iterate()) yield frameOf(row);
  }
  framesOf(assetKey: string): PlacedFrame[] {
    return this.#all(ASSET_FRAMES, assetKey).map(frameOf);
  }
  timeline(assetKey: string): StoredEvent[] {
    return this.#all("SELECT * FROM events WHERE asset_key = ? ORDER BY at, seq", assetKey).map(eventOf);
  }
  /** Ids of the asset that carries this id, or has this key. */
  find(id: string): AssetIdentity[] {
    return this.#all(FIND, id, id).map(identityOf);
  }
  head(): Anchor | undefined {
    const [row] = this.#all(HEAD);
    return row === undefined ? undefined : anchorOf(row);
  }
  /** Anchors that the store itself recorded; a schema of before anchors has none. */
  anchors(): Anchor[] {
    return this.#schema < 2 ? [] : this.#all(ANCHORS).map(anchorOf);
  }
  close(): void {
    this.#db.close();
  }

  #all(sql: string, ...values: string[]): Row[] {
    return this.#db.prepare(sql).all(...values);
  }
}

function read<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    const error = codedError(thrown);
    if (error.code === "CONFLICT") {
      throw new LifecycleError(
        "CONFLICT",
        `A running Node-RED owns ${file}. Take a backup of the store, or stop Node-RED, and give that file.`,
        { retryable: false },
      );
    }
    if (error.code === "UPSTREAM") {
      throw new LifecycleError(
        "NOT_FOUND",
        `${file} cannot be opened (${error.message}); copy it to a folder that can be written.`,
      );
    }
    throw error;
  }
}
