import type { Outcome } from "../runtime/types.js";
import type { Approval } from "../store/types.js";
import { agent } from "./agent.js";
import { type Decision, wordsOf } from "./decision.js";
import { copiesAt, nameOf } from "./destroy-frozen.js";
import { givenOut } from "./destroy-links.js";
import { type Copies, type DestroyDeps, type DestroyJob, lookAtCopies, type Looked } from "./destroy-look.js";
import { certificateOf, refusalOf } from "./destroy-papers.js";
import { type Begun, endedCopies, type EndedCopy, lastHolds } from "./destroy-progress.js";
import type { AskedHold } from "./holds.js";
import { formsOf, type Paper } from "./papers.js";

const DESTROYED = 0;
const REFUSED = 1;
/** Events of an asset that are looked through for what was given out. */
const MOST_EVENTS = 10_000;

/** Ends a destruction that may not be, with a paper that says why. */
export async function refused(
  job: DestroyJob,
  deps: DestroyDeps,
  { asset, facts }: Looked,
  decision: Decision,
  { holds, gone }: { holds: readonly AskedHold[]; gone: readonly EndedCopy[] } = { holds: facts.holds, gone: [] },
): Promise<Outcome> {
  const paper = refusalOf({
    asset,
    job: job.id,
    decision,
    holds,
    gone,
    zone: job.settings.zone,
    chainHead: (await deps.store.head())?.hash ?? "",
  });
  const forms = formsOf(paper);
  job.event({
    type: "destruction refused",
    basis: "witnessed",
    outcome: "refused",
    digest: forms.digest,
    detail: { paper: paper.number, reasons: decision.reasons.map(({ code }) => code) },
  });
  const payload = { outcome: "refused", reasons: decision.reasons, ...forms };
  const outputs = [{ port: REFUSED, msg: { ...job.msg, asset, payload } }];
  return { kind: "refused", reason: wordsOf(decision), outputs };
}

/**
 * What can be taken back is: a record that one system keeps is not destroyed elsewhere. What is gone for good by then
 * stands on the timeline and in the refusal.
 */
export async function takenBack(
  job: DestroyJob,
  deps: DestroyDeps,
  looked: Looked,
  begun: Begun,
  approval: Approval,
  decision: Decision,
): Promise<Outcome> {
  // First of all the approval ends: whoever replays the job has to ask people again.
  await deps.store.lapse(job.id, wordsOf(decision), agent());
  for (const place of looked.places) {
    const ids = copiesAt(place, approval.list).map(({ id }) => id);
    await place.destroying?.undo(place.known.asset, ids, job.signal);
  }
  const { places } = await lookAtCopies(job.msg.asset, job.settings, deps, job.signal);
  const there = new Set(
    places.flatMap(({ known: { system, connection }, copies: { copies } }) =>
      copies.filter(({ state }) => state !== "gone").map(({ id }) => nameOf({ system, connection, id })),
    ),
  );
  const gone = endedCopies(job, begun, approval, places).filter(({ copy }) => !there.has(nameOf(copy)));
  told(job, approval, gone);
  await job.save("act", { ...begun, over: true });
  return await refused(job, deps, looked, decision, { holds: lastHolds(job, begun), gone });
}

/**
 * Ends a destruction that is carried out, with its certificate.
 *
 * @param left copies that are kept although all of the list is gone: they came after people approved
 */
export async function certified(
  job: DestroyJob,
  deps: DestroyDeps,
  { asset, places }: Copies,
  begun: Begun,
  approval: Approval,
  left: readonly string[],
): Promise<Outcome> {
  const at = new Date().toISOString();
  const ended = endedCopies(job, begun, approval, places);
  const paper = certificateOf({
    asset,
    approval,
    at,
    holds: lastHolds(job, begun),
    ended,
    left,
    givenOut: givenOut(await deps.store.timeline(asset.key, MOST_EVENTS), at),
    zone: job.settings.zone,
    chainHead: (await deps.store.head())?.hash ?? "",
  });
  told(job, approval, ended, paper);
  const payload = {
    outcome: "destroyed",
    approval: approval.id,
    ...(left.length === 0 ? {} : { left: [...left] }),
    ...formsOf(paper),
  };
  return { kind: "done", outputs: [{ port: DESTROYED, msg: { ...job.msg, asset, payload } }], summary: "destroyed" };
}

/** One event for each copy that is gone, so that the timeline tells of each place that the record is not there any more. */
function told(job: DestroyJob, approval: Approval, gone: readonly EndedCopy[], paper?: Paper): void {
  for (const { copy, how } of gone) {
    job.event({
      type: "destroyed",
      basis: "witnessed",
      system: `${copy.system}:${copy.connection}`,
      object: copy.id,
      outcome: "success",
      ...(paper === undefined ? {} : { digest: formsOf(paper).digest }),
      detail: {
        ...(paper === undefined ? {} : { paper: paper.number }),
        approval: approval.id,
        method: how.method,
        version: copy.version,
      },
    });
  }
}
