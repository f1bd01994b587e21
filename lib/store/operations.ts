import { anchorOperations } from "./anchors.js";
import { approvalOperations } from "./approvals.js";
import type { Database } from "./database.js";
import { erase } from "./erase.js";
import { eventOperations } from "./events.js";
import { handoverOperations } from "./handovers.js";
import { jobOperations } from "./jobs.js";
import { queueOperations } from "./queues.js";
import { runOperations } from "./runs.js";
import type { LifecycleStore } from "./types.js";
import { watchOperations } from "./watches.js";

/** What the writer thread can be asked: every method of the store but `close`. */
export type OperationName = Exclude<keyof LifecycleStore, "close" | "id">;

type Operation = (db: Database, now: number, args: readonly unknown[]) => unknown;

/** Arguments cross a thread, so their types are erased here and nowhere else; both ends are typed by LifecycleStore. */
function operation<A extends unknown[], R>(run: (db: Database, ...args: A) => R): Operation {
  return (db, _now, args) => run(db, ...(args as A));
}
/** As `operation`, for those that stamp rows with the time as their last argument. */
function stamped<A extends unknown[], R>(arity: number, run: (db: Database, ...args: [...A, number]) => R): Operation {
  return (db, now, args) => {
    const padded = Array.from({ length: arity }, (_unused, index) => args[index]);
    return run(db, ...([...padded, now] as unknown as [...A, number]));
  };
}

export const OPERATIONS: Record<OperationName, Operation> = {
  intake: stamped(1, jobOperations.intake),
  claim: operation(jobOperations.claim),
  nextDue: operation(jobOperations.nextDue),
  change: stamped(1, jobOperations.change),
  requeue: stamped(2, jobOperations.requeue),
  orphan: stamped(1, jobOperations.orphan),
  job: operation(jobOperations.job),
  jobs: operation(jobOperations.jobs),
  replay: stamped(2, jobOperations.replay),
  replayAll: stamped(2, jobOperations.replayAll),
  cancel: stamped(2, jobOperations.cancel),
  adopt: stamped(3, jobOperations.adopt),
  queues: operation(queueOperations.queues),
  adoptQueue: stamped(3, queueOperations.adoptQueue),
  startRun: stamped(1, runOperations.startRun),
  page: stamped(2, runOperations.page),
  endRun: stamped(2, runOperations.endRun),
  run: operation(runOperations.run),
  openRuns: operation(runOperations.openRuns),
  runs: operation(runOperations.runs),
  counts: operation(runOperations.counts),
  pending: operation(handoverOperations.pending),
  settle: operation(handoverOperations.settle),
  unacknowledged: operation(handoverOperations.unacknowledged),
  cursor: operation(runOperations.cursor),
  setCursor: operation(runOperations.setCursor),
  watchState: operation(watchOperations.watchState),
  handedOver: operation(watchOperations.handedOver),
  watched: stamped(1, watchOperations.watched),
  keep: operation(runOperations.keep),
  kept: operation(runOperations.kept),
  append: stamped(2, eventOperations.append),
  timeline: operation(eventOperations.timeline),
  find: operation(eventOperations.find),
  frames: operation(eventOperations.frames),
  erase: stamped(3, erase),
  anchor: stamped(0, anchorOperations.anchor),
  head: operation(anchorOperations.head),
  anchors: operation(anchorOperations.anchors),
  propose: stamped(2, approvalOperations.propose),
  lapse: stamped(3, approvalOperations.lapse),
  useApproval: stamped(2, approvalOperations.useApproval),
  decideApproval: stamped(3, approvalOperations.decideApproval),
  approval: operation(approvalOperations.approval),
  approvals: operation(approvalOperations.approvals),
  backup: operation(runOperations.backup),
  prune: operation(runOperations.prune),
};

/** Cannot run inside a transaction (SQLite: VACUUM, checkpoints of the log). */
export const ALONE: ReadonlySet<OperationName> = new Set(["backup", "erase"]);
