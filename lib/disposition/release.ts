import type { LifecycleAsset } from "../messages/asset.js";
import { asLifecycleError, LifecycleError } from "../messages/error.js";
import type { PlannedWrite } from "../messages/message.js";
import type { Outcome } from "../runtime/types.js";
import type { HoldGuard, ReleaseOrder } from "../systems/disposal.js";
import { type Decision, reason, wordsOf } from "./decision.js";
import { askHolds, heldBy } from "./holds.js";
import { mayRelease } from "./may-release.js";
import { receipt, refused, type ReleaseJob } from "./release-end.js";
import { type Looked, lookAround, places, type ReleaseDeps, type ReleaseSettings } from "./release-look.js";

export type { ReleaseJob } from "./release-end.js";
export type { ReleaseDeps, ReleaseSettings } from "./release-look.js";

/**
 * Releases a non-record copy: decides from what every system says now, acts, and looks again. Each step may be the last
 * before a crash; taken up again it does only what is left. A hold that is placed at any moment before the last look
 * wins: what was done is taken back.
 */
export async function release(job: ReleaseJob, deps: ReleaseDeps): Promise<Outcome> {
  const kept = job.checkpoint<{ order: ReleaseOrder }>("order");
  const looked = await lookAround(job.msg.asset, job.settings, deps, kept?.order, job.signal);
  const { asset, facts, releasing } = looked;
  const decision = mayRelease(facts);
  if (!decision.allowed) {
    // A crash may have left the work half done before the reason came up.
    if (kept !== undefined) await releasing.undo(asset, kept.order, job.signal);
    return await refused(job, deps, looked, decision, kept !== undefined);
  }
  const already = kept === undefined && releasing.done(facts.source, facts.order);
  if (!already) {
    if (kept === undefined) await job.save("order", { order: facts.order });
    job.stage("releasing");
    const held = await act(job, deps, looked);
    if (held.length > 0) return await refused(job, deps, looked, heldDecision(held), true);
    await job.save("released", { at: new Date().toISOString() });
  }
  // The last look: a hold that came while we acted wins, too.
  const holds = await askHolds(await places(asset, deps), deps.systems);
  if (heldBy(holds).length > 0 && !already) {
    await releasing.undo(asset, facts.order, job.signal);
    return await refused(job, deps, { ...looked, facts: { ...facts, holds } }, heldDecision(heldBy(holds)), true);
  }
  const after = await releasing.look(asset, job.signal);
  if (!releasing.done(after, facts.order)) {
    throw new LifecycleError("UPSTREAM", `"${asset.name}" does not look released after it was; it is tried again.`, {
      retryable: true,
    });
  }
  return await receipt(job, deps, { ...looked, facts: { ...facts, holds } }, already);
}

/** What a release would do, and why it would be refused; writes nothing. */
export async function planRelease(
  node: string,
  asset: LifecycleAsset,
  settings: ReleaseSettings,
  deps: ReleaseDeps,
): Promise<{ allowed: boolean; planned: PlannedWrite }> {
  const { facts } = await lookAround(asset, settings, deps, undefined);
  const decision = mayRelease(facts);
  const action = settings.how === "delete" ? "mark for deletion" : "move to the archive folder and expire";
  return {
    allowed: decision.allowed,
    planned: {
      node,
      system: "otmm",
      action,
      target: `${asset.name} (${facts.source.versions.length} versions)`,
      ...(decision.allowed ? {} : { refused: wordsOf(decision) }),
    },
  };
}

/** @returns what holds the asset when the act was stopped by it; what was done then is taken back */
async function act(job: ReleaseJob, deps: ReleaseDeps, { asset, facts, releasing }: Looked): Promise<string[]> {
  const held: string[] = [];
  const guard: HoldGuard = async () => {
    held.push(...heldBy(await askHolds(await places(asset, deps), deps.systems)));
    if (held.length > 0) throw new LifecycleError("ON_HOLD", `"${asset.name}" is held: ${held.join("; ")}.`);
  };
  try {
    await releasing.release(asset, facts.order, guard, job.signal);
  } catch (thrown) {
    if (asLifecycleError(thrown).code !== "ON_HOLD") throw thrown;
    await releasing.undo(asset, facts.order, job.signal);
  }
  return held;
}

function heldDecision(held: readonly string[]): Decision {
  return { allowed: false, reasons: held.map((words) => reason("on-hold", `Held: ${words}.`)) };
}
