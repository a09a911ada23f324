-- How long a site's counts are kept, see src/retention.ts. 0: for ever, as everything was before: what an owner has is not
-- deleted because he upgrades. Sites that are made from now on get the defaults of src/retention.ts.
ALTER TABLE sites ADD COLUMN detail_days INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sites ADD COLUMN retention_months INTEGER NOT NULL DEFAULT 0;
