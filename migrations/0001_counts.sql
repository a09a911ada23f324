-- Sites. Ids are never reused (AUTOINCREMENT): objects and keys are named by them.
CREATE TABLE sites (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  domain TEXT NOT NULL UNIQUE,
  -- JSON [{timezone, fromDay, fromAt}], JSON [{shards, fromAt}]: what applies from which local midnight on
  zones TEXT NOT NULL,
  shard_rules TEXT NOT NULL,
  -- JSON lists of strings; no allowed host: the domain and its subdomains
  allowed_hosts TEXT NOT NULL DEFAULT '[]',
  excluded_paths TEXT NOT NULL DEFAULT '[]',
  excluded_countries TEXT NOT NULL DEFAULT '[]',
  created_at INTEGER NOT NULL
);

-- API keys: what rests is the SHA-256 of a key (64 hex digits), never the key.
CREATE TABLE api_keys (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  -- NULL: every site
  site_id INTEGER REFERENCES sites (id) ON DELETE CASCADE,
  -- JSON list of 'stats', 'sites'
  scopes TEXT NOT NULL,
  created_at INTEGER NOT NULL
);

-- All counts: one row for each site, dimension (or pair, 'page*country'), period and writer.
-- period: a day '2026-11-22' or a closed month '2026-11'. writer: a shard number, or an import's negative id.
-- data: JSONB, value -> columns (a pair: value -> value -> columns) as src/metrics.ts orders them. Pairs name pages
-- by number: the place in the list that the row 'values:page' of the same site, period and writer is; their commonest
-- cells rest as a number, see src/store/pair-cell.ts.
CREATE TABLE counts (
  site_id INTEGER NOT NULL,
  dimension TEXT NOT NULL,
  period TEXT NOT NULL,
  writer INTEGER NOT NULL,
  revision INTEGER NOT NULL,
  data BLOB NOT NULL,
  PRIMARY KEY (site_id, dimension, period, writer)
) WITHOUT ROWID;

-- For people who ask with SQL: the counts of single dimensions, spread out.
CREATE VIEW totals AS
SELECT
  counts.site_id, sites.domain, counts.dimension, counts.period, counts.writer,
  cell.key AS value,
  coalesce(cell.value ->> 0, 0) AS visitors,
  coalesce(cell.value ->> 1, 0) AS visits,
  coalesce(cell.value ->> 2, 0) AS pageviews,
  coalesce(cell.value ->> 3, 0) AS bounces,
  coalesce(cell.value ->> 4, 0) AS duration_seconds,
  coalesce(cell.value ->> 5, 0) AS custom_events,
  coalesce(cell.value ->> 6, 0) AS engaged_seconds,
  coalesce(cell.value ->> 7, 0) AS engaged_visits,
  coalesce(cell.value ->> 8, 0) AS scroll_percent,
  coalesce(cell.value ->> 9, 0) AS scroll_visits
FROM counts
JOIN sites ON sites.id = counts.site_id
JOIN json_each(counts.data) AS cell
-- Neither pairs nor the lists of values that pairs name by number.
WHERE (instr(counts.dimension, '*') = 0 AND counts.dimension NOT LIKE 'values:%') OR counts.dimension LIKE 'event:%';
