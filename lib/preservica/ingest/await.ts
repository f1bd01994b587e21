import { asLifecycleError, LifecycleError } from "../../messages/error.js";
import type { Entity, Monitor } from "../types.js";
import { nowOf, record } from "./events.js";
import type { IngestDeps, IngestJob, IngestOutcome, ResolvedAsset, UploadFacts } from "./job.js";

/** What a look at a running ingest says. */
export type Look =
  /** The asset is there. */
  | { state: "there"; asset: Entity }
  | { state: "waiting"; why: string; complete: boolean }
  | { state: "failed"; why: string }
  /** Nothing at all is known of this upload. */
  | { state: "nowhere" };

/**
 * Looks once at an ingest: at its progress token, at the asset's reference, at the process monitor, at the upload
 * bucket. The asset itself counts more than what processes say: an ingest that fails because the reference is taken
 * means that the asset is there.
 */
export async function lookAtIngest(ref: string, key: string, token: string | null, deps: IngestDeps): Promise<Look> {
  const { preservica } = deps;
  const { progressGood, progressBad } = preservica.assumptions;
  const progress = token === null ? undefined : await preservica.progress(token);
  const status = progress?.status;
  const bad = status !== undefined && progressBad.includes(status);
  const good = status !== undefined && progressGood.includes(status);
  if (status !== undefined && !bad && !good) {
    const person = status === "PENDING" || status === "SUSPENDED";
    return {
      state: "waiting",
      why: `Preservica's ingest is ${status}${person ? ": perhaps a person has to act there" : ""}`,
      complete: false,
    };
  }
  const asset = await preservica.findAsset(ref);
  if (asset !== undefined && !asset.deleted) return { state: "there", asset };
  if (bad)
    return {
      state: "failed",
      why: [progress?.errors ?? "", ...(await complaints(key, deps))].filter(Boolean).join("; ") || `state ${status}`,
    };
  if (good) return { state: "waiting", why: "the ingest is complete, the asset cannot be seen yet", complete: true };
  const seen = await lookByMonitor(key, deps);
  if (seen.state !== "nowhere") return seen;
  if (await orNone(deps.preservica.packageArrived(key), false))
    return { state: "waiting", why: "the package is in the upload bucket", complete: false };
  return seen;
}

/** Without a token: the monitor whose name is the upload's key, or begins with it. */
export async function lookByMonitor(key: string, deps: IngestDeps): Promise<Look> {
  const monitors = await ownMonitors(key, deps);
  const monitor = monitors.find((one) => one.status !== "Failed") ?? monitors[0];
  if (monitor?.status === "Failed")
    return { state: "failed", why: (await complaints(key, deps)).join("; ") || "the process monitor says so" };
  if (monitor !== undefined) {
    return {
      state: "waiting",
      why: `Preservica's process monitor says ${monitor.status}`,
      complete: monitor.status === "Succeeded",
    };
  }
  return { state: "nowhere" };
}

/** Ingests of the same asset by other jobs that are under way, whichever way they take. */
export async function foreignIngest(ref: string, key: string, deps: IngestDeps): Promise<Monitor | undefined> {
  if (!deps.preservica.assumptions.monitorNameIsKey) return undefined;
  const { preservica } = deps;
  for (const name of [ref, `${preservica.assumptions.containerPrefix}/${ref}`]) {
    const running = await preservica.monitors({ name, category: "Ingest", status: ["Pending", "Running"] });
    const foreign = running.find((monitor) => !monitor.name.startsWith(key));
    if (foreign !== undefined) return foreign;
  }
  return undefined;
}

async function ownMonitors(key: string, deps: IngestDeps): Promise<Monitor[]> {
  if (!deps.preservica.assumptions.monitorNameIsKey) return [];
  return await orNone(deps.preservica.monitors({ name: key, category: "Ingest" }), []);
}

export async function complaints(key: string, deps: IngestDeps): Promise<string[]> {
  const texts: string[] = [];
  for (const monitor of await ownMonitors(key, deps)) {
    for (const message of await orNone(deps.preservica.processes.messages(monitor.id, "Error"), []))
      texts.push(message.text);
  }
  return [...new Set(texts)];
}

/** The monitor and the bucket are second witnesses: an account that may not ask them still ingests. */
async function orNone<T>(asked: Promise<T>, none: T): Promise<T> {
  try {
    return await asked;
  } catch (thrown) {
    const { code } = asLifecycleError(thrown);
    if (code === "DENIED" || code === "NOT_FOUND") return none;
    throw thrown;
  }
}

/** Marks the upload as failed, so that a replay sends anew, and gives the error to throw. */
export async function ingestFailed(
  job: IngestJob,
  resolved: ResolvedAsset,
  upload: UploadFacts,
  why: string,
  deps: IngestDeps,
): Promise<LifecycleError> {
  record(job, deps, "ingestion end", {
    system: "preservica",
    basis: "reported",
    object: resolved.ref,
    outcome: "failure",
    detail: { why },
  });
  const failed: UploadFacts = { ...upload, failed: why, finishing: "no", resume: null, lostSince: null };
  await job.save("upload", failed);
  return new LifecycleError("INGEST_FAILED", `Preservica could not ingest "${resolved.title}": ${why}`, {
    system: "preservica",
    details: { ref: resolved.ref, package: upload.key, reason: why },
  });
}

/** The next look: soon at first, then later and later, in proportion to the age. */
export function lookAgain(job: IngestJob, since: string, step: string, why: string, deps: IngestDeps): IngestOutcome {
  const now = nowOf(deps).getTime();
  const age = Math.max(0, now - Date.parse(since));
  const { firstLookMs, longestLookMs } = job.settings;
  const wait = Math.min(longestLookMs, Math.max(firstLookMs, age / 4));
  return { kind: "wait", until: new Date(now + wait), step, why };
}

/**
 * Since when something has been waited for: since its mark, or from now on where there is none. A mark that lies in the
 * future tells that the clock was set back meanwhile; the patience then begins anew instead of lasting a day longer.
 */
export function waitedSince(mark: string | null | undefined, deps: IngestDeps): string {
  const now = nowOf(deps);
  const marked = mark === null || mark === undefined ? Number.NaN : Date.parse(mark);
  return mark && marked <= now.getTime() ? mark : now.toISOString();
}

/** Has something gone on for longer than `ms`? */
export function longerThan(since: string, ms: number, deps: IngestDeps): boolean {
  return nowOf(deps).getTime() - Date.parse(since) > ms;
}
