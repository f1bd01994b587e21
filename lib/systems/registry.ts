import { LifecycleError } from "../messages/error.js";
import type { SystemName } from "../messages/asset.js";
import type { ContentSystem } from "./port.js";

/** The systems that are connected now, found by connection key. One registry a process, filled by connection nodes. */
export class SystemRegistry {
  readonly #systems = new Map<string, ContentSystem>();
  /** Closed by a deploy, which has not said yet what comes in their place. */
  readonly #away = new Set<ContentSystem>();

  /**
   * @returns what to call when the system is not connected any more
   * @throws LifecycleError CONFLICT when another connection already owns the key
   */
  register(system: ContentSystem): () => void {
    const known = this.#systems.get(system.connection);
    if (known !== undefined && known !== system && !this.#away.delete(known)) {
      throw new LifecycleError(
        "CONFLICT",
        `Two connections share the connection key "${system.connection}"; give each its own key.`,
      );
    }
    this.#systems.set(system.connection, system);
    return () => {
      this.#away.delete(system);
      if (this.#systems.get(system.connection) === system) this.#systems.delete(system.connection);
    };
  }

  /** The system's connection is closed by a deploy: until that is over nobody can say whether it is configured. */
  closing(system: ContentSystem): void {
    if (this.#systems.get(system.connection) === system) this.#away.add(system);
  }

  /** @throws LifecycleError NOT_CONFIGURED when no deployed connection has that key; retryable while a deploy is under way */
  get(system: SystemName, connection: string): ContentSystem {
    const found = this.#systems.get(connection);
    if (found === undefined || found.system !== system) {
      throw new LifecycleError(
        "NOT_CONFIGURED",
        `No deployed ${system} connection has the key "${connection}"; add one or correct its key.`,
      );
    }
    if (this.#away.has(found)) {
      throw new LifecycleError("NOT_CONFIGURED", `The ${system} connection "${connection}" is being deployed.`, {
        retryable: true,
      });
    }
    return found;
  }
}

export const systems = new SystemRegistry();
