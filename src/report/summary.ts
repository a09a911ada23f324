/** `GET /api/stats/:domain`: one answer with all an owner looks at first, of which the dashboard is a face. */

import { z } from "zod";
import { mayChange } from "../manage/site-access.ts";
import type { Context } from "../route.ts";
import type { Site } from "../site.ts";
import { Unavailable } from "../store/unavailable.ts";
import { timezoneAt } from "./buckets.ts";
import { csvAnswer, wantsCsv } from "./csv.ts";
import { DROPS, dropsOf } from "./drops.ts";
import { ACCESS, type Access, answering, countsOf, localNow, parametersOf, reportJson } from "./face.ts";
import { filterIn } from "./filter-input.ts";
import { type Counts, firstCountedDay, firstDayOf, gatherLive } from "./gather.ts";
import { shownLive } from "./live.ts";
import { changeOf } from "./metrics.ts";
import { commonNotes, comparedNotes, flagNotes, notCompared, once, panelNotes, totalsNotes } from "./notes.ts";
import { panelOf, panelsUnder, refusedOf, totalsUnder } from "./panels.ts";
import type { LocalNow, Range } from "./period.ts";
import { plan } from "./planner.ts";
import { propertyNames } from "./property-names.ts";
import { type Filter, type Metric, queryOf, Refusal, type ReportQuery } from "./query.ts";
import { type PartialAnswer, type PartialReport, runEach } from "./run.ts";
import { comparedSeries, seriesOf } from "./series.ts";
import { PROPERTY_NAMES } from "./sources.ts";
import type { Change, Note, SummaryAnswer } from "./summary-answer.ts";
import { shownFields, type View, viewFields, viewOf } from "./view.ts";

export const PARAMETERS = z.object({
  ...viewFields,
  ...shownFields,
  filters: z
    .string()
    .optional()
    .describe('As those of `POST /api/v2/query`, in JSON: `[["is","visit:source",["Google"]]]`.'),
});

type Outcome = PartialAnswer | Refusal;

/**
 * The summary, as `SummaryAnswer` has it.
 *
 * Ratios over nothing are null, and so is a change from or to one. A period that is not over is compared to the same
 * hour: `to_hour` is the last hour of its last day that is compared with. What cannot be told is refused by itself; a
 * question that is none is answered with 400.
 *
 * As CSV: the time series.
 */
export function summary(request: Request, context: Context, access: Access = ACCESS): Promise<Response> {
  return answering(async () => {
    const asked = parametersOf(context.url, PARAMETERS);
    if (asked instanceof Response) return asked;
    const filter = asked.filters === undefined ? null : filterIn(asked.filters);
    if (filter instanceof Response) return filter;
    const domain = (context.params.domain ?? "").replace(/\.csv$/, "");
    const site = await access.siteFor(context, domain);
    if (site instanceof Response) return site;

    const counts = countsOf(site, context, access);
    const now = localNow(site, context.now);
    const allFrom = asked.period === "all" ? await firstDayOf(counts) : now.today;
    const view = viewOf(asked, now, allFrom);
    if (wantsCsv(request, context.url)) return seriesCsv(view, filter, counts, now);
    const [{ report, isCompared }, firstKnown, live] = await Promise.all([
      lookedUp(view, filter, counts),
      isOfTodayAlone(view, now) ? firstDayOrNull(counts) : null,
      gatherLive(counts),
    ]);
    // Of days before today no tally is asked: a new site has counts in none but them.
    const firstDay = firstKnown ?? report.bounds.firstDay ?? (await firstDayOrNull(counts));
    return reportJson({
      site: site.domain,
      timezone: timezoneAt(site.zones, context.now),
      viewer: { owner: counts.isOwners, manages: mayChange(context.credential, site) },
      ...(await shown(view, filter, report, counts, now, isCompared)),
      first_day: firstDay,
      realtime: shownLive(live),
    } satisfies SummaryAnswer);
  });
}

/** All that is asked for a view, in the order in which `shown` takes the answers. */
function queriesOf(
  { range, soFar, interval }: View,
  filter: Filter | null,
  { site, minVisitors }: Counts,
): ReportQuery[] {
  const metrics = totalsUnder(filter);
  return [
    queryOf({ metrics, range: soFar, filter }),
    queryOf({ metrics, range, filter, dimensions: [`time:${interval}`] }),
    ...panelsUnder(filter, site).map(({ metrics, dimensions, rows, filter }) =>
      queryOf({ metrics, range, filter, dimensions, page: { offset: 0, count: rows + 1 } }),
    ),
    // Of which events the public may know, so that it is told of no other's properties.
    ...(minVisitors > 0 ? [queryOf({ metrics: ["visitors"], range, dimensions: ["event:name"] })] : []),
  ];
}

function comparisonsOf({ before, timesBefore, interval }: View, filter: Filter | null): ReportQuery[] {
  if (!before || !timesBefore) return [];
  const metrics = totalsUnder(filter);
  return [
    queryOf({ metrics, range: before, filter }),
    queryOf({ metrics, range: timesBefore, filter, dimensions: [`time:${interval}`] }),
  ];
}

async function lookedUp(view: View, filter: Filter | null, counts: Counts) {
  const queries = queriesOf(view, filter, counts);
  const { from, to } = view.range;
  const further = [DROPS, PROPERTY_NAMES].map((read) => ({ ...read, from, to }));
  try {
    const report = await runEach([...queries, ...comparisonsOf(view, filter)], counts, further);
    return { report, isCompared: view.before !== null };
  } catch (error) {
    // What is compared with mostly rests in D1: without it, today's counts are still the tallies' to tell.
    if (!(error instanceof Unavailable && error.part === "D1")) throw error;
    return { report: await runEach(queries, counts, further), isCompared: false };
  }
}

/** Whether D1 is not asked, and so the first day with counts is not seen with the rest. */
function isOfTodayAlone({ range, before }: View, { today }: LocalNow): boolean {
  const from = before && before.from < range.from ? before.from : range.from;
  return from >= today;
}

/** The first day with counts; null where there are none, and where that cannot be told now. */
function firstDayOrNull(counts: Counts): Promise<string | null> {
  return firstCountedDay(counts).catch(() => null);
}

async function shown(
  view: View,
  filter: Filter | null,
  { outcomes, flags, bounds, further }: PartialReport,
  counts: Counts,
  now: LocalNow,
  isCompared: boolean,
): Promise<Omit<SummaryAnswer, "site" | "timezone" | "viewer" | "first_day" | "realtime">> {
  const { site, minVisitors } = counts;
  const { range, before, interval, intervals } = view;
  const rest = [...outcomes];
  const take = (): Outcome => rest.shift() ?? new Refusal("metrics", "is not asked for");
  const totals = take();
  const times = take();
  const panels = panelsUnder(filter, site).map((panel) => ({ panel, outcome: take() }));
  const events = minVisitors > 0 ? take() : null;
  const [totalsBefore, timesBefore] = isCompared ? [take(), take()] : [null, null];
  // What is refused without a code is no question.
  for (const outcome of outcomes) if (outcome instanceof Refusal && outcome.code === null) throw outcome;

  const timeseries =
    times instanceof Refusal ? { refused: refusedOf(times) } : seriesOf(times, { ...now, now: counts.now });
  const known = outcomes.filter((outcome): outcome is PartialAnswer => !(outcome instanceof Refusal));
  const usesPairs = known.some((answer) => answer.usesPairs);
  const lists = await Promise.all(
    panels.map(async ({ panel, outcome }) => [panel.name, await panelOf(panel, outcome)] as const),
  );
  return {
    period: { name: view.period, from: range.from, to: range.to },
    compared_with: before && { from: before.from, to: before.to, ...(before.hours && { to_hour: before.hours.to }) },
    detail_from: usesPairs ? laterOf(bounds.firstPairDay, range.from) : null,
    metrics: Object.fromEntries(totalsUnder(filter).map((metric) => [metric, changed(metric, totals, totalsBefore)])),
    interval,
    intervals: intervals.filter((name) => name !== "hour" || areHoursTold(view.range, filter, site)),
    timeseries,
    compared_series:
      times instanceof Refusal || timesBefore === null || timesBefore instanceof Refusal
        ? null
        : comparedSeries(times, timesBefore),
    dimensions: Object.fromEntries(lists),
    properties: propertyNames(
      further[1] ?? [],
      totals instanceof Refusal ? null : totals.query.filter,
      site.goals,
      mayTell(events),
    ),
    drops: dropsOf(further[0] ?? []),
    notes: once([
      ...totalsNotes(totals),
      ...(totalsBefore ? comparedNotes(totalsBefore) : []),
      ...panels.flatMap(({ panel, outcome }) => panelNotes(panel.name, outcome)),
      ...commonNotes(panels.map(({ outcome }) => outcome)),
      ...flagNotes(flags),
      ...comparisonNotes(before, totals, totalsBefore),
    ]),
  };
}

/** What of the totals has nothing to be compared with. */
function comparisonNotes(before: Range | null, totals: Outcome, totalsBefore: Outcome | null): Note[] {
  if (!before || totals instanceof Refusal) return [];
  if (!totalsBefore) return [notCompared("D1 does not answer, so that there is nothing to compare with.")];
  if (totalsBefore instanceof Refusal) return [notCompared(refusedOf(totalsBefore).message)];
  const refused = [...totalsBefore.refused].filter(([metric]) => !totals.refused.has(metric));
  return refused.map(([metric, why]) => ({ ...notCompared(refusedOf(why).message), metrics: [metric] }));
}

/** Of whom the public may be told that he is among the events: of all it is, for an owner. */
function mayTell(events: Outcome | null): (event: string) => boolean {
  if (events === null) return () => true;
  if (events instanceof Refusal) return () => false;
  const apart = events.rows.flatMap(({ isFolded, dimensions: [name = ""] }) => (isFolded ? [] : [name]));
  return (event) => apart.includes(event);
}

/** Whether hours are counted together with what is asked. */
function areHoursTold(range: Range, filter: Filter | null, { goals }: Site): boolean {
  try {
    plan(queryOf({ metrics: ["visitors"], range, filter, dimensions: ["time:hour"] }), goals);
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

async function seriesCsv(
  { range, interval }: View,
  filter: Filter | null,
  counts: Counts,
  now: LocalNow,
): Promise<Response> {
  const query = queryOf({ metrics: totalsUnder(filter), range, filter, dimensions: [`time:${interval}`] });
  const [series] = (await runEach([query], counts)).outcomes;
  if (!series || series instanceof Refusal) throw series ?? new Refusal("interval", "has no times");
  const { metrics } = series.query;
  const rows = seriesOf(series, { ...now, now: counts.now }).map((bucket) => [
    bucket.date,
    ...metrics.map((metric) => bucket[metric] ?? null),
  ]);
  return csvAnswer(counts.site.domain, ["date", ...metrics], rows);
}

function changed(metric: Metric, now: Outcome, before: Outcome | null): NonNullable<SummaryAnswer["metrics"][Metric]> {
  const refused = now instanceof Refusal ? now : now.refused.get(metric);
  if (refused) return { refused: refusedOf(refused) };
  const value = numberOf(now, metric);
  const comparison = numberOf(before, metric);
  return { value, comparison_value: comparison, change: changeOf(metric, value, comparison) } satisfies Change;
}

function numberOf(outcome: Outcome | null, metric: Metric): number | null {
  if (!outcome || outcome instanceof Refusal) return null;
  const value = outcome.rows[0]?.metrics[metric];
  return typeof value === "number" ? value : null;
}

function laterOf(one: string | null, other: string): string {
  return one !== null && one > other ? one : other;
}
