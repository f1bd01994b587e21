import { asLifecycleError, LifecycleError } from "../messages/error.js";
import type { Entities } from "./entities.js";
import { folderReference } from "./references.js";
import type { Entity } from "./types.js";

/** How long a found folder is trusted without another look. */
const TRUST_MS = 30_000;
/** References tried for one folder: the earlier ones belong to folders that were deleted, renamed or moved. */
const MOST_REFERENCES = 20;

export interface FoundFolder {
  ref: string;
  /** References of the folders that were made for it, outermost first. */
  created: string[];
}

/**
 * Finds folders by path and makes the missing ones, each once, however many callers ask at the same time and in how
 * many processes: within a process callers share the work, between processes the reference is computed, so that the
 * second creation is refused by the server and the folder is read back.
 */
export class FolderPaths {
  readonly #entities: Entities;
  readonly #taken: readonly number[];
  readonly #known = new Map<string, { ref: string; until: number }>();
  readonly #running = new Map<string, Promise<{ ref: string; created: boolean }>>();
  readonly #clock: () => number;

  /** @param taken HTTP statuses that say: the reference is taken */
  constructor(entities: Entities, taken: readonly number[], clock: () => number = () => performance.now()) {
    this.#entities = entities;
    this.#taken = taken;
    this.#clock = clock;
  }

  /** Finds the folder without making anything; undefined with the part of the path that is missing. */
  async find(path: string | readonly string[]): Promise<{ ref?: string; missing: string[] }> {
    const titles = splitPath(path);
    let parent: string | undefined;
    for (const [depth, title] of titles.entries()) {
      const ref = await this.#look(parent, title);
      if (ref === undefined) return { missing: titles.slice(depth) };
      parent = ref;
    }
    return { ...(parent === undefined ? {} : { ref: parent }), missing: [] };
  }

  /**
   * @param path titles separated by `/`, or one by one
   * @param securityTag of folders that have to be made
   * @throws LifecycleError CONFLICT when a title stands twice under one parent; INVALID_INPUT for an empty path
   */
  async ensure(path: string | readonly string[], securityTag: string): Promise<FoundFolder> {
    const created: string[] = [];
    let parent: string | undefined;
    for (const title of splitPath(path)) {
      const found = await this.#shared(parent, title, securityTag);
      if (found.created) created.push(found.ref);
      parent = found.ref;
    }
    if (parent === undefined)
      throw new LifecycleError("INVALID_INPUT", "The folder path is empty.", { system: "preservica" });
    return { ref: parent, created };
  }

  /** Forgets what was found, e.g. after the server said that a parent is gone. */
  forget(): void {
    this.#known.clear();
  }

  #shared(parent: string | undefined, title: string, securityTag: string): Promise<{ ref: string; created: boolean }> {
    const key = JSON.stringify([parent ?? "root", title]);
    const known = this.#known.get(key);
    if (known !== undefined && this.#clock() < known.until) return Promise.resolve({ ref: known.ref, created: false });
    const running = this.#running.get(key);
    if (running !== undefined) return running.then(({ ref }) => ({ ref, created: false }));
    const work = this.#ensureOne(parent, title, securityTag)
      .then((found) => {
        this.#known.set(key, { ref: found.ref, until: this.#clock() + TRUST_MS });
        return found;
      })
      .finally(() => this.#running.delete(key));
    this.#running.set(key, work);
    return work;
  }

  async #ensureOne(
    parent: string | undefined,
    title: string,
    securityTag: string,
  ): Promise<{ ref: string; created: boolean }> {
    const found = await this.#look(parent, title);
    if (found !== undefined) return { ref: found, created: false };
    for (let nth = 1; nth <= MOST_REFERENCES; nth += 1) {
      const ref = folderReference(parent ?? "root", title, nth);
      const occupied = await this.#entities.find("SO", ref);
      if (occupied !== undefined) {
        if (isThis(occupied, parent, title)) return { ref, created: false };
        continue;
      }
      const made = await this.#create(ref, parent, title, securityTag);
      if (made !== undefined) return made;
    }
    throw new LifecycleError(
      "CONFLICT",
      `The folder "${title}" cannot be made: all references kept for it belong to deleted or renamed folders.`,
      {
        system: "preservica",
        details: { title, parent: parent ?? "root" },
      },
    );
  }

  /** @returns undefined when the reference turned out to be taken by another folder meanwhile */
  async #create(
    ref: string,
    parent: string | undefined,
    title: string,
    securityTag: string,
  ): Promise<{ ref: string; created: boolean } | undefined> {
    try {
      await this.#entities.createFolder({ ref, title, securityTag, ...(parent === undefined ? {} : { parent }) });
      return { ref, created: true };
    } catch (thrown) {
      // Somebody was quicker, or the answer was lost: what the server says now counts.
      const error = asLifecycleError(thrown);
      const unsure = error.retryable || (error.status !== undefined && this.#taken.includes(error.status));
      const now = unsure ? await this.#entities.find("SO", ref) : undefined;
      if (now === undefined) throw error;
      return isThis(now, parent, title) ? { ref, created: false } : undefined;
    }
  }

  /** By our computed reference first (one call), else among the parent's children. */
  async #look(parent: string | undefined, title: string): Promise<string | undefined> {
    const ref = folderReference(parent ?? "root", title, 1);
    const ours = await this.#entities.find("SO", ref);
    if (ours !== undefined && isThis(ours, parent, title)) return ref;
    const same: string[] = [];
    for await (const entry of this.#entities.children(parent)) {
      if (entry.type === "SO" && !entry.deleted && sameTitle(entry.title, title)) same.push(entry.ref);
    }
    if (same.length > 1) {
      throw new LifecycleError(
        "CONFLICT",
        `Preservica has ${same.length} folders called "${title}" in the same place; rename or merge them so that it is clear which one is meant.`,
        { system: "preservica", details: { title, parent: parent ?? "root", refs: same } },
      );
    }
    return same[0];
  }
}

/** Titles of a path, trimmed, without empty ones. */
export function splitPath(path: string | readonly string[]): string[] {
  const parts = typeof path === "string" ? path.split("/") : path;
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

function isThis(folder: Entity, parent: string | undefined, title: string): boolean {
  return !folder.deleted && folder.parent === parent && sameTitle(folder.title, title);
}

function sameTitle(one: string, other: string): boolean {
  return one.trim().normalize("NFC") === other.trim().normalize("NFC");
}
