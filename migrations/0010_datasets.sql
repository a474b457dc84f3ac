-- Uploads wait here until a dataset, a training or a model takes them; the bytes are files in the data folder.
CREATE TABLE uploads (
  id TEXT NOT NULL PRIMARY KEY,
  owner_id TEXT NOT NULL REFERENCES users (id),
  file_name TEXT NOT NULL,
  kind TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL
);
CREATE INDEX uploads_expiry ON uploads (expires_ms);

CREATE TABLE datasets (
  id TEXT NOT NULL PRIMARY KEY,
  owner_id TEXT NOT NULL REFERENCES users (id),
  bucket_id TEXT NOT NULL REFERENCES buckets (id),
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  state TEXT NOT NULL,
  media TEXT NOT NULL,
  source_json TEXT NOT NULL,
  prefix TEXT NOT NULL,
  item_count INTEGER NOT NULL,
  reject_count INTEGER NOT NULL,
  byte_count INTEGER NOT NULL,
  labels_json TEXT NOT NULL,
  error_json TEXT,
  job_id TEXT,
  created_ms INTEGER NOT NULL,
  completed_ms INTEGER,
  deleted_ms INTEGER, -- nobody sees it any more
  purged_ms INTEGER -- and its objects are gone
);
-- The name is part of the object keys: it may be used again once the objects of its last owner are gone.
CREATE UNIQUE INDEX datasets_name ON datasets (name) WHERE purged_ms IS NULL;

CREATE TABLE formatted_sets (
  id TEXT NOT NULL PRIMARY KEY,
  owner_id TEXT NOT NULL REFERENCES users (id),
  dataset_id TEXT NOT NULL REFERENCES datasets (id),
  batch TEXT NOT NULL,
  format TEXT NOT NULL,
  split TEXT NOT NULL,
  percent REAL NOT NULL,
  shuffle INTEGER NOT NULL,
  seed INTEGER NOT NULL,
  resize TEXT NOT NULL,
  quality INTEGER NOT NULL,
  label TEXT NOT NULL,
  state TEXT NOT NULL,
  progress REAL NOT NULL,
  sample_count INTEGER NOT NULL,
  class_count INTEGER NOT NULL,
  byte_count INTEGER NOT NULL,
  prefix TEXT NOT NULL,
  error_json TEXT,
  job_id TEXT,
  created_ms INTEGER NOT NULL,
  completed_ms INTEGER,
  deleted_ms INTEGER,
  purged_ms INTEGER
);
CREATE INDEX formatted_sets_dataset ON formatted_sets (dataset_id);
CREATE INDEX formatted_sets_batch ON formatted_sets (batch);
