import type { LifecycleAsset } from "../messages/asset.js";
import type { Outcome } from "../runtime/types.js";
import type { Approval, JsonObject } from "../store/types.js";
import { agent } from "./agent.js";
import { listDigest } from "./approval.js";
import { type Decision, reason } from "./decision.js";
import type { DestroyJob } from "./destroy-end.js";
import type { DestroyDeps, Looked } from "./destroy-look.js";
import type { DestroyFacts } from "./may-destroy.js";

const AWAITING = 2;
/** Written with the hand-over that tells of a list, so that it is told once. */
const ASKED = "approval asked";

/** Puts what stands there now up for approval; the same list again is the same approval. */
export async function proposed(job: DestroyJob, deps: DestroyDeps, { asset, facts }: Looked): Promise<Approval> {
  const list = frozenList(asset, facts);
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

/** Everything that people approve. A change of list, rule or stated retention changes the digest, so approvals lapse. */
function frozenList(asset: LifecycleAsset, facts: DestroyFacts): JsonObject {
  const byId = (one: { id: string }, other: { id: string }): number => (one.id < other.id ? -1 : 1);
  return {
    act: "destroy",
    asset: asset.key,
    version: asset.version,
    rule: asset.retention?.rule ?? null,
    trigger: asset.retention?.trigger ?? null,
    start: asset.retention?.start ?? null,
    until: asset.retention?.until ?? null,
    copies: facts.places.flatMap(({ system, connection, copies }) =>
      copies
        .filter(({ state }) => state === "kept")
        .map(({ id, version, role }) => ({ system, connection, id, version, role }))
        .sort(byId),
    ),
    retention: [...facts.governing].sort(byId).map(({ id, retention }) => ({
      id,
      policies: retention.map(({ policy, start, expired }) => ({ policy, start: start ?? null, expired })),
    })),
  };
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
