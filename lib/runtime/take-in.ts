import { asLifecycleError, LifecycleError } from "../messages/error.js";
import type { LifecycleMessage } from "../messages/message.js";
import type { Intake, Job, JobSummary, JsonObject, LifecycleStore } from "../store/types.js";
import { lighten, restore } from "./kept-fields.js";
import { assetOf, fromStored, toStored } from "./stored-message.js";
import type { JobNodeOptions } from "./types.js";

/** Stands for the settings of a job that could not be resolved when its message came; they are at the first replay. */
const UNRESOLVED: JsonObject = { "content-lifecycle:unresolved": true };

/**
 * Makes a job of a message. A message of a run whose settings cannot be resolved (a profile that is missing or rejects
 * the asset) becomes a failed job, so that the run counts it and a person can replay it.
 *
 * @param stopping whether the flows are being stopped: then what is missing says nothing, and the message comes again
 * @returns `failed`: why a failed job was made; `leftOut`: the job that has the message's asset version already
 * @throws LifecycleError when nothing was stored: INVALID_INPUT without an asset, STORE_FULL, what resolving the settings throws
 */
export async function takeIn<Settings extends JsonObject>(
  options: JobNodeOptions<Settings>,
  queue: string,
  store: LifecycleStore,
  msg: LifecycleMessage,
  stopping: () => boolean,
): Promise<{ failed?: LifecycleError; leftOut?: JobSummary }> {
  const whole = await restore(store, msg);
  const asset = (options.subject ?? assetOf)(whole);
  const run = msg.lifecycle?.run ?? `message:${msg._msgid ?? crypto.randomUUID()}`;
  const handover = msg.lifecycle?.handover;
  let settings: JsonObject;
  let failed: LifecycleError | undefined;
  try {
    settings = await options.settings(whole);
  } catch (thrown) {
    if (handover === undefined || stopping()) throw thrown;
    settings = UNRESOLVED;
    failed = asLifecycleError(thrown);
  }
  const stored = await lighten(store, run, { ...whole, asset, lifecycle: { run } });
  const intake: Intake = {
    queue,
    nodeType: options.node.type,
    nodeName: options.node.name ?? "",
    assetKey: asset.key,
    assetVersion: asset.version,
    assetName: asset.name,
    run,
    message: toStored(stored),
    settings,
    ...(handover === undefined ? {} : { handover }),
    ...(failed === undefined ? {} : { failed: { code: failed.code, message: failed.message } }),
  };
  const { taken, replayed, job } = await store.intake(intake);
  if (taken) return failed === undefined ? {} : { failed };
  // What was handed over may come again, and is no news then.
  return replayed === true || handover !== undefined ? {} : { leftOut: job };
}

/** The job with the settings that it is to be worked by; those that could not be resolved at intake are now, and kept. */
export async function withSettings<Settings extends JsonObject>(
  options: JobNodeOptions<Settings>,
  store: LifecycleStore,
  job: Job,
): Promise<Job> {
  if (Object.keys(job.settings).join() !== Object.keys(UNRESOLVED).join()) return job;
  const settings = await options.settings(await restore(store, fromStored(job.message)));
  await store.change({ job: job.id, attempt: job.attempt, state: "running", settings });
  return { ...job, settings };
}
