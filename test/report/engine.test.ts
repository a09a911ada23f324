import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY_MS, localDayAt, type ZoneRule } from "../../src/calendar.ts";
import { type Goal, goalLabel } from "../../src/goals.ts";
import type { Hit, OpenDay } from "../../src/hit.ts";
import { LIMITS } from "../../src/limits.ts";
import type { Answer } from "../../src/report/answer.ts";
import type { Counts } from "../../src/report/gather.ts";
import { moneyOf } from "../../src/report/money.ts";
import type { Pattern } from "../../src/report/pattern.ts";
import { allOf, type Filter, type Metric, queryOf, Refusal, type ReportQuery } from "../../src/report/query.ts";
import { run } from "../../src/report/run.ts";
import { replaceCounts } from "../../src/store/counts.ts";
import { dayCounts } from "../../src/tally/day-counts.ts";
import { dayRows } from "../../src/tally/day-rows.ts";
import { apply } from "../../src/tally/machine.ts";
import { TallyState } from "../../src/tally/state.ts";
import { hitOf, start, step, timezone } from "../tally/arbitrary.ts";
import { NaiveCounter } from "../tally/naive.ts";
import { DEAR_D1, siteOf } from "./fakes.ts";
import { NaiveReport, type NaiveRow } from "./naive-report.ts";

/**
 * Random hits go through the tally's machine, to D1 or to open days; random queries are answered from their counts and,
 * by a naive evaluator, from the hits. An answer without a mark is equal to the last digit; one marked as an upper bound
 * is none below; the rest is refused.
 */

const SHARDS = 2;
const GOALS: Goal[] = [
  { id: 1, type: "page", name: "/*", currency: null, createdAt: 0 },
  { id: 2, type: "page", name: "/**", currency: null, createdAt: 0 },
  { id: 3, type: "event", name: "Signup", currency: "EUR", createdAt: 0 },
  { id: 4, type: "event", name: "__proto__", currency: null, createdAt: 0 },
];

const PROPERTIES = [
  "event:page",
  "event:hostname",
  "event:name",
  "event:goal",
  "event:props:plan",
  "event:props:__proto__",
  "visit:source",
  "visit:channel",
  "visit:referrer",
  "visit:utm_campaign",
  "visit:entry_page",
  "visit:exit_page",
  "visit:country",
  "visit:region",
  "visit:browser",
  "visit:browser_version",
  "visit:os",
  "visit:device",
  "visit:language",
];
const METRICS: Metric[] = [
  "visitors",
  "visits",
  "pageviews",
  "events",
  "views_per_visit",
  "bounce_rate",
  "visit_duration",
  "time_on_page",
  "scroll_depth",
  "percentage",
  "conversion_rate",
  "group_conversion_rate",
  "total_revenue",
];

/** Properties that pairs tell. */
const PAIRABLE = [
  "event:page",
  "event:hostname",
  "event:name",
  "event:goal",
  "visit:source",
  "visit:channel",
  "visit:utm_campaign",
  "visit:entry_page",
  "visit:country",
  "visit:browser",
  "visit:os",
  "visit:device",
  "visit:language",
];

/** Parts of the link that led here, which are told together. */
const LINK = ["visit:source", "visit:referrer", "visit:utm_medium", "visit:utm_campaign", "visit:utm_term"];

interface Condition {
  /** Which of the question's properties. */
  on: number;
  /** Which of the labels that there are, or a pattern. */
  picks: (number | Pattern)[];
  negate: boolean;
}

const condition: fc.Arbitrary<Condition> = fc.record({
  on: fc.nat(5),
  picks: fc.array(
    fc.oneof(
      { weight: 4, arbitrary: fc.nat(20) },
      { weight: 1, arbitrary: fc.constantFrom<Pattern>(["/", ""], ["", "o", ""], ["nothing like it"], ["", ""]) },
    ),
    { minLength: 1, maxLength: 2 },
  ),
  negate: fc.constantFrom(false, false, false, true),
});

/** What a question is about: mostly what can be answered. */
const about = fc.oneof(
  { weight: 5, arbitrary: fc.uniqueArray(fc.constantFrom(...PAIRABLE), { minLength: 2, maxLength: 2 }) },
  { weight: 4, arbitrary: fc.constantFrom(...PROPERTIES).map((property) => [property]) },
  { weight: 1, arbitrary: fc.constantFrom(["event:page", "event:hostname"], ["visit:country", "visit:region"]) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(["event:props:plan", "event:name"], ["event:props:__proto__", "event:goal"]),
  },
  { weight: 1, arbitrary: fc.uniqueArray(fc.constantFrom(...LINK), { minLength: 2, maxLength: 3 }) },
  { weight: 1, arbitrary: fc.uniqueArray(fc.constantFrom(...PROPERTIES), { maxLength: 3 }) },
);

const metric = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<Metric>("visitors", "pageviews", "events") },
  { weight: 3, arbitrary: fc.constantFrom<Metric>("visits", "bounce_rate", "visit_duration", "percentage") },
  { weight: 1, arbitrary: fc.constantFrom(...METRICS) },
);

const question = fc.record({
  metrics: fc.uniqueArray(metric, { minLength: 1, maxLength: 2 }),
  about,
  /** How many of them are broken down; conditions are on any. */
  broken: fc.nat(3),
  time: fc.constantFrom(null, null, null, "time:hour", "time:day", "time:week", "time:month"),
  conditions: fc.array(condition, { maxLength: 2 }),
  join: fc.constantFrom("and", "and", "or"),
  from: fc.nat(3),
  days: fc.nat(3),
  hours: fc.option(fc.record({ from: fc.constantFrom(0, 0, 7, 15), to: fc.nat(24) }), { freq: 8, nil: null }),
  ascending: fc.boolean(),
});
type Question = typeof question extends fc.Arbitrary<infer Made> ? Made : never;

const life = fc.record({
  timezone,
  start,
  steps: fc.array(step, { minLength: 1, maxLength: 50 }),
  open: fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
  /** Asked two days later, all days are in D1, and answers are kept. */
  isOver: fc.constantFrom(true, false, false),
  questions: fc.array(question, { minLength: 24, maxLength: 24 }),
});
type Life = typeof life extends fc.Arbitrary<infer Made> ? Made : never;

/** The hit of a step; one of its pages has the path of another, on another host. */
function moved(hit: Hit): Hit {
  return hit.page === "example.com/4" ? { ...hit, page: "shop.example.com/0" } : hit;
}

/** Lives a life, and puts its counts where reports look for them. */
async function lived({ timezone, start, steps, open, isOver }: Life, siteId: number) {
  const zones: ZoneRule[] = [{ timezone, fromDay: "1970-01-01", fromAt: 0 }];
  const shards = Array.from({ length: SHARDS }, () => new TallyState(LIMITS));
  const naive = new NaiveCounter(LIMITS);
  let now = start;
  for (const [index, one] of steps.entries()) {
    now += one.passesMs;
    const hit = moved(hitOf(one, index, now, zones));
    const today = localDayAt(zones, now);
    const shard = one.person % SHARDS;
    apply(shards[shard] as TallyState, now, [
      { siteId, shard, shards: SHARDS, hits: [hit], today, tomorrow: localDayAt(zones, today.endsAt) },
    ]);
    naive.add(hit, now);
  }
  await env.DB.prepare(
    "INSERT OR IGNORE INTO sites (id, domain, zones, shard_rules, created_at) VALUES (?, ?, '[]', '[]', 0)",
  )
    .bind(siteId, `${siteId}.example`)
    .run();
  await env.DB.prepare("DELETE FROM counts WHERE site_id = ?").bind(siteId).run();
  await env.DB.prepare("DELETE FROM answers WHERE site_id = ?").bind(siteId).run();
  const openDays: OpenDay[][] = shards.map(() => []);
  const days = new Set<string>();
  let place = 0;
  for (const [shard, state] of shards.entries()) {
    for (const day of state.days.values()) {
      days.add(day.local.day);
      const visits = [...state.visits.values()];
      if (open[place++ % open.length] && !isOver) {
        openDays[shard]?.push({ day: day.local.day, ...dayCounts(day, visits) });
      } else {
        await replaceCounts(env.DB, { siteId, period: day.local.day, writer: shard }, 1, dayRows(day, visits));
      }
    }
  }
  const site = { ...siteOf(siteId, { shards: SHARDS }), zones, goals: GOALS };
  const counts: Counts = {
    site,
    db: DEAR_D1,
    tally: (_, shard) => ({
      open: async () => openDays[shard] ?? [],
      live: async () => ({ visitors: 0, minutes: [] }),
    }),
    wait: async () => undefined,
    now: isOver ? now + 2 * DAY_MS : now,
    minVisitors: 0,
    isOwners: true,
    spent: () => undefined,
    later: (work) => kept.push(work),
  };
  return { counts, naive: new NaiveReport(naive.story(), GOALS), days: [...days].sort() };
}

function queryOfQuestion(asked: Question, naive: NaiveReport, days: readonly string[]): ReportQuery {
  const { metrics, about, broken, time, conditions, join, from, days: length, hours } = asked;
  const parts = about.length === 0 ? [] : conditions.map((one) => filterOf(one, about, naive));
  const first = days[from % days.length] ?? "";
  const last = days[Math.min((from % days.length) + length, days.length - 1)] ?? "";
  return queryOf({
    metrics,
    range: { from: first, to: last, hours: hours && (first < last || hours.from <= hours.to) ? hours : null },
    dimensions: [...(time ? [time] : []), ...about.slice(0, broken)],
    filter: parts.length > 1 && join === "or" ? { or: parts } : allOf(parts),
    order: asked.ascending && metrics[0] ? [{ by: metrics[0], direction: "asc" }] : [],
  });
}

function filterOf({ on, picks, negate }: Condition, about: readonly string[], naive: NaiveReport): Filter {
  const dimension = about[on % about.length] ?? "";
  const labels = dimension === "event:goal" ? GOALS.map(goalLabel) : naive.labels(dimension);
  const anyOf = picks.map(
    (pick): Pattern => (typeof pick === "number" ? [labels[pick % Math.max(labels.length, 1)] ?? "none"] : pick),
  );
  return negate ? { not: { dimension, anyOf } } : { dimension, anyOf };
}

/** Answers that are being kept. */
const kept: Promise<unknown>[] = [];

const answered = { exact: 0, bounds: 0, refused: 0, pairs: 0, kept: 0, public: 0 };

function compare(query: ReportQuery, answer: Answer, naive: NaiveReport): void {
  const { range, dimensions, filter, metrics } = query;
  const time = dimensions.find((name) => name.startsWith("time"));
  const bucket = (time?.slice(5) ?? "all") as "all" | "hour" | "day" | "week" | "month";
  const groups = dimensions.filter((name) => name !== time);
  const asked = { ...range, bucket, groups, filter };
  const expected = naive.rows(asked);
  const without = { ...asked, filter: withoutGoals(filter) };
  const total = naive.visitors(asked);
  const bases = naive.rows({ ...without, groups: [] });
  const groupBases = naive.rows({ ...without, groups: groups.filter((name) => name !== "event:goal") });

  const found = new Map(
    answer.rows.map(({ dimensions: labels, time: bucket, metrics }) => [
      JSON.stringify([bucket?.key ?? "", ...(bucket ? labels.slice(1) : labels)]),
      metrics,
    ]),
  );
  const marks = new Map<Metric, string[]>();
  for (const { metric, code } of answer.warnings) marks.set(metric, [...(marks.get(metric) ?? []), code]);
  for (const metric of metrics) {
    const codes = (marks.get(metric) ?? []).filter((code) => code !== "sum_of_days");
    for (const key of new Set([...found.keys(), ...expected.keys()])) {
      const row = expected.get(key);
      const labels: string[] = JSON.parse(key);
      const base = bases.get(JSON.stringify([labels[0]]))?.visitors ?? 0;
      const ofGroup = groupBases.get(
        JSON.stringify([labels[0], ...labels.slice(1).filter((_, index) => groups[index] !== "event:goal")]),
      )?.visitors;
      const truth = truthOf(metric, row, { total, base, groupBase: ofGroup ?? 0 });
      const value = found.get(key)?.[metric];
      const said = `${metric} of ${key}, marked ${codes.join() || "exact"}`;
      if (codes.length === 0) {
        answered.exact++;
        expect(value ?? null, said).toEqual(value === undefined && truth === 0 ? null : truth);
      } else if (codes.every((code) => code === "upper_bound")) {
        answered.bounds++;
        if (typeof truth === "number") expect(Number(value ?? 0), said).toBeGreaterThanOrEqual(truth);
      } else expect(codes.join(), said).toMatch(/estimate|mean_of_hosts|several_currencies/);
    }
  }
  if (answer.usesPairs) answered.pairs++;
}

/** The public is shown rows as the owner is, or few visitors' together; or its filter is refused. */
async function askAsPublic(query: ReportQuery, counts: Counts, { rows: all }: Answer): Promise<void> {
  try {
    const { answers } = await run([query], { ...counts, minVisitors: 2 });
    answered.public++;
    // What a filter finds depends on who asks.
    if (query.filter) return;
    const apart = (answers[0]?.rows ?? []).filter(({ isFolded }) => !isFolded);
    expect(all).toEqual(expect.arrayContaining(apart));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    expect(error.message).toMatch(
      /^filters: must name values of at least 2 visitors|^metrics: total_revenue is shown to/,
    );
  }
}

function withoutGoals(filter: Filter | null): Filter | null {
  if (filter === null) return null;
  const parts = "and" in filter ? filter.and : [filter];
  const rest = parts.filter((part) => !JSON.stringify(part).includes("event:goal"));
  return rest.length === 0 ? null : { and: rest };
}

function truthOf(metric: Metric, row: NaiveRow | undefined, bases: Record<"total" | "base" | "groupBase", number>) {
  const visitors = row?.visitors ?? 0;
  const share = (of: number) => (of > 0 ? Math.round((visitors / of) * 10_000) / 100 : null);
  switch (metric) {
    case "percentage":
      return share(bases.total);
    case "conversion_rate":
      return share(bases.base);
    case "group_conversion_rate":
      return share(bases.groupBase);
    case "total_revenue":
    case "average_revenue":
      return moneyOf(metric, row?.amounts ?? [], ["EUR"]);
    default: {
      const value = row?.[metric];
      return value === undefined ? (metric.includes("_") ? null : 0) : value;
    }
  }
}

/** Each with 24 questions; some 40 ms. */
const RUNS = 300;

describe("the query engine", { timeout: 240_000 }, () => {
  it("agrees with an evaluator that keeps every hit, or says that it does not", async () => {
    let siteId = 1_000;
    await fc.assert(
      fc.asyncProperty(life, async (random) => {
        const { counts, naive, days } = await lived(random, siteId++);
        if (days.length === 0) return;
        for (const asked of random.questions) {
          const query = queryOfQuestion(asked, naive, days);
          try {
            const { answers } = await run([query], counts);
            compare(query, answers[0] as Answer, naive);
            await askAsPublic(query, counts, answers[0] as Answer);
            // Of days that are over, asked again: an answer that was kept.
            const keeping = kept.splice(0);
            if (keeping.length === 0) continue;
            answered.kept++;
            await Promise.all(keeping);
            expect((await run([query], counts)).answers).toEqual(answers);
            expect(kept).toEqual([]);
          } catch (error) {
            if (error instanceof Refusal) answered.refused++;
            else throw new Error(`${JSON.stringify(query)}\n${error}`, { cause: error });
          }
        }
      }),
      { numRuns: RUNS, endOnFailure: true, ...(env.FOOTFALL_SEED ? { seed: Number(env.FOOTFALL_SEED) } : {}) },
    );
    // Were most refused or marked, nothing would be proved.
    expect(answered.exact).toBeGreaterThan(20 * RUNS);
    expect(answered.bounds).toBeGreaterThan(RUNS);
    expect(answered.pairs).toBeGreaterThan(4 * RUNS);
    expect(answered.kept).toBeGreaterThan(RUNS);
    expect(answered.public).toBeGreaterThan(2 * RUNS);
  });
});
