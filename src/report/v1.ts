/**
 * The Stats API v1 (Plausible's): `GET /api/v1/stats/{aggregate,timeseries,breakdown,realtime/visitors}`. A thin face:
 * parameters in, one query or two, its rows in v1's shapes out; time series and breakdowns also as CSV.
 *
 * Ours besides: `meta.metric_warnings` says which numbers are no exact count, and why; absent where all are.
 * A ratio over nothing is 0 in an aggregate (`time_on_page`, `scroll_depth`: null), and null in rows (`views_per_visit`
 * and shares of visitors: 0).
 */

import { z } from "zod";
import { numberField } from "../http.ts";
import type { Context } from "../route.ts";
import type { Site } from "../site.ts";
import type { Answer, ResultRow, Value } from "./answer.ts";
import { csvAnswer, wantsCsv } from "./csv.ts";
import {
  ACCESS,
  type Access,
  answering,
  countsOf,
  localNow,
  parametersOf,
  periodFields,
  reportJson,
  withPrevious,
} from "./face.ts";
import { parseFilters } from "./filters.ts";
import { gatherLive } from "./gather.ts";
import { type CountMetric, changeOf, MONEY_METRICS } from "./metrics.ts";
import { rangeOf } from "./period.ts";
import type { Warning } from "./planner.ts";
import { propertyNamed } from "./properties.ts";
import { METRICS, type Metric, queryOf, Refusal, type ReportQuery } from "./query.ts";
import { run } from "./run.ts";
import { byMetric } from "./warnings.ts";

const siteField = { site_id: z.string().describe("The site's domain.") };

/** v1 has numbers only. */
const V1_METRICS = METRICS.filter((metric): metric is CountMetric => !MONEY_METRICS.some((money) => money === metric));

const queryFields = {
  ...siteField,
  ...periodFields,
  metrics: z
    .string()
    .default("visitors")
    .transform((text) => text.split(",").map((name) => name.trim()))
    .pipe(
      z
        .array(z.enum(V1_METRICS))
        .min(1)
        .refine((metrics) => new Set(metrics).size === metrics.length, "must not name a metric twice"),
    )
    .describe(`With commas between: ${V1_METRICS.join(", ")}.`),
  filters: z
    .string()
    .default("")
    .describe("`visit:source==Google|Bing;event:page!=/blog*`: `;` is and, `|` or, `*` anything."),
};

/** `date` is what older clients call a day. */
const INTERVALS = ["day", "month", "date"] as const;

export const AGGREGATE = z.object({ ...queryFields, compare: z.enum(["previous_period"]).optional() });
export const TIMESERIES = z.object({
  ...queryFields,
  interval: z.enum(INTERVALS).optional().describe("Default: `month` for `6mo` and `12mo`, else `day`."),
});
export const BREAKDOWN = z.object({
  ...queryFields,
  property: z.string().describe("`event:page`, `visit:source`, `event:props:<name>` …"),
  limit: numberField(1, 1000, 100),
  page: numberField(1, 100_000, 1),
});
export const REALTIME = z.object(siteField);

const ZERO_IN_ROWS = ["views_per_visit", "percentage", "conversion_rate"] as const;

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

    const query = asQuery(asked, site, context);
    const { range, before: rangeBefore } = withPrevious(query.range, localNow(site, context.now));
    const queries = asked.compare
      ? [
          { ...query, range },
          { ...query, range: rangeBefore },
        ]
      : [query];
    const { answers } = await run(queries, countsOf(site, context, access));
    const [now, before] = answers.map(({ rows: [row] }) => row?.metrics ?? {});
    const results = asked.metrics.map((metric) => {
      const value = orZero(metric, now?.[metric]);
      if (!before) return [metric, { value }];
      const comparison = orZero(metric, before[metric]);
      // From no visits at all, a bounce rate has not risen.
      const known = metric === "bounce_rate" && typeof before[metric] !== "number" ? null : comparison;
      return [metric, { value, change: changeOf(metric, value, known), comparison_value: comparison }];
    });
    return withWarnings(
      Object.fromEntries(results),
      answers.flatMap(({ warnings }) => warnings),
    );
  });
}

/** `{"results":[{"date":"2026-11-01","visitors":3},…]}`, every bucket of the range. */
export function timeseries(request: Request, context: Context, access: Access = ACCESS): Promise<Response> {
  return answering(async () => {
    const asked = parametersOf(context.url, TIMESERIES);
    if (asked instanceof Response) return asked;
    const site = await access.siteFor(context, asked.site_id);
    if (site instanceof Response) return site;

    const byMonth = asked.period === "6mo" || asked.period === "12mo";
    const interval = asked.interval ?? (byMonth ? "month" : "day");
    const dimensions = [interval === "month" ? "time:month" : "time:day"];
    const query = { ...asQuery(asked, site, context), dimensions };
    return rowsAnswer(
      request,
      context,
      await answerOf(query, site, context, access),
      "date",
      `${site.domain} by ${interval === "month" ? "month" : "day"}`,
    );
  });
}

/** `{"results":[{"source":"Google","visitors":9},…]}`, greatest first metric first. */
export function breakdown(request: Request, context: Context, access: Access = ACCESS): Promise<Response> {
  return answering(async () => {
    const asked = parametersOf(context.url, BREAKDOWN);
    if (asked instanceof Response) return asked;
    const offset = (asked.page - 1) * asked.limit;
    if (offset + asked.limit > DEEPEST_ROW) {
      throw new Refusal("pagination", `must not go past row ${DEEPEST_ROW}; narrow the breakdown with filters`);
    }
    const site = await access.siteFor(context, asked.site_id);
    if (site instanceof Response) return site;

    const { property } = asked;
    const key = propertyNamed(property)?.key ?? property;
    if (asked.metrics.some((metric) => metric === key)) {
      throw new Refusal("dimensions", `has the name of the metric ${key}; ask without that metric`);
    }
    const page = { offset, count: asked.limit };
    const query = { ...asQuery(asked, site, context), dimensions: [property], page };
    return rowsAnswer(request, context, await answerOf(query, site, context, access), key, `${site.domain} by ${key}`);
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

function asQuery(asked: QueryParameters, site: Site, { now }: Context): ReportQuery {
  return queryOf({
    metrics: asked.metrics,
    range: rangeOf(asked.period ?? "30d", asked.date, localNow(site, now).today),
    filter: parseFilters(asked.filters),
  });
}

async function answerOf(query: ReportQuery, site: Site, context: Context, access: Access): Promise<Answer> {
  const { answers } = await run([query], countsOf(site, context, access));
  return answers[0] ?? { query, rows: [], totalRows: 0, warnings: [], buckets: [], usesPairs: false, isUnknown: false };
}

/** Rows under the name of their one dimension, as JSON or CSV. */
function rowsAnswer(
  request: Request,
  { url }: Context,
  { query, rows, warnings }: Answer,
  key: string,
  name: string,
): Response {
  if (wantsCsv(request, url)) {
    return csvAnswer(
      name,
      [key, ...query.metrics],
      rows.map(({ dimensions, metrics }) => [...dimensions, ...query.metrics.map((metric) => metrics[metric] ?? null)]),
    );
  }
  return withWarnings(
    rows.map(({ dimensions: [label], metrics }: ResultRow) => ({ [key]: label, ...withZeros(metrics) })),
    warnings,
  );
}

/** Of a bucket without visits there is no bounce rate and no duration; the other ratios are 0 then, as clients expect. */
function withZeros(metrics: ResultRow["metrics"]): ResultRow["metrics"] {
  const zeros = ZERO_IN_ROWS.flatMap((metric) => (metrics[metric] === null ? [[metric, 0]] : []));
  return { ...metrics, ...Object.fromEntries(zeros) };
}

/** The API's clients expect numbers of an aggregate; engagement alone is null where nobody told of any. */
function orZero(metric: Metric, value: Value | undefined): number | null {
  if (typeof value === "number") return value;
  return metric === "time_on_page" || metric === "scroll_depth" ? null : 0;
}

function withWarnings(results: unknown, warnings: readonly Warning[]): Response {
  const found = byMetric(warnings);
  if (!found) return reportJson({ results });
  const said = Object.entries(found).map(([metric, { code, text }]) => [metric, { code, message: text }]);
  return reportJson({ results, meta: { metric_warnings: Object.fromEntries(said) } });
}
