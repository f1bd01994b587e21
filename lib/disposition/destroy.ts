import type { LifecycleAsset } from "../messages/asset.js";
import { LifecycleError } from "../messages/error.js";
import type { PlannedWrite } from "../messages/message.js";
import type { Outcome } from "../runtime/types.js";
import { agent } from "./agent.js";
import { wordsOf } from "./decision.js";
import { act } from "./destroy-act.js";
import { refused, takenBack } from "./destroy-end.js";
import { lapsed, proposed, rejection, waiting } from "./destroy-list.js";
import { type DestroyDeps, type DestroyJob, type DestroySettings, inOrder, lookAround } from "./destroy-look.js";
import type { Begun } from "./destroy-progress.js";
import { mayDestroy } from "./may-destroy.js";

export type { DestroyDeps, DestroyJob, DestroySettings } from "./destroy-look.js";

/**
 * Destroys a record in every system (RECORDS.md 1): decides, has the frozen list approved by two persons, asks holds
 * again, destroys convenience copies first and the official copy last, looks again everywhere, certifies.
 */
export async function destroy(job: DestroyJob, deps: DestroyDeps): Promise<Outcome> {
  const looked = await lookAround(job.msg.asset, job.settings, deps, job.signal);
  const before = job.checkpoint<Begun>("act");
  if (before !== undefined && !before.over) {
    const approval = await deps.store.approval(before.approval);
    if (approval === undefined)
      throw new LifecycleError("NOT_FOUND", `The list ${before.approval} is gone from the store.`);
    // Broken off, and then the process died.
    if (approval.state !== "used") return await takenBack(job, deps, looked, before, approval, lapsed());
    return await act(job, deps, looked, before, approval);
  }
  const decision = mayDestroy(looked.facts);
  if (!decision.allowed) {
    await deps.store.lapse(job.id, wordsOf(decision), agent());
    return await refused(job, deps, looked, decision);
  }
  const approval = await proposed(job, deps, looked);
  if (approval.state === "rejected") return await refused(job, deps, looked, rejection(approval));
  if (approval.state !== "approved" && approval.state !== "used") return await waiting(job, deps, looked, approval);
  await deps.store.useApproval(approval.id, agent());
  const begun: Begun = { approval: approval.id, holds: JSON.stringify(looked.facts.holds), over: false };
  await job.save("act", begun);
  return await act(job, deps, looked, begun, approval);
}

/** What a destruction would do, and why it would be refused; asks nobody and writes nothing. */
export async function planDestroy(
  node: string,
  asset: LifecycleAsset,
  settings: DestroySettings,
  deps: DestroyDeps,
): Promise<{ allowed: boolean; planned: PlannedWrite[] }> {
  const { facts } = await lookAround(asset, settings, deps);
  const decision = mayDestroy(facts);
  const planned = inOrder(facts.places).flatMap(({ system, connection, copies }) =>
    copies
      .filter(({ state }) => state === "kept")
      .map(({ id, role }) => ({
        node,
        system,
        action: `destroy the ${role} copy, after two approvals`,
        target: `${asset.name} (${connection} ${id})`,
        ...(decision.allowed ? {} : { refused: wordsOf(decision) }),
      })),
  );
  return { allowed: decision.allowed, planned };
}
