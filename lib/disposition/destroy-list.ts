import type { Outcome } from "../runtime/types.js";
import type { Approval } from "../store/types.js";
import { agent } from "./agent.js";
import { listDigest } from "../store/approval.js";
import { type Decision, reason } from "./decision.js";
import type { DestroyDeps, DestroyJob, Looked } from "./destroy-look.js";
import { frozenList } from "./destroy-frozen.js";

const AWAITING = 2;
/** Written with the hand-over that tells of a list, so that it is told once. */
const ASKED = "approval asked";

/** Puts what stands there now up for approval; the same list again is the same approval. */
export async function proposed(
  job: DestroyJob,
  deps: DestroyDeps,
  { asset, places, facts }: Looked,
): Promise<Approval> {
  const list = frozenList(asset, places, facts.governing);
  return await deps.store.propose(
    {
      job: job.id,
      run: job.run,
      assetKey: asset.key,
      assetVersion: asset.version,
      assetName: asset.name,
      list,
      digest: listDigest(list),
    },
    agent(),
  );
}

/** Waits for people; tells of the list once. */
export async function waiting(
  job: DestroyJob,
  deps: DestroyDeps,
  { asset }: Looked,
  approval: Approval,
): Promise<Outcome> {
  const until = new Date(Date.now() + job.settings.lookMs);
  const why = approval.state === "proposed" ? "a person has to request it" : "two persons have to approve it";
  const told = (await deps.store.timeline(asset.key, 10_000)).some(
    ({ type, detail }) => type === ASKED && detail?.["approval"] === approval.id,
  );
  if (told) return { kind: "wait", until, step: "approval", why };
  job.event({
    type: ASKED,
    basis: "witnessed",
    outcome: "success",
    digest: `SHA-256:${approval.digest}`,
    detail: { approval: approval.id },
  });
  const payload = { outcome: "awaiting approval", approval: approval.id, digest: approval.digest, list: approval.list };
  return {
    kind: "wait",
    until,
    step: "approval",
    why,
    outputs: [{ port: AWAITING, msg: { ...job.msg, asset, payload } }],
  };
}

/** Why a rejected list ends the job. */
export function rejection({ rejection: by }: Approval): Decision {
  const who = by === undefined ? "" : ` by ${by.agent.replace("user:", "")}: ${by.reason}`;
  return { allowed: false, reasons: [reason("not-approved", `The list was rejected${who}.`)] };
}

/** Why a list that lapsed while it was acted on ends the job. */
export function lapsed(): Decision {
  return {
    allowed: false,
    reasons: [reason("not-approved", "The approval lapsed while the destruction was under way.")],
  };
}
