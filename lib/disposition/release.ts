import type { LifecycleAsset } from "../messages/asset.js";
import { asLifecycleError, LifecycleError } from "../messages/error.js";
import type { PlannedWrite } from "../messages/message.js";
import type { Outcome } from "../runtime/types.js";
import type { HoldGuard, ReleaseOrder, SourceState } from "../systems/disposal.js";
import { type Decision, reason, wordsOf } from "./decision.js";
import { askHolds, heldBy } from "./holds.js";
import { mayRelease } from "./may-release.js";
import { receipt, refused, type ReleaseJob } from "./release-end.js";
import type { ReleaseDeps, ReleaseSettings } from "./release-job.js";
import { type Looked, lookAround, type Orders, places } from "./release-look.js";

export type { ReleaseJob } from "./release-end.js";
export type { ReleaseDeps, ReleaseSettings } from "./release-job.js";

/**
 * Releases a non-record copy, with the parts that were joined into it: decides from what every system says now, acts,
 * and looks again. Each step may be the last before a crash; taken up again it does only what is left. A hold that is
 * placed at any moment before the last look wins: what was done is taken back.
 */
export async function release(job: ReleaseJob, deps: ReleaseDeps): Promise<Outcome> {
  const kept = job.checkpoint<Orders>("order");
  const looked = await lookAround(job.msg.asset, job.settings, deps, kept, job.signal);
  const { asset, facts, releasing } = looked;
  const decision = mayRelease(facts);
  if (!decision.allowed) {
    // A crash may have left the work half done before the reason came up.
    if (kept !== undefined) await takeBack(looked, job.signal);
    return await refused(job, deps, looked, decision, kept !== undefined);
  }
  const already = kept === undefined && leaving(looked).every(({ source, order }) => releasing.done(source, order));
  if (!already) {
    const isKept = facts.parts.every(({ asset: { key } }) => kept?.parts?.[key] !== undefined);
    if (kept === undefined || !isKept) await job.save("order", ordersOf(looked));
    job.stage("releasing");
    const held = await act(job, deps, looked);
    if (held.length > 0) return await refused(job, deps, looked, heldDecision(held), true);
    await job.save("released", { at: new Date().toISOString() });
  }
  // The last look: a hold that came while we acted wins, too.
  const holds = await askHolds(await places(asset, deps), deps.systems);
  if (heldBy(holds).length > 0 && !already) {
    await takeBack(looked, job.signal);
    return await refused(job, deps, { ...looked, facts: { ...facts, holds } }, heldDecision(heldBy(holds)), true);
  }
  for (const one of leaving(looked)) {
    const after = await releasing.look(one.asset, job.signal);
    if (releasing.done(after, one.order)) continue;
    throw new LifecycleError(
      "UPSTREAM",
      `"${one.asset.name}" does not look released after it was; it is tried again.`,
      {
        retryable: true,
      },
    );
  }
  return await receipt(job, deps, { ...looked, facts: { ...facts, holds } }, already);
}

/** What a release would do, and why it would be refused; writes nothing. */
export async function planRelease(
  node: string,
  asset: LifecycleAsset,
  settings: ReleaseSettings,
  deps: ReleaseDeps,
): Promise<{ allowed: boolean; planned: PlannedWrite[] }> {
  const looked = await lookAround(asset, settings, deps, undefined);
  const decision = mayRelease(looked.facts);
  const action = settings.how === "delete" ? "mark for deletion" : "move to the archive folder and expire";
  const planned = leaving(looked).map((one): PlannedWrite => ({
    node,
    system: "otmm",
    action,
    target: `${one.asset.name} (${one.source.versions.length} versions)`,
    ...(decision.allowed ? {} : { refused: wordsOf(decision) }),
  }));
  return { allowed: decision.allowed, planned };
}

/** What goes in one act: the parts first, so that the asset that leads to them goes last. */
function leaving({ asset, facts }: Looked): { asset: LifecycleAsset; source: SourceState; order: ReleaseOrder }[] {
  return [...facts.parts, { asset, source: facts.source, order: facts.order }];
}

function ordersOf({ facts: { order, parts } }: Looked): Orders {
  if (parts.length === 0) return { order };
  return { order, parts: Object.fromEntries(parts.map((part) => [part.asset.key, part.order])) };
}

async function takeBack(looked: Looked, signal: AbortSignal): Promise<void> {
  for (const { asset, order } of leaving(looked)) await looked.releasing.undo(asset, order, signal);
}

/** @returns what holds the asset when the act was stopped by it; what was done then is taken back */
async function act(job: ReleaseJob, deps: ReleaseDeps, looked: Looked): Promise<string[]> {
  const { asset, releasing } = looked;
  const held: string[] = [];
  const guard: HoldGuard = async () => {
    held.push(...heldBy(await askHolds(await places(asset, deps), deps.systems)));
    if (held.length > 0) throw new LifecycleError("ON_HOLD", `"${asset.name}" is held: ${held.join("; ")}.`);
  };
  try {
    for (const one of leaving(looked)) await releasing.release(one.asset, one.order, guard, job.signal);
  } catch (thrown) {
    if (asLifecycleError(thrown).code !== "ON_HOLD") throw thrown;
    await takeBack(looked, job.signal);
  }
  return held;
}

function heldDecision(held: readonly string[]): Decision {
  return { allowed: false, reasons: held.map((words) => reason("on-hold", `Held: ${words}.`)) };
}
