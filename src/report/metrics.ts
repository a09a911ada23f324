/**
 * Metrics: what reports make of summed columns.
 */

import type { Metric } from "./query.ts";
import { FIELDS, type Field, type Fields } from "./read.ts";

/**
 * What a row is compared with:
 * - `total`: visitors of the whole range, under the same filters.
 * - `base`: visitors of the row's time, under the filters but those on goals.
 * - `groupBase`: those of them with the row's labels.
 */
export const BASES = ["total", "base", "groupBase"] as const;
export type Base = (typeof BASES)[number];

/** A row's fields, and its bases. */
export type Figures = Fields & Record<Base, number>;

/** A metric is a sum of fields, or a ratio of two, rounded to so many decimals. */
type Form = { sum: readonly Field[] } | { over: readonly [Field, Field | Base]; scale: number; decimals: number };

/** Metrics of money, which are made of other counts (`money.ts`). */
export const MONEY_METRICS = ["total_revenue", "average_revenue"] as const;
export type CountMetric = Exclude<Metric, (typeof MONEY_METRICS)[number]>;

/** How each metric is made. The SQL that ranks values follows this table too. */
export const FORMS: Record<CountMetric, Form> = {
  visitors: { sum: ["visitors"] },
  visits: { sum: ["visits"] },
  pageviews: { sum: ["pageviews"] },
  events: { sum: ["pageviews", "customEvents"] },
  views_per_visit: { over: ["pageviews", "visits"], scale: 1, decimals: 2 },
  bounce_rate: { over: ["bounces", "entries"], scale: 100, decimals: 0 },
  visit_duration: { over: ["durationSeconds", "entries"], scale: 1, decimals: 0 },
  percentage: { over: ["visitors", "total"], scale: 100, decimals: 2 },
  conversion_rate: { over: ["visitors", "base"], scale: 100, decimals: 2 },
  group_conversion_rate: { over: ["visitors", "groupBase"], scale: 100, decimals: 2 },
  time_on_page: { over: ["engagedSeconds", "engagedVisits"], scale: 1, decimals: 0 },
  scroll_depth: { over: ["scrollPercent", "scrollVisits"], scale: 1, decimals: 0 },
};

/** Whether a metric is of money. */
export function isMoney(metric: Metric): metric is (typeof MONEY_METRICS)[number] {
  return MONEY_METRICS.some((money) => money === metric);
}

/** Whether a metric is a share of something larger. */
export function baseOf(metric: Metric): Base | null {
  const form = isMoney(metric) ? null : FORMS[metric];
  const below = form && "over" in form ? form.over[1] : null;
  return BASES.find((base) => base === below) ?? null;
}

/** The fields that metrics are made of. */
export function fieldsOf(metrics: readonly Metric[]): Field[] {
  const fields = new Set<Field>();
  for (const metric of metrics) {
    if (isMoney(metric)) continue;
    const form = FORMS[metric];
    const parts = "sum" in form ? form.sum : form.over;
    for (const part of parts) for (const field of FIELDS) if (field === part) fields.add(field);
  }
  return [...fields];
}

/** A metric before rounding; null for a ratio over nothing. */
export function rawValue(metric: CountMetric, figures: Figures): number | null {
  const form = FORMS[metric];
  if ("sum" in form) return form.sum.reduce((sum, field) => sum + figures[field], 0);
  const [above, below] = form.over;
  return figures[below] > 0 ? figures[above] / figures[below] : null;
}

/** A metric as reports show it: whole percent, whole seconds, views per visit and shares to two decimals; null for a ratio over nothing. */
export function metricValue(metric: CountMetric, figures: Figures): number | null {
  const raw = rawValue(metric, figures);
  const form = FORMS[metric];
  if (raw === null || "sum" in form) return raw;
  const factor = 10 ** form.decimals;
  return Math.round(raw * form.scale * factor) / factor;
}

/**
 * The change from one value to another: in percent, rounded; 100 from nothing to something. Of rates: the difference
 * in points. null where either is unknown.
 */
export function changeOf(metric: Metric, value: number | null, before: number | null): number | null {
  if (value === null || before === null) return null;
  if (metric === "bounce_rate") return value - before;
  if (metric === "conversion_rate" || metric === "group_conversion_rate" || metric === "percentage") {
    return Math.round((value - before) * 100) / 100;
  }
  if (before === 0) return value > 0 ? 100 : 0;
  const percent = ((value - before) / before) * 100;
  // Halves go away from zero on both sides, so that -50.5 and +50.5 look alike.
  return Math.sign(percent) * Math.round(Math.abs(percent)) || 0;
}
