-- Who may see a site's counts besides its owner, and how small a number he is shown.
-- is_public, badge: 0 or 1. min_visitors: values of fewer visitors are not shown apart to readers without a key.
ALTER TABLE sites ADD COLUMN is_public INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sites ADD COLUMN badge INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sites ADD COLUMN min_visitors INTEGER NOT NULL DEFAULT 3;
