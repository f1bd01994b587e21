import { sendOctets } from "../../content/index.js";
import { asLifecycleError, LifecycleError } from "../../messages/error.js";
import { token } from "../governance.js";
import { cannotAdd, compareAccess } from "./access.js";
import { longerThan, lookAgain, waitedSince } from "./await.js";
import { digestText, nowOf, record } from "./events.js";
import type { IngestDeps, IngestJob, IngestOutcome, PlannedFile, ProvenFile, ResolvedAsset } from "./job.js";
import { algorithmsOf, openerOf } from "./package.js";

/** The copy that is being added. `token`: null while no answer to its bytes is known. */
type Adding = { label: string; since: string; token: string | null };
/** What the job knows of the access copies that it adds. */
type AddFacts = { adding: Adding | null; added: string[]; warnings: string[] };

/** What stands in the asset in the end: proven equal, or why not. */
export interface SettledAccess {
  files: ProvenFile[];
  warnings: string[];
}

const BEGUN: AddFacts = { adding: null, added: [], warnings: [] };

/**
 * Adds the access copies of the message that an archived asset lacks, one after the other: the clip that was cut after
 * the master was archived. Before the bytes of one leave, that is on disk; after a lost answer the archive is looked
 * at, and only silence for long enough means: again. What the archive refuses for good is a warning, the copy that is
 * archived stays archived.
 *
 * @throws LifecycleError FIXITY_MISMATCH, SHORT_READ (damaged source) · INGEST_FAILED (taken, and failed there) · what
 *   may pass
 */
export async function settleAccess(
  job: IngestJob,
  ref: string,
  resolved: ResolvedAsset,
  deps: IngestDeps,
): Promise<SettledAccess | IngestOutcome> {
  const { asset } = job.msg;
  const facts = { ...(job.checkpoint<AddFacts>("access") ?? BEGUN) };
  for (;;) {
    const copies = await compareAccess(ref, asset, resolved, deps, job.signal);
    const { adding } = facts;
    const pending = copies.missing.find(({ label }) => label === adding?.label);
    if (adding !== null && pending !== undefined) {
      const still = await stillAdding(job, adding, pending, deps);
      if (still === "again") facts.adding = null;
      else return still;
    } else if (adding !== null) {
      record(job, deps, "ingestion end", {
        system: "preservica",
        basis: "reported",
        object: ref,
        detail: { access: adding.label },
      });
      facts.added = [...facts.added, adding.label];
      facts.adding = null;
      await job.save("access", facts);
    }
    const [next] = copies.missing;
    if (next === undefined) {
      const warnings = [...copies.warnings, ...facts.warnings];
      if (facts.added.length > 0) await addIdentifiers(ref, resolved, deps);
      return { files: copies.there, warnings };
    }
    const why = facts.warnings.length > 0 ? undefined : await cannotAdd(asset, ref, deps);
    if (why !== undefined) facts.warnings = [`the access copy "${next.title}" was not added: ${why}`];
    if (facts.warnings.length > 0) return { files: copies.there, warnings: [...copies.warnings, ...facts.warnings] };
    facts.adding = { label: next.label, since: nowOf(deps).toISOString(), token: null };
    await job.save("access", facts);
    const sent = await send(job, ref, next, deps);
    if ("refused" in sent) {
      facts.adding = null;
      facts.warnings = [`the access copy "${next.title}" was not added: ${sent.refused}`];
      await job.save("access", facts);
      continue;
    }
    facts.adding = { ...facts.adding, since: nowOf(deps).toISOString(), token: sent.token };
    await job.save("access", facts);
    return lookAgain(job, facts.adding.since, "access", "Preservica adds the access copy", deps);
  }
}

/** @returns `again` when the bytes never arrived */
async function stillAdding(
  job: IngestJob,
  { since, token: progressToken }: Adding,
  file: PlannedFile,
  deps: IngestDeps,
): Promise<IngestOutcome | "again"> {
  const { progressBad, progressGood, lateEntityMs, lostAnswerMs } = deps.preservica.assumptions;
  const mark = waitedSince(since, deps);
  const wait = (why: string): IngestOutcome => lookAgain(job, mark, "access", why, deps);
  if (progressToken === null) {
    if (longerThan(mark, lostAnswerMs, deps)) return "again";
    return wait("the answer to the access copy was lost; looking whether it arrived");
  }
  const progress = await deps.preservica.progress(progressToken);
  const status = progress?.status;
  const failed = status !== undefined && progressBad.includes(status);
  const over = status === undefined || progressGood.includes(status);
  const silent = over && longerThan(mark, lateEntityMs, deps);
  if (!failed && !silent) return wait("Preservica adds the access copy");
  // Forgotten, so that a replay sends it anew.
  const facts = job.checkpoint<AddFacts>("access") ?? BEGUN;
  await job.save("access", { ...facts, adding: null });
  const why = failed ? (progress?.errors ?? `state ${status}`) : "it is over and cannot be seen";
  throw new LifecycleError("INGEST_FAILED", `Preservica could not add the access copy "${file.title}": ${why}`, {
    system: "preservica",
    details: { reason: why },
  });
}

/** Refusals that no repetition heals; the asset itself is archived all the same. */
const LASTING: ReadonlySet<string> = new Set(["DENIED", "NOT_FOUND", "INVALID_INPUT", "CONFLICT", "REFUSED"]);

async function send(
  job: IngestJob,
  ref: string,
  file: PlannedFile,
  deps: IngestDeps,
): Promise<{ token: string } | { refused: string }> {
  const { representations } = deps.preservica;
  job.stage("adding");
  try {
    const { sent, answer } = await sendOctets({
      label: `"${file.title}"`,
      open: openerOf(job.msg.asset, file, deps),
      size: file.size,
      algorithms: algorithmsOf(file),
      expected: file.expected,
      target: await representations.accessTarget(ref, file.representation, file.filename),
      signal: job.signal,
      onBytes: (done, total) => job.progress(done, total),
    });
    const sha256 = sent.digests["SHA-256"] ?? "";
    const object = file.title;
    record(job, deps, "message digest calculation", { object, digest: digestText("SHA-256", sha256) });
    record(job, deps, "transfer", { system: "preservica", object: ref, detail: { access: file.representation } });
    return { token: token(answer) };
  } catch (thrown) {
    const error = asLifecycleError(thrown);
    if (job.signal.aborted || error.status === undefined || !LASTING.has(error.code)) throw error;
    const needs = "the account must be allowed to edit, and the tenant's post.new.representation.feature be on";
    return { refused: error.code === "DENIED" ? `${error.message} ${needs}` : error.message };
  }
}

/** The ids of what was joined later: the asset is found by them too. */
async function addIdentifiers(ref: string, resolved: ResolvedAsset, deps: IngestDeps): Promise<void> {
  const { entities } = deps.preservica;
  const have = await entities.identifiers("IO", ref);
  for (const { type, value } of resolved.identifiers) {
    if (value.includes("urn:clc:late:")) continue;
    if (have.some((identifier) => identifier.type === type && identifier.value === value)) continue;
    await entities.addIdentifier("IO", ref, { type, value });
  }
}
