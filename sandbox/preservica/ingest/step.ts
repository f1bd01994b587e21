import type { Archive } from "../archive.js";
import type { IngestJob } from "../jobs/model.js";
import type { EntityRecord } from "../model.js";
import { planIngest } from "./package.js";
import { IngestFault, message, Scene, type IngestPlan, type Problem } from "./scene.js";

/** Called when an upload is no longer needed as an object; its bytes live on in the entities, or are dropped. */
export type UploadDone = (job: IngestJob, succeeded: boolean) => Promise<void>;

/**
 * Takes an ingest one step on: waiting (monitor Pending) -> running (validation, then entities all at once)
 * -> indexing (search, thumbnail, webhook) -> done. A restart takes the step again that was not finished.
 */
export async function ingestStep(archive: Archive, job: IngestJob, uploadDone: UploadDone): Promise<void> {
  if (job.phase === "waiting") await begin(archive, job);
  else if (job.phase === "running") await run(archive, job, uploadDone);
  else if (job.phase === "indexing") await index(archive, job);
}

/** So much after the step that was due: a clock that is moved by a day then finds the whole ingest done, not its first step. */
function later(job: IngestJob, ms: number): string {
  return new Date(new Date(job.due).getTime() + ms).toISOString();
}

/** Where the package's bytes were is not kept once they are entities, or dropped. */
const NOTHING_LEFT: IngestJob["source"] = { kind: "container", files: [] };

/** A quarter of the ingest's time is spent in the queue. */
const QUEUE_SHARE = 4;

export function queueMs(ingestMs: number): number {
  return Math.floor(ingestMs / QUEUE_SHARE);
}

async function begin(archive: Archive, job: IngestJob): Promise<void> {
  const { ingestMs } = archive.settings;
  await archive.monitors.update(job.monitor, { status: "Running", started: archive.now() });
  await archive.jobs.again(job, (own) => {
    own.phase = "running";
    own.due = later(job, ingestMs - queueMs(ingestMs));
  });
}

async function run(archive: Archive, job: IngestJob, uploadDone: UploadDone): Promise<void> {
  const began = performance.now();
  // Entities that carry this ingest's event were written before a restart: only the rest is left to do.
  const already = archive.repository.actionsOf(job.event).map(({ entity }) => entity);
  const written = already.filter((entity): entity is EntityRecord => entity.type !== "CO");
  if (already.length > 0)
    return finish(
      archive,
      job,
      { records: written, messages: [], files: already.length - written.length },
      0,
      uploadDone,
    );
  const scene = new Scene(archive, job);
  let plan: IngestPlan;
  try {
    plan = await planIngest(scene);
    failOnPurpose(archive);
  } catch (error) {
    if (!(error instanceof IngestFault)) throw error;
    for (const bytes of scene.temporary) await archive.context.files.remove(bytes);
    return refuse(archive, job, error.problems, uploadDone);
  }
  // From here to the end of the save nothing may be awaited: a rival package with the same references must find them taken.
  const refs = plan.records.flatMap((record) => [
    record.ref,
    ...(record.type === "IO" ? record.contentObjects.map((content) => content.ref) : []),
  ]);
  const taken = refs.find((ref) => archive.repository.find(ref));
  if (taken !== undefined)
    return refuse(
      archive,
      job,
      [{ path: "metadata.xml", text: `Ref ${taken} exists in the archive already` }],
      uploadDone,
    );
  await archive.repository.save(...plan.records);
  await finish(archive, job, plan, performance.now() - began, uploadDone);
}

function failOnPurpose(archive: Archive): void {
  const { failIngest } = archive.settings;
  if (failIngest.times <= 0) return;
  failIngest.times -= 1;
  throw new IngestFault([{ path: "", text: failIngest.message }]);
}

/** @param workedMs real time that the validation took */
async function finish(
  archive: Archive,
  job: IngestJob,
  made: Omit<IngestPlan, "subcategory"> & { subcategory?: string },
  workedMs: number,
  uploadDone: UploadDone,
): Promise<void> {
  const { records, messages, files, subcategory } = made;
  const { workflow } = job;
  const signed = messages.map((text) => ({
    ...text,
    workflowInstanceId: workflow.instance,
    workflowName: workflow.name,
  }));
  await archive.monitors.update(
    job.monitor,
    {
      status: "Succeeded",
      completed: archive.now(),
      filesProcessed: files,
      filesPending: 0,
      ...(subcategory === undefined ? {} : { subcategory }),
    },
    signed,
  );
  await archive.workflows.finish(workflow.instance, "Completed");
  await uploadDone(job, true);
  archive.index.refresh(...records.filter((record) => record.type === "SO").map((record) => record.ref));
  await archive.jobs.again(job, (own) => {
    own.phase = "indexing";
    own.status = "COMPLETED";
    own.source = NOTHING_LEFT;
    own.due = later(job, archive.settings.indexDelayMs + workedMs);
  });
}

async function refuse(
  archive: Archive,
  job: IngestJob,
  problems: readonly Problem[],
  uploadDone: UploadDone,
): Promise<void> {
  const { workflow } = job;
  const messages = problems.map(({ path, text }) =>
    message("Error", path, "monitor.error.ingest", path === "" ? text : `${path}: ${text}`, {
      workflowInstanceId: workflow.instance,
      workflowName: workflow.name,
    }),
  );
  const texts = messages.map((entry) => entry.displayMessage);
  await archive.monitors.update(job.monitor, { status: "Failed", completed: archive.now() }, messages);
  await archive.workflows.finish(workflow.instance, "Failed", texts);
  await uploadDone(job, false);
  await archive.jobs.update(job, (own) =>
    Object.assign(own, { phase: "failed", status: "FAILED", errors: texts, source: NOTHING_LEFT }),
  );
  archive.webhooks.notify("INGEST_FAILED", []);
}

/** Search and thumbnail are ready, and subscribers are told. */
async function index(archive: Archive, job: IngestJob): Promise<void> {
  const records = archive.repository
    .actionsOf(job.event)
    .map(({ entity }) => entity)
    .filter((entity): entity is EntityRecord => entity.type !== "CO" && entity.deleted === undefined);
  for (const record of records) if (record.type === "IO") record.indexed = archive.now();
  await archive.repository.save(...records);
  archive.index.refresh(...records.map((record) => record.ref));
  await archive.jobs.update(job, (own) => (own.phase = "done"));
  if (records.length > 0) archive.webhooks.notify("FULL_TEXT_INDEXED", records);
}
