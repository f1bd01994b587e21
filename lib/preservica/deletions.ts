import { uuid, type Gateway } from "./gateway.js";
import { token } from "./governance.js";
import { entityNamespace } from "./namespaces.js";
import type { Processes } from "./processes.js";
import { ENTITY_PATHS } from "./types.js";
import { legalText, xmlText } from "./xml-text.js";

/** Answers by which Preservica says that a deletion is not allowed; which one means what was not found (fact sheet 3.9). */
const REFUSALS = [400, 403, 404, 409, 422];

/** Where a request for deletion stands. */
export type DeletionState =
  | { state: "pending" | "deleted" }
  /** Rejected by a manager, failed, or not known any more. */
  | { state: "refused"; why: string };

/**
 * Deletion by two persons: our account asks, a manager approves there, we look while the request is PENDING (fact
 * sheet 3.9). Approving is a manager's own act in Preservica: no call here does it.
 */
export class Deletions {
  readonly #gateway: Gateway;
  readonly #processes: Processes;

  constructor(gateway: Gateway, processes: Processes) {
    this.#gateway = gateway;
    this.#processes = processes;
  }

  /** Asks for the deletion of an asset, once: a second request would wait for a second approval. */
  async request(asset: string, comment: string): Promise<{ token: string } | { refused: string }> {
    const names = `xmlns="${await entityNamespace(this.#gateway)}" xmlns:xip="${await this.#gateway.xipNamespace()}"`;
    const xml =
      `<DeletionAction ${names}><Submission>` +
      `<Comment>${xmlText(legalText(comment), "Comment")}</Comment></Submission></DeletionAction>`;
    const answer = await this.#gateway.send({
      method: "DELETE",
      path: this.#gateway.entity(ENTITY_PATHS.IO, uuid(asset)),
      xml,
      expect: "any",
      allow: REFUSALS,
      idempotent: false,
    });
    const said = answer.text();
    if (!REFUSALS.includes(answer.status)) return { token: token(said) };
    return { refused: `Preservica refuses the deletion (${answer.status}): ${said.trim().slice(0, 300)}` };
  }

  async state(request: string): Promise<DeletionState> {
    const progress = await this.#processes.progress(request);
    switch (progress?.status) {
      case "COMPLETED":
        return { state: "deleted" };
      case "ACTIVE":
      case "PENDING":
      case "SUSPENDING":
      case "SUSPENDED":
      case "UNKNOWN":
        return { state: "pending" };
      case "FAILED":
      case "ABORTED":
      case "CANCELLED":
      case "FINISHED_MIXED_OUTCOME": {
        const why = progress.errors === undefined ? "" : `: ${progress.errors}`;
        return { state: "refused", why: `Preservica did not delete it (${progress.status}${why}).` };
      }
      case undefined:
        return { state: "refused", why: "Preservica does not know the deletion request any more." };
    }
  }
}
