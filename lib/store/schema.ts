/**
 * The schema of the embedded store, as a list of migrations. A migration is never edited once released; the next one
 * is appended. `user_version` of the file counts how many ran.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE runs (
    id TEXT PRIMARY KEY, queue TEXT NOT NULL, node_type TEXT NOT NULL, node_name TEXT NOT NULL,
    state TEXT NOT NULL, message TEXT NOT NULL, settings TEXT NOT NULL, cursor TEXT NOT NULL,
    complete INTEGER NOT NULL DEFAULT 0, error TEXT, started INTEGER NOT NULL, updated INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX runs_open ON runs (queue) WHERE state = 'running';

  CREATE TABLE run_assets (
    run TEXT NOT NULL, asset_key TEXT NOT NULL, asset_version TEXT NOT NULL,
    PRIMARY KEY (run, asset_key, asset_version)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE jobs (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, queue TEXT NOT NULL,
    node_type TEXT NOT NULL, node_name TEXT NOT NULL,
    asset_key TEXT NOT NULL, asset_version TEXT NOT NULL, asset_name TEXT NOT NULL, run TEXT NOT NULL,
    state TEXT NOT NULL, step TEXT NOT NULL, attempt INTEGER NOT NULL, failures INTEGER NOT NULL, due INTEGER NOT NULL,
    message TEXT NOT NULL, settings TEXT NOT NULL, checkpoint TEXT NOT NULL, error TEXT,
    created INTEGER NOT NULL, updated INTEGER NOT NULL,
    UNIQUE (run, asset_key, asset_version, queue)
  ) STRICT;
  CREATE INDEX jobs_due ON jobs (queue, due, seq) WHERE state IN ('queued', 'waiting');
  CREATE INDEX jobs_live ON jobs (queue, state) WHERE state IN ('queued', 'running', 'waiting', 'orphaned');
  CREATE INDEX jobs_asset ON jobs (asset_key);

  CREATE TABLE handovers (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, run TEXT NOT NULL, made_by TEXT NOT NULL, queue TEXT NOT NULL,
    port INTEGER NOT NULL, asset_key TEXT, asset_version TEXT, message TEXT NOT NULL,
    taken_by TEXT NOT NULL DEFAULT '[]', settled INTEGER NOT NULL DEFAULT 0, created INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX handovers_open ON handovers (queue) WHERE settled = 0;
  CREATE INDEX handovers_run ON handovers (run) WHERE settled = 0;
  CREATE INDEX handovers_asset ON handovers (run, asset_key) WHERE settled = 0;

  CREATE TABLE cursors (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE kept (id TEXT PRIMARY KEY, run TEXT NOT NULL, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX kept_run ON kept (run);

  CREATE TABLE identities (
    id TEXT NOT NULL, system TEXT NOT NULL, connection TEXT NOT NULL, asset_key TEXT NOT NULL,
    PRIMARY KEY (id, system, connection, asset_key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE events (
    seq INTEGER PRIMARY KEY, asset_key TEXT NOT NULL, at TEXT NOT NULL, learnt TEXT NOT NULL,
    payload TEXT, salt BLOB, payload_digest TEXT NOT NULL, hash TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_asset ON events (asset_key, seq);
  `,
  `
  CREATE TABLE anchors (seq INTEGER PRIMARY KEY, hash TEXT NOT NULL, at TEXT NOT NULL) STRICT;
  `,
  // The message that a job took in never changes, but every step wrote it again with the rest of its row.
  `
  CREATE TABLE job_messages (
    seq INTEGER PRIMARY KEY REFERENCES jobs (seq) ON DELETE CASCADE, message TEXT NOT NULL
  ) STRICT;
  INSERT INTO job_messages SELECT seq, message FROM jobs;
  ALTER TABLE jobs DROP COLUMN message;
  `,
  `
  CREATE TABLE approvals (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, job TEXT NOT NULL, state TEXT NOT NULL, body TEXT NOT NULL
  ) STRICT;
  CREATE INDEX approvals_job ON approvals (job);
  `,
  // A node that gets a second output of a run's asset version has a job for each: a job knows its hand-over (0: none).
  // The messages move with their jobs, because they would go with the table that they refer to.
  `
  CREATE TABLE new_jobs (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, queue TEXT NOT NULL,
    node_type TEXT NOT NULL, node_name TEXT NOT NULL,
    asset_key TEXT NOT NULL, asset_version TEXT NOT NULL, asset_name TEXT NOT NULL, run TEXT NOT NULL,
    state TEXT NOT NULL, step TEXT NOT NULL, attempt INTEGER NOT NULL, failures INTEGER NOT NULL, due INTEGER NOT NULL,
    settings TEXT NOT NULL, checkpoint TEXT NOT NULL, error TEXT,
    created INTEGER NOT NULL, updated INTEGER NOT NULL, handover INTEGER NOT NULL DEFAULT 0,
    UNIQUE (run, asset_key, asset_version, queue, handover)
  ) STRICT;
  CREATE TABLE new_job_messages (
    seq INTEGER PRIMARY KEY REFERENCES new_jobs (seq) ON DELETE CASCADE, message TEXT NOT NULL
  ) STRICT;
  INSERT INTO new_jobs (seq, id, queue, node_type, node_name, asset_key, asset_version, asset_name, run, state, step,
      attempt, failures, due, settings, checkpoint, error, created, updated)
    SELECT seq, id, queue, node_type, node_name, asset_key, asset_version, asset_name, run, state, step,
      attempt, failures, due, settings, checkpoint, error, created, updated FROM jobs;
  INSERT INTO new_job_messages SELECT seq, message FROM job_messages;
  DROP TABLE job_messages;
  DROP TABLE jobs;
  ALTER TABLE new_jobs RENAME TO jobs;
  ALTER TABLE new_job_messages RENAME TO job_messages;
  CREATE INDEX jobs_due ON jobs (queue, due, seq) WHERE state IN ('queued', 'waiting');
  CREATE INDEX jobs_live ON jobs (queue, state) WHERE state IN ('queued', 'running', 'waiting', 'orphaned');
  CREATE INDEX jobs_asset ON jobs (asset_key);
  `,
];
