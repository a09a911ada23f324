/** What the axes of the chart say, and where: as much as there is room for. Pure. */

import type { Bucket, Interval } from "../../report/summary-answer.ts";
import type { ChartMetric } from "../address.ts";
import { date, hour } from "../format.ts";

export interface Tick {
  /** Place of the bucket. */
  index: number;
  text: string;
}

/** Which buckets may be named together. */
type Choice = (bucket: Bucket, index: number) => boolean;

const every =
  (step: number): Choice =>
  (_bucket, index) =>
    index % step === 0;
const monthOf = ({ date }: Bucket) => Number(date.slice(5, 7)) - 1;
const isFirstOfMonth =
  (step: number): Choice =>
  (bucket) =>
    bucket.date.slice(8, 10) === "01" && monthOf(bucket) % step === 0;
const hourOf = ({ date }: Bucket) => Number(date.slice(11, 13));
const isMidnight = (bucket: Bucket) => bucket.date.slice(11, 16) === "00:00";

/** From the finest on: the first that leaves room is taken. */
const CHOICES: Record<Interval | "hours", readonly Choice[]> = {
  hour: [1, 2, 3, 4, 6, 12].map((step) => (bucket) => hourOf(bucket) % step === 0),
  // Of several days, their beginnings.
  hours: [1, 2, 4, 7, 14].map((step) => (bucket, index) => isMidnight(bucket) && Math.round(index / 24) % step === 0),
  day: [...[1, 2, 4, 7, 14].map(every), ...[1, 3, 6, 12].map(isFirstOfMonth)],
  week: [1, 2, 4, 8, 13, 26, 52].map(every),
  month: [1, 2, 3, 6, 12, 24].map(
    (step) => (bucket) => (Number(bucket.date.slice(0, 4)) * 12 + monthOf(bucket)) % step === 0,
  ),
};

/** Buckets to be named below the chart: at most `most` of them. */
export function timeTicks(buckets: readonly Bucket[], interval: Interval, most: number): Tick[] {
  const isOfDays = interval === "hour" && buckets[0]?.date.slice(0, 10) !== buckets.at(-1)?.date.slice(0, 10);
  let chosen: number[] = [];
  for (const choice of CHOICES[isOfDays ? "hours" : interval]) {
    chosen = buckets.flatMap((bucket, index) =>
      choice(bucket, index) && bucket.date !== buckets[index - 1]?.date ? [index] : [],
    );
    if (chosen.length <= most) break;
  }
  const isFew = buckets.length <= 7;
  return chosen.flatMap((index) => {
    const bucket = buckets[index];
    return bucket ? [{ index, text: tickText(bucket, isOfDays ? "day" : interval, isFew) }] : [];
  });
}

function tickText({ date: label }: Bucket, interval: Interval, isFew: boolean): string {
  if (interval === "hour") return hour(label);
  if (interval === "month") {
    return date(label, label.slice(5, 7) === "01" ? { month: "short", year: "numeric" } : { month: "short" });
  }
  const style = { day: "numeric", month: "short" } as const;
  return date(label.slice(0, 10), interval === "day" && isFew ? { weekday: "short", ...style } : style);
}

const ROUND = [1, 2, 5, 10];
const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400];
/** Steps between the lines of the chart. */
const MOST_STEPS = 4;

/** Values to be named beside the chart, from 0 to the first one that none exceeds. */
export function valueTicks(greatest: number, metric: ChartMetric): number[] {
  const step = stepOf(greatest, metric);
  const count = Math.max(1, Math.ceil(greatest / step));
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

function stepOf(greatest: number, metric: ChartMetric): number {
  const least = greatest / MOST_STEPS;
  if (metric === "visit_duration") {
    const step = SECONDS.find((step) => step >= least);
    if (step) return step;
  }
  // Counts and percents have no halves.
  const smallest = metric === "views_per_visit" ? 0.5 : 1;
  if (least <= smallest) return smallest;
  const magnitude = 10 ** Math.floor(Math.log10(least));
  return (ROUND.find((factor) => factor * magnitude >= least) ?? 10) * magnitude;
}
