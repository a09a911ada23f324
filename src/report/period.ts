/**
 * Periods: names of date ranges, as the Stats APIs have them, into first and last local day.
 */

import { addDays, addMonths, daysBetween, isDate } from "../calendar.ts";
import { Refusal } from "./query.ts";

/** The periods of v1. */
export const PERIODS = ["day", "7d", "28d", "30d", "month", "6mo", "12mo", "custom"] as const;
export type Period = (typeof PERIODS)[number];

/** The periods of the dashboard: those of v1, and more. */
export const VIEW_PERIODS = [...PERIODS, "realtime", "yesterday", "91d", "year", "all"] as const;
export type ViewPeriod = (typeof VIEW_PERIODS)[number];

export interface DateRange {
  /** First and last local day, `YYYY-MM-DD`. */
  from: string;
  to: string;
}

/** The first hour of a range's first day, and the last hour of its last (elapsed hours). */
export interface Hours {
  from: number;
  to: number;
  /** Where hours cannot be told, whole days are as good. */
  isWish?: true;
}

/** A date range that may begin and end within a day. */
export interface Range extends DateRange {
  hours: Hours | null;
}

/** What is now at a site. */
export interface LocalNow {
  today: string;
  /** Whole hours elapsed since the day began, and minutes since the hour did. */
  hour: number;
  minute: number;
  /** Hours of the day before: 24, or 23 or 25. */
  hoursYesterday: number;
}

const EARLIEST = "1970-01-01";
const LATEST = "2999-12-31";
const LONGEST_YEARS = 10;
const MOST_DAYS = 366 * LONGEST_YEARS;

/**
 * The days of a period. `7d`, `28d` and `30d` end the day before `date`; `6mo` and `12mo` are the whole months before
 * that of `date`; `day` and `month` are those of `date`, whole; `custom` is `FROM,TO`.
 * @param date as it was asked for, or undefined for `today`
 * @throws Refusal naming the rule broken
 */
export function rangeOf(period: Period, date: string | undefined, today: string): Range {
  if (period === "custom") return customRange(date);
  const day = date ?? today;
  checkDate(day);
  switch (period) {
    case "day":
      return whole(day, day);
    case "month":
      return monthOf(day);
    case "7d":
    case "28d":
    case "30d":
      return daysBefore(day, Number.parseInt(period, 10));
    case "6mo":
    case "12mo":
      return monthsBefore(day, Number.parseInt(period, 10));
  }
}

/**
 * The days of a period of the dashboard, as `rangeOf` has them: `yesterday` is the day before `date`, `91d` ends there,
 * `year` is that of `date`, whole; `realtime` is today and `all` ends today, whatever `date`.
 * @param firstDay the first day with counts
 * @throws Refusal naming the rule broken
 */
export function rangeOfView(period: ViewPeriod, date: string | undefined, now: LocalNow, firstDay: string): Range {
  if (date !== undefined && period !== "custom") checkDate(date);
  const day = date ?? now.today;
  switch (period) {
    case "realtime":
      return whole(now.today, now.today);
    case "all":
      return rangeNamed("all", now, firstDay);
    case "yesterday":
      return daysBefore(day, 1);
    case "91d":
      return daysBefore(day, 91);
    case "year":
      return yearOf(day);
    default:
      return rangeOf(period, date, now.today);
  }
}

/**
 * The range of a name of v2, or of two dates: `day`, `24h` (the last 24 hours of the clock, this one included), `Nd` (the
 * days before today), `month`, `year` (whole), `Nmo` (whole months before this one), `all`.
 * @param firstDay the first day with counts
 * @throws Refusal naming the rule broken
 */
export function rangeNamed(
  name: string | readonly [string, string],
  { today, hour, hoursYesterday }: LocalNow,
  firstDay: string,
): Range {
  if (typeof name !== "string") return checkedRange(...name);
  const [, count = "", unit] = /^(\d{1,4})(d|mo)$/.exec(name) ?? [];
  const number = Number(count);
  if (unit === "d" && number > 0 && number <= MOST_DAYS) return daysBefore(today, number);
  if (unit === "mo" && number > 0 && number <= 12 * LONGEST_YEARS) return monthsBefore(today, number);
  switch (name) {
    case "day":
      return whole(today, today);
    case "24h":
      // Late on a long day, all of them are today's.
      return hour >= 23
        ? { from: today, to: today, hours: { from: hour - 23, to: hour } }
        : { from: addDays(today, -1), to: today, hours: { from: hoursYesterday - 23 + hour, to: hour } };
    case "month":
      return monthOf(today);
    case "year":
      return yearOf(today);
    case "all": {
      const earliest = addDays(today, -MOST_DAYS);
      const from = firstDay < today ? firstDay : today;
      return whole(from < earliest ? earliest : from, today);
    }
    default:
      throw new Refusal("date_range", DATE_RANGE_RULE);
  }
}

export const DATE_RANGE_RULE =
  'must be "day", "24h", "Nd", "month", "Nmo", "year", "all" or two dates of the calendar, YYYY-MM-DD';

/** The range of the same number of days that ends before another begins. */
export function rangeBefore({ from, to, hours }: Range): Range {
  const days = hours ? daysOf({ from, to }) - 1 || 1 : daysOf({ from, to });
  return { from: addDays(from, -days), to: hours ? addDays(to, -days) : addDays(from, -1), hours };
}

/** The same dates of the year before; of 29 February, the 28th. */
export function rangeAYearBefore({ from, to, hours }: Range): Range {
  return { from: yearBefore(from), to: yearBefore(to), hours };
}

/**
 * A range whose last day is not over, without what is still to come: it ends now.
 * @returns the range as it is where it ends before today
 */
export function untilNow(range: Range, { today }: LocalNow): Range {
  return range.to > today && range.from <= today ? { ...range, to: today } : range;
}

/** What a range that ends today is fairly compared with: the last day to the same time, rounded to an hour. */
export function toTheSameHour(before: Range, range: Range, { today, hour, minute }: LocalNow): Range {
  if (range.to !== today || range.hours || daysOf(before) !== daysOf(range)) return before;
  return { ...before, hours: { from: 0, to: Math.max(0, minute < 30 ? hour - 1 : hour), isWish: true } };
}

/** The hours of a day, at most. */
const LAST_HOUR = 24;

/** A range as stretches that are read alike: a part of its first day, whole days, a part of its last. */
export function stretchesOf(range: Range): Range[] {
  const { from, to, hours } = range;
  if (!hours || from === to) return [range];
  const isFirstWhole = hours.from <= 0;
  const isLastWhole = hours.to >= LAST_HOUR;
  const days = whole(isFirstWhole ? from : addDays(from, 1), isLastWhole ? to : addDays(to, -1));
  return [
    ...(isFirstWhole ? [] : [{ from, to: from, hours: { from: hours.from, to: LAST_HOUR } }]),
    ...(days.from <= days.to ? [days] : []),
    ...(isLastWhole ? [] : [{ from: to, to, hours: { from: 0, to: hours.to } }]),
  ];
}

/** How many days a range has. */
export function daysOf({ from, to }: DateRange): number {
  return daysBetween(from, to) + 1;
}

function whole(from: string, to: string): Range {
  return { from, to, hours: null };
}

function monthOf(day: string): Range {
  return whole(addMonths(day, 0), addDays(addMonths(day, 1), -1));
}

function yearOf(day: string): Range {
  const year = day.slice(0, 4);
  return whole(`${year}-01-01`, `${year}-12-31`);
}

function daysBefore(day: string, days: number): Range {
  return whole(addDays(day, -days), addDays(day, -1));
}

function monthsBefore(day: string, months: number): Range {
  return whole(addMonths(day, -months), addDays(addMonths(day, 0), -1));
}

function yearBefore(day: string): string {
  const date = `${Number(day.slice(0, 4)) - 1}${day.slice(4)}`;
  return isDate(date) ? date : addDays(`${date.slice(0, 4)}-03-01`, -1);
}

function customRange(date: string | undefined): Range {
  const [from, to, ...rest] = (date ?? "").split(",").map((part) => part.trim());
  if (!from || !to || rest.length > 0) throw new Refusal("date_range", "must be FROM,TO for a custom period");
  return checkedRange(from, to);
}

function checkedRange(from: string, to: string): Range {
  checkDate(from);
  checkDate(to);
  if (from > to) throw new Refusal("date_range", "must not begin after it ends");
  const [year = "", monthAndDay = ""] = [from.slice(0, 4), from.slice(4)];
  if (to >= `${Number(year) + LONGEST_YEARS}${monthAndDay}`) {
    throw new Refusal("date_range", `must not span more than ${LONGEST_YEARS} years`);
  }
  return whole(from, to);
}

function checkDate(date: string): void {
  if (!isDate(date)) throw new Refusal("date_range", "must be a date of the calendar, YYYY-MM-DD");
  if (date < EARLIEST || date > LATEST) {
    throw new Refusal("date_range", `must lie between ${EARLIEST} and ${LATEST}`);
  }
}
