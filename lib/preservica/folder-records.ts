import { LifecycleError } from "../messages/error.js";
import type { Entities } from "./entities.js";

/** Identifier type that OPEX keeps for its source ids (fact sheet 2.4). */
export const SOURCE_ID = "SourceID";

/** What folders carry beside their title. Every piece is looked for before it is made, and made once. */
export class FolderRecords {
  readonly #entities: Entities;
  readonly #running = new Map<string, Promise<unknown>>();

  constructor(entities: Entities) {
    this.#entities = entities;
  }

  /**
   * The id by which an OPEX ingest finds the folder again: the one it has, else its own reference, which is put on it.
   *
   * @throws LifecycleError CONFLICT when another folder carries the same id: an ingest might then choose that one
   */
  async sourceId(folder: string): Promise<string> {
    return await this.#shared(`${SOURCE_ID} ${folder}`, async () => {
      const own = await this.identifier(folder, SOURCE_ID);
      const id = own ?? folder;
      if (own === undefined) await this.#entities.addIdentifier("SO", folder, { type: SOURCE_ID, value: id });
      const carriers = (await this.#entities.findByIdentifier(SOURCE_ID, id)).filter((entry) => !entry.deleted);
      const others = [...new Set(carriers.map(({ ref }) => ref))].filter((ref) => ref !== folder);
      if (others.length === 0) return id;
      throw new LifecycleError(
        "CONFLICT",
        `${others.length + 1} entities in Preservica carry ${SOURCE_ID} = ${id}, so an ingest cannot find the folder ${folder} by it; a person has to take it off the others.`,
        { system: "preservica", details: { folder, others } },
      );
    });
  }

  /** Value of the folder's first identifier of a type. */
  async identifier(folder: string, type: string): Promise<string | undefined> {
    return (await this.#entities.identifiers("SO", folder)).find((one) => one.type === type)?.value;
  }

  /** Callers of this process that want the same at the same time share the work. */
  async #shared<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#running.get(key) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(work);
    this.#running.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#running.get(key) === mine) this.#running.delete(key);
    }
  }
}
