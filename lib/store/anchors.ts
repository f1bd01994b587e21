import type { Database } from "./database.js";
import { anchorOf } from "./rows.js";
import type { Anchor } from "./types.js";

export const ANCHORS = "SELECT seq, hash, at FROM anchors ORDER BY seq";
export const HEAD = "SELECT seq, hash, learnt AS at FROM events ORDER BY seq DESC LIMIT 1";

export const anchorOperations = {
  anchor(db: Database, now: number): Anchor | undefined {
    const head = anchorOperations.head(db);
    if (head === undefined) return undefined;
    const { seq, hash } = head;
    db.run(
      "INSERT INTO anchors (seq, hash, at) VALUES (?, ?, ?) ON CONFLICT (seq) DO NOTHING",
      seq,
      hash,
      new Date(now).toISOString(),
    );
    const kept = db.get("SELECT seq, hash, at FROM anchors WHERE seq = ?", seq);
    return kept === undefined ? undefined : anchorOf(kept);
  },
  head(db: Database): Anchor | undefined {
    const head = db.get(HEAD);
    return head === undefined ? undefined : anchorOf(head);
  },
  anchors(db: Database): Anchor[] {
    return db.all(ANCHORS).map(anchorOf);
  },
};
