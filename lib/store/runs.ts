import { LifecycleError } from "../messages/error.js";
import type { Database } from "./database.js";
import { addHandovers } from "./handovers.js";
import { insertJob } from "./jobs.js";
import { runOf } from "./rows.js";
import type {
  JobError,
  Json,
  JsonObject,
  LifecycleStore,
  NewHandover,
  Run,
  RunCounts,
  RunPage,
  RunState,
} from "./types.js";

type NewRun = Parameters<LifecycleStore["startRun"]>[0];

function mustFind(db: Database, id: string): Run {
  const row = db.get("SELECT * FROM runs WHERE id = ?", id);
  if (row === undefined) throw new LifecycleError("NOT_FOUND", `No run has the id ${id}.`);
  return runOf(row);
}

/**
 * The state of one asset in a run is read from its jobs, never kept beside them: the worst wins, and an output that
 * nobody has taken yet is still running. So the counts reconcile by construction.
 */
const COUNTS = `
  SELECT state, count(*) AS n FROM (
    SELECT CASE
        WHEN sum(j.state IN ('failed', 'dead', 'orphaned')) > 0 THEN 'failed'
        WHEN sum(j.state IN ('queued', 'running')) > 0 THEN 'running'
        WHEN sum(j.state = 'waiting') > 0 THEN 'waiting'
        WHEN EXISTS (SELECT 1 FROM handovers h WHERE h.run = a.run AND h.settled = 0 AND h.taken_by = '[]'
                     AND h.asset_key = a.asset_key AND h.asset_version = a.asset_version) THEN 'running'
        WHEN sum(j.state = 'refused') > 0 THEN 'refused'
        ELSE 'done' END AS state
    FROM run_assets a LEFT JOIN jobs j
      ON j.run = a.run AND j.asset_key = a.asset_key AND j.asset_version = a.asset_version
    WHERE a.run = ? GROUP BY a.asset_key, a.asset_version)
  GROUP BY state`;

function counts(db: Database, run: string): RunCounts {
  const counted: RunCounts = { found: 0, done: 0, refused: 0, failed: 0, waiting: 0, running: 0 };
  for (const row of db.all(COUNTS, run)) {
    const n = Number(row["n"]);
    counted[String(row["state"]) as Exclude<keyof RunCounts, "found">] += n;
    counted.found += n;
  }
  return counted;
}

export const runOperations = {
  startRun(db: Database, run: NewRun, now: number): Run {
    db.run(
      `INSERT INTO runs (id, queue, node_type, node_name, state, message, settings, cursor, started, updated)
       VALUES (?, ?, ?, ?, 'running', ?, ?, '{}', ?, ?) ON CONFLICT (id) DO NOTHING`,
      run.id,
      run.queue,
      run.nodeType,
      run.nodeName,
      JSON.stringify(run.message),
      JSON.stringify(run.settings),
      now,
      now,
    );
    return mustFind(db, run.id);
  },

  page(db: Database, id: string, page: RunPage, now: number): void {
    const run = mustFind(db, id);
    if (run.state !== "running") {
      throw new LifecycleError("CONFLICT", `Run ${id} is ${run.state}; it takes no more pages.`, { retryable: false });
    }
    for (const asset of [...page.assets, ...page.refused]) {
      db.run(
        "INSERT INTO run_assets (run, asset_key, asset_version) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        id,
        asset.key,
        asset.version,
      );
    }
    for (const refused of page.refused) {
      const intake = {
        queue: run.queue,
        nodeType: run.nodeType,
        nodeName: run.nodeName,
        assetKey: refused.key,
        assetVersion: refused.version,
        assetName: refused.name,
        run: id,
        message: refused.message,
        settings: {},
      };
      insertJob(db, intake, "refused", now, JSON.stringify({ code: "REFUSED", message: refused.reason }));
    }
    addHandovers(db, page.handovers, now);
    db.run(
      "UPDATE runs SET cursor = ?, complete = ?, updated = ? WHERE id = ?",
      JSON.stringify(page.cursor),
      page.complete ? 1 : 0,
      now,
      id,
    );
  },

  endRun(
    db: Database,
    id: string,
    end: { state: RunState; error?: JobError; handovers?: NewHandover[] },
    now: number,
  ): void {
    mustFind(db, id);
    db.run(
      "UPDATE runs SET state = ?, error = ?, updated = ? WHERE id = ?",
      end.state,
      end.error === undefined ? null : JSON.stringify(end.error),
      now,
      id,
    );
    addHandovers(db, end.handovers ?? [], now);
  },

  run(db: Database, id: string): Run | undefined {
    const row = db.get("SELECT * FROM runs WHERE id = ?", id);
    return row === undefined ? undefined : runOf(row);
  },
  openRuns(db: Database, queue: string): Run[] {
    return db.all("SELECT * FROM runs WHERE queue = ? AND state = 'running' ORDER BY started", queue).map(runOf);
  },
  runs(db: Database, limit: number): (Run & { counts: RunCounts })[] {
    return db
      .all("SELECT * FROM runs ORDER BY started DESC LIMIT ?", Math.min(limit, 1000))
      .map(runOf)
      .map((run) => ({ ...run, counts: counts(db, run.id) }));
  },
  counts,

  cursor(db: Database, name: string): JsonObject | undefined {
    const row = db.get("SELECT value FROM cursors WHERE name = ?", name);
    return row === undefined ? undefined : (JSON.parse(String(row["value"])) as JsonObject);
  },
  setCursor(db: Database, name: string, value: JsonObject): void {
    db.run(
      "INSERT INTO cursors (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      name,
      JSON.stringify(value),
    );
  },

  keep(db: Database, id: string, run: string, value: Json): void {
    db.run("INSERT INTO kept (id, run, value) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", id, run, JSON.stringify(value));
  },
  kept(db: Database, id: string): Json | undefined {
    const row = db.get("SELECT value FROM kept WHERE id = ?", id);
    return row === undefined ? undefined : (JSON.parse(String(row["value"])) as Json);
  },

  prune(db: Database, before: number): number {
    const old = "updated < ? AND state IN ('done', 'refused', 'failed', 'dead')";
    // A run goes only as a whole: counts of a run that is still told about must reconcile. It stays while an output of it
    // waits to be taken, for a node that is switched off for instance.
    const runs = db
      .all(
        `SELECT id FROM runs r WHERE state <> 'running' AND updated < ?
           AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.run = r.id AND NOT (j.updated < ? AND j.state IN ('done', 'refused', 'failed', 'dead')))
           AND NOT EXISTS (SELECT 1 FROM handovers h WHERE h.run = r.id AND h.settled = 0)`,
        before,
        before,
      )
      .map((row) => String(row["id"]));
    let removed = 0;
    for (const run of runs) {
      removed += db.run("DELETE FROM jobs WHERE run = ?", run);
      removed += db.run("DELETE FROM handovers WHERE run = ?", run);
      db.run("DELETE FROM run_assets WHERE run = ?", run);
      removed += db.run("DELETE FROM runs WHERE id = ?", run);
    }
    // Messages that came without a run of ours (an inject straight into a node).
    removed += db.run(`DELETE FROM jobs WHERE ${old} AND run NOT IN (SELECT id FROM runs)`, before);
    removed += db.run(
      "DELETE FROM handovers WHERE settled = 1 AND created < ? AND run NOT IN (SELECT id FROM runs)",
      before,
    );
    for (const table of ["run_assets", "kept"]) {
      db.run(
        `DELETE FROM ${table} WHERE run NOT IN (SELECT id FROM runs) AND run NOT IN (SELECT run FROM jobs)
           AND run NOT IN (SELECT run FROM handovers WHERE settled = 0)`,
      );
    }
    // What says of itself that it is over, links that were given for instance.
    removed += db.run("DELETE FROM cursors WHERE json_extract(value, '$.expires') < ?", Math.floor(before / 1000));
    return removed;
  },

  backup(db: Database, file: string): void {
    db.run("VACUUM INTO ?", file);
  },
};
