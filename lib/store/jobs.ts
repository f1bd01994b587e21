import { randomUUID } from "node:crypto";
import { LifecycleError } from "../messages/error.js";
import { softwareAgent } from "../messages/software.js";
import type { Database } from "./database.js";
import { addEvents, addIdentities } from "./events.js";
import { acknowledge, addHandovers } from "./handovers.js";
import { jobOf, summaryOf, type Row } from "./rows.js";
import type {
  Intake,
  Job,
  JobChange,
  JobFilter,
  JobState,
  JobSummary,
  JsonObject,
  ReplayFilter,
  Taken,
} from "./types.js";

const SUMMARY =
  "seq, id, queue, node_type, node_name, asset_key, asset_version, asset_name, run, state, step, attempt, failures, due, error, created, updated";

const WHOLE = "SELECT jobs.*, message FROM jobs JOIN job_messages USING (seq) WHERE id = ?";

/** Finds a job or says which id is unknown. */
function mustFind(db: Database, id: string): Job {
  const row = db.get(WHOLE, id);
  if (row === undefined) throw new LifecycleError("NOT_FOUND", `No job has the id ${id}.`);
  return jobOf(row);
}

/** @param handover place of the hand-over that it came by; 0: by none */
export function insertJob(
  db: Database,
  intake: Intake,
  state: JobState,
  now: number,
  error?: string,
  handover = 0,
): string {
  const id = randomUUID();
  db.run(
    `INSERT INTO jobs (id, queue, node_type, node_name, asset_key, asset_version, asset_name, run, state, step, attempt,
       failures, due, settings, checkpoint, error, created, updated, handover)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0, 0, 0, ?, '{}', ?, ?, ?, ?)
     ON CONFLICT (run, asset_key, asset_version, queue, handover) DO NOTHING`,
    id,
    intake.queue,
    intake.nodeType,
    intake.nodeName,
    intake.assetKey,
    intake.assetVersion,
    intake.assetName,
    intake.run,
    state,
    JSON.stringify(intake.settings),
    error ?? null,
    now,
    now,
    handover,
  );
  // Nothing when the job was known: then no row has this id.
  db.run(
    "INSERT INTO job_messages (seq, message) SELECT seq, ? FROM jobs WHERE id = ?",
    JSON.stringify(intake.message),
    id,
  );
  return id;
}

/** A change of a job from outside its work, allowed from some states only. */
function changeable(db: Database, id: string, from: readonly JobState[], verb: string): Job {
  const job = mustFind(db, id);
  if (!from.includes(job.state)) {
    throw new LifecycleError("CONFLICT", `Job ${id} is ${job.state}; only ${from.join(", ")} jobs can be ${verb}.`, {
      retryable: false,
    });
  }
  return job;
}

/** Back to its queue, with what it had saved and all its attempts. */
function giveBack(db: Database, job: JobSummary, agent: string, now: number): void {
  db.run(
    "UPDATE jobs SET state = 'queued', failures = 0, due = 0, error = NULL, updated = ? WHERE id = ?",
    now,
    job.id,
  );
  note(db, job, agent, "job replayed", now);
}

function note(db: Database, job: JobSummary, agent: string, type: string, now: number): void {
  addEvents(
    db,
    [
      {
        assetKey: job.assetKey,
        assetVersion: job.assetVersion,
        type,
        at: new Date(now).toISOString(),
        basis: "witnessed",
        agent,
        outcome: "success",
        run: job.run,
        detail: { job: job.id, queue: job.queue },
      },
    ],
    now,
  );
}

/** Jobs that have not begun have no time to wait for: `due` is 0. */
const claimable = (due: string): string =>
  `SELECT id FROM jobs WHERE queue = ? AND state IN ('queued', 'waiting') AND ${due} AND due <= ? ORDER BY due, seq LIMIT ?`;
const NEW = claimable("due = 0");
const WAITED = claimable("due > 0");
/**
 * What was begun is ended before more is begun, or a long run would show nothing done until all of it is under way. One
 * claim in so many turns it round, so that many looks at a slow system never keep new work from beginning.
 */
const NEW_FIRST_EVERY = 4;
let claims = 0;

/** States from which a job may be worked once more. */
const REPLAYABLE: readonly JobState[] = ["failed", "dead", "refused"];
/** The queue's job for the asset version in the run; of several the one that may be replayed, or the latest. */
const KNOWN = `SELECT ${SUMMARY} FROM jobs WHERE run = ? AND asset_key = ? AND asset_version = ? AND queue = ?
  ORDER BY state IN (${REPLAYABLE.map((state) => `'${state}'`).join(", ")}) DESC, seq DESC LIMIT 1`;

function knownJob(db: Database, { run, assetKey, assetVersion, queue }: Intake): JobSummary | undefined {
  const row = db.get(KNOWN, run, assetKey, assetVersion, queue);
  return row === undefined ? undefined : summaryOf(row);
}

export const jobOperations = {
  intake(db: Database, intake: Intake, now: number): Taken {
    const known = knownJob(db, intake);
    // What one job hands over by two outputs, or a second time after a replay, is a job each.
    const handover = intake.handover === undefined ? undefined : acknowledge(db, intake.handover, intake.queue);
    if (known !== undefined && handover === undefined) {
      // What was handed over comes again when nobody knows whether it arrived; all else somebody sends on purpose.
      if (intake.handover !== undefined || !REPLAYABLE.includes(known.state)) return { taken: false, job: known };
      jobOperations.replay(db, known.id, softwareAgent(intake.nodeType), now);
      return { taken: false, replayed: true, job: { ...known, state: "queued" } };
    }
    db.run(
      "INSERT INTO run_assets (run, asset_key, asset_version) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
      intake.run,
      intake.assetKey,
      intake.assetVersion,
    );
    const { failed } = intake;
    const id =
      failed === undefined
        ? insertJob(db, intake, "queued", now, undefined, handover)
        : insertJob(db, intake, "failed", now, JSON.stringify(failed), handover);
    const made = db.get(`SELECT ${SUMMARY} FROM jobs WHERE id = ?`, id);
    if (made === undefined) throw new LifecycleError("NOT_FOUND", `No job has the id ${id}.`);
    return { taken: true, job: summaryOf(made) };
  },

  claim(db: Database, queue: string, limit: number, now: number): Job[] {
    claims += 1;
    const order = claims % NEW_FIRST_EVERY === 0 ? [NEW, WAITED] : [WAITED, NEW];
    const rows: Row[] = [];
    for (const jobs of order) {
      if (rows.length < limit) rows.push(...db.all(jobs, queue, now, limit - rows.length));
    }
    return rows.map((row) => {
      const id = String(row["id"]);
      db.run("UPDATE jobs SET state = 'running', attempt = attempt + 1, updated = ? WHERE id = ?", now, id);
      return mustFind(db, id);
    });
  },

  nextDue(db: Database, queue: string): number | undefined {
    const row = db.get("SELECT min(due) AS due FROM jobs WHERE queue = ? AND state IN ('queued', 'waiting')", queue);
    const due = row?.["due"];
    return due === null || due === undefined ? undefined : Number(due);
  },

  change(db: Database, change: JobChange, now: number): void {
    const row = db.get("SELECT state, attempt, checkpoint FROM jobs WHERE id = ?", change.job);
    if (row === undefined) throw new LifecycleError("NOT_FOUND", `No job has the id ${change.job}.`);
    if (row["state"] !== "running" || Number(row["attempt"]) !== change.attempt) {
      throw new LifecycleError(
        "CONFLICT",
        `Job ${change.job} was cancelled or taken over (it is ${String(row["state"])}); this attempt may not change it.`,
        { retryable: false },
      );
    }
    const checkpoint =
      change.checkpoint === undefined
        ? String(row["checkpoint"])
        : JSON.stringify({ ...(JSON.parse(String(row["checkpoint"])) as JsonObject), ...change.checkpoint });
    db.run(
      `UPDATE jobs SET state = ?, step = coalesce(?, step), due = ?, failures = coalesce(?, failures), checkpoint = ?,
         settings = coalesce(?, settings), error = ?, updated = ? WHERE id = ?`,
      change.state,
      change.step ?? null,
      change.due ?? 0,
      change.failures ?? null,
      checkpoint,
      change.settings === undefined ? null : JSON.stringify(change.settings),
      change.error === undefined ? null : JSON.stringify(change.error),
      now,
      change.job,
    );
    addHandovers(db, change.handovers ?? [], now);
    addEvents(db, change.events ?? [], now);
    addIdentities(db, change.identities ?? []);
  },

  requeue(db: Database, queue: string, still: readonly string[], now: number): number {
    const stranded = db
      .all("SELECT id FROM jobs WHERE queue = ? AND state = 'running'", queue)
      .map((row) => String(row["id"]))
      .filter((id) => !still.includes(id));
    for (const id of stranded) db.run("UPDATE jobs SET state = 'queued', due = 0, updated = ? WHERE id = ?", now, id);
    return stranded.length;
  },

  orphan(db: Database, queues: readonly string[], now: number): number {
    const live = db.all(
      "SELECT DISTINCT queue, state FROM jobs WHERE state IN ('queued', 'running', 'waiting', 'orphaned')",
    );
    let orphaned = 0;
    for (const row of live) {
      const owned = queues.includes(String(row["queue"]));
      if (owned && row["state"] === "orphaned") {
        db.run(
          "UPDATE jobs SET state = 'queued', due = 0, updated = ? WHERE queue = ? AND state = 'orphaned'",
          now,
          String(row["queue"]),
        );
      } else if (!owned && row["state"] !== "orphaned") {
        orphaned += db.run(
          "UPDATE jobs SET state = 'orphaned', updated = ? WHERE queue = ? AND state = ?",
          now,
          String(row["queue"]),
          String(row["state"]),
        );
      }
    }
    return orphaned;
  },

  job(db: Database, id: string): Job | undefined {
    const row = db.get(WHOLE, id);
    return row === undefined ? undefined : jobOf(row);
  },

  jobs(db: Database, filter: JobFilter): JobSummary[] {
    const states = filter.state === undefined ? [] : [filter.state].flat();
    const after =
      filter.after === undefined ? 0 : Number(db.get("SELECT seq FROM jobs WHERE id = ?", filter.after)?.["seq"] ?? 0);
    return db
      .all(
        `SELECT ${SUMMARY} FROM jobs WHERE seq > ? AND (? IS NULL OR queue = ?) AND (? IS NULL OR run = ?)
           AND (? IS NULL OR asset_key = ?) AND (? = '[]' OR state IN (SELECT value FROM json_each(?)))
         ORDER BY seq LIMIT ?`,
        after,
        filter.queue ?? null,
        filter.queue ?? null,
        filter.run ?? null,
        filter.run ?? null,
        filter.assetKey ?? null,
        filter.assetKey ?? null,
        JSON.stringify(states),
        JSON.stringify(states),
        Math.min(filter.limit ?? 100, 1000),
      )
      .map(summaryOf);
  },

  replay(db: Database, id: string, agent: string, now: number): void {
    giveBack(db, changeable(db, id, REPLAYABLE, "replayed"), agent, now);
  },

  replayAll(db: Database, filter: ReplayFilter, agent: string, now: number): { queue: string; jobs: number }[] {
    // A failed job whose code is REFUSED was cancelled: that is a person's decision, not something that broke.
    const broken = db
      .all(
        `SELECT ${SUMMARY} FROM jobs WHERE state IN (SELECT value FROM json_each(?)) AND (? IS NULL OR queue = ?)
           AND (? IS NULL OR run = ?) AND json_extract(error, '$.code') IS NOT 'REFUSED' ORDER BY seq`,
        JSON.stringify(filter.states),
        filter.queue ?? null,
        filter.queue ?? null,
        filter.run ?? null,
        filter.run ?? null,
      )
      .map(summaryOf);
    const replayed = new Map<string, number>();
    for (const job of broken) {
      giveBack(db, job, agent, now);
      replayed.set(job.queue, (replayed.get(job.queue) ?? 0) + 1);
    }
    return [...replayed].map(([queue, jobs]) => ({ queue, jobs }));
  },

  cancel(db: Database, id: string, agent: string, now: number): void {
    const job = changeable(db, id, ["queued", "running", "waiting", "orphaned"], "cancelled");
    const error = JSON.stringify({ code: "REFUSED", message: `Cancelled by ${agent}.` });
    db.run("UPDATE jobs SET state = 'failed', error = ?, updated = ? WHERE id = ?", error, now, id);
    note(db, job, agent, "job cancelled", now);
  },

  adopt(db: Database, id: string, queue: string, agent: string, now: number): void {
    const job = changeable(db, id, ["orphaned"], "adopted");
    const taken = db.get(
      `SELECT id FROM jobs WHERE run = ? AND asset_key = ? AND asset_version = ? AND queue = ?
         AND handover = (SELECT handover FROM jobs WHERE id = ?)`,
      job.run,
      job.assetKey,
      job.assetVersion,
      queue,
      id,
    );
    if (taken !== undefined) {
      throw new LifecycleError(
        "CONFLICT",
        `Queue "${queue}" already has job ${String(taken["id"])} for ${job.assetKey} version ${job.assetVersion} in this run; cancel job ${id} instead.`,
        { retryable: false },
      );
    }
    db.run("UPDATE jobs SET queue = ?, state = 'queued', due = 0, updated = ? WHERE id = ?", queue, now, id);
    note(db, job, agent, "job adopted", now);
  },
};
