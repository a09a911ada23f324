-- Months that are over and were summed. Of a valid one there is in `counts` for every single dimension (but `flags`) and writer one
-- row with period '2026-10', the sums of the month's day rows. Whatever changes a day row of a month takes the month
-- from this list in the same transaction; src/store/months.ts puts it back.
CREATE TABLE months (
  site_id INTEGER NOT NULL,
  -- '2026-10'
  month TEXT NOT NULL,
  -- 0: a month with more values than a row holds; its days are read
  valid INTEGER NOT NULL,
  PRIMARY KEY (site_id, month)
) WITHOUT ROWID;

-- As before, but of days alone: who sums over the view must not meet a month's counts a second time.
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
WHERE length(counts.period) = 10
-- Neither pairs nor the lists of values that pairs name by number.
AND ((instr(counts.dimension, '*') = 0 AND counts.dimension NOT LIKE 'values:%') OR counts.dimension LIKE 'event:%');
