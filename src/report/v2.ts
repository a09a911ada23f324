/**
 * The Stats API v2 (Plausible's): `POST /api/v2/query`. A thin face: a query in, its rows in v2's shapes out, or as CSV.
 *
 * Ours besides: `include.comparisons`, `visit:language`; `meta.metric_warnings` says which numbers are no exact count,
 * and why; `meta.partial_time_labels` which times are not over or not whole; `meta.detail_from` from which day of
 * the range on there are counts of two dimensions together. Imported days count unless `include.imports` is false.
 */

import { localDayAt } from "../calendar.ts";
import { checked, readJson, refusal } from "../http.ts";
import type { Context } from "../route.ts";
import type { Site } from "../site.ts";
import type { Answer, ResultRow, Value } from "./answer.ts";
import { localDayOf, timezoneAt } from "./buckets.ts";
import { csvAnswer, wantsCsv } from "./csv.ts";
import { ACCESS, type Access, answering, countsOf, localNow, reportJson } from "./face.ts";
import { checkDepth, filterOf } from "./filter-input.ts";
import { firstDayOf } from "./gather.ts";
import { areInstants, rangeBeforeInstants, rangeBetween } from "./instants.ts";
import { baseOf, changeOf, FORMS, isMoney } from "./metrics.ts";
import {
  type LocalNow,
  type Range,
  rangeAYearBefore,
  rangeBefore,
  rangeNamed,
  toTheSameHour,
  untilNow,
} from "./period.ts";
import { type Metric, queryOf, Refusal, type ReportQuery } from "./query.ts";
import { bucketNamed } from "./question.ts";
import { run } from "./run.ts";
import { issueText, refusalText } from "./v2-errors.ts";
import { V2_QUERY, type V2Query } from "./v2-schema.ts";
import { byMetric } from "./warnings.ts";

/** `{"results":[{"dimensions":["/a"],"metrics":[12,3]}],"meta":{…},"query":{…}}` */
export function queryV2(request: Request, context: Context, access: Access = ACCESS): Promise<Response> {
  return answering(async () => {
    const sent = await readJson(request);
    if (sent instanceof Response) return sent;
    checkDepth(Object(sent.value).filters);
    const asked = checked(sent.value, V2_QUERY, (issues) => issueText(issues, sent.value));
    if (asked instanceof Response) return asked;
    const site = await access.siteFor(context, asked.site_id);
    if (site instanceof Response) return site;

    const counts = countsOf(site, context, access);
    const now = localNow(site, context.now);
    const firstDay = asked.date_range === "all" ? await firstDayOf(counts) : now.today;
    const { query, compared } = asQueries(asked, site, now, firstDay);
    const report = await run(compared ? [query, compared] : [query], counts);
    const [answer, before] = report.answers;
    if (!answer) return refusal(500, "Something went wrong here.");
    if (wantsCsv(request, context.url)) return asCsv(answer, site);
    return reportJson({
      results: resultsOf(answer, before, asked, context.now),
      meta: metaOf(answer, before, asked, report.bounds.firstPairDay, context.now),
      query: echoOf(asked, answer, before, site, context.now),
    });
  }, refusalText);
}

function asQueries(
  asked: V2Query,
  { zones }: Site,
  now: LocalNow,
  firstDay: string,
): { query: ReportQuery; compared: ReportQuery | null } {
  const { date_range: wanted } = asked;
  const { comparisons, trim_relative_date_range: isTrimmed } = asked.include;
  const named = areInstants(wanted) ? rangeBetween(wanted, zones) : rangeNamed(wanted, now, firstDay);
  const mayEndNow = comparisons ? !named.hours : isTrimmed && typeof wanted === "string";
  const range = mayEndNow ? untilNow(named, now) : named;
  // What is compared must be by the same times.
  const concrete = (name: string) => (name === "time" ? `time:${bucketNamed(name, range)}` : name);
  const query = queryOf({
    metrics: asked.metrics,
    range,
    dimensions: asked.dimensions.map(concrete),
    filter: filterOf(asked.filters),
    order: asked.order_by.map(([by, direction]) => ({ by: concrete(by), direction })),
    page: { offset: asked.pagination.offset, count: asked.pagination.limit },
    imports: asked.include.imports ?? true,
    totalRows: asked.include.total_rows ?? false,
  });
  if (new Set(asked.metrics).size !== asked.metrics.length) {
    throw new Refusal("metrics", "must not name a metric twice");
  }
  if (asked.include.time_labels && !asked.dimensions.some((name) => name.startsWith("time"))) {
    throw new Refusal("include", "needs a time dimension", ["time_labels"]);
  }
  if (!comparisons) return { query, compared: null };
  const before =
    comparisons.mode === "previous_period" && areInstants(wanted) && range.hours
      ? rangeBeforeInstants(wanted, zones)
      : comparedRange(comparisons, query, zones, now);
  // Its rows are looked up by those of the query: all of them are needed.
  return { query, compared: { ...query, range: before, page: null, order: [], totalRows: false } };
}

function comparedRange(
  { mode, date_range: custom }: NonNullable<V2Query["include"]["comparisons"]>,
  { range, dimensions }: ReportQuery,
  zones: Site["zones"],
  now: LocalNow,
): Range {
  // Hours are compared one by one: those of a day that is not over lack nothing but the hour that is.
  const isByHour = dimensions.includes("time:hour");
  const fairly = (before: Range) => (isByHour ? before : toTheSameHour(before, range, now));
  const at = ["comparisons", "date_range"];
  if (mode !== "custom" && custom !== undefined) {
    throw new Refusal("include", 'belongs to the mode "custom" alone', at);
  }
  if (mode === "previous_period") return fairly(rangeBefore(range));
  if (mode === "year_over_year") return fairly(rangeAYearBefore(range));
  if (custom === undefined || typeof custom === "string") {
    throw new Refusal("include", "must be two dates, YYYY-MM-DD", at);
  }
  try {
    return areInstants(custom) ? rangeBetween(custom, zones) : rangeNamed(custom, now, now.today);
  } catch (error) {
    throw error instanceof Refusal ? new Refusal("include", error.rule, at) : error;
  }
}

function asCsv({ query, rows }: Answer, site: Site): Response {
  return csvAnswer(
    site.domain,
    [...query.dimensions, ...query.metrics],
    rows.map(({ dimensions, metrics }) => [...dimensions, ...query.metrics.map((metric) => metrics[metric] ?? null)]),
  );
}

function resultsOf({ query, rows }: Answer, before: Answer | undefined, asked: V2Query, now: number) {
  // Times of which nothing was counted are left out; `time_labels` names them all.
  const isEmpty = ({ metrics }: ResultRow) => query.metrics.every((metric) => !metrics[metric]);
  const hasTime = rows.some(({ time }) => time);
  const shown = hasTime && !before ? rows.filter((row) => !isEmpty(row)) : rows;
  const comparisonOf = before && comparing(query, before, now);
  return shown.map((row) => ({
    dimensions: row.dimensions,
    metrics: valuesOf(row, asked),
    ...(comparisonOf && { comparison: comparisonOf(row, asked) }),
  }));
}

function valuesOf({ metrics }: ResultRow, asked: V2Query): Value[] {
  return asked.metrics.map((metric) => metrics[metric] ?? null);
}

/** The row that one is compared with: of the same values, or at the same place in time. */
function comparing({ dimensions }: ReportQuery, before: Answer, now: number) {
  const timePlace = dimensions.findIndex((name) => name.startsWith("time"));
  const keyOf = (labels: readonly string[], time: string) =>
    JSON.stringify(labels.map((label, index) => (index === timePlace ? time : label)));
  const byKey = new Map(before.rows.map((row) => [keyOf(row.dimensions, row.time?.key ?? ""), row]));
  // Where small values are told together, one that is not there may be among them.
  const withFolded = new Set(before.rows.flatMap(({ isFolded, time }) => (isFolded ? [time?.key ?? ""] : [])));
  return ({ dimensions: labels, metrics, time }: ResultRow, asked: V2Query) => {
    const place = time ? time.index : -1;
    const then = before.buckets[place];
    const row = byKey.get(keyOf(labels, then?.key ?? ""));
    const none = before.isUnknown || (time && !then) || withFolded.has(then?.key ?? "") ? () => null : zeroOf;
    // An hour to come has nothing to be compared yet.
    const isToCome = time?.at !== undefined && time.at > now;
    const values = asked.metrics.map((metric) => (row ? (row.metrics[metric] ?? null) : none(metric)));
    return {
      dimensions: labels.map((label, index) => (index === timePlace ? (then?.label ?? null) : label)),
      metrics: values,
      change: asked.metrics.map((metric, index) =>
        isToCome ? null : changeOf(metric, numberOf(metrics[metric]), numberOf(values[index])),
      ),
    };
  };
}

/** What a count, or a share of visitors, is where there is no row: nothing. Another ratio and an amount have no value then. */
function zeroOf(metric: Metric): Value {
  return !isMoney(metric) && ("sum" in FORMS[metric] || baseOf(metric)) ? 0 : null;
}

function numberOf(value: Value | undefined): number | null {
  return typeof value === "object" ? (value?.value ?? null) : (value ?? null);
}

function metaOf(
  answer: Answer,
  before: Answer | undefined,
  { include }: V2Query,
  firstPairDay: string | null,
  now: number,
) {
  const warnings = byMetric([...answer.warnings, ...(before?.warnings ?? [])]);
  const labelled = answer.buckets.filter(({ at = 0 }) => !include.trim_relative_date_range || at <= now);
  const partial = answer.buckets.filter(({ isPartial }) => isPartial).map(({ label }) => label);
  return {
    ...(include.time_labels && { time_labels: labelled.map(({ label }) => label) }),
    ...(partial.length > 0 && { partial_time_labels: partial }),
    ...(include.total_rows && { total_rows: answer.totalRows }),
    ...(answer.usesPairs && firstPairDay !== null && { detail_from: laterOf(firstPairDay, answer.query.range.from) }),
    ...(warnings && {
      metric_warnings: Object.fromEntries(
        Object.entries(warnings).map(([metric, { code, codes, text }]) => [
          metric,
          { code, ...(codes && { codes }), warning: text },
        ]),
      ),
    }),
  };
}

function laterOf(one: string, other: string): string {
  return one > other ? one : other;
}

function echoOf(asked: V2Query, answer: Answer, before: Answer | undefined, site: Site, now: number) {
  return {
    site_id: site.domain,
    metrics: asked.metrics,
    date_range: instantsOf(answer.query.range, site, now),
    dimensions: asked.dimensions,
    filters: asked.filters,
    order_by: asked.order_by.length > 0 ? asked.order_by : defaultOrder(asked),
    include: asked.include,
    pagination: asked.pagination,
    ...(before && { comparison_date_range: instantsOf(before.query.range, site, now) }),
  };
}

function defaultOrder({ dimensions, metrics }: V2Query): [string, "asc" | "desc"][] {
  const time = dimensions.find((name) => name.startsWith("time"));
  const [metric] = metrics;
  return [
    ...(time ? [[time, "asc"] as [string, "asc"]] : []),
    ...(metric ? [[metric, "desc"] as [string, "desc"]] : []),
  ];
}

/** A range's first and last second on the site's clocks: `2026-11-01T00:00:00+02:00`. */
function instantsOf({ from, to, hours }: Range, { zones }: Site, now: number): [string, string] {
  const first = localDayOf(zones, from) ?? localDayAt(zones, now);
  const last = localDayOf(zones, to) ?? localDayAt(zones, now);
  const startsAt = first.startsAt + (hours?.from ?? 0) * 3_600_000;
  const endsAt = hours ? Math.min(last.startsAt + (hours.to + 1) * 3_600_000, last.endsAt) : last.endsAt;
  return [isoIn(timezoneAt(zones, startsAt), startsAt), isoIn(timezoneAt(zones, endsAt - 1), endsAt - 1000)];
}

function isoIn(timezone: string, at: number): string {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: timezone,
    dateStyle: "short",
    timeStyle: "medium",
    hourCycle: "h23",
  }).format(at);
  const [date = "", time = ""] = parts.split(", ");
  const offset = new Intl.DateTimeFormat("en-US", { timeZone: timezone, timeZoneName: "longOffset" })
    .formatToParts(at)
    .find(({ type }) => type === "timeZoneName")?.value;
  return `${date}T${time}${offset === undefined || offset === "GMT" ? "+00:00" : offset.slice(3)}`;
}
