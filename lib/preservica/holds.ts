import type { LifecycleAsset } from "../messages/asset.js";
import { asLifecycleError, type LifecycleError } from "../messages/error.js";
import type { HoldAnswer } from "../systems/port.js";
import { atLeast, collect, type Gateway } from "./gateway.js";
import type { Retention } from "./retention.js";

/**
 * Is anything holding the asset? Both kinds are asked: legal holds (servers from 9.1) and policies that stand for them
 * (reserved prefix). What cannot be asked counts as held (RECORDS rule 3), so a hold that was found wins over an error,
 * and an error over "clear". Never throws.
 */
export async function askHolds(
  asset: LifecycleAsset,
  connection: string,
  gateway: Gateway,
  retention: Retention,
): Promise<HoldAnswer> {
  const at = new Date().toISOString();
  const id = asset.ids.preservica;
  if (id === undefined || id.connection !== connection) {
    return {
      state: "unknown",
      system: "preservica",
      at,
      why: `the asset carries no reference of the connection "${connection}"`,
    };
  }
  const answers = await Promise.all([
    attempt(() => legalHolds(id.ref, gateway, retention)),
    attempt(() => policyHolds(id.ref, gateway, retention)),
  ]);
  const matters = answers.flatMap((answer) => answer.matters);
  if (matters.length > 0) return { state: "held", system: "preservica", at, matters: [...new Set(matters)] };
  const failures = answers.flatMap((answer) => (answer.failure === undefined ? [] : [answer.failure]));
  if (failures.length === 0) return { state: "clear", system: "preservica", at };
  const why = failures.map(({ message }) => message).join("; ");
  // Where one half is out of reach for a moment only, asking again may find a hold there.
  const passing = failures.some(({ retryable }) => retryable) ? ({ passing: true } as const) : {};
  return { state: "unknown", system: "preservica", at, why, ...passing };
}

async function attempt(ask: () => Promise<string[]>): Promise<{ matters: string[]; failure?: LifecycleError }> {
  try {
    return { matters: await ask() };
  } catch (thrown) {
    return { matters: [], failure: asLifecycleError(thrown) };
  }
}

/** The version is asked afresh: an upgrade brings holds that an old answer would hide. */
async function legalHolds(ref: string, gateway: Gateway, retention: Retention): Promise<string[]> {
  if (!atLeast(await gateway.version(true), gateway.assumptions.legalHoldsSince)) return [];
  const refs = await retention.holdRefs(ref);
  if (refs.length === 0) return [];
  const names = new Map<string, string>();
  try {
    for (const hold of await collect(retention.legalHolds())) names.set(hold.ref, hold.name);
  } catch {
    // Held all the same; the name of the matter is a comfort only.
  }
  return refs.map((hold) => names.get(hold) ?? hold);
}

async function policyHolds(ref: string, gateway: Gateway, retention: Retention): Promise<string[]> {
  const { holdPolicyPrefix, holdPolicyRestriction } = gateway.assumptions;
  const held: string[] = [];
  for (const assignment of await retention.assignments(ref)) {
    const policy = await retention.policy(assignment.policy);
    if (policy.name.startsWith(holdPolicyPrefix) && policy.restriction === holdPolicyRestriction) {
      held.push(policy.name.slice(holdPolicyPrefix.length));
    }
  }
  return held;
}
