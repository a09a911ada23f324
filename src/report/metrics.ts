/**
 * Metrics: what reports make of summed columns.
 */

import type { Metric } from "./query.ts";
import type { Field, Fields } from "./read.ts";

/** A metric is a sum of fields, or a ratio of two, rounded to so many decimals. */
type Form = { sum: readonly Field[] } | { over: readonly [Field, Field]; scale: number; decimals: number };

/** How each metric is made. The SQL that ranks values follows this table too. */
export const FORMS: Record<Metric, Form> = {
  visitors: { sum: ["visitors"] },
  visits: { sum: ["visits"] },
  pageviews: { sum: ["pageviews"] },
  events: { sum: ["pageviews", "customEvents"] },
  views_per_visit: { over: ["pageviews", "visits"], scale: 1, decimals: 2 },
  bounce_rate: { over: ["bounces", "entries"], scale: 100, decimals: 0 },
  visit_duration: { over: ["durationSeconds", "entries"], scale: 1, decimals: 0 },
  time_on_page: { over: ["engagedSeconds", "engagedVisits"], scale: 1, decimals: 0 },
  scroll_depth: { over: ["scrollPercent", "scrollVisits"], scale: 1, decimals: 0 },
};

/** The fields that metrics are made of. */
export function fieldsOf(metrics: readonly Metric[]): Field[] {
  return [
    ...new Set(
      metrics.flatMap((metric) => {
        const form = FORMS[metric];
        return "sum" in form ? form.sum : form.over;
      }),
    ),
  ];
}

/** A metric before rounding; null for a ratio over nothing. */
export function rawValue(metric: Metric, fields: Fields): number | null {
  const form = FORMS[metric];
  if ("sum" in form) return form.sum.reduce((sum, field) => sum + fields[field], 0);
  const [above, below] = form.over;
  return fields[below] > 0 ? fields[above] / fields[below] : null;
}

/** A metric as reports show it: whole percent, whole seconds, views per visit to two decimals; null for a ratio over nothing. */
export function metricValue(metric: Metric, fields: Fields): number | null {
  const raw = rawValue(metric, fields);
  const form = FORMS[metric];
  if (raw === null || "sum" in form) return raw;
  const factor = 10 ** form.decimals;
  return Math.round(raw * form.scale * factor) / factor;
}

/**
 * The change from one value to another: in percent, rounded; 100 from nothing to something. Of the bounce rate: the
 * difference in points. null where either is unknown.
 */
export function changeOf(metric: Metric, value: number | null, before: number | null): number | null {
  if (value === null || before === null) return null;
  if (metric === "bounce_rate") return value - before;
  if (before === 0) return value > 0 ? 100 : 0;
  const percent = ((value - before) / before) * 100;
  // Halves go away from zero on both sides, so that -50.5 and +50.5 look alike.
  return Math.sign(percent) * Math.round(Math.abs(percent)) || 0;
}
