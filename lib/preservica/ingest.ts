import type { IngestDeps, IngestJob, IngestOutcome } from "./ingest/job.js";
import { IngestRun } from "./ingest/run.js";

export {
  DEFAULT_INGEST_SETTINGS,
  type IngestDeps,
  type IngestJob,
  type IngestOutcome,
  type IngestSettings,
  type IngestWayName,
} from "./ingest/job.js";
export type { IngestResult } from "./ingest/finish.js";
export { planIngest, type IngestPlan } from "./ingest/plan.js";

/**
 * Preserves one asset version, durably: resolve -> lookup -> folder -> send -> ingesting -> verify -> links ->
 * retention -> holds -> done. Every step may be repeated and is a checkpoint: on disk before anything is done that
 * depends on it, together with what was found out before. Whatever happens, at most one asset comes of it, and nothing
 * is called archived before Preservica itself has confirmed size and digest.
 *
 * @returns `wait` while Preservica works; the job is looked at again at `until`
 * @throws LifecycleError INVALID_INPUT, NOT_CONFIGURED (mapping, tags, workflow) · REFUSED (empty content, tombstone,
 *   what the way cannot carry) · CONFLICT (other bytes under this identity) · FIXITY_MISMATCH, SHORT_READ (damaged
 *   source, damaged copy) · INGEST_FAILED (Preservica's own reasons in the message) · what the systems answer
 */
export async function ingest(job: IngestJob, deps: IngestDeps): Promise<IngestOutcome> {
  return await new IngestRun(job, deps).run();
}
