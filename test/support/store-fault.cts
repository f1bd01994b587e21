/**
 * Preloaded (`node --require`, worker threads included) into a process under test: the store's disk is full where the
 * file `$STORE_FAULT` says so, `{ "case": name, "from": n, "until": m, "how": "commit" | "pages" }`. Transactions that write
 * are counted from 1 for each case; the n-th up to before the m-th fail. How many did is written to `$STORE_FAULT.hit`.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

interface Order {
  case: string;
  from: number;
  until: number;
  /** `commit`: the commit itself fails; `pages`: the engine gets no further page, so writes fail wherever they need one. */
  how: "commit" | "pages";
}

const file = process.env["STORE_FAULT"] ?? "";
const exec = Reflect.get(DatabaseSync.prototype, "exec");
const ALL_PAGES = 4_294_967_294;
const counted = { case: "", commits: 0, hit: 0 };

function order(): Order | undefined {
  if (file === "" || !existsSync(file)) return undefined;
  const text = readFileSync(file, "utf8");
  return text === "" ? undefined : (JSON.parse(text) as Order);
}

/** Does the transaction that begins or ends now fail? */
function fails(now: Order): boolean {
  if (now.case !== counted.case) Object.assign(counted, { case: now.case, commits: 0, hit: 0 });
  return counted.commits + 1 >= now.from && counted.commits + 1 < now.until;
}

function noteHit(): void {
  counted.hit += 1;
  writeFileSync(`${file}.hit`, String(counted.hit));
}

/** Rows written over this connection so far. */
function written(db: DatabaseSync): number {
  return Number(db.prepare("SELECT total_changes() AS n").get()?.["n"]);
}
const atBegin = new WeakMap<DatabaseSync, number>();

DatabaseSync.prototype.exec = function (this: DatabaseSync, sql: string): void {
  const now = sql === "BEGIN IMMEDIATE" || sql === "COMMIT" || sql === "ROLLBACK" ? order() : undefined;
  if (now === undefined) {
    exec.call(this, sql);
    return;
  }
  if (sql === "BEGIN IMMEDIATE") {
    const none = fails(now) && now.how === "pages";
    exec.call(
      this,
      `PRAGMA max_page_count = ${none ? Number(this.prepare("PRAGMA page_count").get()?.["page_count"]) : ALL_PAGES}`,
    );
    exec.call(this, sql);
    atBegin.set(this, written(this));
    return;
  }
  if (sql === "COMMIT" && written(this) === atBegin.get(this)) {
    // It only read: nothing goes to the disk.
    exec.call(this, sql);
    return;
  }
  const failing = fails(now);
  if (failing && (now.how === "commit" || sql === "ROLLBACK")) noteHit();
  counted.commits += 1;
  if (failing && now.how === "commit" && sql === "COMMIT") {
    exec.call(this, "ROLLBACK");
    throw Object.assign(new Error("database or disk is full"), { code: "ERR_SQLITE_ERROR", errcode: 13 });
  }
  exec.call(this, sql);
};
