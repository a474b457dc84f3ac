-- Accounts, browser sessions and API tokens. Secrets are kept as digests only.
CREATE TABLE users (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  name_key TEXT NOT NULL UNIQUE, -- the name with ASCII letters in lower case
  role TEXT NOT NULL CHECK (role IN ('admin', 'member')),
  state TEXT NOT NULL CHECK (state IN ('pending', 'active', 'disabled')),
  password_hash TEXT NOT NULL, -- Argon2id, with its parameters
  must_change_password INTEGER NOT NULL DEFAULT 0,
  created_ms INTEGER NOT NULL,
  updated_ms INTEGER NOT NULL
);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE, -- SHA-256 of the cookie
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_ms INTEGER NOT NULL,
  seen_ms INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_expiry ON sessions (expires_ms);

CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE, -- SHA-256 of the secret
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  scope_type TEXT NOT NULL DEFAULT '', -- '' everything of the user; 'training' one training
  scope_id TEXT NOT NULL DEFAULT '',
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER,
  last_used_ms INTEGER
);
CREATE INDEX tokens_by_user ON tokens (user_id);
CREATE INDEX tokens_by_scope ON tokens (scope_type, scope_id);
