import type { Approval, ApprovalAct, ApprovalProposal, ApprovalState } from "./approvals.js";
import type { Anchor, AssetIdentity, ErasureTarget, LifecycleEvent, PlacedFrame, StoredEvent } from "./events.js";
import type { AdoptedWork, Handover, NewHandover, QueueWork } from "./handovers.js";
import type { Intake, Job, JobChange, JobError, JobFilter, JobSummary, ReplayFilter, Taken } from "./jobs.js";
import type { Json, JsonObject } from "./json.js";
import type { Run, RunCounts, RunPage, RunState, WatchBatch, WatchState } from "./runs.js";

/**
 * Durable memory of the package. Asynchronous and engine-neutral; every method resolves only when its change is on
 * disk. Errors: LifecycleError NOT_CONFIGURED (no engine), STORE_FULL (disk full; nothing half written),
 * CONFLICT (fenced out, or the file belongs to another process), NOT_FOUND.
 */
export interface LifecycleStore {
  /** The same for every handle on the same store. */
  readonly id: string;
  /**
   * Takes a message in and acknowledges its hand-over, in one transaction: makes a job of what was handed over and not
   * taken before, and of a message without a hand-over unless (queue, asset version, run) is known. Such a message for a
   * job that failed replays it.
   */
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
  /**
   * As `replay`, for all jobs that broke, in one transaction. What a person cancelled stays as it is.
   *
   * @returns how many, by queue
   */
  replayAll(filter: ReplayFilter, agent: string): Promise<{ queue: string; jobs: number }[]>;
  /** Not final -> failed with code REFUSED and the person's name. */
  cancel(id: string, agent: string): Promise<void>;
  /** Gives an orphaned job to another queue. */
  adopt(id: string, queue: string, agent: string): Promise<void>;
  /** Queues that have work which has not ended. */
  queues(): Promise<QueueWork[]>;
  /**
   * Gives all work of a queue that no node works any more to another queue: orphaned jobs, outputs that nobody has
   * taken, open runs. Jobs that the other queue has by the same hand-over stay orphaned (`left`).
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
  /** A value with `expires` (epoch seconds) is pruned like a run that ended then; any other stays. */
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

  /** @param identities ids by which the assets of these events are found from now on */
  append(events: LifecycleEvent[], identities?: AssetIdentity[]): Promise<void>;
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
