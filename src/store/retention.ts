/**
 * Deletes counts that are no longer kept. Of a site whole days go, the oldest first, each in one transaction with all
 * that was summed from it: so what reports take for the first day with counts, or with pairs, is so at every moment, and
 * no month row stands for days of which some are gone. What is cut short is gone on with by looking again at what there is.
 *
 * All sites are looked at, and deleted from, by the same statements: calls are what is scarce.
 */

import { HOUR_MS, type ZoneRule } from "../calendar.ts";
import { PAIRS, pairName, valuesName } from "../dimensions.ts";
import type { Site } from "../site.ts";
import { from } from "./unavailable.ts";

/** Pairs alone, or all that a site has counted. */
export type Expiring = "pairs" | "counts";

/** A site that may have counts which are no longer kept, and the first days of what it has. */
export interface Candidate extends Pick<Site, "detailDays" | "retentionMonths"> {
  siteId: number;
  zones: ZoneRule[];
  firstDay: string | null;
  firstPairDay: string | null;
}

/** What is to be deleted of a site: all up to and with a day. */
export interface Expired {
  siteId: number;
  what: Expiring;
  through: string;
}

/** No timezone is further ahead of UTC. */
const FURTHEST_AHEAD_MS = 14 * HOUR_MS;

/** An import may have days without the dimension `site`. A month row that was left behind has no day. */
const FIRST_DAYS = `
SELECT id AS siteId, zones, detail_days AS detailDays, retention_months AS retentionMonths,
  nullif(min(
    coalesce((SELECT substr(min(period) || '-01', 1, 10) FROM counts WHERE site_id = sites.id AND dimension = 'site'), '9'),
    coalesce((SELECT min(from_day) FROM imports WHERE site_id = sites.id AND state = 'done'), '9')
  ), '9') AS firstDay,
  (SELECT min(period) FROM counts WHERE site_id = sites.id AND dimension = '${valuesName("page")}') AS firstPairDay
FROM sites WHERE detail_days > 0 OR retention_months > 0`;

/**
 * Sites that may have something to delete: that is so where a site's day is the latest there is. In order of their ids.
 * @param now ms since 1970
 * @throws Unavailable, as all here
 */
export async function mayHaveExpired(db: D1Database, now: number): Promise<Candidate[]> {
  const latest = new Date(now + FURTHEST_AHEAD_MS).toISOString().slice(0, 10);
  const { results } = await from("D1", () =>
    db
      .prepare(
        `SELECT * FROM (${FIRST_DAYS})
         WHERE (detailDays > 0 AND firstPairDay < date(?1, '-' || detailDays || ' days'))
           OR (retentionMonths > 0 AND firstDay < date(?1, 'start of month', '-' || (retentionMonths - 1) || ' months'))
         ORDER BY siteId`,
      )
      .bind(latest)
      .all<Omit<Candidate, "zones"> & { zones: string }>(),
  );
  return results.map((row) => ({ ...row, zones: JSON.parse(row.zones) }));
}

const PAIR_DIMENSIONS = JSON.stringify([...PAIRS.map((pair) => pairName(...pair)), valuesName("page")]);

/**
 * The dimensions that sites have something of, beside the last day that is meant: of ?1 those of pairs, ?3; of ?2 all,
 * found by a look-up each. Else all rows of a site would be read. Both lists are [[site, day]].
 */
const DIMENSIONS = `
RECURSIVE every (site_id, last, dimension) AS (
  SELECT unit.value ->> 0, unit.value ->> 1, (SELECT min(dimension) FROM counts WHERE site_id = unit.value ->> 0)
  FROM json_each(?2) AS unit
  UNION ALL
  SELECT site_id, last, (
    SELECT min(dimension) FROM counts WHERE counts.site_id = every.site_id AND counts.dimension > every.dimension
  )
  FROM every WHERE dimension IS NOT NULL
),
expiring (site_id, last, dimension) AS (
  SELECT unit.value ->> 0, unit.value ->> 1, pair.value FROM json_each(?1) AS unit CROSS JOIN json_each(?3) AS pair
  UNION ALL
  SELECT site_id, last, dimension FROM every WHERE dimension IS NOT NULL
)`;

const ROWS = `expiring CROSS JOIN counts
  WHERE counts.site_id = expiring.site_id AND counts.dimension = expiring.dimension AND counts.period <= expiring.last`;

/** Month rows go with the first of their days. */
const LOOK = `
WITH ${DIMENSIONS}
SELECT counts.site_id AS siteId, substr(counts.period || '-01', 1, 10) AS day, count(*) AS rows
FROM ${ROWS} GROUP BY 1, 2 ORDER BY 1, 2`;

/** How many rows a day of a site has. */
export interface DayRows {
  siteId: number;
  day: string;
  rows: number;
}

/** How many rows each day has that would be deleted, in order of sites and days. A site stands in the list once. */
export async function rowsOfExpired(db: D1Database, expired: readonly Expired[]): Promise<DayRows[]> {
  const { results } = await from("D1", () =>
    db.prepare(LOOK).bind(listOf(expired, "pairs"), listOf(expired, "counts"), PAIR_DIMENSIONS).all<DayRows>(),
  );
  return results;
}

const DELETE_COUNTS = `
WITH ${DIMENSIONS}
DELETE FROM counts WHERE (site_id, dimension, period, writer) IN (
  SELECT counts.site_id, counts.dimension, counts.period, counts.writer FROM ${ROWS}
)`;

/** Whose answers: of ?1, [[site, day]]. */
const FORGET_ANSWERS = `
DELETE FROM answers WHERE (site_id, key) IN (
  SELECT answers.site_id, answers.key FROM json_each(?1) AS unit CROSS JOIN answers
  WHERE site_id = unit.value ->> 0 AND from_day <= unit.value ->> 1
)`;

const FORGET_MONTHS = `
DELETE FROM months WHERE (site_id, month) IN (
  SELECT site_id, month FROM json_each(?1) AS unit CROSS JOIN months
  WHERE site_id = unit.value ->> 0 AND month <= substr(unit.value ->> 1, 1, 7)
)`;

const IMPORTS_OF = (days: string) => `
  state = 'done' AND EXISTS (
    SELECT 1 FROM json_each(?1) AS unit WHERE imports.site_id = unit.value ->> 0 AND ${days}
  )`;

/** An import none of whose days is left. */
const DELETE_IMPORTS = `DELETE FROM imports WHERE ${IMPORTS_OF("to_day <= unit.value ->> 1")}`;

/** An import of which some days are left begins with them. */
const SHORTEN_IMPORTS = `
UPDATE imports SET from_day = (
  SELECT date(max(unit.value ->> 1), '+1 day') FROM json_each(?1) AS unit WHERE imports.site_id = unit.value ->> 0
)
WHERE ${IMPORTS_OF("from_day <= unit.value ->> 1")}`;

/** How often `deleteExpired` asks D1. */
export const DELETE_STATEMENTS = 5;

/** Deletes what is no longer kept, in one transaction. Where it is gone, nothing happens. */
export async function deleteExpired(db: D1Database, expired: readonly Expired[]): Promise<void> {
  const [pairs, counts] = [listOf(expired, "pairs"), listOf(expired, "counts")];
  await from("D1", () =>
    db.batch([
      db.prepare(DELETE_COUNTS).bind(pairs, counts, PAIR_DIMENSIONS),
      db.prepare(FORGET_ANSWERS).bind(listOf(expired)),
      ...[FORGET_MONTHS, DELETE_IMPORTS, SHORTEN_IMPORTS].map((sql) => db.prepare(sql).bind(counts)),
    ]),
  );
}

function listOf(expired: readonly Expired[], only?: Expiring): string {
  return JSON.stringify(
    expired.flatMap(({ siteId, what, through }) => (!only || what === only ? [[siteId, through]] : [])),
  );
}
