import type { LifecycleAsset } from "../messages/asset.js";
import { LifecycleError } from "../messages/error.js";
import type { PlannedWrite } from "../messages/message.js";
import type { Outcome } from "../runtime/types.js";
import type { Destruction, HoldGuard } from "../systems/disposal.js";
import { agent } from "./agent.js";
import { type Decision, reason, wordsOf } from "./decision.js";
import { type DestroyJob, finish, refused } from "./destroy-end.js";
import { lapsed, proposed, rejection, waiting } from "./destroy-list.js";
import {
  type DestroyDeps,
  type DestroySettings,
  heldNow,
  inOrder,
  lookAround,
  type Looked,
  type Place,
  stillKept,
} from "./destroy-look.js";
import { certificateOf } from "./destroy-papers.js";
import type { AskedHold } from "./holds.js";
import { mayDestroy } from "./may-destroy.js";

export type { DestroyJob } from "./destroy-end.js";
export type { DestroyDeps, DestroySettings } from "./destroy-look.js";

/** Kept when the act begins: what the certificate needs once the copies are gone. */
export type Begun = { approval: string; marked: string[]; holds: string; over: boolean };

/** Kept before a system is asked, so that a request whose answer died with the process is not forgotten. */
type Asked = { token: string | null; unsure: boolean };

/**
 * Destroys a record in every system (RECORDS.md 1): decides, has the frozen list approved by two persons, asks holds
 * again, destroys convenience copies first and the official copy last, looks again everywhere, certifies.
 */
export async function destroy(job: DestroyJob, deps: DestroyDeps): Promise<Outcome> {
  const looked = await lookAround(job.msg.asset, job.settings, deps, job.signal);
  let begun = job.checkpoint<Begun>("act");
  if (begun !== undefined && !begun.over && (await deps.store.approval(begun.approval))?.state !== "used") {
    // Broken off, and then the process died.
    return await takenBack(job, deps, looked, begun, lapsed());
  }
  if (begun === undefined || begun.over) {
    const decision = mayDestroy(looked.facts);
    if (!decision.allowed) {
      await deps.store.lapse(job.id, wordsOf(decision), agent());
      return await refused(job, deps, looked, decision);
    }
    const approval = await proposed(job, deps, looked);
    if (approval.state === "rejected") return await refused(job, deps, looked, rejection(approval));
    if (approval.state !== "approved" && approval.state !== "used") return await waiting(job, deps, looked, approval);
    await deps.store.useApproval(approval.id, agent());
    const marked = looked.places.flatMap(({ copies }) =>
      copies.copies.filter(({ state }) => state === "kept").map(({ id }) => id),
    );
    begun = { approval: approval.id, marked, holds: JSON.stringify(looked.facts.holds), over: false };
    await job.save("act", begun);
  }
  return await act(job, deps, looked, begun);
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

async function act(job: DestroyJob, deps: DestroyDeps, looked: Looked, begun: Begun): Promise<Outcome> {
  job.stage("destroying");
  const { asset, places } = looked;
  const held: string[] = [];
  const guard: HoldGuard = async () => {
    held.push(...(await heldNow(places, deps.systems, job.signal)));
    if (held.length > 0) throw new LifecycleError("ON_HOLD", `"${asset.name}" is held: ${held.join("; ")}.`);
  };
  const ended: { place: Place; how: Extract<Destruction, { state: "gone" }> }[] = [];
  for (const place of inOrder(places)) {
    if (place.destroying === undefined || place.copies.copies.length === 0) continue;
    const step = `request ${begun.approval} ${place.known.system} ${place.known.id}`;
    const asked = job.checkpoint<Asked>(step);
    const token = asked?.token ?? undefined;
    const unsure = asked !== undefined && (asked.unsure || asked.token === null);
    const also = unsure
      ? ` Another request with the comment "${commentOf(begun)}" may wait in ${place.known.connection}: reject that, too.`
      : "";
    let how: Destruction;
    try {
      if (place.destroying.byPeople && asked === undefined) await job.save(step, { token: null, unsure: false });
      // People may take days to decide: a hold that came meanwhile ends it.
      if (token !== undefined && (await stillKept([place], job.signal)).length > 0) await guard();
      const comment = commentOf(begun);
      const request = token === undefined ? { comment } : { comment, token };
      how = await place.destroying.destroy(place.known.asset, request, guard, job.signal);
    } catch (thrown) {
      if (held.length === 0) throw thrown;
      const pending = token === undefined ? "" : ` Reject the pending request ${token} in ${place.known.connection}.`;
      const reasons = held.map((words) => reason("on-hold", `Held: ${words}.${pending}${also}`));
      return await takenBack(job, deps, looked, begun, { allowed: false, reasons });
    }
    if (how.state === "refused") {
      return await takenBack(job, deps, looked, begun, {
        allowed: false,
        reasons: [reason("refused-by-system", `${how.why}${also}`)],
      });
    }
    if (how.state === "pending") {
      if (token === undefined) await job.save(step, { token: how.token, unsure });
      return { kind: "wait", until: new Date(Date.now() + job.settings.lookMs), step, why: how.why };
    }
    ended.push({ place, how });
  }
  const left = await stillKept(places, job.signal);
  if (left.length > 0) {
    const where = left.map(({ system, connection }) => `${system} "${connection}"`).join(", ");
    throw new LifecycleError("UPSTREAM", `"${asset.name}" is still kept in ${where}; it is tried again.`, {
      retryable: true,
    });
  }
  const approval = await deps.store.approval(begun.approval);
  if (approval === undefined)
    throw new LifecycleError("NOT_FOUND", `The list ${begun.approval} is gone from the store.`);
  const paper = certificateOf({
    asset,
    approval,
    holds: JSON.parse(begun.holds) as AskedHold[],
    ended: ended.map(({ place, how }) => ({ ...how, where: place.copies })),
    zone: job.settings.zone,
    chainHead: (await deps.store.head())?.hash ?? "",
  });
  return finish(job, asset, paper, "destroyed", { approval: approval.id });
}

/** By what the people of a system know a request of ours. */
function commentOf({ approval }: Begun): string {
  return `Approved list ${approval}`;
}

/** What can be taken back is: a record that one system keeps is not destroyed elsewhere. */
async function takenBack(
  job: DestroyJob,
  deps: DestroyDeps,
  looked: Looked,
  begun: Begun,
  decision: Decision,
): Promise<Outcome> {
  // First of all the approval ends: whoever replays the job has to ask people again.
  await deps.store.lapse(job.id, wordsOf(decision), agent());
  for (const { destroying, known } of looked.places) await destroying?.undo(known.asset, begun.marked, job.signal);
  await job.save("act", { ...begun, over: true });
  return await refused(job, deps, looked, decision);
}
