import type { LifecycleError } from "../../messages/error.js";
import type { Entity } from "../types.js";
import { longerThan, lookAgain, waitedSince } from "./await.js";
import { finish, recordAccession } from "./finish.js";
import { settleHolds } from "./holds.js";
import type {
  FolderFacts,
  HoldFacts,
  IngestDeps,
  IngestJob,
  IngestOutcome,
  PackedFacts,
  ProvenFile,
  ResolvedAsset,
  RetentionFacts,
  VerifyFacts,
} from "./job.js";
import { settleLinks } from "./links.js";
import { filledIdentifiers, type FileDigests } from "./package.js";
import { fragmentsOf } from "./resolve.js";
import { notTransferred, settleRetention } from "./retention.js";
import { verifyArchived, type Expected, type Incomplete } from "./verify.js";
import type { IngestWay } from "./way-port.js";

/** An asset that the archive shows. */
export interface Arrived {
  ref: string;
  folder: FolderFacts;
  files: readonly ProvenFile[];
  md5: PackedFacts["md5"];
  /** It was there before this job. */
  alreadyThere: boolean;
  /** What the archive said of it just now, where it was asked. */
  seen?: Entity;
}

/**
 * `settled`: what Preservica said is what counts. What forbids the transfer is asked again by a replay, with new
 * patience: no `since`.
 */
type RetentionCheckpoint = { since: string | null; settled: boolean; facts: RetentionFacts };

/**
 * What comes after the asset is there, each step kept: proof, links, retention policy with its start read back, legal
 * holds of the source, and the message on.
 *
 * @returns `incomplete` while parts of the asset cannot be seen yet; `refused` when it is there and protected, but its
 *   retention does not run as decided
 */
export async function conclude(
  job: IngestJob,
  resolved: ResolvedAsset,
  arrived: Arrived,
  way: IngestWay,
  deps: IngestDeps,
): Promise<IngestOutcome | Incomplete | { refused: LifecycleError }> {
  const { ref, folder, files, md5, alreadyThere, seen } = arrived;
  const verified = await verify(job, resolved, deps, {
    ref,
    folder: folder.ref,
    files,
    identifiers: filledIdentifiers(resolved, digestsOf(files)),
    schemas: fragmentsOf(job.msg.asset, resolved).map((fragment) => fragment.schema),
    alreadyThere,
    how: job.settings.verify,
    way,
    ...(seen === undefined ? {} : { seen }),
  });
  if ("incomplete" in verified) return verified;
  const linkWarnings = await links(job, resolved, ref, deps);
  const retention = await retain(job, resolved, ref, alreadyThere, deps);
  if (retention !== null && "kind" in retention) return retention;
  const holds = await hold(job, ref, deps);
  const done = { ref, folder, proven: files, md5, verified, alreadyThere, linkWarnings, retention, holds };
  const ended = finish(job, resolved, done, deps);
  return retention?.refusal ? { refused: notTransferred(job, ref, resolved, retention, deps) } : ended;
}

async function verify(
  job: IngestJob,
  resolved: ResolvedAsset,
  deps: IngestDeps,
  expected: Expected,
): Promise<VerifyFacts | Incomplete> {
  const known = job.checkpoint<VerifyFacts>("verify");
  if (known !== undefined) return known;
  job.stage("verifying");
  const verified = await verifyArchived(expected, resolved, deps, job.signal);
  if ("incomplete" in verified) return verified;
  recordAccession(job, resolved, expected, verified, deps);
  // Gigabytes are not read again for a crash; a few questions are asked again.
  if (verified.files.some((file) => file.by === "read")) await job.save("verify", verified);
  else job.note("verify", verified);
  return verified;
}

async function links(job: IngestJob, resolved: ResolvedAsset, ref: string, deps: IngestDeps): Promise<string[]> {
  const known = job.checkpoint<{ warnings: string[] }>("links");
  if (known !== undefined) return known.warnings;
  const warnings = await settleLinks(ref, resolved, job.settings, deps);
  job.note("links", { warnings });
  return warnings;
}

/** The policy runs, or it is said why it does not: a start date that is only late is waited for. */
async function retain(
  job: IngestJob,
  resolved: ResolvedAsset,
  ref: string,
  alreadyThere: boolean,
  deps: IngestDeps,
): Promise<RetentionFacts | IngestOutcome | null> {
  const known = job.checkpoint<RetentionCheckpoint>("retention");
  if (known?.settled === true) return known.facts;
  const found = await settleRetention(job, ref, resolved, alreadyThere, deps);
  if (found === undefined) return null;
  const since = waitedSince(known?.since, deps);
  const wait = found.late && !longerThan(since, deps.preservica.assumptions.lateStartMs, deps);
  const settled = !wait && found.facts.refusal === null;
  const facts: RetentionCheckpoint = { since: wait || settled ? since : null, settled, facts: found.facts };
  await job.save("retention", facts);
  return wait
    ? lookAgain(job, since, "retention", "Preservica has not computed the retention start yet", deps)
    : found.facts;
}

async function hold(job: IngestJob, ref: string, deps: IngestDeps): Promise<HoldFacts> {
  const known = job.checkpoint<HoldFacts>("holds");
  if (known !== undefined) return known;
  const facts = await settleHolds(job, ref, deps);
  job.note("holds", facts);
  return facts;
}

function digestsOf(files: readonly ProvenFile[]): FileDigests {
  return new Map(
    files.map(({ label, size, sha256 }) => [label, { size, digests: sha256 === null ? {} : { "SHA-256": sha256 } }]),
  );
}
