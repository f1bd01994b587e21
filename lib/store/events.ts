import { randomBytes } from "node:crypto";
import { CHAIN_START, canonicalJson, chainHash, payloadDigest } from "./chain.js";
import type { Database } from "./database.js";
import { eventOf, frameOf, identityOf } from "./rows.js";
import type { AssetIdentity, LifecycleEvent, PlacedFrame, StoredEvent } from "./types.js";

/** Frames of one asset, each with the hash before it; the first event of all follows the chain's start. */
export const ASSET_FRAMES = `SELECT e.*, CASE WHEN e.seq = 1 THEN '${CHAIN_START}' ELSE p.hash END AS previous
  FROM events e LEFT JOIN events p ON p.seq = e.seq - 1 WHERE e.asset_key = ? ORDER BY e.seq`;
export const FIND = "SELECT * FROM identities WHERE id = ? OR asset_key = ? LIMIT 1000";

const SALT_BYTES = 16;
const SALTS_AT_ONCE = 256;
let salts = Buffer.alloc(0);

/** Random bytes are fetched many at a time: each fetch costs as much as a hash. */
function nextSalt(): Buffer {
  if (salts.length < SALT_BYTES) salts = randomBytes(SALT_BYTES * SALTS_AT_ONCE);
  const salt = salts.subarray(0, SALT_BYTES);
  salts = salts.subarray(SALT_BYTES);
  return salt;
}

/** Appends to the chain; must run inside the transaction of what the events tell of. */
export function addEvents(db: Database, events: readonly LifecycleEvent[], now: number): void {
  if (events.length === 0) return;
  const last = db.get("SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1");
  let seq = Number(last?.["seq"] ?? 0);
  let hash = String(last?.["hash"] ?? CHAIN_START);
  const learnt = new Date(now).toISOString();
  for (const { assetKey, at, ...rest } of events) {
    const payload = canonicalJson(rest);
    const salt = nextSalt();
    // Asset and time are part of what is proven: an event cannot be moved to another asset or day.
    const digest = payloadDigest(salt, canonicalJson({ ...rest, assetKey, at }));
    seq += 1;
    hash = chainHash(hash, seq, learnt, digest);
    db.run(
      "INSERT INTO events (seq, asset_key, at, learnt, payload, salt, payload_digest, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
      seq,
      assetKey,
      at,
      learnt,
      payload,
      salt,
      digest,
      hash,
    );
  }
}

export function addIdentities(db: Database, identities: readonly AssetIdentity[]): void {
  for (const { id, system, connection, assetKey } of identities) {
    db.run(
      "INSERT INTO identities (id, system, connection, asset_key) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
      id,
      system,
      connection,
      assetKey,
    );
  }
}

export const eventOperations = {
  append(
    db: Database,
    events: readonly LifecycleEvent[],
    identities: readonly AssetIdentity[] = [],
    now: number,
  ): void {
    addEvents(db, events, now);
    addIdentities(db, identities);
  },
  timeline(db: Database, assetKey: string, limit = 1000): StoredEvent[] {
    return db.all("SELECT * FROM events WHERE asset_key = ? ORDER BY at, seq LIMIT ?", assetKey, limit).map(eventOf);
  },
  find(db: Database, id: string): AssetIdentity[] {
    return db.all(FIND, id, id).map(identityOf);
  },
  frames(db: Database, assetKey: string): PlacedFrame[] {
    return db.all(ASSET_FRAMES, assetKey).map(frameOf);
  },
};
