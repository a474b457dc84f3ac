-- Find quickly what ended jobs still hold on their engine.
CREATE INDEX jobs_unreleased ON jobs (id) WHERE handle <> '';
