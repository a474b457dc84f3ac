-- What a dataset is: "source", a list that sets are made of, or "formatted", a set that another tool wrote.
ALTER TABLE datasets ADD COLUMN kind TEXT NOT NULL DEFAULT 'source';
