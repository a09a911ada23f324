/** Days of a view's period, and the ways to the earlier and the later one. Pure. */

import { addDays, addMonths, dateIn, daysBetween, isDate } from "../../calendar.ts";
import type { Live, SummaryAnswer } from "../../report/summary-answer.ts";
import type { View } from "../address.ts";

export interface Days {
  from: string;
  to: string;
}

/** Between which days a site has counts. */
export interface Known {
  /** At the site. */
  today: string;
  /** Null where nothing has been counted yet. */
  firstDay: string | null;
}

type Chosen = Pick<View, "period" | "date">;

/** What is known of a site's days by an answer; before the first one today is the reader's. */
export function knownBy(answer: SummaryAnswer | null, now: number): Known {
  const timezone = answer?.timezone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return { today: dateIn(timezone, now), firstDay: answer?.first_day ?? null };
}

/** Whether live figures are of a later day of the site than its summary. */
export function isLater({ timezone, realtime }: Pick<SummaryAnswer, "timezone" | "realtime">, live: Live): boolean {
  const [before, now] = [realtime, live].map(({ minutes }) => minutes.at(-1));
  if (!before || !now) return false;
  return dateIn(timezone, Date.parse(before.at)) < dateIn(timezone, Date.parse(now.at));
}

/** The days of a period, as the API has them (`src/report/period.ts`); of what it would refuse, today. */
export function daysOf({ period, date }: Chosen, { today, firstDay }: Known): Days {
  if (period === "custom") {
    const [from = "", to = ""] = (date ?? "").split(",");
    return isDate(from) && isDate(to) ? { from, to } : { from: today, to: today };
  }
  const day = date !== null && isDate(date) ? date : today;
  switch (period) {
    case "realtime":
      return { from: today, to: today };
    case "day":
      return { from: day, to: day };
    case "yesterday":
      return { from: addDays(day, -1), to: addDays(day, -1) };
    case "month":
      return { from: addMonths(day, 0), to: addDays(addMonths(day, 1), -1) };
    case "year":
      return { from: `${day.slice(0, 4)}-01-01`, to: `${day.slice(0, 4)}-12-31` };
    case "12mo":
      return { from: addMonths(day, -12), to: addDays(addMonths(day, 0), -1) };
    case "all":
      return { from: firstDay !== null && firstDay < today ? firstDay : today, to: today };
    default:
      return { from: addDays(day, -Number.parseInt(period, 10)), to: addDays(day, -1) };
  }
}

/** What of some days can have counts, as a form's fields take no others: each end moved to the nearest such day. */
export function withinKnown({ from, to }: Days, { today, firstDay }: Known): Days {
  const within = (day: string) => (day > today ? today : firstDay !== null && day < firstDay ? firstDay : day);
  return { from: within(from), to: within(to) };
}

/** Whether a period goes on while it is looked at. */
export function isGoingOn(chosen: Chosen, known: Known): boolean {
  const { from, to } = daysOf(chosen, known);
  return from <= known.today && to >= known.today;
}

/**
 * The period of the same length before (−1) or after (+1).
 * @returns null where there is none: of periods that end by themselves, after today, and before the first day with counts
 */
export function moved(chosen: Chosen, step: -1 | 1, known: Known): Chosen | null {
  const { period } = chosen;
  const { today, firstDay } = known;
  const { from, to } = daysOf(chosen, known);
  if (step < 0 && (firstDay === null || from <= firstDay)) return null;
  // The day after a range that ends before its date is that date.
  const after = addDays(to, 1);
  switch (period) {
    case "realtime":
    case "all":
      return null;
    case "custom":
      return step > 0 && to >= today ? null : { period, date: besides({ from, to }, step, today).join() };
    case "day":
    case "yesterday":
      return dated("day", addDays(from, step), from, today);
    case "month":
      return dated(period, addMonths(from, step), from, addMonths(today, 0));
    case "year":
      return dated(period, addMonths(from, 12 * step), from, `${today.slice(0, 4)}-01-01`);
    case "12mo":
      return dated(period, addMonths(after, 12 * step), after, addMonths(today, 0));
    default:
      return dated(period, addDays(after, step * Number.parseInt(period, 10)), after, today);
  }
}

/** A period at another date: that of now is written without one, and there is none after it. */
function dated(period: View["period"], date: string, before: string, current: string): Chosen | null {
  if (date > before && before >= current) return null;
  return { period, date: date >= current ? null : date };
}

/** As many days before or after; of whole months, as many months. None after today that are not of such a month. */
function besides({ from, to }: Days, step: -1 | 1, today: string): [from: string, to: string] {
  const after = addDays(to, 1);
  if (from.endsWith("-01") && after.endsWith("-01")) {
    const months = step * (monthNumber(after) - monthNumber(from));
    return [addMonths(from, months), addDays(addMonths(after, months), -1)];
  }
  const days = daysBetween(from, after);
  const last = addDays(to, step * days);
  const end = step > 0 && last > today ? today : last;
  return [addDays(end, 1 - days), end];
}

function monthNumber(day: string): number {
  return 12 * Number(day.slice(0, 4)) + Number(day.slice(5, 7));
}
