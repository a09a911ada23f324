/** Date ranges between two instants, as the Stats API v2 has them beside those between two dates. */

import { HOUR_MS, hourOf, type LocalDay, localDayAt, type ZoneRule } from "../calendar.ts";
import { type Range, rangeNamed } from "./period.ts";
import { Refusal } from "./query.ts";

/** First and last second, `2026-11-22T12:00:00+02:00`. */
export type Instants = readonly [string, string];

const SECOND_MS = 1000;
const WHOLE_HOURS =
  "must begin at a whole hour of the site's day and end with one (…:59:59): counts are kept by the hour";

/** Whether a range is between instants, and not between dates. */
export function areInstants(range: string | Instants): range is Instants {
  return typeof range !== "string" && range[0].includes("T");
}

/**
 * The range between two instants. One that ends at a whole hour ends with the hour before.
 * @throws Refusal naming the rule broken
 */
export function rangeBetween(instants: Instants, zones: readonly ZoneRule[]): Range {
  return between(...edgesOf(instants, zones), zones);
}

/** The range as long that ends where another begins. */
export function rangeBeforeInstants(instants: Instants, zones: readonly ZoneRule[]): Range {
  const [from, until] = edgesOf(instants, zones);
  return between(from - (until - from), from, zones);
}

/** In ms since 1970, the end being the first instant that is not of the range. */
function edgesOf([first, last]: Instants, zones: readonly ZoneRule[]): [from: number, until: number] {
  const at = Math.floor(Date.parse(last) / SECOND_MS) * SECOND_MS;
  return [Date.parse(first), isWholeHour(at, localDayAt(zones, at)) ? at : at + SECOND_MS];
}

function isWholeHour(at: number, { startsAt }: LocalDay): boolean {
  return (at - startsAt) % HOUR_MS === 0;
}

function between(from: number, until: number, zones: readonly ZoneRule[]): Range {
  if (from >= until) throw new Refusal("date_range", "must not begin after it ends");
  const firstDay = localDayAt(zones, from);
  const lastDay = localDayAt(zones, until - 1);
  if (!isWholeHour(from, firstDay)) throw new Refusal("date_range", WHOLE_HOURS, [0]);
  const endsDay = until === lastDay.endsAt;
  if (!endsDay && !isWholeHour(until, lastDay)) throw new Refusal("date_range", WHOLE_HOURS, [1]);

  const days = rangeNamed([firstDay.day, lastDay.day], NOT_RELATIVE, "");
  if (from === firstDay.startsAt && endsDay) return days;
  return { ...days, hours: { from: hourOf(firstDay, from), to: hourOf(lastDay, until - 1) } };
}

/** Two dates are the same whenever they are asked for. */
const NOT_RELATIVE = { today: "", hour: 0, minute: 0, hoursYesterday: 24 };
