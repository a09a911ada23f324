/**
 * `GET /api/stats/:domain?period=&date=`: one answer with all an owner looks at first.
 *
 * Periods are those of v1; the default is `day`, today, so that a newcomer's first page view shows at once (v1's
 * default, `30d`, ends yesterday).
 */

import { z } from "zod";
import { DIMENSIONS } from "../dimensions.ts";
import { DROP_REASONS, type DropReason } from "../drops.ts";
import type { Context } from "../route.ts";
import type { Site } from "../site.ts";
import { Unavailable } from "../store/unavailable.ts";
import type { Flags } from "./answer-warnings.ts";
import { timezoneAt } from "./buckets.ts";
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
import { gatherLive } from "./gather.ts";
import { changeOf } from "./metrics.ts";
import { type DateRange, daysOf, type Period, rangeOf } from "./period.ts";
import { canBreakDown, type Warning } from "./planner.ts";
import { METRICS_OF, PROPERTIES } from "./properties.ts";
import { type Metric, queryOf, type ReportQuery } from "./query.ts";
import type { Row } from "./read.ts";
import { type Answer, type ResultRow, run } from "./run.ts";
import { GOAL_PROPERTY, occurrencesOf } from "./sources.ts";

export const PARAMETERS = z.object(periodFields);
/** Of the site as a whole; its own share of itself says nothing. */
const TOTALS: readonly Metric[] = METRICS_OF.total.filter((metric) => metric !== "percentage");
const TOP_VALUES = 10;
/** A longer range is shown by month. */
const MOST_DAYS_SHOWN = 366;

/** A list of the summary: the values of a dimension. */
interface Panel {
  /** Under which it stands. */
  name: string;
  /** A version says nothing without what it is a version of: those are two, shown as one text. */
  dimensions: readonly string[];
  metrics: readonly Metric[];
}

const NAME_OF_VERSION: Partial<Record<string, string>> = {
  "visit:browser_version": "visit:browser",
  "visit:os_version": "visit:os",
};

const PANELS: readonly Panel[] = PROPERTIES.flatMap((property) => {
  if (property.display || property.name === GOAL_PROPERTY) return [];
  const { name } = property;
  const whole = NAME_OF_VERSION[name];
  return [
    {
      name,
      dimensions: whole === undefined ? [name] : [whole, name],
      metrics: property.metrics.filter((metric) => metric !== "percentage" && canBreakDown(property, metric)),
    },
  ];
});

/** Goals are shown where a site has some. */
const GOALS: Panel = {
  name: GOAL_PROPERTY,
  dimensions: [GOAL_PROPERTY],
  metrics: ["visitors", "events", "conversion_rate"],
};

/**
 * The summary:
 * ```
 * { site, timezone, period: {name, from, to}, compared_with: {from, to, to_hour?},
 *   metrics: {visitors: {value, comparison_value, change}, …},
 *   interval: "hour"|"day"|"month", timeseries: [{date, at?, partial?, visitors, …}],
 *   dimensions: {"visit:source": [{value, visitors, …}], …},
 *   drops: [{reason, text, count}], realtime: {visitors, minutes: [{at, visitors, pageviews}]},
 *   notes: [{code, message, metrics?, dimension?, days?}] }
 * ```
 * Ratios over nothing are null, and so is a change from or to one. A period that is not over is compared to the same
 * hour: `to_hour` is the last hour of its last day that is compared with.
 *
 * As CSV: the time series.
 */
export function summary(request: Request, context: Context, access: Access = ACCESS): Promise<Response> {
  return answering(async () => {
    const asked = parametersOf(context.url, PARAMETERS);
    if (asked instanceof Response) return asked;
    const domain = (context.params.domain ?? "").replace(/\.csv$/, "");
    const site = await access.siteFor(context, domain);
    if (site instanceof Response) return site;

    const now = localNow(site, context.now);
    const name = asked.period ?? "day";
    const range = rangeOf(name, asked.date, now.today);
    const { range: soFar, before } = withPrevious(range, now);
    const interval = intervalOf(name, range);
    const series = queryOf({ metrics: TOTALS, range, dimensions: [`time:${interval}`] });
    const counts = countsOf(site, context, access);
    if (wantsCsv(request, context.url)) return seriesCsv(await run([series], counts), site);

    const panels = site.goals.length > 0 ? [...PANELS, GOALS] : PANELS;
    const queries: ReportQuery[] = [
      queryOf({ metrics: TOTALS, range: soFar }),
      series,
      ...panels.map(({ dimensions, metrics }) =>
        queryOf({ metrics, range, dimensions, page: { offset: 0, count: TOP_VALUES } }),
      ),
    ];
    const comparison = queryOf({ metrics: TOTALS, range: before });
    const further = [{ ...DROPS, from: range.from, to: range.to }];
    const [report, live] = await Promise.all([
      run([...queries, comparison], counts, further).catch((error: unknown) => {
        // What is compared with mostly rests in D1: without it, today's counts are still the tallies' to tell.
        if (!(error instanceof Unavailable && error.part === "D1")) throw error;
        return run(queries, counts, further);
      }),
      gatherLive(counts),
    ]);
    const [totals, timeseries, ...others] = report.answers;
    const breakdowns = panels.map((panel, index) => ({ panel, answer: others[index] }));
    const compared = others[panels.length];
    return reportJson({
      site: site.domain,
      timezone: timezoneAt(site.zones, context.now),
      period: { name, from: range.from, to: range.to },
      compared_with: { from: before.from, to: before.to, ...(before.hours && { to_hour: before.hours.to }) },
      metrics: changes(totals?.rows[0], compared?.rows[0]),
      interval,
      timeseries: timeseries?.rows.map(({ dimensions: [date], time, metrics }) => ({
        date,
        ...instant(time?.at),
        ...(time?.isPartial && { partial: true }),
        ...metrics,
      })),
      dimensions: Object.fromEntries(
        breakdowns.map(({ panel, answer }) => [
          panel.name,
          (answer?.rows ?? []).map(({ dimensions, metrics }) => ({ value: joined(dimensions), ...metrics })),
        ]),
      ),
      drops: drops(report.further[0] ?? []),
      realtime: {
        visitors: live.visitors,
        minutes: live.minutes.map(({ at, ...minute }) => ({ ...instant(at), ...minute })),
      },
      notes: [
        ...(totals ? [...sumNotes(totals), ...importNotes(totals)] : []),
        ...breakdowns.flatMap(({ panel, answer }) => (answer ? boundNotes(panel, answer) : [])),
        ...flagNotes(report.flags),
        ...(compared ? [] : [NOT_COMPARED]),
      ],
    });
  });
}

function seriesCsv({ answers: [series] }: Awaited<ReturnType<typeof run>>, site: Site): Response {
  const rows = (series?.rows ?? []).map(({ dimensions, metrics }) => [
    ...dimensions,
    ...TOTALS.map((metric) => metrics[metric] ?? null),
  ]);
  return csvAnswer(site.domain, ["date", ...TOTALS], rows);
}

/** `Firefox 145`; of what is blank, the blank once. */
function joined([first = "", second]: readonly string[]): string {
  return second === undefined || second === first ? first : `${first} ${second}`;
}

function intervalOf(period: Period, range: DateRange): "hour" | "day" | "month" {
  if (range.from === range.to) return "hour";
  return period === "6mo" || period === "12mo" || daysOf(range) > MOST_DAYS_SHOWN ? "month" : "day";
}

function changes(now: ResultRow | undefined, before: ResultRow | undefined) {
  return Object.fromEntries(
    TOTALS.map((metric) => {
      const value = numberOf(now, metric);
      const comparison = numberOf(before, metric);
      return [metric, { value, comparison_value: comparison, change: changeOf(metric, value, comparison) }];
    }),
  );
}

function numberOf(row: ResultRow | undefined, metric: Metric): number | null {
  const value = row?.metrics[metric];
  return typeof value === "number" ? value : null;
}

function instant(at: number | undefined): { at?: string } {
  return at === undefined ? {} : { at: new Date(at).toISOString() };
}

const DROPS = occurrencesOf("dropped", "all");

/** Drops by reason, the most frequent first. Reasons are the keys of `DROP_REASONS`. */
function drops(rows: readonly Row[]) {
  return rows
    .map(({ labels: [label = ""], fields }) => ({
      reason: label,
      text: DROP_REASONS[label as DropReason] ?? label,
      count: fields.customEvents,
    }))
    .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
}

interface Note {
  code: Warning["code"] | "not_compared";
  message: string;
  metrics?: Metric[];
  /** The breakdown it is about. */
  dimension?: string;
  days?: string[];
}

const NOT_COMPARED: Note = {
  code: "not_compared",
  message: "D1 does not answer, so that there is nothing to compare with.",
};

function sumNotes({ warnings }: Answer): Note[] {
  return warnings
    .filter(({ code }) => code === "sum_of_days")
    .map(({ metric, code, message }) => ({ code, message, metrics: [metric] }));
}

/** All metrics are imported alike: one note. */
function importNotes({ warnings }: Answer): Note[] {
  const imported = warnings.find(({ code }) => code === "imported");
  return imported ? [{ code: imported.code, message: imported.message }] : [];
}

/** What is an upper bound, a mean over hosts, or of small values together in a breakdown. */
function boundNotes({ name }: Panel, { warnings }: Answer): Note[] {
  return warnings
    .filter(({ code }) => code === "upper_bound" || code === "mean_of_hosts" || code === "min_visitors")
    .map(({ metric, code, message }) => ({
      code,
      message,
      metrics: [metric],
      dimension: name,
    }));
}

/** Flags of the period's days and of those it is compared with. */
function flagNotes(flags: Flags): Note[] {
  return [...flags].map(([flag, days]) => {
    const [kind, dimension] = flag.split(/:(.*)/s);
    if (kind !== "capped") {
      return { code: "approximate", message: "Visitors could not be told apart as they should on these days.", days };
    }
    const message = "More values occurred on these days than are counted apart; the rest is under (other).";
    // Of a whole kind of dimensions, no single one is named.
    const isOne = DIMENSIONS.some(({ name }) => name === dimension) || dimension === "properties";
    return { code: "capped", message, ...(isOne && dimension !== undefined && { dimension }), days };
  });
}
