-- Imports: counts of another counter, or of another Footfall, whose rows rest in `counts` with writer = -id. Ids are
-- never reused (AUTOINCREMENT): a late write of an import that is gone can belong to no other.
CREATE TABLE imports (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  site_id INTEGER NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  -- 'footfall', 'plausible'
  source TEXT NOT NULL,
  -- SHA-256 of what was imported (64 hex digits), whatever its files were called and however packed
  content_hash TEXT NOT NULL,
  -- first and last day with counts
  from_day TEXT NOT NULL,
  to_day TEXT NOT NULL,
  -- 'pending': rows are being written; 'done': they count; 'removing': they are being deleted
  state TEXT NOT NULL,
  -- JSON {days, visitors, pageviews, tables, ignored, skipped}
  summary TEXT NOT NULL,
  created_at INTEGER NOT NULL
);
CREATE INDEX imports_of_site ON imports (site_id);
