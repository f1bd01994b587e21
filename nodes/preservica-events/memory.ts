import type { JsonObject, LifecycleStore } from "../../lib/store/types.js";
import type { Snapshot } from "./snapshot.js";

/** What the watch knows: how far it has read, and every asset's last state, in 256 parts by reference. */
export interface Progress extends JsonObject {
  /** Date of the latest change that was read, by the archive's clock; empty = never. */
  since: string;
  /** ISO instant of the last look at every asset; empty = never. */
  swept: string;
}

export const PARTS = 256;

export class Memory {
  readonly #name: string;
  readonly #store: () => Promise<LifecycleStore>;

  constructor(queue: string, store: () => Promise<LifecycleStore>) {
    this.#name = `preservica-events:${queue}`;
    this.#store = store;
  }

  async progress(): Promise<Progress> {
    const kept = await (await this.#store()).cursor(this.#name);
    return { since: String(kept?.["since"] ?? ""), swept: String(kept?.["swept"] ?? "") };
  }
  async setProgress(progress: Progress): Promise<void> {
    await (await this.#store()).setCursor(this.#name, progress);
  }

  /** Assets of one part, by reference. */
  async part(part: number): Promise<Map<string, Snapshot>> {
    const kept = await (await this.#store()).cursor(`${this.#name}:${part}`);
    return new Map(Object.entries((kept ?? {}) as unknown as Record<string, Snapshot>));
  }

  async known(ref: string): Promise<Snapshot | undefined> {
    return (await this.part(partOf(ref))).get(ref);
  }

  /** Remembers readings; parts are written one after another. */
  async remember(readings: ReadonlyMap<string, Snapshot>): Promise<void> {
    const parts = new Set([...readings.keys()].map(partOf));
    for (const part of parts) {
      const known = await this.part(part);
      for (const [ref, snapshot] of readings) if (partOf(ref) === part) known.set(ref, snapshot);
      await (await this.#store()).setCursor(`${this.#name}:${part}`, Object.fromEntries(known));
    }
  }
}

export function partOf(ref: string): number {
  return Number.parseInt(ref.slice(0, 2), 16) || 0;
}
