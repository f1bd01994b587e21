import type { LifecycleAsset } from "../../messages/asset.js";
import { asLifecycleError, LifecycleError } from "../../messages/error.js";
import { asItself } from "../../messages/joined.js";
import { holdsIn } from "../../systems/holds.js";
import type { HoldAnswer } from "../../systems/port.js";
import { judgeHoldOn } from "../govern/holds.js";
import { record } from "./events.js";
import type { HoldFacts, IngestDeps, IngestJob } from "./job.js";

/** Failures that no repetition heals: a person has to make the hold, or to give the right. */
const LASTING: ReadonlySet<string> = new Set(["NOT_FOUND", "DENIED", "REFUSED", "INVALID_INPUT"]);

/**
 * What the systems that the asset comes from say of holds, asked now; what cannot be asked is `unknown`. Parts that were
 * joined into it are assets of their own there, with holds of their own.
 *
 * @throws LifecycleError NOT_CONFIGURED while a connection is being deployed
 */
export async function sourceHolds(asset: LifecycleAsset, deps: Pick<IngestDeps, "systems">): Promise<HoldAnswer[]> {
  const places = new Map(
    asset.content.map(({ system, connection }) => [
      JSON.stringify([system, connection]),
      { system, connection, of: asset },
    ]),
  );
  const parts = (asset.joined ?? []).map((joined) => ({
    system: "otmm" as const,
    connection: joined.otmm.connection,
    of: asItself(asset, joined),
  }));
  return await Promise.all(
    [...places.values(), ...parts].map(async ({ of, ...place }) => await holdsIn(deps.systems, place, of)),
  );
}

/** Matters that hold the asset at its source. */
export function mattersOf(answers: readonly HoldAnswer[]): string[] {
  return [...new Set(answers.flatMap((answer) => (answer.state === "held" ? answer.matters : [])))];
}

/**
 * Puts the legal holds of the source on the archived asset, each once, and reads back what the archive says of them
 * (RECORDS rule 3). A hold that cannot be carried, or cannot be read back, does not undo the copy: it is told, and
 * nothing may be released. A system that only cannot be asked now is asked again by the job's next attempt: else one bad
 * moment would leave a held asset without its hold for good.
 *
 * @throws LifecycleError for what may pass (UNREACHABLE, THROTTLED, UPSTREAM, a connection that is being deployed)
 */
export async function settleHolds(job: IngestJob, ref: string, deps: IngestDeps): Promise<HoldFacts> {
  const { asset } = job.msg;
  const answers = await sourceHolds(asset, deps);
  const matters = mattersOf(answers);
  const blind = answers.flatMap((answer) => (answer.state === "unknown" ? [`${answer.system}: ${answer.why}`] : []));
  const failed: string[] = [];
  for (const matter of matters) {
    const why = await carry(job, ref, matter, deps);
    if (why !== undefined) failed.push(`${matter}: ${why}`);
  }
  answers.forEach(mustBeFinal);
  if (matters.length === 0) {
    return blind.length === 0
      ? { state: "clear", matters, warning: null }
      : {
          state: "unknown",
          matters,
          warning: `holds at the source are not known, which counts as held (${blind.join("; ")})`,
        };
  }
  const kept = await readBack(asset, ref, deps);
  const missing = matters.filter((matter) => !kept.matters.includes(matter));
  const problems = [
    ...failed,
    ...(kept.why === undefined ? [] : [kept.why]),
    ...(missing.length === 0 ? [] : [`the archive does not state: ${missing.join(", ")}`]),
    ...blind,
  ];
  if (problems.length === 0) return { state: "carried", matters, warning: null };
  const warning = `the asset is held by ${matters.join(", ")}, but that is not proven in the archive: ${problems.join("; ")}; it counts as held, and a person has to see to it`;
  return { state: "unknown", matters, warning };
}

/** @throws LifecycleError retryable UNREACHABLE, when the system could not be asked for a reason that may pass */
export function mustBeFinal(answer: HoldAnswer): void {
  if (answer.state !== "unknown" || answer.passing !== true) return;
  const { system, why } = answer;
  throw new LifecycleError("UNREACHABLE", `The holds on the asset cannot be asked now: ${why}`, { system });
}

/** @returns why the hold could not be put on */
async function carry(job: IngestJob, ref: string, matter: string, deps: IngestDeps): Promise<string | undefined> {
  try {
    const verdict = await judgeHoldOn(deps.preservica, ref, { matter, create: false });
    if (verdict.state === "so") return undefined;
    await verdict.start();
  } catch (thrown) {
    const error = asLifecycleError(thrown);
    // Somebody was quicker: what the archive says when it is read back counts.
    if (error.code === "CONFLICT") return undefined;
    if (LASTING.has(error.code)) return error.message;
    throw error;
  }
  record(job, deps, "policy assignment", { system: "preservica", object: ref, detail: { hold: matter } });
  return undefined;
}

async function readBack(
  asset: LifecycleAsset,
  ref: string,
  { preservica }: IngestDeps,
): Promise<{ matters: string[]; why?: string }> {
  const ids = { ...asset.ids, preservica: { connection: preservica.connection, ref } };
  const answer = await preservica.holds({ ...asset, ids });
  mustBeFinal(answer);
  if (answer.state === "held") return { matters: answer.matters };
  return answer.state === "clear" ? { matters: [] } : { matters: [], why: answer.why };
}
