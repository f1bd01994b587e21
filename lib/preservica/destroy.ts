import { LifecycleError } from "../messages/error.js";
import type { LifecycleAsset } from "../messages/asset.js";
import type { Destroying, Destruction } from "../systems/disposal.js";
import type { Entities } from "./entities.js";
import { uuid, type Gateway } from "./gateway.js";
import type { Processes } from "./processes.js";
import { legalText, xmlText } from "./xml-text.js";

/** Answers by which Preservica says that a deletion is not allowed; which one means what was not found (fact sheet 3.9). */
const REFUSALS = [400, 403, 404, 409, 422];

/**
 * Destroying an asset in Preservica needs two persons there: we ask (operator), a manager of Preservica approves, we
 * wait while the request is PENDING (fact sheet 3.9). Our account never approves. Preservica itself refuses what is
 * held, when we ask and again when it acts.
 */
export function destroyingOf(
  connection: string,
  gateway: Gateway,
  entities: Entities,
  processes: Processes,
): Destroying {
  const refOf = ({ name, ids }: LifecycleAsset): string => {
    if (ids.preservica !== undefined && ids.preservica.connection === connection) return uuid(ids.preservica.ref);
    throw new LifecycleError("INVALID_INPUT", `"${name}" carries no reference of "${connection}".`, {
      system: "preservica",
    });
  };
  const gone = async (ref: string): Promise<Destruction | undefined> => {
    const entity = await entities.find("IO", ref);
    if (entity !== undefined && !entity.deleted) return undefined;
    const confirmed = new Date().toISOString();
    const left = entity === undefined ? "nothing is left" : "a tombstone is left";
    return {
      state: "gone",
      method: `deleted by Preservica's two-person process; ${left}`,
      confirmed,
      notReached: ["Preservica: further storage copies and backups follow the tenant's own settings"],
    };
  };
  return {
    async copies(asset) {
      const ref = refOf(asset);
      const entity = await entities.find("IO", ref);
      if (entity === undefined) return [];
      const state = entity.deleted ? "gone" : "kept";
      return [{ id: ref, version: asset.version, title: entity.title, role: "official", state }];
    },
    async destroy(asset, { comment, token }, guard) {
      const ref = refOf(asset);
      const already = await gone(ref);
      if (already !== undefined) return already;
      if (token !== undefined) return await follow(processes, token, () => gone(ref));
      await guard();
      const answer = await gateway.send({
        method: "DELETE",
        path: gateway.entity("information-objects", ref),
        xml: await submission(gateway, comment),
        expect: "any",
        allow: REFUSALS,
        // A second request would wait for a second approval: never repeated by itself.
        idempotent: false,
      });
      const said = answer.text().trim();
      if (REFUSALS.includes(answer.status)) {
        return { state: "refused", why: `Preservica refuses the deletion (${answer.status}): ${said.slice(0, 300)}` };
      }
      return { state: "pending", token: uuid(said), why: "waits for a manager's approval in Preservica" };
    },
    // What is requested can only be rejected by a manager there, and a tombstone stays one.
    undo: () => Promise.resolve(),
  };
}

async function follow(
  processes: Processes,
  token: string,
  gone: () => Promise<Destruction | undefined>,
): Promise<Destruction> {
  const progress = await processes.progress(token);
  switch (progress?.status) {
    case "FAILED":
    case "ABORTED":
    case "CANCELLED":
    case "FINISHED_MIXED_OUTCOME":
      return {
        state: "refused",
        why: `Preservica did not delete it (${progress.status}${progress.errors ? `: ${progress.errors}` : ""}).`,
      };
    case undefined:
      return { state: "refused", why: "Preservica does not know the deletion request any more." };
    case "COMPLETED":
      return (await gone()) ?? { state: "pending", token, why: "Preservica calls it done, the asset is still there" };
    case "ACTIVE":
    case "PENDING":
    case "SUSPENDING":
    case "SUSPENDED":
    case "UNKNOWN":
      return { state: "pending", token, why: "waits for a manager's approval in Preservica" };
  }
}

async function submission(gateway: Gateway, comment: string): Promise<string> {
  const xip = await gateway.xipNamespace();
  const entity = xip.replace("/XIP/", "/EntityAPI/");
  return (
    `<DeletionAction xmlns="${entity}" xmlns:xip="${xip}"><Submission>` +
    `<Comment>${xmlText(legalText(comment), "Comment")}</Comment></Submission></DeletionAction>`
  );
}
