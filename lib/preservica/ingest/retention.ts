import type { LifecycleAsset } from "../../messages/asset.js";
import { LifecycleError } from "../../messages/error.js";
import type { RetentionPolicy } from "../types.js";
import { record } from "./events.js";
import type { IngestDeps, IngestJob, ResolvedAsset, RetentionFacts } from "./job.js";

/**
 * The policy that the mapping names, checked before anything is sent.
 *
 * @param expectedStart calendar date at which the retention clock starts, when that is an event of the past
 * @throws LifecycleError NOT_CONFIGURED when Preservica has no such assignable policy; REFUSED when its clock would
 *   restart at the ingest (RECORDS rule 6)
 */
export async function checkPolicy(
  name: string,
  expectedStart: string | null,
  deps: IngestDeps,
): Promise<RetentionPolicy> {
  const { assumptions, retention } = deps.preservica;
  const policy = await retention.policyByName(name);
  if (policy === undefined || !policy.assignable || policy.name.startsWith(assumptions.holdPolicyPrefix)) {
    const why = policy === undefined ? "does not exist" : policy.assignable ? "stands for a legal hold" : "is retired";
    throw new LifecycleError(
      "NOT_CONFIGURED",
      `The retention policy "${name}" ${why} in Preservica; correct the mapping's look-up table or have it created.`,
      { system: "preservica", details: { policy: name } },
    );
  }
  if (expectedStart !== null && assumptions.ingestClockFields.includes(policy.startDateField ?? "")) {
    throw new LifecycleError(
      "REFUSED",
      `The retention policy "${name}" counts from ${policy.startDateField ?? ""}, so the clock that started on ${expectedStart} would start again at the ingest; choose a policy that counts from the event.`,
      { system: "preservica", details: { policy: name, startDateField: policy.startDateField, expectedStart } },
    );
  }
  return policy;
}

/** When the asset's retention clock started: the decision on the message, else what the mapper wrote. */
export function expectedStartOf(asset: LifecycleAsset): string | null {
  if (asset.retention?.start !== undefined) return asset.retention.start.slice(0, 10);
  for (const entry of Object.values(asset.metadata ?? {})) {
    const start = entry.values["retention/start"];
    if (typeof start === "string" && start !== "") return start.slice(0, 10);
  }
  return null;
}

/**
 * Puts the policy on the asset, once, and reads back what Preservica makes of it.
 *
 * @returns `late` when the start date should be there but is not yet: it comes from the index, which lags
 */
export async function settleRetention(
  job: IngestJob,
  ref: string,
  resolved: ResolvedAsset,
  alreadyThere: boolean,
  deps: IngestDeps,
): Promise<{ facts: RetentionFacts; late: boolean } | undefined> {
  const wanted = resolved.policy;
  if (wanted === null) return undefined;
  const { retention } = deps.preservica;
  let assignments = await retention.assignments(ref);
  const foreign = await foreignPolicy(
    assignments.map((one) => one.policy),
    wanted.ref,
    deps,
  );
  if (alreadyThere && foreign !== undefined) {
    // Somebody decided otherwise since; which policy is right is a person's decision (RECORDS rule 1).
    const warning = `the archived asset has the retention policy "${foreign}", not "${wanted.name}"`;
    return { facts: { policy: foreign, state: "different", start: null, expired: false, warning }, late: false };
  }
  if (!assignments.some((one) => one.policy === wanted.ref)) {
    const refused = await assignOnce(ref, wanted.ref, deps);
    assignments = await retention.assignments(ref);
    if (refused === undefined) {
      record(job, deps, "policy assignment", { system: "preservica", object: ref, detail: { policy: wanted.name } });
    } else if (!assignments.some((one) => one.policy === wanted.ref)) throw refused;
  }
  const own = assignments.find((one) => one.policy === wanted.ref);
  const start = own?.startDate?.slice(0, 10) ?? null;
  const facts = judge(wanted, start, own?.expired ?? false, resolved.retentionStart);
  return { facts, late: facts.state === "not-started" && resolved.retentionStart !== null };
}

/** @returns the server's refusal, which may mean that another job of the same asset was quicker by a moment */
async function assignOnce(ref: string, policy: string, deps: IngestDeps): Promise<LifecycleError | undefined> {
  try {
    await deps.preservica.retention.assign(ref, policy);
    return undefined;
  } catch (thrown) {
    const refused =
      thrown instanceof LifecycleError &&
      deps.preservica.assumptions.refTaken.some((status) => status === thrown.status);
    if (refused) return thrown;
    throw thrown;
  }
}

function judge(
  policy: { name: string; fromField: boolean },
  start: string | null,
  expired: boolean,
  expected: string | null,
): RetentionFacts {
  const facts = { policy: policy.name, start, expired };
  if (!policy.fromField) return { ...facts, state: "permanent", warning: null };
  if (start === null) {
    return {
      ...facts,
      state: "not-started",
      warning: `the clock of the retention policy "${policy.name}" has not started: Preservica states no start date`,
    };
  }
  if (expected !== null && start !== expected) {
    return { ...facts, state: "different", warning: `Preservica counts retention from ${start}, not from ${expected}` };
  }
  return { ...facts, state: "running", warning: null };
}

/** Name of another ordinary policy on the asset; legal holds made of policies do not count. */
async function foreignPolicy(refs: readonly string[], wanted: string, deps: IngestDeps): Promise<string | undefined> {
  for (const ref of refs) {
    if (ref === wanted) return undefined;
    const { name } = await deps.preservica.retention.policy(ref);
    if (!name.startsWith(deps.preservica.assumptions.holdPolicyPrefix)) return name;
  }
  return undefined;
}
