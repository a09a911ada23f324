/** How long a site's counts are kept: what its settings mean in days of the site. Pure. */

import { addDays, addMonths } from "./calendar.ts";
import type { Site } from "./site.ts";

/** `detailDays` and `retentionMonths` that mean for ever. */
export const FOR_EVER = 0;

/**
 * What a new site has unless its owner says otherwise. 91 days: the longest period in days that the dashboard offers. 25
 * months: what the CNIL takes for the most that is needed.
 */
export const DETAIL_DAYS = 91;
export const RETENTION_MONTHS = 25;

/**
 * The least that can be chosen. A tally holds a day for 7 days after it closed, pairs and all, and hands it over again
 * where D1 has lost it: fewer days would promise what is not so, and two months are never as few as 8 days.
 */
export const LEAST = { detailDays: 8, retentionMonths: 2 };
export const MOST = { detailDays: 3660, retentionMonths: 1200 };

/** The first day whose pairs are kept: today and `detailDays` days before it. null: all are. */
export function firstDetailDay({ detailDays }: Pick<Site, "detailDays">, today: string): string | null {
  return detailDays === FOR_EVER ? null : addDays(today, -detailDays);
}

/**
 * The first day whose counts are kept at all: the first of a month, so that nothing gets older than `retentionMonths`.
 * This month is one of them. null: all are kept.
 */
export function firstKeptDay({ retentionMonths }: Pick<Site, "retentionMonths">, today: string): string | null {
  return retentionMonths === FOR_EVER ? null : addMonths(today, 1 - retentionMonths);
}
