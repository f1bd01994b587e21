import { LifecycleError } from "../messages/error.js";
import type { Outcome } from "../runtime/types.js";
import type { Approval } from "../store/types.js";
import type { Destruction, HoldGuard } from "../systems/disposal.js";
import { type Reason, reason } from "./decision.js";
import { certified, takenBack } from "./destroy-end.js";
import { changesSince, copiesAt, copiesOn, nameOf, notOn } from "./destroy-frozen.js";
import {
  type DestroyDeps,
  type DestroyJob,
  heldNow,
  inOrder,
  lookAtCopies,
  type Looked,
  type Place,
  stillKept,
} from "./destroy-look.js";
import { type Begun, endedIn, keepEnd, keepHolds } from "./destroy-progress.js";

/** Kept before a system is asked, so that a request whose answer died with the process is not forgotten. */
type Asked = { token: string | null; unsure: boolean };

/**
 * Carries an approved list out, as far as it goes now. Right before each change what stands there is held against the
 * list: whatever is not as it was approved, or is held, takes back what can be taken back. No other copy is touched.
 */
export async function act(
  job: DestroyJob,
  deps: DestroyDeps,
  looked: Looked,
  begun: Begun,
  approval: Approval,
): Promise<Outcome> {
  job.stage("destroying");
  const against: Reason[] = [];
  const guard: HoldGuard = async () => {
    against.push(...(await reasonsAgainst(job, deps, begun, approval)));
    const [first] = against;
    if (first === undefined) return;
    const code = first.code === "on-hold" ? "ON_HOLD" : "CONFLICT";
    throw new LifecycleError(code, `"${looked.asset.name}" stays: ${first.text}`, { retryable: false });
  };
  for (const place of inOrder(looked.places)) {
    const ids = copiesAt(place, approval.list).map(({ id }) => id);
    if (place.destroying === undefined || ids.length === 0 || endedIn(job, begun, place) !== undefined) continue;
    const { system, connection, id } = place.known;
    const step = `request ${begun.approval} ${system} ${id}`;
    const asked = job.checkpoint<Asked>(step);
    const token = asked?.token ?? undefined;
    const unsure = asked !== undefined && (asked.unsure || asked.token === null);
    const also = unsure
      ? ` Another request with the comment "${commentOf(begun)}" may wait in ${connection}: reject that, too.`
      : "";
    let how: Destruction;
    try {
      if (place.destroying.byPeople && asked === undefined) await job.save(step, { token: null, unsure: false });
      // People may take days to decide: a hold or a change that came meanwhile ends it.
      if (token !== undefined && (await stillKept([place], job.signal)).length > 0) await guard();
      const request = { ids, comment: commentOf(begun), ...(token === undefined ? {} : { token }) };
      how = await place.destroying.destroy(place.known.asset, request, guard, job.signal);
    } catch (thrown) {
      if (against.length === 0) throw thrown;
      const pending = token === undefined ? "" : ` Reject the pending request ${token} in ${connection}.`;
      const reasons = against.map(({ code, text }) => reason(code, `${text}${pending}${also}`));
      return await takenBack(job, deps, looked, begun, approval, { allowed: false, reasons });
    }
    if (how.state === "refused") {
      const reasons = [reason("refused-by-system", `${how.why}${also}`)];
      return await takenBack(job, deps, looked, begun, approval, { allowed: false, reasons });
    }
    if (how.state === "pending") {
      if (token === undefined) await job.save(step, { token: how.token, unsure });
      return { kind: "wait", until: new Date(Date.now() + job.settings.lookMs), step, why: how.why };
    }
    await keepEnd(job, begun, place, how);
  }
  return await lookedAgain(job, deps, looked, begun, approval);
}

/** After the act every system is asked once more what it keeps. */
async function lookedAgain(
  job: DestroyJob,
  deps: DestroyDeps,
  looked: Looked,
  begun: Begun,
  approval: Approval,
): Promise<Outcome> {
  const now = await lookAtCopies(job.msg.asset, job.settings, deps, job.signal);
  const listed = new Set(copiesOn(approval.list).map(nameOf));
  const left = now.places.filter(({ known: { system, connection }, copies: { copies } }) =>
    copies.some(({ id, state }) => state === "kept" && listed.has(nameOf({ system, connection, id }))),
  );
  if (left.length === 0) return await certified(job, deps, now, begun, approval, notOn(approval.list, now.places));
  if (left.every((place) => endedIn(job, begun, place) !== undefined)) {
    const reasons = changeReasons(changesSince(approval.list, { ...now, places: left }, () => true));
    return await takenBack(job, deps, looked, begun, approval, { allowed: false, reasons });
  }
  const where = left.map(({ known }) => `${known.system} "${known.connection}"`).join(", ");
  throw new LifecycleError("UPSTREAM", `"${looked.asset.name}" is still kept in ${where}; it is tried again.`, {
    retryable: true,
  });
}

/** Everything that stands against the next change, as every system says right now. */
async function reasonsAgainst(job: DestroyJob, deps: DestroyDeps, begun: Begun, approval: Approval): Promise<Reason[]> {
  const now = await lookAtCopies(job.msg.asset, job.settings, deps, job.signal);
  const isOver = (place: Place): boolean => endedIn(job, begun, place) !== undefined;
  const { held, answers } = await heldNow(now.places, deps.systems, job.signal);
  await keepHolds(job, begun, answers);
  return [
    ...held.map((words) => reason("on-hold", `Held: ${words}.`)),
    ...changeReasons(changesSince(approval.list, now, isOver)),
  ];
}

function changeReasons(changes: readonly string[]): Reason[] {
  return changes.map((words) => reason("list-changed", `The list changed: ${words}.`));
}

/** By what the people of a system know a request of ours. */
function commentOf({ approval }: Begun): string {
  return `Approved list ${approval}`;
}
