import { LifecycleError } from "../messages/error.js";
import { uuid, type Gateway } from "./gateway.js";
import { token } from "./governance.js";
import { entityNamespace } from "./namespaces.js";
import type { Processes } from "./processes.js";
import { ENTITY_PATHS } from "./types.js";
import { xmlText } from "./xml-text.js";

/** Where a request for deletion stands. Approving is a manager's own act in Preservica: no call here does it. */
export type DeletionState = "awaiting-approval" | "running" | "deleted" | "rejected" | "unknown";

/** Deletion by two persons: our account asks, a manager approves there, we wait (fact sheet 3.9; RECORDS rule 2). */
export class Deletions {
  readonly #gateway: Gateway;
  readonly #processes: Processes;

  constructor(gateway: Gateway, processes: Processes) {
    this.#gateway = gateway;
    this.#processes = processes;
  }

  /**
   * Asks for the deletion of an asset.
   *
   * @returns token to watch it by
   * @throws LifecycleError REFUSED with Preservica's own words: on hold, no right, no deletion workflow
   */
  async request(asset: string, why: string): Promise<string> {
    const xml =
      `<DeletionAction xmlns="${await entityNamespace(this.#gateway)}"><Submission>` +
      `<Comment>${xmlText(why, "Comment")}</Comment></Submission></DeletionAction>`;
    const path = this.#gateway.entity(ENTITY_PATHS.IO, uuid(asset));
    try {
      return token((await this.#gateway.send({ method: "DELETE", path, xml, expect: "any" })).text());
    } catch (thrown) {
      if (!(thrown instanceof LifecycleError) || thrown.status === undefined || thrown.status >= 500) throw thrown;
      if (thrown.status === 404 || thrown.status === 401) throw thrown;
      throw new LifecycleError("REFUSED", `Preservica does not take the request for deletion: ${thrown.message}`, {
        system: "preservica",
        status: thrown.status,
        cause: thrown,
        details: { ref: asset },
      });
    }
  }

  async state(request: string): Promise<DeletionState> {
    const progress = await this.#processes.progress(request);
    switch (progress?.status) {
      case "PENDING":
        return "awaiting-approval";
      case "ACTIVE":
      case "SUSPENDING":
      case "SUSPENDED":
        return "running";
      case "COMPLETED":
        return "deleted";
      case "FAILED":
      case "ABORTED":
      case "CANCELLED":
      case "FINISHED_MIXED_OUTCOME":
        return "rejected";
      case "UNKNOWN":
      case undefined:
        return "unknown";
    }
  }
}
