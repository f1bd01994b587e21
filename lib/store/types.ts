import type { ErrorCode } from "../messages/error.js";

export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
export type JsonObject = { [name: string]: Json };

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
/** `taken`: the job is new; false: it was known. */
export type Taken = { taken: boolean; job: JobSummary };

/** What one node hands to the next. */
export interface Handover {
  id: string;
  run: string;
  /** Job or run that made it. */
  from: string;
  /** Queue of the sending node, so that the node can send it again. */
  queue: string;
  port: number;
  /** Asset version that it carries, if any. */
  assetKey?: string;
  assetVersion?: string;
  message: JsonObject;
  /** Queues that acknowledged. */
  takenBy: string[];
  created: number;
}
export type NewHandover = Omit<Handover, "takenBy" | "created">;

export const RUN_STATES = ["running", "done", "failed", "cancelled"] as const;
export type RunState = (typeof RUN_STATES)[number];
export interface Run {
  id: string;
  queue: string;
  nodeType: string;
  nodeName: string;
  state: RunState;
  message: JsonObject;
  settings: JsonObject;
  cursor: JsonObject;
  /** Every page is stored: no more will be found. */
  complete: boolean;
  error?: JobError;
  started: number;
  updated: number;
}
/** found = done + refused + failed + waiting + running, always. `failed` includes dead and orphaned. */
export interface RunCounts {
  found: number;
  done: number;
  refused: number;
  failed: number;
  waiting: number;
  running: number;
}

/** What of a queue has not ended: jobs, hand-overs that are not settled, open runs. */
export interface QueueWork {
  queue: string;
  jobs: number;
  handovers: number;
  runs: number;
}
/** What another queue took over; `left`: orphaned jobs that it has already under another id. */
export interface AdoptedWork {
  jobs: number;
  handovers: number;
  runs: number;
  left: number;
}

export type EventBasis = "witnessed" | "reported" | "inferred";
/** One entry of an asset's timeline, as given by the writer; the store adds sequence, salt and chain. */
export interface LifecycleEvent {
  assetKey: string;
  assetVersion?: string;
  /** PREMIS event type or our own event word, see docs. */
  type: string;
  /** ISO instant when it happened. */
  at: string;
  /** Whose clock `at` was read from, when not this machine's: a system, as in `system`, or who told. */
  clock?: string;
  basis: EventBasis;
  /** Person, or software with version. */
  agent: string;
  system?: string;
  object?: string;
  outcome: "success" | "failure" | "refused" | "warning";
  run?: string;
  requestId?: string;
  digest?: string;
  detail?: JsonObject;
}
export interface StoredEvent extends LifecycleEvent {
  seq: number;
  /** ISO instant when we learnt of it. */
  learnt: string;
  hash: string;
  /** The payload was erased: only frame and digest are left. */
  erased?: true;
}

/** Type of the event that records an erasure; its `detail.erased` lists the places, e.g. `3,7-9`. Never erased itself. */
export const ERASURE_EVENT = "payload erased";

/** One event as the hash chain knows it: what a store's file, a backup or an export holds of it. */
export interface ChainFrame {
  seq: number;
  assetKey: string;
  at: string;
  learnt: string;
  /** JSON of the event without asset and time; null when erased. */
  payload: string | null;
  /** Hex; null when erased. */
  salt: string | null;
  payloadDigest: string;
  hash: string;
}
/** A frame with the hash before it, so that it proves its place alone; absent where the frame before is missing. */
export interface PlacedFrame extends ChainFrame {
  previous?: string;
}
/** The head of the chain at a time. Kept elsewhere, it shows a tail that was cut off or rewritten later. */
export interface Anchor {
  /** Place of the last event. */
  seq: number;
  hash: string;
  /** ISO instant at which the anchor was taken. */
  at: string;
}

/**
 * `proposed`: a frozen list that nobody asked for yet. `requested`: a person did; approvals are missing. `approved`: by
 * two other persons. `used`: the destruction has begun. `lapsed`: list, rule or hold changed before.
 */
export const APPROVAL_STATES = ["proposed", "requested", "approved", "used", "rejected", "lapsed"] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];
export type ApprovalAct = "request" | "approve" | "reject";
/** What a person signed with: who, when, why. */
export interface ApprovalSignature {
  /** `user:<name>`, from Node-RED's own authentication. */
  agent: string;
  at: string;
  reason: string;
}
/** A frozen list that waits for people. */
export interface ApprovalProposal {
  job: string;
  assetKey: string;
  assetVersion: string;
  assetName: string;
  run: string;
  list: JsonObject;
  /** SHA-256 of the list's canonical JSON, hex: what approvals sign. */
  digest: string;
}
export interface Approval extends ApprovalProposal {
  id: string;
  state: ApprovalState;
  requester?: ApprovalSignature;
  approvals: ApprovalSignature[];
  rejection?: ApprovalSignature;
  /** Why it lapsed. */
  why?: string;
  created: string;
}

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
export interface AssetIdentity {
  system: string;
  connection: string;
  id: string;
  assetKey: string;
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

/**
 * Durable memory of the package. Asynchronous and engine-neutral; every method resolves only when its change is on
 * disk. Errors: LifecycleError NOT_CONFIGURED (no engine), STORE_FULL (disk full; nothing half written),
 * CONFLICT (fenced out, or the file belongs to another process), NOT_FOUND.
 */
export interface LifecycleStore {
  /** The same for every handle on the same store. */
  readonly id: string;
  /** Takes a message in: makes the job unless (queue, asset version, run) is known, acknowledges the hand-over, in one transaction. */
  intake(intake: Intake): Promise<Taken>;
  /** Claims up to `limit` queued or due waiting jobs of a queue: state running, attempt + 1. What waited and is due comes before what has not begun, three times in four. */
  claim(queue: string, limit: number, now: number): Promise<Job[]>;
  /** Earliest `due` among queued and waiting jobs of the queue; undefined when none. */
  nextDue(queue: string): Promise<number | undefined>;
  change(change: JobChange): Promise<void>;
  /** Running jobs of a queue go back to queued (after a crash or a redeploy), but for those that still run here. */
  requeue(queue: string, still: readonly string[]): Promise<number>;
  /** Jobs that are not final and whose queue is not among `queues` become orphaned; orphaned ones whose queue is back become queued. */
  orphan(queues: readonly string[]): Promise<number>;
  job(id: string): Promise<Job | undefined>;
  jobs(filter: JobFilter): Promise<JobSummary[]>;
  /** Failed, dead, refused or cancelled -> queued with a fresh attempt count; keeps the checkpoint. */
  replay(id: string, agent: string): Promise<void>;
  /** Not final -> failed with code REFUSED and the person's name. */
  cancel(id: string, agent: string): Promise<void>;
  /** Gives an orphaned job to another queue. */
  adopt(id: string, queue: string, agent: string): Promise<void>;
  /** Queues that have work which has not ended. */
  queues(): Promise<QueueWork[]>;
  /**
   * Gives all work of a queue that no node works any more to another queue: orphaned jobs, outputs that nobody has
   * taken, open runs. Jobs for asset versions that the other queue has in the same run stay orphaned (`left`).
   *
   * @throws LifecycleError CONFLICT when both are the same
   */
  adoptQueue(from: string, to: string, agent: string): Promise<AdoptedWork>;

  startRun(run: Omit<Run, "state" | "cursor" | "complete" | "started" | "updated" | "error">): Promise<Run>;
  /** Stores one page: its hand-overs, the cursor behind it, and counts its assets as found; in one transaction. */
  page(run: string, page: RunPage): Promise<void>;
  endRun(run: string, end: { state: RunState; error?: JobError; handovers?: NewHandover[] }): Promise<void>;
  run(id: string): Promise<Run | undefined>;
  /** Runs that are not complete, of a queue. */
  openRuns(queue: string): Promise<Run[]>;
  runs(limit: number): Promise<(Run & { counts: RunCounts })[]>;
  counts(run: string): Promise<RunCounts>;

  /** Hand-overs that are not settled, of these queues. */
  pending(queues: readonly string[]): Promise<Handover[]>;
  /** Marks hand-overs as settled: nobody needs them again. */
  settle(ids: readonly string[]): Promise<void>;
  /** How many hand-overs of a run nobody has acknowledged yet. */
  unacknowledged(run: string): Promise<number>;

  cursor(name: string): Promise<JsonObject | undefined>;
  setCursor(name: string, value: JsonObject): Promise<void>;
  /** Where the watch of a queue stands; undefined before its first round. */
  watchState(queue: string): Promise<WatchState | undefined>;
  /** Of these hand-overs, those that the store has (or had, settled and not pruned yet). */
  handedOver(ids: readonly string[]): Promise<string[]>;
  /**
   * Stores what one round of a watch found: its runs with their hand-overs, and the cursor behind them, in one
   * transaction. Hand-overs that are known by id are left out; a run of which nothing is left is not made.
   *
   * @returns ids of the hand-overs that are new
   * @throws LifecycleError CONFLICT when the watch is no longer at this round; nothing is changed then
   */
  watched(batch: WatchBatch): Promise<string[]>;

  append(events: LifecycleEvent[]): Promise<void>;
  timeline(assetKey: string, limit?: number): Promise<StoredEvent[]>;
  /** Asset keys that carry this id in any system. */
  find(id: string): Promise<AssetIdentity[]>;
  /** The asset's events as the chain holds them, for an export that proves itself. */
  frames(assetKey: string): Promise<PlacedFrame[]>;
  /**
   * Erases payload and salt of an asset's events, or of one event, for good: asset, times, digest and place stay, the
   * chain still holds. Records itself as an event with agent and reason. Records of erasures are left alone.
   *
   * @param agent the signed-in person who asked for it
   * @returns events erased; 0 when all were erased before
   * @throws LifecycleError NOT_FOUND (no such event), CONFLICT (the one event records an erasure)
   */
  erase(target: ErasureTarget, agent: string, reason: string): Promise<number>;
  /** Records the head of the chain as an anchor; the same head again gives the same anchor. Undefined without events. */
  anchor(): Promise<Anchor | undefined>;
  /** The last event's place and hash, with the time it was learnt; nothing is recorded. */
  head(): Promise<Anchor | undefined>;
  /** Anchors recorded, oldest first. */
  anchors(): Promise<Anchor[]>;

  /** Puts a frozen list up for approval; the same list of the same job again is the same approval, also when it was rejected; another list makes the old one lapse. */
  propose(proposal: ApprovalProposal, agent: string): Promise<Approval>;
  /** Ends every list of a job that is open, or whose act was broken off. Returns how many. */
  lapse(job: string, why: string, agent: string): Promise<number>;
  /** An approved list is acted on from now on; a second time changes nothing. @throws LifecycleError CONFLICT (not approved) */
  useApproval(id: string, agent: string): Promise<Approval>;
  /**
   * A person requests, approves or rejects; the waiting job looks again at once.
   *
   * @throws LifecycleError NOT_FOUND, DENIED (not signed in, the requester, the same person twice), CONFLICT (list changed or not open), INVALID_INPUT
   */
  decideApproval(
    id: string,
    act: ApprovalAct,
    by: { agent: string; digest: string; reason: string },
  ): Promise<Approval>;
  approval(id: string): Promise<Approval | undefined>;
  /** Newest first. */
  approvals(filter: { state?: ApprovalState; limit?: number }): Promise<Approval[]>;

  /** Keeps a large value beside a run (an asset's fields above the travel limit); the same id again changes nothing. */
  keep(id: string, run: string, value: Json): Promise<void>;
  kept(id: string): Promise<Json | undefined>;

  /** Consistent copy of the whole store into a file that must not exist. */
  backup(file: string): Promise<void>;
  /** Removes final jobs, settled hand-overs and runs older than `before`; events stay. Returns rows removed. */
  prune(before: number): Promise<number>;
  close(): Promise<void>;
}
export type ErasureTarget = { asset: string } | { seq: number };
export interface RunPage {
  cursor: JsonObject;
  complete: boolean;
  assets: { key: string; version: string; name: string }[];
  handovers: NewHandover[];
  /** Assets that were found and refused at once: each becomes a refused job of the run's queue. */
  refused: RefusedAsset[];
}
export interface RefusedAsset {
  key: string;
  version: string;
  name: string;
  reason: string;
  message: JsonObject;
}
/** The kept cursor of a watch, and how many rounds it has behind it: fences out a watch that was overtaken. */
export interface WatchState {
  round: number;
  cursor: JsonObject;
}
export interface WatchBatch {
  /** Queue of the watching node; names the cursor. */
  queue: string;
  nodeType: string;
  nodeName: string;
  /** Round that this batch follows; 0 for the first. */
  round: number;
  cursor: JsonObject;
  runs: WatchRun[];
}
/** Changes that go on together; each asset version at most once, because intake knows an asset version of a run. */
export interface WatchRun {
  id: string;
  handovers: (NewHandover & { assetKey: string; assetVersion: string })[];
}
