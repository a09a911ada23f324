-- Answers of reports about days that are over, so that they are summed once a day and not each time: rows of counts
-- (JSON), nothing else. Whatever changes a day of theirs takes them away in the same transaction.
CREATE TABLE answers (
  site_id INTEGER NOT NULL,
  -- SHA-256 of the question
  key TEXT NOT NULL,
  -- the first and the last day asked about
  from_day TEXT NOT NULL,
  to_day TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  -- 1: asked by an owner, 0: by the public or a shared link
  owner INTEGER NOT NULL,
  data TEXT NOT NULL,
  PRIMARY KEY (site_id, key)
) WITHOUT ROWID;
