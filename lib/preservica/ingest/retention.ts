import type { LifecycleAsset } from "../../messages/asset.js";
import { LifecycleError } from "../../messages/error.js";
import { decidedEndOf, expectedStartOf, FOR_GOOD } from "../../messages/retention-terms.js";
import { governedEnd } from "../../systems/governed-end.js";
import { endOf } from "../status/retention.js";
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

/**
 * The end that the schedule says, beside the end to which the policy keeps: known before anything is sent.
 *
 * @returns both ends in words; undefined when they are the same, or one of them has no date yet
 */
export function otherEnd(policy: RetentionPolicy, asset: LifecycleAsset): string | undefined {
  const start = expectedStartOf(asset);
  const decided = decidedEndOf(asset);
  const { period, periodUnit = "" } = policy;
  const by = `the retention policy "${policy.name}"`;
  // What is kept for good starts no clock, so only the policy can say that there is one.
  if (decided === FOR_GOOD && period !== undefined)
    return `${by} keeps ${period} ${periodUnit}, the schedule says for good: shorter than decided`;
  const governed = period === undefined ? FOR_GOOD : start === null ? undefined : endOf(start, period, periodUnit);
  if (decided === undefined || governed === undefined) return undefined;
  return governedEnd(decided, governed, by).difference;
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
    const facts = { policy: foreign, start: null, expired: false, warning, refusal: null };
    return { facts: { ...facts, state: "different" }, late: false };
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

/** A start that is known at the source must be the archive's too; an event that has not happened yet starts no clock. */
function judge(
  policy: { name: string; fromField: boolean },
  start: string | null,
  expired: boolean,
  expected: string | null,
): RetentionFacts {
  const facts = { policy: policy.name, start, expired, warning: null, refusal: null };
  if (!policy.fromField) return { ...facts, state: "permanent" };
  if (start === null) {
    const warning = `the clock of the retention policy "${policy.name}" has not started: Preservica states no start date`;
    const refusal = expected === null ? null : `${warning}, and it should count from ${expected}`;
    return { ...facts, state: "not-started", warning, refusal };
  }
  if (expected !== null && start !== expected) {
    const refusal = `Preservica counts the retention policy "${policy.name}" from ${start}, not from ${expected}`;
    return { ...facts, state: "different", warning: refusal, refusal };
  }
  return { ...facts, state: "running" };
}

/**
 * The archived asset does not count as transferred (RECORDS rule 6): it is there and proven, but nothing may be told
 * onward or released on the strength of it before a person has put the start right.
 */
export function notTransferred(
  job: IngestJob,
  ref: string,
  resolved: ResolvedAsset,
  { policy, start, refusal }: RetentionFacts,
  deps: IngestDeps,
): LifecycleError {
  const why = refusal ?? "";
  record(job, deps, "policy assignment", {
    system: "preservica",
    object: ref,
    outcome: "refused",
    detail: { policy, why },
  });
  return new LifecycleError(
    "REFUSED",
    `"${resolved.title}" is in the archive as ${ref}, but does not count as transferred: ${why}. Correct the start in Preservica or in the mapping, then replay the job.`,
    { system: "preservica", details: { ref, policy, start, expectedStart: resolved.retentionStart } },
  );
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
