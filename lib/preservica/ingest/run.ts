import { asLifecycleError } from "../../messages/error.js";
import { settleAccess } from "./add-access.js";
import { foreignIngest, ingestFailed, longerThan, lookAgain, waitedSince } from "./await.js";
import { conclude, type Arrived } from "./conclude.js";
import { nowOf } from "./events.js";
import type {
  FolderFacts,
  IngestDeps,
  IngestingFacts,
  IngestJob,
  IngestOutcome,
  LookupFacts,
  ResolvedAsset,
  UploadFacts,
} from "./job.js";
import { describeFolders } from "./folders.js";
import { findArchived, proveArchived } from "./lookup.js";
import { packedBy } from "./send.js";
import { resolveAsset } from "./resolve.js";
import type { IngestWay } from "./way-port.js";
import { wayOf } from "./way.js";

/** One attempt at an ingest: goes on at the first step that is not done yet, whichever way the content takes. */
export class IngestRun {
  readonly #job: IngestJob;
  readonly #deps: IngestDeps;
  readonly #way: IngestWay;

  constructor(job: IngestJob, deps: IngestDeps) {
    this.#job = job;
    this.#deps = deps;
    this.#way = wayOf(job.settings, deps);
  }

  async run(): Promise<IngestOutcome> {
    try {
      return await this.#attempt();
    } catch (thrown) {
      // What may pass leaves the parts to the next attempt; after anything else only a person can begin again.
      if (!this.#job.signal.aborted && !asLifecycleError(thrown).retryable) await this.#takeBack();
      throw thrown;
    }
  }

  async #attempt(): Promise<IngestOutcome> {
    const resolved = await this.#resolve();
    const ingesting = this.#underWay();
    if (ingesting !== undefined) return await this.#await(resolved, ingesting);
    const lookup = await this.#lookup(resolved);
    if (lookup.found !== null) {
      await this.#takeBack();
      return await this.#already(resolved, lookup.found, lookup);
    }
    const folder = await this.#folder(resolved);
    return await this.#upload(resolved, folder);
  }

  /** Ends what was begun to be sent, unless the request that starts the ingest may have left. Never throws. */
  async #takeBack(): Promise<void> {
    const upload = this.#job.checkpoint<UploadFacts>("upload");
    const folder = this.#job.checkpoint<FolderFacts>("folder");
    if (upload === undefined || folder === undefined || this.#underWay() !== undefined) return;
    if (upload.failed !== null || upload.finishing !== "no") return;
    await this.#way.takeBack(this.#job, upload, folder.ref).catch(() => undefined);
  }

  async #resolve(): Promise<ResolvedAsset> {
    const known = this.#job.checkpoint<ResolvedAsset>("resolve");
    if (known !== undefined) return known;
    this.#job.stage("checking");
    const { asset } = this.#job.msg;
    const resolved = await resolveAsset(asset, this.#job.settings, this.#deps);
    resolved.warnings.push(...(await this.#way.check(asset, resolved)));
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
    const { preservica } = this.#deps;
    const facts: FolderFacts = await preservica.ensureFolderPath(resolved.folder, this.#job.settings.folderTag);
    const described = await describeFolders(this.#job.msg.asset, facts.ref, this.#deps);
    if (described.length > 0) facts.warnings = described;
    this.#job.note("folder", facts);
    return facts;
  }

  async #upload(resolved: ResolvedAsset, folder: FolderFacts): Promise<IngestOutcome> {
    const last = this.#job.checkpoint<UploadFacts>("upload");
    const lost = last !== undefined && last.failed === null && last.finishing !== "no";
    if (lost) return await this.#reconcile(resolved, folder, last);
    const again = last !== undefined && last.failed === null;
    const upload = again ? last : this.#way.next(this.#job, resolved.ref, last);
    const foreign = await foreignIngest(resolved.ref, upload.key, this.#deps);
    if (foreign !== undefined) {
      const since = foreign.started ?? nowOf(this.#deps).toISOString();
      return lookAgain(this.#job, since, "upload", "another ingest of the same asset is under way", this.#deps);
    }
    return await this.#send(resolved, folder, upload);
  }

  async #send(resolved: ResolvedAsset, folder: FolderFacts, upload: UploadFacts): Promise<IngestOutcome> {
    const ingesting = await this.#way.send(this.#job, resolved, folder.ref, upload);
    if (this.#job.settings.firstLookMs === 0) {
      await this.#job.save("ingesting", ingesting);
      return await this.#await(resolved, ingesting);
    }
    this.#job.note("ingesting", ingesting);
    return lookAgain(this.#job, ingesting.since, "ingesting", "Preservica ingests the package", this.#deps);
  }

  /** The answer that may have started the ingest was lost: what the archive knows decides, and only silence for long enough means: again. */
  async #reconcile(resolved: ResolvedAsset, folder: FolderFacts, upload: UploadFacts): Promise<IngestOutcome> {
    const look = await this.#way.look(resolved, upload.key, null);
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
      await this.#way.abandon(this.#job, upload, folder.ref);
      return await this.#send(resolved, folder, this.#way.silent(this.#job, resolved.ref, upload));
    }
    if (upload.lostSince !== since) await this.#job.save("upload", { ...upload, lostSince: since });
    const why = "the answer to the sending was lost; looking whether it arrived";
    return lookAgain(this.#job, since, "upload", why, this.#deps);
  }

  async #await(resolved: ResolvedAsset, ingesting: IngestingFacts): Promise<IngestOutcome> {
    this.#job.stage("ingesting");
    const upload = this.#sent(resolved);
    const look = await this.#way.look(resolved, upload.key, ingesting.token);
    if (look.state === "failed") throw await ingestFailed(this.#job, resolved, upload, look.why, this.#deps);
    if (look.state === "there") {
      const { files, md5 } = packedBy(this.#job, ingesting.nth);
      const folder = await this.#folder(resolved);
      const ended = await this.#conclude(resolved, {
        ref: look.asset.ref,
        folder,
        files,
        md5,
        alreadyThere: false,
        seen: look.asset,
      });
      if ("incomplete" in ended) return await this.#patience(resolved, ingesting, upload, true, ended.incomplete);
      // Refused or not, the archive has the asset: nothing needs what it was sent as.
      if ("refused" in ended || ended.kind === "done") await this.#way.tidy(this.#job, upload);
      if ("refused" in ended) throw ended.refused;
      return ended;
    }
    const complete = look.state === "nowhere" || look.complete;
    const why = look.state === "nowhere" ? "neither asset nor process can be seen" : look.why;
    return await this.#patience(resolved, ingesting, upload, complete, why);
  }

  /** It was there before: people may have moved it since, so nothing is made for it. */
  async #already(resolved: ResolvedAsset, ref: string, { files }: LookupFacts): Promise<IngestOutcome> {
    const access = await settleAccess(this.#job, ref, resolved, this.#deps);
    if ("kind" in access) return access;
    const { parent } = await this.#deps.preservica.asset(ref);
    const folder = { ref: parent ?? "", created: [] };
    const settled = { ...resolved, warnings: [...resolved.warnings, ...access.warnings] };
    const proven = [...files, ...access.files];
    const ended = await this.#conclude(settled, { ref, folder, files: proven, md5: [], alreadyThere: true });
    if ("refused" in ended) throw ended.refused;
    if (!("incomplete" in ended)) return ended;
    const since = nowOf(this.#deps).toISOString();
    return lookAgain(this.#job, since, "verify", ended.incomplete, this.#deps);
  }

  async #conclude(resolved: ResolvedAsset, arrived: Arrived): ReturnType<typeof conclude> {
    return await conclude(this.#job, resolved, arrived, this.#way, this.#deps);
  }

  #sent(resolved: ResolvedAsset): UploadFacts {
    return this.#job.checkpoint<UploadFacts>("upload") ?? this.#way.next(this.#job, resolved.ref, undefined);
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
}
