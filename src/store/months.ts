/**
 * Month rows: of a month that is over, the sums of its day rows, so that a year of a dimension is 12 rows a writer.
 * They are sums of what is stored and nothing else, so they can be made again at any time.
 *
 * The table `months` lists the months whose rows may be read instead of the days'. Whatever changes a day row takes its
 * month from the list in the same transaction (`forgetMonths`); a month is put on it only where none of its day rows
 * changed while its sums were made. Of `flags`, of pairs and of the lists of values that pairs name by number there
 * are no month rows.
 */

import { DAY_MS } from "../calendar.ts";
import { COUNTED } from "../metrics.ts";
import { from } from "./unavailable.ts";

/** A month of a site. */
export interface SiteMonth {
  siteId: number;
  /** `2026-10` */
  month: string;
}

/** All days of a month are closed in every timezone, and usually handed over, this long after it ended in UTC. */
const SETTLED_MS = 2 * DAY_MS;
/** D1 takes 2 MB a row. */
const MOST_ROW_BYTES = 1_900_000;
/** Day rows that one statement sums: D1 ends a statement after 30 s. */
const MOST_STATEMENT_BYTES = 8_000_000;

/** Takes the months of the days `dayFrom` … `dayTo` from those whose month rows are valid. Costs nothing where there are none. */
export function forgetMonths(db: D1Database, siteId: number, dayFrom: string, dayTo: string): D1PreparedStatement {
  return db
    .prepare("DELETE FROM months WHERE site_id = ?1 AND month BETWEEN substr(?2, 1, 7) AND substr(?3, 1, 7)")
    .bind(siteId, dayFrom, dayTo);
}

/**
 * Each step finds a site's next month with counts by a look-up of its own: two rows are read a month, however many days
 * and dimensions it has.
 */
const DUE = `
WITH RECURSIVE counted (site_id, month) AS (
  SELECT id, (SELECT substr(min(period), 1, 7) FROM counts WHERE site_id = sites.id AND dimension = 'site') FROM sites
  UNION ALL
  SELECT site_id, (
    SELECT substr(min(period), 1, 7) FROM counts
    -- '.' is what follows '-'
    WHERE counts.site_id = counted.site_id AND dimension = 'site' AND period > counted.month || '.'
  )
  FROM counted WHERE month <= ?1
)
SELECT site_id AS siteId, month FROM counted
WHERE month <= ?1
  AND NOT EXISTS (SELECT 1 FROM months WHERE months.site_id = counted.site_id AND months.month = counted.month)
  -- A month that is about to be deleted, or is half deleted.
  AND NOT EXISTS (
    SELECT 1 FROM sites WHERE id = counted.site_id AND retention_months > 0
      AND counted.month < strftime('%Y-%m', ?3, 'start of month', '-' || (retention_months - 1) || ' months')
  )
LIMIT ?2`;

/**
 * Months that are over, have counts that are kept, and lack valid month rows.
 * @param now ms since 1970
 * @throws Unavailable
 */
export async function monthsToRollUp(db: D1Database, now: number, limit: number): Promise<SiteMonth[]> {
  const latest = new Date(now - SETTLED_MS);
  latest.setUTCDate(0);
  const tomorrow = new Date(now + DAY_MS).toISOString().slice(0, 10);
  const { results } = await from("D1", () =>
    db.prepare(DUE).bind(latest.toISOString().slice(0, 7), limit, tomorrow).all<SiteMonth>(),
  );
  return results;
}

/**
 * The rows of a site's (?1) single dimensions in a month (?2), its days' and its own. The dimensions are found by a
 * look-up each; else all rows of the site would be read.
 */
const STORED = `
WITH RECURSIVE name (dimension) AS (
  SELECT min(dimension) FROM counts WHERE site_id = ?1
  UNION ALL
  SELECT (SELECT min(dimension) FROM counts WHERE site_id = ?1 AND dimension > name.dimension)
  FROM name WHERE dimension IS NOT NULL
),
stored AS (
  SELECT counts.dimension, writer, period = ?2 AS is_month, revision, length(data) AS bytes
  FROM name CROSS JOIN counts
  WHERE site_id = ?1 AND counts.dimension = name.dimension AND period BETWEEN ?2 AND ?2 || '-31'
    AND ((instr(name.dimension, '*') = 0 AND name.dimension NOT LIKE 'values:%' AND name.dimension <> 'flags')
      OR name.dimension LIKE 'event:%')
)`;

/**
 * What of the day rows changes whenever one of them does: revisions only grow. Not of the dimension `site` alone, as a
 * day of many megabytes is handed over in several transactions.
 */
const STATE = "count(*) || ' rows ' || sum(revision) || ' ' || max(revision)";

const LOOK = `${STORED}
SELECT (SELECT ${STATE} FROM stored WHERE NOT is_month) AS state, dimension, writer,
  coalesce(sum(bytes) FILTER (WHERE NOT is_month), -1) AS bytes
FROM stored GROUP BY dimension, writer`;

const DROP_ORPHANS = `
DELETE FROM counts
WHERE site_id = ?1 AND period = ?2
  AND (dimension, writer) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?3))`;

const FINISH = `${STORED}
INSERT INTO months (site_id, month, valid)
SELECT ?1, ?2, NOT EXISTS (
  SELECT 1 FROM (
    SELECT max(revision) FILTER (WHERE NOT is_month) AS of_days, max(revision) FILTER (WHERE is_month) AS of_month
    FROM stored GROUP BY dimension, writer
  ) WHERE of_days IS NOT of_month
)
WHERE ?3 = (SELECT ${STATE} FROM stored WHERE NOT is_month)
ON CONFLICT DO NOTHING`;

const columns = (sql: (number: number) => string) => COUNTED.map((_, number) => sql(number)).join(", ");

/** The columns c0, c1 … as JSON, without the zeros at the end. */
const COLUMNS_JSON = `CASE ${COUNTED.map((_, cut) => COUNTED.length - cut)
  .map((length) => {
    const names = Array.from({ length }, (_, number) => `c${number}`);
    return `WHEN ${names.at(-1)} <> 0 THEN json_array(${names.join(", ")})`;
  })
  .join(" ")} ELSE '[]' END`;

const DAYS_OF_UNIT =
  "site_id = ?1 AND dimension = unit.dimension AND writer = unit.writer AND period BETWEEN ?2 || '-01' AND ?2 || '-31'";

/**
 * Sums the days of each (dimension, writer) of ?3. Where the values of a month together are longer than a row may be there
 * is no month row, and the month is not valid: its days are read. A row that is as it should be is not written again.
 */
const SUM = `
INSERT INTO counts (site_id, dimension, period, writer, revision, data)
SELECT ?1, dimension, ?2, writer, revision, data
FROM (
  SELECT unit.dimension, unit.writer,
    (SELECT max(revision) FROM counts WHERE ${DAYS_OF_UNIT}) AS revision,
    (
      SELECT CASE
        WHEN coalesce(sum(octet_length(json_quote(value)) + octet_length(${COLUMNS_JSON}) + 2), 0) <= ${MOST_ROW_BYTES}
        THEN jsonb_group_object(value, json(${COLUMNS_JSON}))
      END
      FROM (
        SELECT cell.key AS value, ${columns((n) => `coalesce(sum(cell.value ->> ${n}), 0) AS c${n}`)}
        FROM counts CROSS JOIN jsonb_each(counts.data) AS cell
        WHERE ${DAYS_OF_UNIT}
        GROUP BY cell.key
      )
    ) AS data
  FROM (SELECT value ->> 0 AS dimension, value ->> 1 AS writer FROM json_each(?3)) AS unit
  -- What was deleted meanwhile stays deleted.
  WHERE EXISTS (SELECT 1 FROM counts WHERE ${DAYS_OF_UNIT})
)
WHERE data IS NOT NULL
ON CONFLICT DO UPDATE SET data = excluded.data, revision = excluded.revision
WHERE excluded.revision <> revision OR excluded.data <> data`;

/** A dimension of a writer, and the bytes of its day rows; -1: it has a month row and no days. */
interface Unit {
  dimension: string;
  writer: number;
  bytes: number;
}

/**
 * Makes the month rows of a site's month and lists the month, unless a day row changed meanwhile: then a later run does.
 * An interrupted run leaves rows that nobody reads; the next one writes only what is missing or different.
 *
 * A small site takes three statements in two round trips, a large one a statement for each 8 MB of its day rows.
 * @throws Unavailable
 */
export async function rollUpMonth(db: D1Database, { siteId, month }: SiteMonth): Promise<void> {
  await from("D1", async () => {
    const look = db.prepare(LOOK).bind(siteId, month);
    const { results } = await look.all<Unit & { state: string }>();
    const [first] = results;
    if (!first) return;
    const orphans = results.filter(({ bytes }) => bytes < 0);
    const statements = [
      ...(orphans.length > 0 ? [db.prepare(DROP_ORPHANS).bind(siteId, month, keysOf(orphans))] : []),
      ...inChunks(results.filter(({ bytes }) => bytes >= 0)).map((units) =>
        db.prepare(SUM).bind(siteId, month, keysOf(units)),
      ),
      db.prepare(FINISH).bind(siteId, month, first.state),
    ];
    // Each on its own where there are many: a batch is one transaction, during which D1 answers nobody else.
    const [last, beforeLast] = [statements.pop(), statements.pop()];
    for (const statement of statements) await statement.run();
    await db.batch([beforeLast, last].flatMap((statement) => statement ?? []));
  });
}

function keysOf(units: readonly Unit[]): string {
  return JSON.stringify(units.map(({ dimension, writer }) => [dimension, writer]));
}

function inChunks(units: readonly Unit[]): Unit[][] {
  const chunks: Unit[][] = [];
  let room = 0;
  for (const unit of units) {
    room -= unit.bytes;
    if (room < 0) {
      chunks.push([]);
      room = MOST_STATEMENT_BYTES - unit.bytes;
    }
    chunks.at(-1)?.push(unit);
  }
  return chunks;
}
