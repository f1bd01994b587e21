import type { ErrorCode } from "../../messages/error.js";
import type { AssetIdentity, LifecycleEvent } from "./events.js";
import type { NewHandover } from "./handovers.js";
import type { JsonObject } from "./json.js";

export const JOB_STATES = ["queued", "running", "waiting", "done", "refused", "failed", "dead", "orphaned"] as const;
export type JobState = (typeof JOB_STATES)[number];
/** States that nothing changes any more without a person. */
export const FINAL_STATES: readonly JobState[] = ["done", "refused", "failed", "dead"];

/** One asset version through one node. */
export interface Job {
  id: string;
  /** Owner: the queue name of the node. */
  queue: string;
  nodeType: string;
  nodeName: string;
  assetKey: string;
  assetVersion: string;
  assetName: string;
  run: string;
  state: JobState;
  /** Last step that was checkpointed. */
  step: string;
  /** Grows with every claim: fences out a worker that was overtaken. */
  attempt: number;
  /** Retryable failures so far. */
  failures: number;
  /** Epoch milliseconds before which nobody needs to look again; 0 = now. */
  due: number;
  /** The message as taken in (plain JSON, no req/res). */
  message: JsonObject;
  /** Settings as resolved at intake; no secrets. */
  settings: JsonObject;
  /** What the steps recorded, by step. */
  checkpoint: JsonObject;
  error?: JobError;
  created: number;
  updated: number;
}
export interface JobError {
  code: ErrorCode;
  message: string;
  details?: JsonObject;
}
/** A job without its big parts, for lists. */
export type JobSummary = Omit<Job, "message" | "settings" | "checkpoint">;

export interface Intake {
  queue: string;
  nodeType: string;
  nodeName: string;
  assetKey: string;
  assetVersion: string;
  assetName: string;
  run: string;
  message: JsonObject;
  settings: JsonObject;
  /** Hand-over that this intake acknowledges. */
  handover?: string;
  /** Why the job begins as failed, instead of queued. */
  failed?: JobError;
}
/** `taken`: the job is new; false: it was known. `replayed`: it had failed, and goes on. */
export type Taken = { taken: boolean; replayed?: true; job: JobSummary };

/** Changes that are committed together, in one transaction. */
export interface JobChange {
  job: string;
  /** Fencing: the change is refused (CONFLICT) when the job is no longer at this attempt, e.g. cancelled or replayed. */
  attempt: number;
  state: JobState;
  step?: string;
  due?: number;
  failures?: number;
  /** Merged into the checkpoint, by step. */
  checkpoint?: JsonObject;
  /** Replaces the settings: only for those that could not be resolved at intake. */
  settings?: JsonObject;
  error?: JobError;
  handovers?: NewHandover[];
  events?: LifecycleEvent[];
  /** Ids of the asset in the systems, so that any of them finds it. */
  identities?: AssetIdentity[];
}
/** Which jobs are given back to their queues together. */
export interface ReplayFilter {
  states: readonly ("failed" | "dead")[];
  queue?: string;
  run?: string;
}
export interface JobFilter {
  queue?: string;
  run?: string;
  state?: JobState | JobState[];
  assetKey?: string;
  limit?: number;
  /** Job id after which to go on. */
  after?: string;
}
