import { LifecycleError } from "../messages/error.js";
import type { Database } from "./database.js";
import { addEvents } from "./events.js";
import type { AdoptedWork, QueueWork } from "./types.js";

/** Work that has not ended, by the queue that it belongs to. */
const OPEN = `
  SELECT queue, sum(jobs) AS jobs, sum(handovers) AS handovers, sum(runs) AS runs FROM (
    SELECT queue, count(*) AS jobs, 0 AS handovers, 0 AS runs FROM jobs
      WHERE state IN ('queued', 'running', 'waiting', 'orphaned') GROUP BY queue
    UNION ALL SELECT queue, 0, count(*), 0 FROM handovers WHERE settled = 0 GROUP BY queue
    UNION ALL SELECT queue, 0, 0, count(*) FROM runs WHERE state = 'running' GROUP BY queue)
  GROUP BY queue ORDER BY queue`;

export const queueOperations = {
  queues(db: Database): QueueWork[] {
    return db.all(OPEN).map((row) => ({
      queue: String(row["queue"]),
      jobs: Number(row["jobs"]),
      handovers: Number(row["handovers"]),
      runs: Number(row["runs"]),
    }));
  },

  adoptQueue(db: Database, from: string, to: string, agent: string, now: number): AdoptedWork {
    if (from === to)
      throw new LifecycleError("CONFLICT", `Work of queue "${from}" is there already.`, { retryable: false });
    const orphans = db.all(
      "SELECT id, run, asset_key, asset_version FROM jobs WHERE queue = ? AND state = 'orphaned' ORDER BY seq",
      from,
    );
    let jobs = 0;
    for (const row of orphans) {
      // What the other queue has already by the same hand-over stays behind: it is never worked twice.
      const moved = db.run(
        "UPDATE OR IGNORE jobs SET queue = ?, state = 'queued', due = 0, updated = ? WHERE id = ?",
        to,
        now,
        String(row["id"]),
      );
      jobs += moved;
      if (moved > 0) addEvents(db, [adopted(row, from, to, agent, now)], now);
    }
    const handovers = db.run("UPDATE handovers SET queue = ? WHERE queue = ? AND settled = 0", to, from);
    // What the old queue had taken is now in the new one's hands.
    db.run(
      `UPDATE handovers SET taken_by = (SELECT json_group_array(CASE value WHEN ? THEN ? ELSE value END) FROM json_each(taken_by))
       WHERE settled = 0 AND EXISTS (SELECT 1 FROM json_each(taken_by) WHERE value = ?)`,
      from,
      to,
      from,
    );
    const runs = db.run("UPDATE runs SET queue = ?, updated = ? WHERE queue = ? AND state = 'running'", to, now, from);
    return { jobs, handovers, runs, left: orphans.length - jobs };
  },
};

function adopted(row: Record<string, unknown>, from: string, to: string, agent: string, now: number) {
  return {
    assetKey: String(row["asset_key"]),
    assetVersion: String(row["asset_version"]),
    type: "job adopted",
    at: new Date(now).toISOString(),
    basis: "witnessed" as const,
    agent,
    outcome: "success" as const,
    run: String(row["run"]),
    detail: { job: String(row["id"]), queue: from, to },
  };
}
