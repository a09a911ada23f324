/**
 * Periods: names of date ranges, as the Stats API v1 has them, into first and last local day.
 */

import { addDays, addMonths, daysBetween, isDate } from "../calendar.ts";
import { Refusal } from "./query.ts";

export const PERIODS = ["day", "7d", "28d", "30d", "month", "6mo", "12mo", "custom"] as const;
export type Period = (typeof PERIODS)[number];

export interface DateRange {
  /** First and last local day, `YYYY-MM-DD`. */
  from: string;
  to: string;
}

const EARLIEST = "1970-01-01";
const LATEST = "2999-12-31";
const LONGEST_YEARS = 10;

/**
 * The days of a period. `7d`, `28d` and `30d` end the day before `date`; `6mo` and `12mo` are the whole months before
 * that of `date`; `day` and `month` are those of `date`, whole; `custom` is `FROM,TO`.
 * @param date as it was asked for, or undefined for `today`
 * @throws Refusal naming the rule broken
 */
export function rangeOf(period: Period, date: string | undefined, today: string): DateRange {
  if (period === "custom") return customRange(date);
  const day = date ?? today;
  checkDate(day);
  switch (period) {
    case "day":
      return { from: day, to: day };
    case "month":
      return { from: addMonths(day, 0), to: addDays(addMonths(day, 1), -1) };
    case "7d":
    case "28d":
    case "30d":
      return { from: addDays(day, -Number.parseInt(period, 10)), to: addDays(day, -1) };
    case "6mo":
    case "12mo":
      return { from: addMonths(day, -Number.parseInt(period, 10)), to: addDays(addMonths(day, 0), -1) };
  }
}

/** The range of the same number of days that ends before another begins. */
export function rangeBefore({ from, to }: DateRange): DateRange {
  return { from: addDays(from, -daysOf({ from, to })), to: addDays(from, -1) };
}

/** How many days a range has. */
export function daysOf({ from, to }: DateRange): number {
  return daysBetween(from, to) + 1;
}

function customRange(date: string | undefined): DateRange {
  const [from, to, ...rest] = (date ?? "").split(",").map((part) => part.trim());
  if (!from || !to || rest.length > 0) throw new Refusal("date: must be FROM,TO for a custom period");
  checkDate(from);
  checkDate(to);
  if (from > to) throw new Refusal("date: must not begin after it ends");
  const [year = "", monthAndDay = ""] = [from.slice(0, 4), from.slice(4)];
  if (to >= `${Number(year) + LONGEST_YEARS}${monthAndDay}`) {
    throw new Refusal(`date: must not span more than ${LONGEST_YEARS} years`);
  }
  return { from, to };
}

function checkDate(date: string): void {
  if (!isDate(date)) throw new Refusal("date: must be a date of the calendar, YYYY-MM-DD");
  if (date < EARLIEST || date > LATEST) throw new Refusal(`date: must lie between ${EARLIEST} and ${LATEST}`);
}
