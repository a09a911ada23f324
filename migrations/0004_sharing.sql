-- Who may see a site's counts besides its owner, and how small a number he is shown.
-- is_public, badge: 0 or 1. min_visitors: values of fewer visitors are not shown apart to readers without a key.
ALTER TABLE sites ADD COLUMN is_public INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sites ADD COLUMN badge INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sites ADD COLUMN min_visitors INTEGER NOT NULL DEFAULT 3;

-- Links that show one site's counts to whoever has them. The slug is kept readable, not as a hash: its owner is shown it
-- again, and all it opens are counts, which whoever reads this database has before him anyway.
-- password_hash says by which method it was made; NULL: the link alone suffices.
CREATE TABLE shared_links (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  site_id INTEGER NOT NULL REFERENCES sites (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  slug TEXT NOT NULL UNIQUE,
  password_hash TEXT,
  created_at INTEGER NOT NULL,
  UNIQUE (site_id, name)
);
