CREATE TABLE models (
  id TEXT NOT NULL PRIMARY KEY,
  owner_id TEXT NOT NULL REFERENCES users (id),
  bucket_id TEXT NOT NULL REFERENCES buckets (id),
  name TEXT NOT NULL,
  origin TEXT NOT NULL,
  object_key TEXT NOT NULL,
  file_name TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  training_id TEXT,
  training_name TEXT,
  run_id TEXT,
  client_key TEXT, -- of the upload: a repeated one finds its model
  epoch INTEGER,
  metrics_json TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  deleted_ms INTEGER,
  purged_ms INTEGER
);
CREATE UNIQUE INDEX models_name ON models (name) WHERE purged_ms IS NULL;
CREATE UNIQUE INDEX models_client ON models (run_id, client_key);
CREATE INDEX models_training ON models (training_id);
