import type { LifecycleAsset, SystemName } from "../messages/asset.js";
import { asLifecycleError } from "../messages/error.js";
import type { HoldAnswer } from "./port.js";
import type { SystemRegistry } from "./registry.js";

/**
 * Asks a connected system whether anything holds the asset, now. A system that cannot be asked is `unknown`, which counts
 * as held (RECORDS.md 3).
 *
 * @throws LifecycleError NOT_CONFIGURED while the system's connection is being deployed: that says nothing of holds
 */
export async function holdsIn(
  systems: Pick<SystemRegistry, "get">,
  { system, connection }: { system: SystemName; connection: string },
  asset: LifecycleAsset,
): Promise<HoldAnswer> {
  try {
    const answer = await systems.get(system, connection).holds(asset);
    // It may be unknown for no other reason than that the connection was closed in the middle of the question.
    if (answer.state === "unknown") systems.get(system, connection);
    return answer;
  } catch (thrown) {
    const error = asLifecycleError(thrown);
    if (error.code === "NOT_CONFIGURED" && error.retryable) throw error;
    const at = new Date().toISOString();
    return { state: "unknown", system, at, why: error.message, ...(error.retryable ? { passing: true } : {}) };
  }
}
