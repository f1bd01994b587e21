import type { LifecycleAsset } from "../messages/asset.js";
import type { JobContext, Outcome } from "../runtime/types.js";
import { type Decision, wordsOf } from "./decision.js";
import type { DestroyDeps, DestroySettings, Looked } from "./destroy-look.js";
import { refusalOf } from "./destroy-papers.js";
import { formsOf, type Paper } from "./papers.js";

const DESTROYED = 0;
const REFUSED = 1;

export type DestroyJob = Pick<
  JobContext<DestroySettings>,
  "id" | "run" | "msg" | "settings" | "signal" | "checkpoint" | "save" | "event" | "stage"
>;

/** Ends a destruction that may not be, with a paper that says why. */
export async function refused(
  job: DestroyJob,
  deps: DestroyDeps,
  looked: Looked,
  decision: Decision,
): Promise<Outcome> {
  const paper = refusalOf({
    asset: looked.asset,
    job: job.id,
    decision,
    holds: looked.facts.holds,
    zone: job.settings.zone,
    chainHead: (await deps.store.head())?.hash ?? "",
  });
  return finish(job, looked.asset, paper, "refused", { reasons: decision.reasons }, decision);
}

/** Ends the job with its paper, on the timeline and on its output. */
export function finish(
  job: DestroyJob,
  asset: LifecycleAsset,
  paper: Paper,
  outcome: "destroyed" | "refused",
  more: object,
  decision?: Decision,
): Outcome {
  const forms = formsOf(paper);
  job.event({
    type: outcome === "destroyed" ? "destroyed" : "destruction refused",
    basis: "witnessed",
    outcome: outcome === "destroyed" ? "success" : "refused",
    digest: forms.digest,
    detail: {
      paper: paper.number,
      ...(decision === undefined ? {} : { reasons: decision.reasons.map(({ code }) => code) }),
    },
  });
  const msg = { ...job.msg, asset, payload: { outcome, ...more, ...forms } };
  return decision === undefined
    ? { kind: "done", outputs: [{ port: DESTROYED, msg }], summary: outcome }
    : { kind: "refused", reason: wordsOf(decision), outputs: [{ port: REFUSED, msg }] };
}
