import { LifecycleError } from "../messages/error.js";
import type { Database } from "./database.js";
import { addEvents } from "./events.js";
import { addHandovers } from "./handovers.js";
import type { JsonObject, WatchBatch, WatchState } from "./types.js";

const NAME = "watch:";

function stateOf(db: Database, queue: string): WatchState | undefined {
  const row = db.get("SELECT value FROM cursors WHERE name = ?", `${NAME}${queue}`);
  if (row === undefined) return undefined;
  const { round, cursor } = JSON.parse(String(row["value"])) as { round: number; cursor: JsonObject };
  return { round, cursor };
}

function isKnown(db: Database, handover: string): boolean {
  return db.get("SELECT 1 FROM handovers WHERE id = ?", handover) !== undefined;
}

export const watchOperations = {
  watchState: stateOf,

  handedOver(db: Database, ids: readonly string[]): string[] {
    return ids.filter((id) => isKnown(db, id));
  },

  watched(db: Database, batch: WatchBatch, now: number): string[] {
    const round = stateOf(db, batch.queue)?.round ?? 0;
    if (round !== batch.round) {
      throw new LifecycleError(
        "CONFLICT",
        `The watch of queue "${batch.queue}" has moved on (round ${round}, not ${batch.round}); its cursor stays.`,
        { retryable: false },
      );
    }
    const stored: string[] = [];
    for (const run of batch.runs) {
      const fresh = run.handovers.filter(({ id }) => !isKnown(db, id));
      if (fresh.length === 0) continue;
      db.run(
        `INSERT INTO runs (id, queue, node_type, node_name, state, message, settings, cursor, complete, started, updated)
         VALUES (?, ?, ?, ?, 'done', '{}', '{}', '{}', 1, ?, ?) ON CONFLICT (id) DO NOTHING`,
        run.id,
        batch.queue,
        batch.nodeType,
        batch.nodeName,
        now,
        now,
      );
      for (const { assetKey, assetVersion } of fresh) {
        db.run(
          "INSERT INTO run_assets (run, asset_key, asset_version) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
          run.id,
          assetKey,
          assetVersion,
        );
      }
      addHandovers(db, fresh, now);
      addEvents(
        db,
        fresh.flatMap(({ events = [] }) => events),
        now,
      );
      stored.push(...fresh.map(({ id }) => id));
    }
    db.run(
      "INSERT INTO cursors (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      `${NAME}${batch.queue}`,
      JSON.stringify({ round: batch.round + 1, cursor: batch.cursor }),
    );
    return stored;
  },
};
