-- Units of work on an engine. A job is leased by one reconciler at a time: every change names the lease's token.
CREATE TABLE jobs (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL, -- 'dataset.import', 'training' ...
  engine TEXT NOT NULL, -- 'process', 'container'
  state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'succeeded', 'failed', 'cancelled')),
  owner_id TEXT NOT NULL,
  subject_type TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  subject_name TEXT NOT NULL,
  payload TEXT NOT NULL, -- JSON, meant for the kind only
  cpu_cores REAL NOT NULL DEFAULT 0, -- what it asks of the machine
  memory_bytes INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0,
  max_attempts INTEGER NOT NULL,
  not_before_ms INTEGER NOT NULL, -- a retry waits until then
  lease_owner TEXT NOT NULL DEFAULT '',
  lease_token TEXT NOT NULL DEFAULT '',
  lease_expires_ms INTEGER NOT NULL DEFAULT 0,
  handle TEXT NOT NULL DEFAULT '', -- the engine's name of the running attempt
  cancel_requested_ms INTEGER,
  progress TEXT NOT NULL DEFAULT '', -- JSON as the job reports it
  why TEXT NOT NULL DEFAULT '', -- what a queued job waits for
  error_slug TEXT NOT NULL DEFAULT '',
  error_detail TEXT NOT NULL DEFAULT '',
  error_hint TEXT NOT NULL DEFAULT '',
  exit_code INTEGER,
  exit_signal INTEGER,
  exit_out_of_memory INTEGER NOT NULL DEFAULT 0,
  exit_words TEXT NOT NULL DEFAULT '',
  log_tail TEXT NOT NULL DEFAULT '',
  created_ms INTEGER NOT NULL,
  started_ms INTEGER,
  ended_ms INTEGER,
  updated_ms INTEGER NOT NULL
);
CREATE INDEX jobs_live ON jobs (state, engine, created_ms) WHERE state IN ('queued', 'running');
CREATE INDEX jobs_by_subject ON jobs (subject_type, subject_id);
CREATE INDEX jobs_by_state ON jobs (state, id);
