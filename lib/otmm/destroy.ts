import { LifecycleError } from "../messages/error.js";
import type { Destroying } from "../systems/disposal.js";
import { loadAsset } from "./assets.js";
import type { OtmmGateway } from "./gateway.js";
import { underLock } from "./lock.js";
import { changeState, everyVersion } from "./release.js";
import type { OtmmAsset } from "./types.js";

/**
 * Destroying OTMM's copies: each named version is marked for deletion under its lock, and no other. OTMM's own job removes what is marked,
 * later and unseen (fact sheet 3.6), so the mark can be taken back until then.
 */
export function destroyingOf(gateway: OtmmGateway): Destroying {
  return {
    byPeople: false,
    async copies(asset, signal) {
      return (await versionsOrNone(() => everyVersion(gateway, asset, signal))).map((one) => ({
        id: one.assetId,
        version: one.version,
        title: one.name,
        role: "convenience",
        state: one.deleted ? "marked" : "kept",
      }));
    },
    async destroy(_asset, { ids }, guard, signal) {
      for (const version of await versionsOf(gateway, ids, signal)) {
        if (version.deleted) continue;
        if (version.checkedOut) {
          return { state: "refused", why: `Version ${version.version} is checked out in OTMM.` };
        }
        await underLock(gateway, version.assetId, signal, async () => {
          await guard();
          await changeState(gateway, "delete", version.assetId);
        });
      }
      return {
        state: "gone",
        method: "marked for deletion",
        confirmed: new Date().toISOString(),
        notReached: ["OTMM: the job that removes marked assets runs by itself; its end cannot be asked"],
      };
    },
    async undo(_asset, ids, signal) {
      for (const version of await versionsOf(gateway, ids, signal)) {
        if (version.deleted) await changeState(gateway, "undelete", version.assetId);
      }
    },
  };
}

/** These versions, by their ids and not by what a search finds now; those that OTMM does not know any more are left out. */
async function versionsOf(gateway: OtmmGateway, ids: readonly string[], signal?: AbortSignal): Promise<OtmmAsset[]> {
  const versions: OtmmAsset[] = [];
  for (const id of ids) {
    versions.push(...(await versionsOrNone(async () => [await loadAsset(gateway, id, { signal })])));
  }
  return versions;
}

/** An asset that OTMM does not know any more has no copies; every other failure is one. */
async function versionsOrNone(read: () => Promise<OtmmAsset[]>): Promise<OtmmAsset[]> {
  try {
    return await read();
  } catch (thrown) {
    if (thrown instanceof LifecycleError && thrown.code === "NOT_FOUND") return [];
    throw thrown;
  }
}
