/**
 * `GET /api/stats/:domain?period=&date=`: one answer with all an owner looks at first.
 *
 * Periods are those of v1; the default is `day`, today, so that a newcomer's first page view shows at once (v1's
 * default, `30d`, ends yesterday).
 */

import { z } from "zod";
import { localDayAt } from "../calendar.ts";
import { DIMENSIONS } from "../dimensions.ts";
import { DROP_REASONS, type DropReason } from "../drops.ts";
import { COLUMN } from "../metrics.ts";
import type { Context } from "../route.ts";
import { Unavailable } from "../store/unavailable.ts";
import { timezoneAt } from "./buckets.ts";
import { ACCESS, type Access, answering, countsOf, parametersOf, periodFields, reportJson } from "./face.ts";
import { gatherLive } from "./gather.ts";
import { changeOf } from "./metrics.ts";
import { type DateRange, daysOf, type Period, rangeBefore, rangeOf } from "./period.ts";
import { canBreakDown, type Warning } from "./planner.ts";
import { METRICS_OF, PROPERTIES } from "./properties.ts";
import type { Metric, ReportQuery } from "./query.ts";
import type { Read, Row } from "./read.ts";
import { type Answer, type Flags, type ResultRow, run } from "./run.ts";

const PARAMETERS = z.object(periodFields);
const TOTALS: readonly Metric[] = METRICS_OF.total;
const TOP_VALUES = 10;
/** A longer range is shown by month. */
const MOST_DAYS_SHOWN = 366;

const BREAKDOWNS: readonly Pick<ReportQuery, "property" | "metrics">[] = PROPERTIES.map((property) => ({
  property: property.name,
  metrics: property.metrics.filter((metric) => canBreakDown(property, metric)),
}));

/**
 * The summary:
 * ```
 * { site, timezone, period: {name, from, to}, compared_with: {from, to},
 *   metrics: {visitors: {value, comparison_value, change}, …},
 *   interval: "hour"|"day"|"month", timeseries: [{date, at?, visitors, …}],
 *   dimensions: {"visit:source": [{value, visitors, …}], …},
 *   drops: [{reason, text, count}], realtime: {visitors, minutes: [{at, visitors, pageviews}]},
 *   notes: [{code, message, metrics?, dimension?, days?}] }
 * ```
 * Ratios over nothing are null, and so is a change from or to one.
 */
export function summary(_request: Request, context: Context, access: Access = ACCESS): Promise<Response> {
  return answering(async () => {
    const asked = parametersOf(context.url, PARAMETERS);
    if (asked instanceof Response) return asked;
    const site = await access.siteFor(context, context.params.domain ?? "");
    if (site instanceof Response) return site;

    const name = asked.period ?? "day";
    const range = rangeOf(name, asked.date, localDayAt(site.zones, context.now).day);
    const before = rangeBefore(range);
    const interval = intervalOf(name, range);
    const queries: ReportQuery[] = [
      { metrics: TOTALS, ...range, filters: [] },
      { metrics: TOTALS, ...range, filters: [], interval },
      ...BREAKDOWNS.map((asked) => ({ ...asked, ...range, filters: [], page: { offset: 0, count: TOP_VALUES } })),
    ];
    const comparison: ReportQuery = { metrics: TOTALS, ...before, filters: [] };
    const counts = countsOf(site, context, access);
    const further = [{ ...DROPS, ...range }];
    const [report, live] = await Promise.all([
      run([...queries, comparison], counts, further).catch((error: unknown) => {
        // What is compared with mostly rests in D1: without it, today's counts are still the tallies' to tell.
        if (!(error instanceof Unavailable && error.part === "D1")) throw error;
        return run(queries, counts, further);
      }),
      gatherLive(counts),
    ]);
    const [totals, series, ...others] = report.answers;
    const breakdowns = others.slice(0, BREAKDOWNS.length);
    const compared = others[BREAKDOWNS.length];
    return reportJson({
      site: site.domain,
      timezone: timezoneAt(site.zones, context.now),
      period: { name, ...range },
      compared_with: before,
      metrics: changes(totals?.rows[0], compared?.rows[0]),
      interval,
      timeseries: series?.rows.map(({ date, at, metrics }) => ({ date, ...instant(at), ...metrics })),
      dimensions: Object.fromEntries(
        breakdowns.map(({ query, rows }) => [
          query.property,
          rows.map(({ label, metrics }) => ({ value: label, ...metrics })),
        ]),
      ),
      drops: drops(report.further[0] ?? []),
      realtime: {
        visitors: live.visitors,
        minutes: live.minutes.map(({ at, ...minute }) => ({ ...instant(at), ...minute })),
      },
      notes: [
        ...(totals ? sumNotes(totals) : []),
        ...breakdowns.flatMap(boundNotes),
        ...flagNotes(report.flags),
        ...(compared ? [] : [NOT_COMPARED]),
      ],
    });
  });
}

function intervalOf(period: Period, range: DateRange): "hour" | "day" | "month" {
  if (range.from === range.to) return "hour";
  return period === "6mo" || period === "12mo" || daysOf(range) > MOST_DAYS_SHOWN ? "month" : "day";
}

function changes(now: ResultRow | undefined, before: ResultRow | undefined) {
  return Object.fromEntries(
    TOTALS.map((metric) => {
      const value = now?.metrics[metric] ?? null;
      const comparison = before?.metrics[metric] ?? null;
      return [metric, { value, comparison_value: comparison, change: changeOf(metric, value, comparison) }];
    }),
  );
}

function instant(at: number | undefined): { at?: string } {
  return at === undefined ? {} : { at: new Date(at).toISOString() };
}

const DROPS: Omit<Read, "from" | "to"> = {
  sources: [{ from: "dropped", columns: { customEvents: COLUMN.customEvents } }],
  bucket: "all",
  label: { rule: "whole", blank: "" },
  filters: [],
  fields: ["customEvents"],
  top: null,
};

/** Drops by reason, the most frequent first. Reasons are the keys of `DROP_REASONS`. */
function drops(rows: readonly Row[]) {
  return rows
    .map(({ label, fields }) => ({
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

/** What is an upper bound, or a mean over hosts, in a breakdown. */
function boundNotes({ query, warnings }: Answer): Note[] {
  return warnings
    .filter(({ code }) => code === "upper_bound" || code === "mean_of_hosts")
    .map(({ metric, code, message }) => ({
      code,
      message,
      metrics: [metric],
      ...(query.property !== undefined && { dimension: query.property }),
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
