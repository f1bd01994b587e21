import type { ContentRef, FixityAlgorithm } from "../../lib/messages/asset.js";
import { asLifecycleError, LifecycleError } from "../../lib/messages/error.js";
import type { OtmmAsset, OtmmClient } from "../../lib/otmm/index.js";
import type { JobContext, Outcome } from "../../lib/runtime/index.js";
import type { LifecycleStore } from "../../lib/store/types.js";
import { systems } from "../../lib/systems/registry.js";
import { claim, imported, keep } from "./claim.js";
import { finish } from "./finish.js";
import { mustBeFree } from "./held.js";
import type { ImportSettings } from "./settings.js";

type Job = JobContext<ImportSettings>;
/** Saved before OTMM is told to go on: from here on the import may happen. Empty = begin anew. */
type Committed = { job?: string; at?: number; size?: number; md5?: string; sha256?: string };
type Found = { assetId: string; created: boolean };

/** While another job imports the same content. */
const CLAIMED_MS = 5_000;
/** How long OTMM may take to show what a finished job made. */
const SHOWN_MS = 120_000;

/**
 * Look, check out, upload, commit, await, find, finish. Each step may be repeated: an upload that was not committed does
 * nothing, and whether a commit arrived is asked before it is sent again. Holds on what gets a new version are asked
 * before it is checked out, and again right before OTMM is told to go on.
 */
export async function importContent(job: Job, otmm: OtmmClient, store: LifecycleStore): Promise<Outcome> {
  const before = job.checkpoint<Found>("found");
  if (before !== undefined) return await finish(job, otmm, before);
  const committed = job.checkpoint<Committed>("commit");
  if (committed?.job !== undefined) return await followed(job, otmm, store, { ...committed, job: committed.job });

  job.stage("looking");
  if (!(await claim(store, otmm, job.settings.marker, job.id)))
    return wait("look", CLAIMED_MS, "another job imports it");
  const there = await imported(store, otmm, job.settings, job.signal);
  if (there !== undefined) return await foundIt(job, otmm, store, { assetId: there.assetId, created: false });
  const target = await targetOf(job, otmm);
  if (target !== undefined) {
    await mustBeFree(otmm, target);
    await job.save("check out", { assetId: target.assetId });
    await otmm.importing.checkOut(target.assetId, { signal: job.signal });
  }
  try {
    const sent = await sendContent(job, otmm);
    await job.save("commit", { ...sent, at: Date.now() });
    await commit(job, otmm, sent.job, target);
    return await followed(job, otmm, store, { ...sent, at: Date.now() });
  } catch (thrown) {
    const error = asLifecycleError(thrown);
    // Unknown whether the commit arrived: the next attempt asks. Stopped: the next start goes on.
    const unknown = error.retryable && job.checkpoint<Committed>("commit")?.job !== undefined;
    if (!job.signal.aborted && !unknown) await undo(job, otmm);
    throw thrown;
  }
}

/** The asset that gets a new version: the latest one, whichever version the message names. */
async function targetOf({ settings, signal }: Job, otmm: OtmmClient): Promise<OtmmAsset | undefined> {
  if (settings.becomes.kind === "asset") return undefined;
  const named = await otmm.asset(settings.becomes.target, { fields: [], signal });
  if (named.latestVersion) return named;
  const versions = await otmm.versions(named.originalAssetId, { signal });
  return versions.find(({ latestVersion }) => latestVersion) ?? named;
}

async function sendContent(job: Job, otmm: OtmmClient): Promise<Required<Omit<Committed, "at">>> {
  const { settings, signal } = job;
  const content = settings.content as unknown as ContentRef;
  const source = systems.get(content.system, content.connection);
  const size = content.size ?? (await source.stored(content)).size;
  if (size === undefined) {
    throw new LifecycleError("INVALID_INPUT", `Nobody states the size of "${content.name}"; it cannot be uploaded.`);
  }
  const expected: Partial<Record<FixityAlgorithm, string>> = {};
  for (const { algorithm, value } of content.fixity) expected[algorithm] = value;
  const id = await otmm.importing.begin(settings.fileName, { signal });
  job.stage("uploading");
  const { digests } = await otmm.importing.upload(id, {
    name: settings.fileName,
    mediaType: content.mediaType,
    size,
    open: (refused) => source.open(content, refused),
    algorithms: ["MD5", "SHA-256"],
    expected,
    signal,
    onBytes: (done, total) => job.progress(done, total),
  });
  return { job: id, size, md5: digests.MD5 ?? "", sha256: digests["SHA-256"] ?? "" };
}

async function commit(job: Job, otmm: OtmmClient, id: string, target: OtmmAsset | undefined): Promise<void> {
  const { becomes, changes, fileName, marker, sourceField } = job.settings;
  const made =
    becomes.kind === "asset"
      ? {
          folderId: becomes.folder,
          modelId: becomes.model,
          policyIds: becomes.policies,
          values: { ...changes, [sourceField]: marker },
        }
      : { assetId: target?.assetId ?? becomes.target };
  if (target !== undefined) await mustBeFree(otmm, target);
  await otmm.importing.commit(id, fileName, made, { signal: job.signal });
}

/** After the commit: is it there, is it done, what came of it? */
async function followed(
  job: Job,
  otmm: OtmmClient,
  store: LifecycleStore,
  committed: Committed & { job: string },
): Promise<Outcome> {
  const { signal, settings } = job;
  job.stage("importing");
  let now = await stateOf(otmm, committed.job, signal);
  if (now.state === "open") {
    try {
      await commit(job, otmm, committed.job, await targetOf(job, otmm));
    } catch (thrown) {
      // Nothing was told to OTMM: the checkout is given back.
      if (asLifecycleError(thrown).code === "ON_HOLD") await undo(job, otmm);
      throw thrown;
    }
    now = await stateOf(otmm, committed.job, signal);
  }
  const since = Date.now() - (committed.at ?? Date.now());
  if (now.state === "gone" || now.state === "failed") {
    const found = await made(job, otmm, committed.job);
    if (found !== undefined) return await foundIt(job, otmm, store, { assetId: found.assetId, created: true });
    await undo(job, otmm);
    const why = now.state === "failed" ? now.why : "OTMM no longer knows the import job";
    throw new LifecycleError("INGEST_FAILED", `OTMM did not import "${settings.fileName}": ${why}.`, {
      system: "otmm",
      // What was lost with the session is uploaded again; what OTMM judged and refused is not.
      retryable: now.state === "gone",
      details: { job: committed.job },
    });
  }
  if (now.state !== "done") {
    if (since > settings.timeoutMinutes * 60_000) {
      throw new LifecycleError(
        "TIMEOUT",
        `OTMM's import job ${committed.job} of "${settings.fileName}" has not ended after ${settings.timeoutMinutes} minutes; replay this job to look again.`,
        { system: "otmm", retryable: false, details: { job: committed.job } },
      );
    }
    return wait("await", Math.min(15_000, Math.max(1_000, since / 4)), "OTMM imports it");
  }
  const asset = await made(job, otmm, committed.job);
  if (asset === undefined) {
    if (since < SHOWN_MS + settings.timeoutMinutes * 60_000) return wait("find", 2_000, "OTMM does not show it yet");
    throw new LifecycleError("UPSTREAM", `OTMM's import job ${committed.job} is done, but no asset names it.`, {
      system: "otmm",
    });
  }
  await prove(otmm, asset.assetId, committed, signal);
  return await foundIt(job, otmm, store, { assetId: asset.assetId, created: true });
}

type State = Awaited<ReturnType<OtmmClient["importing"]["state"]>> | { state: "gone" };

async function stateOf(otmm: OtmmClient, id: string, signal: AbortSignal): Promise<State> {
  try {
    return await otmm.importing.state(id, { signal });
  } catch (thrown) {
    if (asLifecycleError(thrown).code === "NOT_FOUND") return { state: "gone" };
    throw thrown;
  }
}

/** The asset that names the job. By the source field first: a folder may be long, a search index late. */
async function made({ settings, signal }: Job, otmm: OtmmClient, id: string): Promise<OtmmAsset | undefined> {
  const { becomes, sourceField, marker } = settings;
  if (becomes.kind === "version") {
    const { originalAssetId } = await otmm.asset(becomes.target, { fields: [], signal });
    return await otmm.importing.madeOf(originalAssetId, id, { signal });
  }
  const marked = await otmm.importing.byField(sourceField, marker, { signal });
  if (marked?.importJobId === id) return marked;
  return await otmm.importing.madeIn(becomes.folder, id, { signal });
}

/** Nothing is called imported before OTMM itself states the size and the digest that were sent. */
async function prove(otmm: OtmmClient, assetId: string, sent: Committed, signal: AbortSignal): Promise<void> {
  const { master, name } = await otmm.asset(assetId, { fields: [], signal });
  const differs =
    (master?.size !== undefined && master.size !== sent.size) || (master?.md5 !== undefined && master.md5 !== sent.md5);
  if (master !== undefined && !differs) return;
  throw new LifecycleError(
    "FIXITY_MISMATCH",
    `OTMM has "${name}" (${assetId}) with other bytes than were sent; delete it there, then replay this job.`,
    { system: "otmm", details: { assetId, size: master?.size, md5: master?.md5, sent: sent.md5 } },
  );
}

async function foundIt(job: Job, otmm: OtmmClient, store: LifecycleStore, found: Found): Promise<Outcome> {
  await keep(store, otmm, job.settings.marker, found.assetId);
  await job.save("found", found);
  return await finish(job, otmm, found);
}

/** Gives the checkout back, and lets the next attempt begin anew. */
async function undo(job: Job, otmm: OtmmClient): Promise<void> {
  await job.save("commit", {});
  const out = job.checkpoint<{ assetId: string }>("check out");
  if (out === undefined) return;
  // What went wrong before matters more; a checkout that stays is taken as our own by the next attempt.
  await otmm.importing.cancelCheckOut(out.assetId).catch(() => undefined);
}

function wait(step: string, ms: number, why: string): Outcome {
  return { kind: "wait", until: new Date(Date.now() + ms), step, why };
}
