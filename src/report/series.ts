/** The time series of the summary: its times, and those they are compared with. Pure. */

import type { Answer } from "./answer.ts";
import type { TimeBucket } from "./buckets.ts";
import type { Metric } from "./query.ts";
import type { Bucket } from "./summary-answer.ts";

/** What tells which times are still to come. */
export interface SeriesNow {
  /** The site's day. */
  today: string;
  /** ms since 1970 */
  now: number;
}

/** Every time of a period. Of one to come nothing is known: its metrics are null. */
export function seriesOf({ rows, query }: Answer, at: SeriesNow): Bucket[] {
  return rows.flatMap(({ time, metrics }): Bucket[] => {
    if (!time) return [];
    const isToCome = time.at === undefined ? time.label > at.today : time.at > at.now;
    return [{ ...named(time), ...numbers(query.metrics, isToCome ? {} : metrics) }];
  });
}

/** The times compared with, each at the place of the one of the series it is compared to; null where there is none. */
export function comparedSeries({ rows, query }: Answer, before: Answer): (Bucket | null)[] {
  const byPlace = new Map(before.rows.flatMap((row) => (row.time ? [[row.time.index, row] as const] : [])));
  return rows.map((_, place) => {
    const row = byPlace.get(place);
    return row?.time ? { ...named(row.time), ...numbers(query.metrics, row.metrics) } : null;
  });
}

function named({ label, at, isPartial }: TimeBucket): Bucket {
  return {
    date: label,
    ...(at !== undefined && { at: new Date(at).toISOString() }),
    ...(isPartial && { partial: true as const }),
  };
}

function numbers(
  metrics: readonly Metric[],
  of: Partial<Record<Metric, unknown>>,
): Partial<Record<Metric, number | null>> {
  return Object.fromEntries(
    metrics.map((metric) => {
      const value = of[metric];
      return [metric, typeof value === "number" ? value : null];
    }),
  );
}
