/** What the buckets of a time series are to a reader: when they are, what they hold, where they lead. Pure. */

import { addDays, addMonths } from "../../calendar.ts";
import type { Bucket, Interval, SummaryAnswer } from "../../report/summary-answer.ts";
import type { ChartMetric, View } from "../address.ts";
import { clock, date, hour } from "../format.ts";
import type { Texts } from "../texts/en.ts";

/** The parts of an answer that say what its buckets are. */
export type Series = Pick<SummaryAnswer, "interval" | "period" | "timezone">;

/** A bucket as the chart and its table show it. */
export interface SeriesRow {
  /** Its whole name: `Tue, 24 Nov 2026`. */
  when: string;
  value: number | null;
  /** What is compared with; null where nothing is. */
  before: { when: string; value: number | null } | null;
  /** That it is not over yet, or only in part of the period. */
  remark: string | null;
  /** What of the view changes to see it alone; null where it cannot be. */
  opens: Partial<View> | null;
}

/** All of a chart, bucket by bucket. `today` is the site's date. */
export function seriesRows(
  buckets: readonly Bucket[],
  compared: readonly (Bucket | null)[] | null,
  metric: ChartMetric,
  series: Series,
  today: string,
  texts: Texts,
): SeriesRow[] {
  return buckets.map((bucket, index) => {
    const before = compared?.[index];
    const isTwice = isRepeated(buckets, index);
    return {
      when: whenOf(bucket, series, texts, isTwice),
      value: bucket[metric] ?? null,
      before: before ? { when: whenOf(before, series, texts), value: before[metric] ?? null } : null,
      remark: bucket.partial ? remarkOf(bucket, series, today, texts) : null,
      opens: drillInto(bucket, series, today),
    };
  });
}

/** The name of a bucket. Of an hour that the clocks show twice, with the name of the time in effect. */
export function whenOf(
  { date: label, at }: Bucket,
  { interval, timezone }: Series,
  texts: Texts,
  isTwice = false,
): string {
  const day = label.slice(0, 10);
  const whole = date(day, { weekday: "short", day: "numeric", month: "short", year: "numeric" });
  switch (interval) {
    case "hour":
      return `${whole}, ${isTwice && at ? clock(at, timezone, true) : hour(label)}`;
    case "day":
      return whole;
    case "week":
      return texts.chart.weekOf(date(day));
    case "month":
      return date(day, { month: "long", year: "numeric" });
  }
}

/** Whether a neighbour has the same name: the hour in which summer time ends. */
function isRepeated(buckets: readonly Bucket[], index: number): boolean {
  const label = buckets[index]?.date;
  return buckets[index - 1]?.date === label || buckets[index + 1]?.date === label;
}

/** A bucket that is not whole still goes on, or, of several days, the period cuts it. */
function remarkOf(bucket: Bucket, { interval }: Series, today: string, { chart }: Texts): string {
  const isOfDays = interval === "week" || interval === "month";
  return isOfDays && lastDayOf(bucket, interval) < today ? chart.cut : chart.partial;
}

/** The last day of a bucket, whatever of it is in the period. */
function lastDayOf({ date }: Bucket, interval: Interval): string {
  const day = date.slice(0, 10);
  if (interval === "month") return addDays(addMonths(day, 1), -1);
  if (interval !== "week") return day;
  const weekday = new Date(`${day}T00:00Z`).getUTCDay();
  return addDays(day, (7 - weekday) % 7);
}

/** What changes to see a bucket alone: a day by its hours, a month or week by its days. Null of hours, and of what is to come. */
export function drillInto(bucket: Bucket, { interval, period }: Series, today: string): Partial<View> | null {
  const day = bucket.date.slice(0, 10);
  if (interval === "hour" || day > today) return null;
  if (interval === "day") return { period: "day", date: day, interval: null };
  if (interval === "month") return { period: "month", date: day, interval: null };
  const last = lastDayOf(bucket, interval);
  return { period: "custom", date: `${day},${last > period.to ? period.to : last}`, interval: null };
}
