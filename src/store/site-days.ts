/** The visitors and page views of several sites by day, in one look at D1. */

import { COLUMN } from "../metrics.ts";
import { counting } from "./cells-sql.ts";
import { from } from "./unavailable.ts";

/** Days of a site. */
export interface SiteDays {
  id: number;
  /** First and last day. */
  from: string;
  to: string;
  /** `day:writer` of what must be left out. */
  leftOut: readonly string[];
}

/** A day that a site has counts of in D1. */
export interface SiteDay {
  id: number;
  day: string;
  visitors: number;
  pageviews: number;
}

const DAYS = `
SELECT asked.value ->> 'id' AS id, counts.period AS day,
  total(cell.value ->> ${COLUMN.visitors}) AS visitors, total(cell.value ->> ${COLUMN.pageviews}) AS pageviews
FROM json_each(?1) AS asked CROSS JOIN counts CROSS JOIN jsonb_each(counts.data) AS cell
WHERE counts.site_id = asked.value ->> 'id' AND counts.dimension = 'site'
  AND counts.period BETWEEN asked.value ->> 'from' AND asked.value ->> 'to' AND length(counts.period) = 10
  AND ${counting("counts.site_id")}
  AND counts.period || ':' || counts.writer NOT IN (SELECT value FROM json_each(asked.value, '$.leftOut'))
GROUP BY 1, 2`;

/** Throws `Unavailable` while D1 is away. */
export async function readSiteDays(db: D1Database, sites: readonly SiteDays[]): Promise<SiteDay[]> {
  if (sites.length === 0) return [];
  const { results } = await from("D1", () => db.prepare(DAYS).bind(JSON.stringify(sites)).all<SiteDay>());
  return results;
}
