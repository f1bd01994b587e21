import { foreignIngest, ingestFailed, longerThan, lookAgain, lookAtIngest, waitedSince } from "./ingest/await.js";
import { nowOf } from "./ingest/events.js";
import { finish, recordAccession, type Finished } from "./ingest/finish.js";
import type {
  FolderFacts,
  IngestDeps,
  IngestingFacts,
  IngestJob,
  IngestOutcome,
  LookupFacts,
  PackedFacts,
  ResolvedAsset,
  RetentionFacts,
  UploadFacts,
  VerifyFacts,
} from "./ingest/job.js";
import { settleLinks } from "./ingest/links.js";
import { findArchived, proveArchived } from "./ingest/lookup.js";
import { filledIdentifiers, type FileDigests } from "./ingest/package.js";
import { settleRetention } from "./ingest/retention.js";
import { fragmentsOf, resolveAsset } from "./ingest/resolve.js";
import { abandonUpload, nextUpload, packedBy, sendPackage } from "./ingest/send.js";
import { verifyArchived, type Expected } from "./ingest/verify.js";
import type { Entity } from "./types.js";

export {
  DEFAULT_INGEST_SETTINGS,
  type IngestDeps,
  type IngestJob,
  type IngestOutcome,
  type IngestSettings,
} from "./ingest/job.js";
export type { IngestResult } from "./ingest/finish.js";
export { planIngest, type IngestPlan } from "./ingest/plan.js";

/**
 * Preserves one asset version, durably: resolve -> lookup -> folder -> package and upload -> ingesting -> verify ->
 * links -> retention -> done. Every step may be repeated and is a checkpoint: on disk before anything is
 * done that depends on it, together with what was found out before. Whatever happens, at most one asset comes of it, and
 * nothing is called archived before Preservica itself has confirmed size and digest.
 *
 * @returns `wait` while Preservica works; the job is looked at again at `until`
 * @throws LifecycleError INVALID_INPUT, NOT_CONFIGURED (mapping, tags) · REFUSED (empty content, tombstone) · CONFLICT
 *   (other bytes under this identity) · FIXITY_MISMATCH, SHORT_READ (damaged source, damaged copy) · INGEST_FAILED
 *   (Preservica's own reasons in the message) · what the systems answer
 */
export async function ingest(job: IngestJob, deps: IngestDeps): Promise<IngestOutcome> {
  return await new Ingest(job, deps).run();
}

/** `settled`: what Preservica said is what counts, late or not. */
type RetentionCheckpoint = { since: string; settled: boolean; facts: RetentionFacts };

class Ingest {
  readonly #job: IngestJob;
  readonly #deps: IngestDeps;

  constructor(job: IngestJob, deps: IngestDeps) {
    this.#job = job;
    this.#deps = deps;
  }

  async run(): Promise<IngestOutcome> {
    const resolved = await this.#resolve();
    const ingesting = this.#underWay();
    if (ingesting !== undefined) return await this.#await(resolved, ingesting);
    const lookup = await this.#lookup(resolved);
    if (lookup.found !== null) return await this.#conclude(resolved, lookup.found, lookup);
    const folder = await this.#folder(resolved);
    return await this.#upload(resolved, folder);
  }

  async #resolve(): Promise<ResolvedAsset> {
    const known = this.#job.checkpoint<ResolvedAsset>("resolve");
    if (known !== undefined) return known;
    this.#job.stage("checking");
    const resolved = await resolveAsset(this.#job.msg.asset, this.#job.settings, this.#deps);
    this.#job.note("resolve", resolved);
    return resolved;
  }

  /** The upload that has been sent and has not failed. */
  #underWay(): IngestingFacts | undefined {
    const upload = this.#job.checkpoint<UploadFacts>("upload");
    const ingesting = this.#job.checkpoint<IngestingFacts>("ingesting");
    return upload !== undefined && ingesting !== undefined && ingesting.nth === upload.nth && upload.failed === null
      ? ingesting
      : undefined;
  }

  /** Looked up again at each attempt until something was sent: others may have archived it meanwhile. */
  async #lookup(resolved: ResolvedAsset): Promise<LookupFacts> {
    const known = this.#job.checkpoint<LookupFacts>("lookup");
    if (known !== undefined && known.found !== null) return known;
    const upload = this.#job.checkpoint<UploadFacts>("upload");
    // After a lost answer the reference may be ours: `#upload` looks at it.
    if (upload !== undefined && upload.failed === null && upload.finishing !== "no") return { found: null, files: [] };
    this.#job.stage("looking");
    const found = await findArchived(resolved, this.#job.settings, this.#deps);
    const files =
      found === undefined
        ? []
        : await proveArchived(found, this.#job.msg.asset, resolved, this.#deps, this.#job.signal);
    const facts: LookupFacts = { found: found ?? null, files };
    // That nothing was found is asked again by the next attempt, so it need not be kept.
    if (facts.found !== null) await this.#job.save("lookup", facts);
    return facts;
  }

  async #folder(resolved: ResolvedAsset): Promise<FolderFacts> {
    const known = this.#job.checkpoint<FolderFacts>("folder");
    if (known !== undefined) return known;
    const facts: FolderFacts = await this.#deps.preservica.ensureFolderPath(
      resolved.folder,
      this.#job.settings.folderTag,
    );
    this.#job.note("folder", facts);
    return facts;
  }

  async #upload(resolved: ResolvedAsset, folder: FolderFacts): Promise<IngestOutcome> {
    const last = this.#job.checkpoint<UploadFacts>("upload");
    const lost = last !== undefined && last.failed === null && last.finishing !== "no";
    if (lost) return await this.#reconcile(resolved, folder, last);
    const upload = last === undefined || last.failed !== null ? nextUpload(this.#job, resolved.ref, last) : last;
    const foreign = await foreignIngest(resolved.ref, upload.key, this.#deps);
    if (foreign !== undefined) {
      return lookAgain(
        this.#job,
        foreign.started ?? nowOf(this.#deps).toISOString(),
        "upload",
        "another ingest of the same asset is under way",
        this.#deps,
      );
    }
    return await this.#send(resolved, folder, upload);
  }

  async #send(resolved: ResolvedAsset, folder: FolderFacts, upload: UploadFacts): Promise<IngestOutcome> {
    const ingesting = await sendPackage(this.#job, resolved, folder.ref, upload, this.#deps);
    if (this.#job.settings.firstLookMs === 0) {
      await this.#job.save("ingesting", ingesting);
      return await this.#await(resolved, ingesting);
    }
    this.#job.note("ingesting", ingesting);
    return lookAgain(this.#job, ingesting.since, "ingesting", "Preservica ingests the package", this.#deps);
  }

  /** The answer of the upload was lost: what the archive knows decides, and only silence for long enough means: again. */
  async #reconcile(resolved: ResolvedAsset, folder: FolderFacts, upload: UploadFacts): Promise<IngestOutcome> {
    const look = await lookAtIngest(resolved.ref, upload.key, null, this.#deps);
    const now = nowOf(this.#deps).toISOString();
    if (look.state === "failed") throw await ingestFailed(this.#job, resolved, upload, look.why, this.#deps);
    if (look.state === "there" || look.state === "waiting") {
      const facts: IngestingFacts = {
        nth: upload.nth,
        token: null,
        since: upload.lostSince ?? now,
        completeSince: null,
      };
      await this.#job.save("ingesting", facts);
      return await this.#await(resolved, facts);
    }
    const since = waitedSince(upload.lostSince, this.#deps);
    if (longerThan(since, this.#deps.preservica.assumptions.lostAnswerMs, this.#deps)) {
      await abandonUpload(upload, folder.ref, this.#deps);
      return await this.#send(resolved, folder, nextUpload(this.#job, resolved.ref, upload));
    }
    if (upload.lostSince !== since) await this.#job.save("upload", { ...upload, lostSince: since });
    return lookAgain(
      this.#job,
      since,
      "upload",
      "the upload's answer was lost; looking whether it arrived",
      this.#deps,
    );
  }

  async #await(resolved: ResolvedAsset, ingesting: IngestingFacts): Promise<IngestOutcome> {
    this.#job.stage("ingesting");
    const upload = this.#job.checkpoint<UploadFacts>("upload") ?? nextUpload(this.#job, resolved.ref, undefined);
    const look = await lookAtIngest(resolved.ref, upload.key, ingesting.token, this.#deps);
    if (look.state === "failed") throw await ingestFailed(this.#job, resolved, upload, look.why, this.#deps);
    if (look.state === "there") return await this.#conclude(resolved, resolved.ref, undefined, look.asset);
    const complete = look.state === "nowhere" || look.complete;
    const why = look.state === "nowhere" ? "neither asset nor process can be seen" : look.why;
    return await this.#patience(resolved, ingesting, upload, complete, why);
  }

  /** Waits on; an ingest that is over but leaves nothing to see for too long has failed. */
  async #patience(
    resolved: ResolvedAsset,
    ingesting: IngestingFacts,
    upload: UploadFacts,
    complete: boolean,
    why: string,
  ): Promise<IngestOutcome> {
    const since = waitedSince(ingesting.completeSince, this.#deps);
    if (complete && longerThan(since, this.#deps.preservica.assumptions.lateEntityMs, this.#deps)) {
      throw await ingestFailed(this.#job, resolved, upload, why, this.#deps);
    }
    if (complete && ingesting.completeSince !== since)
      await this.#job.save("ingesting", { ...ingesting, completeSince: since });
    return lookAgain(this.#job, complete ? since : ingesting.since, "ingesting", why, this.#deps);
  }

  /** Verify, links, done. */
  async #conclude(
    resolved: ResolvedAsset,
    ref: string,
    lookup: LookupFacts | undefined,
    seen?: Entity,
  ): Promise<IngestOutcome> {
    const alreadyThere = lookup !== undefined;
    const packed: PackedFacts | undefined = alreadyThere ? undefined : packedBy(this.#job, this.#underWay()?.nth ?? 0);
    const files = lookup?.files ?? packed?.files ?? [];
    const folder = alreadyThere ? await this.#whereItIs(ref) : await this.#folder(resolved);
    const verified = await this.#verify(resolved, {
      ref,
      folder: folder.ref,
      files,
      identifiers: filledIdentifiers(resolved, digestsOf(files)),
      schemas: fragmentsOf(this.#job.msg.asset, resolved).map((fragment) => fragment.schema),
      alreadyThere,
      how: this.#job.settings.verify,
      ...(seen === undefined ? {} : { seen }),
    });
    if ("kind" in verified) return verified;
    const linkWarnings = await this.#links(resolved, ref);
    const retention = await this.#retention(resolved, ref, alreadyThere);
    if (retention !== null && "kind" in retention) return retention;
    const done: Finished = {
      ref,
      folder,
      proven: files,
      md5: packed?.md5 ?? [],
      verified,
      alreadyThere,
      linkWarnings,
      retention,
    };
    return finish(this.#job, resolved, done, this.#deps);
  }

  /** An asset that was found may stand in another folder by now; nothing is made for it. */
  async #whereItIs(ref: string): Promise<FolderFacts> {
    const { parent } = await this.#deps.preservica.asset(ref);
    return { ref: parent ?? "", created: [] };
  }

  async #verify(resolved: ResolvedAsset, expected: Expected): Promise<VerifyFacts | IngestOutcome> {
    const known = this.#job.checkpoint<VerifyFacts>("verify");
    if (known !== undefined) return known;
    this.#job.stage("verifying");
    const verified = await verifyArchived(expected, resolved, this.#deps, this.#job.signal);
    if (!("incomplete" in verified)) {
      recordAccession(this.#job, resolved, expected, verified, this.#deps);
      // Gigabytes are not read again for a crash; a few questions are asked again.
      if (verified.files.some((file) => file.by === "read")) await this.#job.save("verify", verified);
      else this.#job.note("verify", verified);
      return verified;
    }
    const ingesting = this.#underWay() ?? {
      nth: 0,
      token: null,
      since: nowOf(this.#deps).toISOString(),
      completeSince: null,
    };
    const upload = this.#job.checkpoint<UploadFacts>("upload") ?? nextUpload(this.#job, resolved.ref, undefined);
    return await this.#patience(resolved, ingesting, upload, true, verified.incomplete);
  }

  /** The policy runs, or it is said that it does not: a start date that is only late is waited for. */
  async #retention(
    resolved: ResolvedAsset,
    ref: string,
    alreadyThere: boolean,
  ): Promise<RetentionFacts | IngestOutcome | null> {
    const known = this.#job.checkpoint<RetentionCheckpoint>("retention");
    if (known?.settled === true) return known.facts;
    const found = await settleRetention(this.#job, ref, resolved, alreadyThere, this.#deps);
    if (found === undefined) return null;
    const since = waitedSince(known?.since, this.#deps);
    const wait = found.late && !longerThan(since, this.#deps.preservica.assumptions.lateStartMs, this.#deps);
    const facts: RetentionCheckpoint = { since, settled: !wait, facts: found.facts };
    await this.#job.save("retention", facts);
    return wait
      ? lookAgain(this.#job, since, "retention", "Preservica has not computed the retention start yet", this.#deps)
      : found.facts;
  }

  async #links(resolved: ResolvedAsset, ref: string): Promise<string[]> {
    const known = this.#job.checkpoint<{ warnings: string[] }>("links");
    if (known !== undefined) return known.warnings;
    const warnings = await settleLinks(ref, resolved, this.#job.settings, this.#deps);
    this.#job.note("links", { warnings });
    return warnings;
  }
}

function digestsOf(files: readonly { label: string; size: number; sha256: string | null }[]): FileDigests {
  return new Map(
    files.map(({ label, size, sha256 }) => [label, { size, digests: sha256 === null ? {} : { "SHA-256": sha256 } }]),
  );
}
