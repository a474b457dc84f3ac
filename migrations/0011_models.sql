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
  epoch INTEGER,
  metrics_json TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  deleted_ms INTEGER
);
CREATE UNIQUE INDEX models_name ON models (name) WHERE deleted_ms IS NULL;
CREATE INDEX models_training ON models (training_id);
