import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { localDayAt } from "../../src/calendar.ts";
import type { OpenDay } from "../../src/hit.ts";
import { LIMITS } from "../../src/limits.ts";
import { filterIn } from "../../src/report/filter-input.ts";
import { panelsUnder } from "../../src/report/panels.ts";
import { VIEW_PERIODS } from "../../src/report/period.ts";
import type { Metric } from "../../src/report/query.ts";
import { summary } from "../../src/report/summary.ts";
import {
  type Bucket,
  COMPARISONS,
  INTERVALS,
  type Panel,
  type Refused,
  type SummaryAnswer,
} from "../../src/report/summary-answer.ts";
import { queryV2 } from "../../src/report/v2.ts";
import type { Credential } from "../../src/route.ts";
import { dayCounts } from "../../src/tally/day-counts.ts";
import { apply } from "../../src/tally/machine.ts";
import { TallyState } from "../../src/tally/state.ts";
import { hitOf, step } from "../tally/arbitrary.ts";
import { goalOf, siteOf, storeDay, world } from "./fakes.ts";

/**
 * The numbers of the dashboard are those of the API: whatever is asked of the summary, `POST /api/v2/query` answers the
 * same of each of its parts, in the same order, and refuses what it refuses, for the same reason.
 */

const goals = [
  goalOf("event", "Signup", { currency: "EUR" }),
  goalOf("page", "/*", { id: 2 }),
  // Defined within the days of the test.
  goalOf("page", "/**", { id: 3, createdAt: Date.parse("2026-11-18T12:00:00Z") }),
];
const site = { ...siteOf(1, { shards: 2, goals }), isPublic: true, minVisitors: 2 };
const tallies: { days: OpenDay[] }[] = [{ days: [] }, { days: [] }];
let now = Date.parse("2026-11-13T05:00:00Z");

/** A life of 400 steps in some ten days, of which the last are open. */
beforeAll(async () => {
  const steps = fc.sample(fc.array(step, { minLength: 400, maxLength: 400 }), { seed: 5, numRuns: 1 })[0] ?? [];
  const shards = tallies.map(() => new TallyState(LIMITS));
  for (const [index, one] of steps.entries()) {
    now += one.passesMs;
    const hit = hitOf(one, index, now, site.zones);
    const today = localDayAt(site.zones, now);
    const shard = one.person % shards.length;
    const tomorrow = localDayAt(site.zones, today.endsAt);
    const batch = { siteId: site.id, shard, shards: shards.length, hits: [hit], today, tomorrow };
    apply(shards[shard] as TallyState, now, [batch]);
  }
  const { day: today } = localDayAt(site.zones, now);
  for (const [shard, state] of shards.entries()) {
    for (const day of state.days.values()) {
      const counts = { day: day.local.day, ...dayCounts(day, [...state.visits.values()]) };
      if (day.local.day === today) tallies[shard]?.days.push(counts);
      else await storeDay(site, counts, shard);
    }
  }
});

const VALUES: Record<string, string[]> = {
  "visit:source": ["Google", "Mastodon", "Direct / None", "nothing"],
  "visit:channel": ["Direct", "Paid Search"],
  "visit:referrer": ["Google.example/"],
  "visit:utm_medium": ["cpc", "(not set)"],
  "visit:utm_campaign": ["spring 1", "spring 0"],
  "visit:country": ["LV", "DE"],
  "visit:country_name": ["Latvia"],
  "visit:region": ["LV-RIX"],
  "visit:browser": ["Firefox", "Chrome"],
  "visit:browser_version": ["140", "142"],
  "visit:os": ["Linux"],
  "visit:device": ["Mobile", "Desktop"],
  "visit:language": ["lv", "de"],
  "visit:entry_page": ["/0", "/1"],
  "visit:exit_page": ["/2"],
  "event:page": ["/0", "/1", "/4"],
  "event:hostname": ["example.com"],
  "event:name": ["Signup", "pageview"],
  "event:goal": ["Signup", "Visit /*", "Visit /**", "Visit /none"],
  "event:props:plan": ["1", "3"],
  "visit:city": ["Riga"],
};

const condition = fc
  .tuple(
    fc.constantFrom("is", "is", "is", "is_not", "contains", "matches"),
    fc.constantFrom(...Object.entries(VALUES)),
    fc.integer({ min: 1, max: 2 }),
    fc.constantFrom(true, true, false),
  )
  .map(([operator, [dimension, values], count, isSensitive]) => [
    operator,
    dimension,
    values.slice(0, count),
    ...(isSensitive ? [] : [{ case_sensitive: false }]),
  ]);

const question = fc.record({
  filters: fc.oneof(
    { weight: 6, arbitrary: fc.array(condition, { maxLength: 1 }) },
    { weight: 2, arbitrary: fc.array(condition, { minLength: 2, maxLength: 2 }) },
    { weight: 1, arbitrary: fc.tuple(condition, condition).map((both) => [["or", both]]) },
  ),
  period: fc.constantFrom(...VIEW_PERIODS),
  compare: fc.constantFrom(undefined, ...COMPARISONS),
  interval: fc.constantFrom(undefined, undefined, undefined, ...INTERVALS),
  who: fc.constantFrom<Credential["kind"]>("admin", "admin", "public"),
});
type Question = typeof question extends fc.Arbitrary<infer Made> ? Made : never;

const CUSTOM = { date: "2026-11-14,2026-11-19", compare_date: "2026-11-10,2026-11-16" };

type Answered<T> = { status: number; body: T };

function contextOf(path: string, who: Credential["kind"]) {
  const at = world(site, tallies, { now });
  const context = at.context(path, { domain: site.domain });
  const isPublic = who === "public";
  const credential: Credential = { kind: who, id: 0, scopes: isPublic ? ["stats"] : ["admin", "stats"], siteId: null };
  return { context: { ...context, env: { ...context.env, API_REQUESTS_PER_HOUR: 0 }, credential }, access: at.access };
}

async function askSummary(asked: Question): Promise<Answered<SummaryAnswer & { error?: string }>> {
  const { period, compare, interval, filters, who } = asked;
  const query = new URLSearchParams({
    period,
    filters: JSON.stringify(filters),
    ...(period === "custom" && { date: CUSTOM.date }),
    ...(compare && { compare }),
    ...(compare === "custom" && { compare_date: CUSTOM.compare_date }),
    ...(interval && { interval }),
  });
  const { context, access } = contextOf(`/api/stats/${site.domain}?${query}`, who);
  const response = await summary(new Request(context.url), context, access);
  return { status: response.status, body: await response.json() };
}

interface V2 {
  results: {
    dimensions: string[];
    metrics: unknown[];
    comparison?: { dimensions: (string | null)[]; metrics: unknown[]; change: unknown[] };
  }[];
  meta: { partial_time_labels?: string[]; detail_from?: string };
  error?: string;
}

async function askV2(who: Credential["kind"], query: object): Promise<Answered<V2>> {
  const { context, access } = contextOf("/api/v2/query", who);
  const request = new Request(context.url, {
    method: "POST",
    body: JSON.stringify({ site_id: site.domain, ...query }),
  });
  const response = await queryV2(request, context, access);
  return { status: response.status, body: await response.json() };
}

/** The rule of an error, behind the place that it names. */
function rule(text = ""): string {
  return text.slice(text.indexOf(": ") + 2);
}

const seen = { answered: 0, refused: 0, partly: 0, wrong: 0, rows: 0, compared: 0, folded: 0, uncompared: 0 };

async function isRefusedAlike(who: Credential["kind"], { message }: Refused, query: object): Promise<void> {
  seen.refused++;
  const { status, body } = await askV2(who, query);
  expect(status, JSON.stringify(query)).toBe(400);
  expect(rule(body.error), JSON.stringify(query)).toBe(rule(message));
}

/** What a panel is filtered by: not by which of its own values are looked at. */
function filtersOf(name: string, { filters }: Question) {
  const all: readonly unknown[] = filters;
  return all.filter((one) => !(Array.isArray(one) && one[0] === "is" && one[1] === name));
}

async function checkPanel(name: string, panel: Panel, asked: Question, days: [string, string]): Promise<void> {
  const { who } = asked;
  const filters = filtersOf(name, asked);
  const version = /^visit:(browser|os)_version$/.exec(name);
  const dimensions = version ? [`visit:${version[1]}`, name] : [name];
  const query = { date_range: days, filters, dimensions, metrics: panel.metrics, pagination: { limit: 10 } };
  const { status, body } = await askV2(who, query);
  expect(status, JSON.stringify([query, body])).toBe(200);
  const found = body.results.slice(0, 9).map(({ dimensions, metrics }) => ({
    value: [...new Set(dimensions)].join(" "),
    ...Object.fromEntries(panel.metrics.map((metric, index) => [metric, metrics[index]])),
  }));
  const shown = panel.rows.map(({ name: _name, parts: _parts, folded, ...row }) => {
    if (folded) seen.folded++;
    return row;
  });
  expect(shown, JSON.stringify(query)).toEqual(found);
  expect(panel.more).toBe(body.results.length > 9);
  seen.rows += shown.length;
  const wanted = panelsUnder(filterIn(JSON.stringify(asked.filters)) as never, site).find(
    (one) => one.name === name,
  )?.metrics;
  for (const metric of (wanted ?? []).filter((metric) => !panel.metrics.includes(metric))) {
    seen.partly++;
    expect((await askV2(who, { ...query, metrics: [metric] })).status, metric).toBe(400);
  }
}

async function checkSeries(body: SummaryAnswer, asked: Question, comparisons: object | undefined): Promise<void> {
  const { timeseries, compared_series: before, interval, period } = body;
  const { filters, who } = asked;
  const query = { date_range: [period.from, period.to], filters, dimensions: [`time:${interval}`] };
  // What is compared with may be refused by itself.
  const include = comparisons && before ? { comparisons } : {};
  if (!Array.isArray(timeseries)) return isRefusedAlike(who, timeseries.refused, { ...query, metrics: ["pageviews"] });
  const metrics = metricsOf(timeseries[0]);
  const both = await askV2(who, { ...query, metrics, include });
  // So may metrics of it.
  const { status, body: found } = both.status === 200 ? both : await askV2(who, { ...query, metrics });
  expect(status, JSON.stringify([query, metrics, found])).toBe(200);
  const byLabel = new Map(found.results.map((row) => [row.dimensions[0], row]));
  const today = localDayAt(site.zones, now).day;
  for (const [place, bucket] of timeseries.entries()) {
    const row = byLabel.get(bucket.date);
    const isToCome = bucket.at === undefined ? bucket.date > today : Date.parse(bucket.at) > now;
    const values = metrics.map((metric) => bucket[metric] ?? null);
    if (isToCome) expect(new Set(values)).toEqual(new Set([null]));
    // Without a comparison, v2 leaves out times of which nothing was counted.
    else if (row) expect(values, bucket.date).toEqual(row.metrics);
    else expect(values.filter(Boolean), bucket.date).toEqual([]);
    if (!before || !row?.comparison) continue;
    seen.compared++;
    const then = before[place];
    expect(then?.date ?? null, bucket.date).toBe(row.comparison.dimensions[0]);
    if (then) expect(metricsOf(then).map((metric) => then[metric])).toEqual(row.comparison.metrics);
  }
}

function metricsOf(bucket: Bucket | undefined): Metric[] {
  const { date: _date, at: _at, partial: _partial, ...metrics } = bucket ?? { date: "" };
  return Object.keys(metrics) as Metric[];
}

async function checkTotals(body: SummaryAnswer, asked: Question, comparisons: object | undefined): Promise<void> {
  const { filters, who } = asked;
  const query = {
    date_range: [body.period.from, body.period.to],
    filters,
    include: comparisons ? { comparisons } : {},
  };
  const all = Object.entries(body.metrics);
  const told = all.flatMap(([metric, one]) => ("refused" in one ? [] : [{ metric, ...one }]));
  for (const [metric, one] of all) {
    if (!("refused" in one)) continue;
    // What the counts alone tell is told last: a metric by itself may be refused before that, for another reason.
    const isOfCounts = one.refused.code === "few_visitors" || one.refused.code === "goal_since";
    const metrics = isOfCounts ? ["pageviews"] : [metric];
    await isRefusedAlike(who, one.refused, { ...query, include: {}, metrics });
  }
  if (told.length === 0) return;
  const { status, body: found } = await askV2(who, { ...query, metrics: told.map(({ metric }) => metric) });
  if (status === 400) {
    // What is compared with may be refused by itself.
    expect(body.notes.map(({ code }) => code)).toContain("not_compared");
    seen.uncompared++;
    return;
  }
  const [row] = found.results;
  expect(told.map(({ value }) => value)).toEqual(row?.metrics);
  if (!comparisons) return;
  expect(told.map(({ comparison_value }) => comparison_value)).toEqual(row?.comparison?.metrics);
  expect(told.map(({ change }) => change)).toEqual(row?.comparison?.change);
}

describe("the summary", { timeout: 240_000 }, () => {
  it("has the numbers of the Stats API, and its refusals", async () => {
    await fc.assert(
      fc.asyncProperty(question, async (asked) => {
        const { status, body } = await askSummary(asked);
        const { filters, who, period, interval } = asked;
        if (status !== 200) {
          seen.wrong++;
          expect(status).toBe(400);
          if (interval && /^interval: must be one of/.test(body.error ?? "")) return;
          const found = await askV2(who, { date_range: "day", metrics: ["visitors"], filters });
          expect(found.status).toBe(400);
          // What is wrong with a filter's second condition is said after what the public is told of the first.
          if (who !== "public") expect(rule(found.body.error)).toBe(rule(body.error));
          return;
        }
        seen.answered++;
        const mode = asked.compare ?? (period === "all" ? "off" : "previous_period");
        const dates = CUSTOM.compare_date.split(",");
        const comparisons = mode === "off" ? undefined : { mode, ...(mode === "custom" && { date_range: dates }) };
        await checkTotals(body, asked, comparisons);
        await checkSeries(body, asked, comparisons);
        for (const [name, panel] of Object.entries(body.dimensions)) {
          const days: [string, string] = [body.period.from, body.period.to];
          if (!("refused" in panel)) await checkPanel(name, panel, asked, days);
          else {
            const own = filtersOf(name, asked);
            const query = { date_range: days, filters: own, dimensions: [name], metrics: ["pageviews"] };
            if (!name.endsWith("_version") && panel.refused.code !== "not_counted") {
              await isRefusedAlike(who, panel.refused, query);
            }
          }
        }
      }),
      { numRuns: 100, endOnFailure: true, ...(env.FOOTFALL_SEED ? { seed: Number(env.FOOTFALL_SEED) } : {}) },
    );
    // Were most refused, nothing would be proved.
    expect(seen.answered, JSON.stringify(seen)).toBeGreaterThan(40);
    expect(seen.rows, JSON.stringify(seen)).toBeGreaterThan(500);
    expect(seen.compared, JSON.stringify(seen)).toBeGreaterThan(100);
    expect(seen.refused, JSON.stringify(seen)).toBeGreaterThan(100);
  });
});
