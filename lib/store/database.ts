import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import { LifecycleError } from "../messages/error.js";
import { MIGRATIONS } from "./schema.js";
import type { Row } from "./rows.js";

/** SQLite result codes that mean "no room", see sqlite.org/rescode.html: FULL, IOERR and its kinds that follow a full disk. */
const FULL = 13;
const BUSY = 5;
const NOT_A_DATABASE = 26;
const CORRUPT = 11;

/** One open file: statements are prepared once, errors are coded. Lives in the writer thread. */
export class Database {
  readonly #db: DatabaseSync;
  readonly #prepared = new Map<string, StatementSync>();

  /** @throws LifecycleError NOT_CONFIGURED below Node.js 22.13 or for a newer schema; CONFLICT when another process has the file */
  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true });
    this.#db = coded(() => new (sqlite())(file));
    coded(() => {
      // EXCLUSIVE first: then WAL needs no shared memory and a second process is turned away at once.
      this.#db.exec("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
      // What is pruned or erased leaves no trace in the file.
      this.#db.exec("PRAGMA secure_delete = ON");
      this.#db.exec("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000");
      this.#migrate(file);
    });
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#statement(sql).all(...values);
  }
  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#statement(sql).get(...values);
  }
  /** @returns rows changed */
  run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#statement(sql).run(...values).changes);
  }
  exec(sql: string): void {
    coded(() => this.#db.exec(sql));
  }
  close(): void {
    this.#prepared.clear();
    this.#db.close();
  }

  #statement(sql: string): StatementSync {
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#prepared.set(sql, statement);
    }
    return statement;
  }

  #migrate(file: string): void {
    const version = Number(this.#db.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0);
    if (version > MIGRATIONS.length) {
      throw new LifecycleError(
        "NOT_CONFIGURED",
        `The lifecycle store ${file} was written by a newer version of this package (schema ${version}); update the package.`,
      );
    }
    for (const [index, migration] of MIGRATIONS.entries()) {
      if (index < version) continue;
      this.#db.exec(`BEGIN IMMEDIATE; ${migration}; PRAGMA user_version = ${index + 1}; COMMIT`);
    }
  }
}

/** Loads the engine, on first use only. @throws LifecycleError NOT_CONFIGURED below Node.js 22.13 */
export function sqlite(): typeof DatabaseSync {
  try {
    return (createRequire(__filename)("node:sqlite") as { DatabaseSync: typeof DatabaseSync }).DatabaseSync;
  } catch (cause) {
    throw new LifecycleError(
      "NOT_CONFIGURED",
      `The lifecycle store needs Node.js 22.13 or newer, this is ${process.version}; update Node.js.`,
      { cause },
    );
  }
}

/** Runs a statement and turns the engine's errors into coded ones. */
export function coded<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    throw codedError(thrown);
  }
}

export function codedError(thrown: unknown): LifecycleError {
  if (thrown instanceof LifecycleError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const code = thrown instanceof Error && "errcode" in thrown ? Number(thrown.errcode) & 0xff : 0;
  if (code === FULL || /disk is full|disk I\/O error|ENOSPC/i.test(message)) {
    return new LifecycleError("STORE_FULL", `The lifecycle store cannot write (${message}); free disk space.`);
  }
  if (code === BUSY) {
    return new LifecycleError(
      "CONFLICT",
      "The lifecycle store belongs to another running process; give each Node-RED its own store.",
      { retryable: true },
    );
  }
  if (code === NOT_A_DATABASE || code === CORRUPT) {
    return new LifecycleError(
      "NOT_CONFIGURED",
      `The lifecycle store's file is damaged (${message}); restore a backup.`,
    );
  }
  return new LifecycleError("UPSTREAM", `Lifecycle store: ${message}`, { retryable: false });
}
