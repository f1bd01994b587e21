import { LifecycleError } from "../messages/error.js";
import type { Entities } from "./entities.js";

/** Identifier type that OPEX keeps for its source ids (fact sheet 2.4). */
export const SOURCE_ID = "SourceID";

/** How long a folder that was found described is trusted without another look. */
const TRUST_MS = 30_000;

/** What is to stand on a folder beside its title. */
export interface FolderDescription {
  identifiers: readonly { type: string; value: string }[];
  /** One document for each schema. */
  documents: readonly { schema: string; xml: string }[];
}

/** What folders carry beside their title. Every piece is looked for before it is made, and made once. */
export class FolderRecords {
  readonly #entities: Entities;
  readonly #clock: () => number;
  readonly #running = new Map<string, Promise<unknown>>();
  readonly #described = new Map<string, { until: number; warnings: string[] }>();

  constructor(entities: Entities, clock: () => number = () => performance.now()) {
    this.#entities = entities;
    this.#clock = clock;
  }

  /**
   * Puts on a folder what it lacks of a description. What stands there already stays as it is: archivists work on it.
   *
   * @returns differences that people should know of
   * @throws LifecycleError CONFLICT when another folder carries the same identifier; UPSTREAM when a document that was
   *   put on it cannot be read back
   */
  async describe(folder: string, wanted: FolderDescription): Promise<string[]> {
    const key = `${folder} ${JSON.stringify(wanted)}`;
    return await this.#shared(`describe ${folder}`, async () => {
      const known = this.#described.get(key);
      if (known !== undefined && this.#clock() < known.until) return known.warnings;
      const warnings: string[] = [];
      for (const identifier of wanted.identifiers) warnings.push(...(await this.#identify(folder, identifier)));
      for (const document of wanted.documents) await this.#document(folder, document);
      this.#described.set(key, { until: this.#clock() + TRUST_MS, warnings });
      return warnings;
    });
  }

  async #identify(folder: string, { type, value }: { type: string; value: string }): Promise<string[]> {
    const own = await this.identifier(folder, type);
    if (own !== undefined) return own === value ? [] : [`the folder ${folder} has ${type} ${own}, not ${value}`];
    const others = (await this.#entities.findByIdentifier(type, value)).filter((one) => !one.deleted);
    const other = others.find(({ ref, type: kind }) => kind === "SO" && ref !== folder);
    if (other !== undefined) {
      throw new LifecycleError(
        "CONFLICT",
        `The folder "${other.title}" (${other.ref}) carries ${type} = ${value} already, so ${folder} cannot; correct the mapping profile, or take it off that folder.`,
        { system: "preservica", details: { folder, other: other.ref } },
      );
    }
    await this.#entities.addIdentifier("SO", folder, { type, value });
    return [];
  }

  async #document(folder: string, { schema, xml }: { schema: string; xml: string }): Promise<void> {
    const has = async (): Promise<boolean> =>
      (await this.#entities.get("SO", folder)).fragments.some((fragment) => fragment.schema === schema);
    if (await has()) return;
    await this.#entities.addFragment("SO", folder, schema, xml);
    if (await has()) return;
    throw new LifecycleError("UPSTREAM", `The ${schema} that was put on the folder ${folder} cannot be read back.`, {
      system: "preservica",
      retryable: true,
    });
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
