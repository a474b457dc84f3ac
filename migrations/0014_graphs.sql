-- Graphs that people keep to use again. A name is its owner's own.
CREATE TABLE graph_templates (
  id TEXT NOT NULL PRIMARY KEY,
  owner_id TEXT NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  graph_json TEXT NOT NULL,
  created_ms INTEGER NOT NULL
);
CREATE UNIQUE INDEX graph_templates_name ON graph_templates (owner_id, name);

-- How a dataset was made of others: graph, seed, parents by name, what came out.
ALTER TABLE datasets ADD COLUMN lineage_json TEXT;
-- Its rows name pictures of its parents: those stay as long as it is there.
CREATE TABLE dataset_parents (
  dataset_id TEXT NOT NULL REFERENCES datasets (id),
  parent_id TEXT NOT NULL REFERENCES datasets (id),
  PRIMARY KEY (dataset_id, parent_id)
);
CREATE INDEX dataset_parents_parent ON dataset_parents (parent_id);
