import { LifecycleError } from "../../lib/messages/error.js";
import type { LifecycleAsset } from "../../lib/messages/asset.js";
import { systems } from "../../lib/systems/registry.js";

/** The zone that the asset's connection declares for calendar dates; absent when that connection is not deployed. */
export function zoneOf(asset: LifecycleAsset): string | undefined {
  const connection = asset.ids.otmm?.connection;
  if (connection === undefined) return undefined;
  try {
    const system: object = systems.get("otmm", connection);
    return "zone" in system && typeof system.zone === "string" ? system.zone : undefined;
  } catch (error) {
    if (error instanceof LifecycleError) return undefined;
    throw error;
  }
}
