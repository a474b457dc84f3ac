-- Storage binding: the places where everything a user makes is kept.
CREATE TABLE buckets (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  uri TEXT NOT NULL,
  kind TEXT NOT NULL,
  is_default INTEGER NOT NULL DEFAULT 0,
  created_by TEXT NOT NULL REFERENCES users (id),
  created_ms INTEGER NOT NULL
);
-- At most one default.
CREATE UNIQUE INDEX buckets_one_default ON buckets (is_default) WHERE is_default = 1;
