import type { Database } from "./database.js";
import { handoverOf } from "./rows.js";
import type { Handover, NewHandover } from "./types.js";

export function addHandovers(db: Database, handovers: readonly NewHandover[], now: number): void {
  for (const handover of handovers) {
    db.run(
      `INSERT INTO handovers (id, run, made_by, queue, port, asset_key, asset_version, message, created)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
      handover.id,
      handover.run,
      handover.from,
      handover.queue,
      handover.port,
      handover.assetKey ?? null,
      handover.assetVersion ?? null,
      JSON.stringify(handover.message),
      now,
    );
  }
}

/**
 * Notes that a queue has the message safe in its own job.
 *
 * @returns the hand-over's place, when this store knows it and the queue had not taken it before
 */
export function acknowledge(db: Database, id: string, queue: string): number | undefined {
  const row = db.get("SELECT seq, taken_by FROM handovers WHERE id = ?", id);
  if (row === undefined) return undefined;
  const takenBy = JSON.parse(String(row["taken_by"])) as string[];
  if (takenBy.includes(queue)) return undefined;
  db.run("UPDATE handovers SET taken_by = ? WHERE id = ?", JSON.stringify([...takenBy, queue]), id);
  return Number(row["seq"]);
}

export const handoverOperations = {
  pending(db: Database, queues: readonly string[]): Handover[] {
    return queues
      .flatMap((queue) => db.all("SELECT * FROM handovers WHERE queue = ? AND settled = 0 ORDER BY seq", queue))
      .map(handoverOf);
  },
  settle(db: Database, ids: readonly string[]): void {
    for (const id of ids) db.run("UPDATE handovers SET settled = 1 WHERE id = ?", id);
  },
  unacknowledged(db: Database, run: string): number {
    const row = db.get("SELECT count(*) AS n FROM handovers WHERE run = ? AND settled = 0 AND taken_by = '[]'", run);
    return Number(row?.["n"] ?? 0);
  },
};
