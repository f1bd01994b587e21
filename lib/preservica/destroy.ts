import { LifecycleError } from "../messages/error.js";
import type { LifecycleAsset } from "../messages/asset.js";
import type { Destroying, Destruction, RecordCopy } from "../systems/disposal.js";
import type { Deletions, DeletionState } from "./deletions.js";
import type { Entities } from "./entities.js";
import { uuid } from "./gateway.js";
import type { Identifier } from "./types.js";

const WAITS = "waits for a manager's approval in Preservica";

/**
 * Destroying an asset in Preservica, by its own two-person process. Preservica itself refuses what is held, when we ask
 * and again when it acts.
 */
export function destroyingOf(
  connection: string,
  entities: Pick<Entities, "find" | "identifiers">,
  deletions: Pick<Deletions, "request" | "state">,
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
  const look = async (asset: LifecycleAsset): Promise<RecordCopy[]> => {
    const ref = refOf(asset);
    const entity = await entities.find("IO", ref);
    if (entity === undefined) return [];
    const copy = { id: ref, title: entity.title, role: "official" } as const;
    // A tombstone has no identifiers that could tell.
    if (entity.deleted) return [{ ...copy, version: "", state: "gone" }];
    return [{ ...copy, version: versionIn(asset, await entities.identifiers("IO", ref)), state: "kept" }];
  };
  return {
    byPeople: true,
    async copies(asset) {
      try {
        return await look(asset);
      } catch (thrown) {
        // Deleted between two questions: the next look sees the tombstone.
        if (thrown instanceof LifecycleError && thrown.code === "NOT_FOUND") return await look(asset);
        throw thrown;
      }
    },
    async destroy(asset, { ids, comment, token }, guard) {
      const ref = refOf(asset);
      if (!ids.includes(ref)) {
        throw new LifecycleError("INVALID_INPUT", `The asset ${ref} is not among the copies to destroy.`, {
          system: "preservica",
        });
      }
      const already = await gone(ref);
      if (already !== undefined) return already;
      if (token !== undefined) return await follow(await deletions.state(token), token, () => gone(ref));
      await guard();
      const asked = await deletions.request(ref, comment);
      if ("token" in asked) return { state: "pending", token: asked.token, why: WAITS };
      return (await gone(ref)) ?? { state: "refused", why: asked.refused };
    },
    // What is requested can only be rejected by a manager there, and a tombstone stays one.
    undo: () => Promise.resolve(),
  };
}

/**
 * Which version of its source an archived asset is, as its identifier `<original id>#v<version>` states; the message may
 * be about another one. Empty when no identifier tells.
 */
function versionIn(asset: LifecycleAsset, identifiers: readonly Identifier[]): string {
  const original = asset.ids.otmm?.originalAssetId;
  if (original === undefined) return asset.version;
  const start = `${original}#v`;
  return identifiers.find(({ value }) => value.startsWith(start))?.value.slice(start.length) ?? "";
}

async function follow(
  asked: DeletionState,
  token: string,
  gone: () => Promise<Destruction | undefined>,
): Promise<Destruction> {
  switch (asked.state) {
    case "refused":
      // Another request for the same asset may have been approved, and carried out, meanwhile.
      return (await gone()) ?? asked;
    case "deleted":
      return (await gone()) ?? { state: "pending", token, why: "Preservica calls it done, the asset is still there" };
    case "pending":
      return { state: "pending", token, why: WAITS };
  }
}
