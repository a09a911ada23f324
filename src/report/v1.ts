/**
 * The Stats API v1 (Plausible's): `GET /api/v1/stats/{aggregate,timeseries,breakdown,realtime/visitors}`. A thin face:
 * parameters in, one query or two, its rows in v1's shapes out.
 *
 * Ours besides: `meta.metric_warnings` says which numbers are no exact count, and why; absent where all are.
 * A ratio over nothing is 0 in an aggregate (`time_on_page`, `scroll_depth`: null), and null in rows.
 */

import { z } from "zod";
import { localDayAt } from "../calendar.ts";
import type { Context } from "../route.ts";
import type { Site } from "../site.ts";
import { ACCESS, type Access, answering, countsOf, parametersOf, periodFields, reportJson } from "./face.ts";
import { parseFilters } from "./filters.ts";
import { gatherLive } from "./gather.ts";
import { changeOf } from "./metrics.ts";
import { rangeBefore, rangeOf } from "./period.ts";
import type { Warning } from "./planner.ts";
import { propertyNamed } from "./properties.ts";
import { type Metric, metricsField, Refusal, type ReportQuery } from "./query.ts";
import { run } from "./run.ts";

const siteField = { site_id: z.string() };

const queryFields = {
  ...siteField,
  ...periodFields,
  metrics: z
    .string()
    .default("visitors")
    .transform((text) => text.split(",").map((name) => name.trim()))
    .pipe(metricsField),
  filters: z.string().default(""),
};

/** A whole number, in digits. */
function numberField(least: number, most: number, otherwise: number) {
  const rule = `must be a whole number from ${least} to ${most}`;
  return z
    .string()
    .regex(/^\d{1,9}$/, rule)
    .transform(Number)
    .refine((number) => number >= least && number <= most, rule)
    .default(otherwise);
}

const AGGREGATE = z.object({ ...queryFields, compare: z.enum(["previous_period"]).optional() });
const TIMESERIES = z.object({ ...queryFields, interval: z.enum(["day", "month"]).optional() });
const BREAKDOWN = z.object({
  ...queryFields,
  property: z.string(),
  limit: numberField(1, 1000, 100),
  page: numberField(1, 100_000, 1),
});
const REALTIME = z.object(siteField);

/** Rows of a breakdown that may be paged through. */
const DEEPEST_ROW = 100_000;

type QueryParameters = z.infer<typeof AGGREGATE | typeof TIMESERIES | typeof BREAKDOWN>;

/** `{"results":{"visitors":{"value":2}}}`; with `compare=previous_period` also `change` and `comparison_value`. */
export function aggregate(_request: Request, context: Context, access: Access = ACCESS): Promise<Response> {
  return answering(async () => {
    const asked = parametersOf(context.url, AGGREGATE);
    if (asked instanceof Response) return asked;
    const site = await access.siteFor(context, asked.site_id);
    if (site instanceof Response) return site;

    const query = queryOf(asked, site, context.now);
    const queries = asked.compare ? [query, { ...query, ...rangeBefore(query) }] : [query];
    const { answers } = await run(queries, countsOf(site, context, access));
    const [now, before] = answers.map(({ rows: [row] }) => row?.metrics ?? {});
    const results = query.metrics.map((metric) => {
      const value = orZero(metric, now?.[metric]);
      if (!before) return [metric, { value }];
      const comparison = orZero(metric, before[metric]);
      return [metric, { value, change: changeOf(metric, value, comparison), comparison_value: comparison }];
    });
    return withWarnings(
      Object.fromEntries(results),
      answers.flatMap(({ warnings }) => warnings),
    );
  });
}

/** `{"results":[{"date":"2026-11-01","visitors":3},…]}`, every bucket of the range. */
export function timeseries(_request: Request, context: Context, access: Access = ACCESS): Promise<Response> {
  return answering(async () => {
    const asked = parametersOf(context.url, TIMESERIES);
    if (asked instanceof Response) return asked;
    const site = await access.siteFor(context, asked.site_id);
    if (site instanceof Response) return site;

    const byMonth = asked.period === "6mo" || asked.period === "12mo";
    const interval = asked.interval ?? (byMonth ? "month" : "day");
    const query = { ...queryOf(asked, site, context.now), interval };
    const { answers } = await run([query], countsOf(site, context, access));
    const [{ rows, warnings } = { rows: [], warnings: [] }] = answers;
    return withWarnings(
      rows.map(({ date, metrics }) => ({ date, ...metrics })),
      warnings,
    );
  });
}

/** `{"results":[{"source":"Google","visitors":9},…]}`, greatest first metric first. */
export function breakdown(_request: Request, context: Context, access: Access = ACCESS): Promise<Response> {
  return answering(async () => {
    const asked = parametersOf(context.url, BREAKDOWN);
    if (asked instanceof Response) return asked;
    const offset = (asked.page - 1) * asked.limit;
    if (offset + asked.limit > DEEPEST_ROW) {
      throw new Refusal(`page: must not go past row ${DEEPEST_ROW}; narrow the breakdown with filters`);
    }
    const site = await access.siteFor(context, asked.site_id);
    if (site instanceof Response) return site;

    const { property } = asked;
    const key = propertyNamed(property)?.key ?? property;
    if (asked.metrics.some((metric) => metric === key)) {
      throw new Refusal(`property: has the name of the metric ${key}; ask without that metric`);
    }
    const query = { ...queryOf(asked, site, context.now), property, page: { offset, count: asked.limit } };
    const { answers } = await run([query], countsOf(site, context, access));
    const [{ rows, warnings } = { rows: [], warnings: [] }] = answers;
    return withWarnings(
      rows.map(({ label, metrics }) => ({ [key]: label, ...metrics })),
      warnings,
    );
  });
}

/** A bare number: visitors of the last five minutes. */
export function realtimeVisitors(_request: Request, context: Context, access: Access = ACCESS): Promise<Response> {
  return answering(async () => {
    const asked = parametersOf(context.url, REALTIME);
    if (asked instanceof Response) return asked;
    const site = await access.siteFor(context, asked.site_id);
    if (site instanceof Response) return site;
    return reportJson((await gatherLive(countsOf(site, context, access))).visitors);
  });
}

function queryOf(asked: QueryParameters, site: Site, now: number): ReportQuery {
  const today = localDayAt(site.zones, now).day;
  return {
    metrics: asked.metrics,
    ...rangeOf(asked.period ?? "30d", asked.date, today),
    filters: parseFilters(asked.filters),
  };
}

/** The API's clients expect numbers of an aggregate; engagement alone is null where nobody told of any. */
function orZero(metric: Metric, value: number | null | undefined): number | null {
  return value ?? (metric === "time_on_page" || metric === "scroll_depth" ? null : 0);
}

/** Of several warnings on a metric, the one that weighs most names the code. */
const WEIGHT: readonly Warning["code"][] = ["upper_bound", "mean_of_hosts", "capped", "approximate", "sum_of_days"];

function withWarnings(results: unknown, warnings: readonly Warning[]): Response {
  if (warnings.length === 0) return reportJson({ results });
  const byMetric: Partial<Record<Metric, { code: Warning["code"]; message: string }>> = {};
  for (const code of WEIGHT) {
    for (const warning of warnings.filter((warning) => warning.code === code)) {
      const known = byMetric[warning.metric];
      if (!known) byMetric[warning.metric] = { code, message: warning.message };
      else if (!known.message.includes(warning.message)) known.message += ` ${warning.message}`;
    }
  }
  return reportJson({ results, meta: { metric_warnings: byMetric } });
}
