-- Answers kept for a client that repeats a creation with the same Idempotency-Key. status 0: still being answered.
CREATE TABLE idempotency (
  user_id TEXT NOT NULL,
  key TEXT NOT NULL,
  route TEXT NOT NULL, -- method and path
  body_sha256 TEXT NOT NULL,
  status INTEGER NOT NULL DEFAULT 0,
  response TEXT NOT NULL DEFAULT '',
  created_ms INTEGER NOT NULL,
  PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_by_age ON idempotency (created_ms);
