/**
 * The query model: what any face of the reports (v1, the summary, …) asks of the planner.
 */

import { z } from "zod";
import type { Pattern } from "./pattern.ts";

export const METRICS = [
  "visitors",
  "visits",
  "pageviews",
  "views_per_visit",
  "bounce_rate",
  "visit_duration",
  "events",
  "time_on_page",
  "scroll_depth",
] as const;
export type Metric = (typeof METRICS)[number];

/** A condition on the values of a property. Several conditions must all hold. */
export interface PropertyFilter {
  /** `visit:source` */
  property: string;
  /** None of `values`, instead of one of them. */
  negate: boolean;
  values: Pattern[];
}

export interface ReportQuery {
  metrics: readonly Metric[];
  /** First and last local day. */
  from: string;
  to: string;
  /** Break down by the values of this property. */
  property?: string;
  /** With `property`: the first `count` values after `offset`, by the first metric. */
  page?: { offset: number; count: number };
  /** Break down by time. */
  interval?: "hour" | "day" | "month";
  filters: readonly PropertyFilter[];
}

/** A query that cannot be answered; the message names the field and the rule, or what to ask instead. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** A list of metrics, none twice. */
export const metricsField = z
  .array(z.enum(METRICS))
  .min(1)
  .refine((metrics) => new Set(metrics).size === metrics.length, "must not name a metric twice");
