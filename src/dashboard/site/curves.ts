/** What the chart draws of a metric: lines, and what its axes say. Pure. */

import type { Bucket, Interval } from "../../report/summary-answer.ts";
import type { ChartMetric } from "../address.ts";
import { metricValue, SHORT_FROM } from "../format.ts";
import { type Tick, timeTicks, valueTicks } from "./axes.ts";

/** A line from bucket to bucket; it is broken where there is no value. */
export interface Line {
  values: (number | null)[];
  /** Places of values without a neighbour, which no line shows: they are drawn as points. */
  points: number[];
}

export interface Curves {
  /** How many buckets there are. */
  count: number;
  before: Line;
  /** What is whole, and what is not over yet. */
  whole: Line;
  partial: Line;
  /** Names of times below the chart, at most so many. */
  timeTicks: (most: number) => Tick[];
  /** Values beside it, from 0 to the top. */
  valueTicks: { value: number; text: string }[];
}

/** The curves of a metric, and of what it is compared with, place by place. */
export function curvesOf(
  buckets: readonly Bucket[],
  compared: readonly (Bucket | null)[] | null,
  metric: ChartMetric,
  interval: Interval,
): Curves {
  const values = buckets.map((bucket) => bucket[metric] ?? null);
  const before = buckets.map((_, index) => compared?.[index]?.[metric] ?? null);
  const { whole, partial } = splitPartial(
    values,
    buckets.map(({ partial }) => partial === true),
  );
  const greatest = Math.max(0, ...[...values, ...before].filter((value) => value !== null));
  const ticks = valueTicks(greatest, metric);
  // All of them short or none: 5K beside 10K.
  const isShort = (ticks.at(-1) ?? 0) >= SHORT_FROM ? "always" : true;
  return {
    count: buckets.length,
    before: lineOf(before),
    whole: lineOf(whole),
    partial: lineOf(partial),
    timeTicks: (most) => timeTicks(buckets, interval, most),
    valueTicks: ticks.map((value) => ({ value, text: metricValue(metric, value, isShort) })),
  };
}

/**
 * A line in two: `whole` from one bucket that is whole to the next, `partial` from or to one that is not. A value that ends
 * one and begins the other is in both.
 */
export function splitPartial(
  values: readonly (number | null)[],
  isPartial: readonly boolean[],
): { whole: (number | null)[]; partial: (number | null)[] } {
  return {
    whole: values.map((value, index) => (isPartial[index] ? null : value)),
    partial: values.map((value, index) =>
      isPartial[index] || isPartial[index - 1] || isPartial[index + 1] ? value : null,
    ),
  };
}

function lineOf(values: (number | null)[]): Line {
  const isThere = (index: number) => (values[index] ?? null) !== null;
  const points = values.flatMap((_, index) =>
    isThere(index) && !isThere(index - 1) && !isThere(index + 1) ? [index] : [],
  );
  return { values, points };
}
