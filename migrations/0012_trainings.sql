CREATE TABLE trainings (
  id TEXT NOT NULL PRIMARY KEY,
  owner_id TEXT NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  state TEXT NOT NULL,
  reason_json TEXT,
  exit_json TEXT,
  train_set_id TEXT NOT NULL REFERENCES formatted_sets (id),
  val_set_id TEXT REFERENCES formatted_sets (id),
  image TEXT NOT NULL,
  command TEXT NOT NULL,
  has_code INTEGER NOT NULL,
  env_json TEXT NOT NULL,
  params_json TEXT NOT NULL,
  resources_json TEXT NOT NULL,
  job_id TEXT,
  created_ms INTEGER NOT NULL,
  started_ms INTEGER,
  ended_ms INTEGER,
  deleted_ms INTEGER
);
CREATE INDEX trainings_train_set ON trainings (train_set_id);
CREATE INDEX trainings_val_set ON trainings (val_set_id);

CREATE TABLE runs (
  id TEXT NOT NULL PRIMARY KEY,
  training_id TEXT NOT NULL REFERENCES trainings (id),
  client_key TEXT, -- of the process that reports: a repeated creation finds its run
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  params_json TEXT NOT NULL,
  error_message TEXT,
  epoch INTEGER,
  started_ms INTEGER NOT NULL,
  ended_ms INTEGER
);
CREATE INDEX runs_training ON runs (training_id);
CREATE UNIQUE INDEX runs_client ON runs (training_id, client_key);
