/** Buckets of a time series: every one of a range, whether anything was counted in it or not. */

import { addDays, addMonths, HOUR_MS, type LocalDay, localDayAt, type ZoneRule } from "../calendar.ts";
import type { DateRange, Range } from "./period.ts";
import { mondayOf } from "./read.ts";

/** The days of a range. */
export function daysIn({ from, to }: DateRange): string[] {
  const days: string[] = [];
  for (let day = from; day <= to; day = addDays(day, 1)) days.push(day);
  return days;
}

/** The months a range touches, as their first days. */
export function monthsIn({ from, to }: DateRange): string[] {
  const months: string[] = [];
  for (let month = addMonths(from, 0); month <= to; month = addMonths(month, 1)) months.push(month);
  return months;
}

/** The Mondays of the weeks that a range touches. */
export function weeksIn({ from, to }: DateRange): string[] {
  const weeks: string[] = [];
  for (let monday = mondayOf(from); monday <= to; monday = addDays(monday, 7)) weeks.push(monday);
  return weeks;
}

/** `2026-11-03 and 4 more days` */
export function daysText([first = "", ...others]: readonly string[]): string {
  return others.length === 0 ? first : `${first} and ${others.length} more day${others.length === 1 ? "" : "s"}`;
}

/** One hour of a local day. */
export interface HourBucket {
  /** Whole hours elapsed since the day began. */
  hour: number;
  /** When it begins, in ms since 1970. */
  at: number;
  /** The same on the site's clocks: `2026-10-25 02:00:00`. On a day of 25 hours two of them may read the same. */
  date: string;
}

/** The hours of a site's local day: 24, or 23 or 25 where summer time begins or ends; none for a date that its place skipped. */
export function hoursIn(zones: readonly ZoneRule[], day: string): HourBucket[] {
  const local = localDayOf(zones, day);
  if (!local) return [];
  const buckets: HourBucket[] = [];
  for (let at = local.startsAt; at < local.endsAt; at += HOUR_MS) {
    buckets.push({ hour: buckets.length, at, date: `${day} ${clock(zones, at)}` });
  }
  return buckets;
}

/** The local day of a date, or null where there was none. */
export function localDayOf(zones: readonly ZoneRule[], day: string): LocalDay | null {
  let at = Date.parse(`${day}T12:00:00Z`);
  // Noon in Greenwich is at most one day away from any place's noon; a move of the timezone may add another.
  for (let tries = 0; tries < 4; tries++) {
    const local = localDayAt(zones, at);
    if (local.day === day) return local;
    at = local.day < day ? local.endsAt : local.startsAt - 1;
  }
  return null;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Hours, minutes and seconds of an instant on a site's clocks. */
function clock(zones: readonly ZoneRule[], at: number): string {
  const timezone = timezoneAt(zones, at);
  let format = formats.get(timezone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", { timeZone: timezone, timeStyle: "medium", hourCycle: "h23" });
    if (formats.size >= 100) formats.clear();
    formats.set(timezone, format);
  }
  return format.format(at);
}

/** The timezone in effect at an instant. */
export function timezoneAt(zones: readonly ZoneRule[], at: number): string {
  const rule = zones.findLast(({ fromAt }, index) => index === 0 || fromAt <= at);
  return rule?.timezone ?? "UTC";
}

/** One bucket of a time series. */
export interface TimeBucket {
  /** As rows of reads name it: a day, a Monday, the first day of a month, `2026-11-22 7` for an hour. */
  key: string;
  /** As answers name it: of an hour `2026-11-22 07:00:00` on the site's clocks. */
  label: string;
  /** Its place in the series. */
  index: number;
  /** Of hours: when it begins, in ms since 1970. */
  at?: number;
  /** Not all of it is in the range, or it is not over. */
  isPartial: boolean;
}

/** All buckets of a range, whether anything was counted in them or not. */
export function bucketsIn(
  bucket: "hour" | "day" | "week" | "month",
  range: Range,
  zones: readonly ZoneRule[],
  now: number,
): TimeBucket[] {
  return unnumbered(bucket, range, zones, now).map((bucket, index) => ({ ...bucket, index }));
}

function unnumbered(
  bucket: "hour" | "day" | "week" | "month",
  range: Range,
  zones: readonly ZoneRule[],
  now: number,
): Omit<TimeBucket, "index">[] {
  const { from, to, hours } = range;
  const today = localDayAt(zones, now).day;
  const isCut = (first: string, last: string) =>
    first < from ||
    last > to ||
    (first <= today && last >= today) ||
    (hours !== null && ((hours.from > 0 && first <= from) || last >= to));
  switch (bucket) {
    case "hour":
      return daysIn(range).flatMap((day) =>
        hoursIn(zones, day)
          .filter(({ hour }) => !hours || ((day > from || hour >= hours.from) && (day < to || hour <= hours.to)))
          .map(({ hour, at, date }) => ({
            key: `${day} ${hour}`,
            label: date,
            at,
            isPartial: at <= now && now < at + HOUR_MS,
          })),
      );
    case "day":
      return daysIn(range).map((day) => ({ key: day, label: day, isPartial: isCut(day, day) }));
    case "week":
      // A first week that the range cuts is named by the range's first day, as Plausible names it.
      return weeksIn(range).map((day) => ({
        key: day,
        label: day < from ? from : day,
        isPartial: isCut(day, addDays(day, 6)),
      }));
    case "month":
      return monthsIn(range).map((day) => ({
        key: day,
        label: day,
        isPartial: isCut(day, addDays(addMonths(day, 1), -1)),
      }));
  }
}
