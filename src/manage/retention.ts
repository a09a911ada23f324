/**
 * Deletes what sites keep no longer: pairs after `detailDays`, everything after `retentionMonths`, by each site's own
 * calendar. A run does a bounded part of it and the next one goes on, so that an owner who shortens his retention does
 * not spend the day's quota of D1.
 */

import { addDays, daysBetween, localDayAt } from "../calendar.ts";
import type { Env } from "../env.ts";
import { firstDetailDay, firstKeptDay } from "../retention.ts";
import {
  type Candidate,
  type DayRows,
  deleteExpired,
  type Expired,
  mayHaveExpired,
  rowsOfExpired,
} from "../store/retention.ts";

/**
 * Rows of one run: 48,000 a day, of the 100,000 that may be written on the free plan, where some site's retention was
 * shortened. A site usually has 110 a day to delete: where more than 250 sites have, more are deleted in a run, so that it keeps up.
 */
const ROWS_A_RUN = 2_000;
const ROWS_A_SITE = 8;
/** Rows of one transaction, during which D1 answers nobody else. */
const ROWS_AT_ONCE = 2_000;
/** A day of a site has seldom fewer rows: no more days are looked at than there may be room for. */
const FEWEST_ROWS = 40;

/** A site's part of what has expired, and when that begins. */
interface Due extends Expired {
  first: string;
}

/**
 * One run: asks D1 seven times where no more than 250 sites have something to delete.
 * @param now ms since 1970
 * @throws Unavailable; what is done is done, and the next run goes on
 */
export async function deleteWhatExpired({ DB }: Pick<Env, "DB">, now: number): Promise<void> {
  const due = expiredOf(await mayHaveExpired(DB, now), now);
  if (due.length === 0) return;
  const room = Math.max(ROWS_A_RUN, ROWS_A_SITE * due.length);
  const most = Math.ceil(room / FEWEST_ROWS);
  // Who has least to delete comes first: a site with years of it holds up no other.
  const turn = due.toSorted((one, other) => lengthOf(one) - lengthOf(other)).slice(0, most);
  const days = Math.max(1, Math.floor(most / turn.length));
  const looked = turn.map((one) => ({ ...one, through: earlier(one.through, addDays(one.first, days - 1)) }));
  const found = Map.groupBy(await rowsOfExpired(DB, looked), ({ siteId }) => siteId);
  for (const batch of batchesOf(looked, found, room)) await deleteExpired(DB, batch);
}

/** Of each site what has expired on its day. Everything goes before pairs, which are a part of it. */
function expiredOf(candidates: readonly Candidate[], now: number): Due[] {
  const todays = new Map<string, string>();
  return candidates.flatMap((site): Due[] => {
    // Most sites share a few calendars, and reading one takes time.
    const calendar = JSON.stringify(site.zones);
    const today = todays.get(calendar) ?? localDayAt(site.zones, now).day;
    todays.set(calendar, today);
    const { siteId, firstDay, firstPairDay } = site;
    const kept = firstKeptDay(site, today);
    if (kept !== null && firstDay !== null && firstDay < kept) {
      return [{ siteId, what: "counts", first: firstDay, through: addDays(kept, -1) }];
    }
    const detail = firstDetailDay(site, today);
    if (detail !== null && firstPairDay !== null && firstPairDay < detail) {
      return [{ siteId, what: "pairs", first: firstPairDay, through: addDays(detail, -1) }];
    }
    return [];
  });
}

/**
 * Whole days of each site for which there is room, in transactions of a bounded size. One day is always deleted, however
 * large it is.
 */
function batchesOf(looked: readonly Due[], found: Map<number, DayRows[]>, room: number): Expired[][] {
  const batches: Expired[][] = [];
  let left = room;
  let leftAtOnce = 0;
  for (const { siteId, what, through } of looked) {
    const days = found.get(siteId) ?? [];
    let rows = 0;
    let fitting = 0;
    for (const day of days) {
      if (rows + day.rows > left && (batches.length > 0 || fitting > 0)) break;
      rows += day.rows;
      fitting++;
    }
    const next = days[fitting];
    // Days without rows go with those before them: an import then begins later.
    const last = next ? addDays(next.day, -1) : through;
    if (fitting === 0 && next) continue;
    left -= rows;
    leftAtOnce -= rows;
    if (batches.length === 0 || leftAtOnce < 0) {
      batches.push([]);
      leftAtOnce = ROWS_AT_ONCE - rows;
    }
    batches.at(-1)?.push({ siteId, what, through: last });
  }
  return batches;
}

function lengthOf({ first, through }: Due): number {
  return daysBetween(first, through);
}

function earlier(one: string, other: string): string {
  return one < other ? one : other;
}
