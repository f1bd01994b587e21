import { LifecycleError } from "../messages/error.js";
import type { Database } from "./database.js";
import { addEvents } from "./events.js";
import { writePlaces } from "./places.js";
import { ERASURE_EVENT, type ErasureTarget } from "./types.js";

interface Place {
  seq: number;
  assetKey: string;
  erased: boolean;
  isRecord: boolean;
}

/**
 * Erases payloads with their salts: what is left of an event reveals nothing, and the chain still holds. One
 * transaction of its own, after which the write-ahead log is emptied, so that no page of it keeps the old text.
 */
export function erase(db: Database, target: ErasureTarget, agent: string, reason: string, now: number): number {
  const found = placesOf(db, target);
  const [first] = found;
  if (first === undefined) {
    throw new LifecycleError("NOT_FOUND", `No event of the timeline is of ${targetText(target)}.`);
  }
  if ("seq" in target && first.isRecord) {
    throw new LifecycleError("CONFLICT", `Event ${first.seq} records an erasure; such records stay.`, {
      retryable: false,
    });
  }
  const places = found.filter(({ erased, isRecord }) => !erased && !isRecord).map(({ seq }) => seq);
  if (places.length === 0) return 0;
  db.exec("BEGIN IMMEDIATE");
  try {
    for (const seq of places) db.run("UPDATE events SET payload = NULL, salt = NULL WHERE seq = ?", seq);
    const at = new Date(now).toISOString();
    const record = {
      assetKey: first.assetKey,
      type: ERASURE_EVENT,
      at,
      basis: "witnessed",
      agent,
      outcome: "success",
      detail: { erased: writePlaces(places), reason },
    } as const;
    addEvents(db, [record], now);
    db.exec("COMMIT");
  } catch (thrown) {
    db.exec("ROLLBACK");
    throw thrown;
  }
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  return places.length;
}

function placesOf(db: Database, target: ErasureTarget): Place[] {
  const where = "seq" in target ? "seq = ?" : "asset_key = ?";
  return db
    .all(
      `SELECT seq, asset_key, payload IS NULL AS erased, coalesce(json_extract(payload, '$.type') = ?, 0) AS record
       FROM events WHERE ${where} ORDER BY seq`,
      ERASURE_EVENT,
      "seq" in target ? target.seq : target.asset,
    )
    .map((row) => ({
      seq: Number(row["seq"]),
      assetKey: String(row["asset_key"]),
      erased: row["erased"] === 1,
      isRecord: row["record"] === 1,
    }));
}

function targetText(target: ErasureTarget): string {
  return "seq" in target ? `place ${target.seq}` : `asset ${target.asset}`;
}
