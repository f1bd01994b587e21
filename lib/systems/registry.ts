import { LifecycleError } from "../messages/error.js";
import type { SystemName } from "../messages/asset.js";
import type { ContentSystem } from "./port.js";

/** The systems that are connected now, found by connection key. One registry a process, filled by connection nodes. */
export class SystemRegistry {
  readonly #systems = new Map<string, ContentSystem>();

  /** @throws LifecycleError CONFLICT when another connection already owns the key */
  register(system: ContentSystem): () => void {
    const known = this.#systems.get(system.connection);
    if (known !== undefined && known !== system) {
      throw new LifecycleError(
        "CONFLICT",
        `Two connections share the connection key "${system.connection}"; give each its own key.`,
      );
    }
    this.#systems.set(system.connection, system);
    return () => {
      if (this.#systems.get(system.connection) === system) this.#systems.delete(system.connection);
    };
  }

  /** @throws LifecycleError NOT_CONFIGURED when no deployed connection has that key */
  get(system: SystemName, connection: string): ContentSystem {
    const found = this.#systems.get(connection);
    if (found === undefined || found.system !== system) {
      throw new LifecycleError(
        "NOT_CONFIGURED",
        `No deployed ${system} connection has the key "${connection}"; add one or correct its key.`,
      );
    }
    return found;
  }
}

export const systems = new SystemRegistry();
