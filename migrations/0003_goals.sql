-- JSON [{id, type, name, currency, createdAt}], see src/goals.ts: a column and no table, so that a site stays one row that
-- is copied to KV whole. Ids are never reused.
ALTER TABLE sites ADD COLUMN goals TEXT NOT NULL DEFAULT '[]';
ALTER TABLE sites ADD COLUMN next_goal_id INTEGER NOT NULL DEFAULT 1;

-- The columns that src/metrics.ts got since 0001.
DROP VIEW totals;
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
  coalesce(cell.value ->> 9, 0) AS scroll_visits,
  coalesce(cell.value ->> 10, 0) AS new_visitors,
  coalesce(cell.value ->> 11, 0) AS revenue_thousandths,
  coalesce(cell.value ->> 12, 0) AS refund_thousandths
FROM counts
JOIN sites ON sites.id = counts.site_id
JOIN json_each(counts.data) AS cell
-- Neither pairs nor the lists of values that pairs name by number.
WHERE (instr(counts.dimension, '*') = 0 AND counts.dimension NOT LIKE 'values:%') OR counts.dimension LIKE 'event:%';
