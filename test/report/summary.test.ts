import { beforeAll, describe, expect, it } from "vitest";
import { DROP_REASONS } from "../../src/drops.ts";
import { summary } from "../../src/report/summary.ts";
import { type FakeTally, goalOf, NO_D1, openDay, siteOf, store, world } from "./fakes.ts";

const TODAY = "2026-11-22";
const YESTERDAY = "2026-11-21";
const site = siteOf(1, { shards: 2 });
const minute = (at: string, visitors: number, pageviews: number) => ({ at: Date.parse(at), visitors, pageviews });

const TALLIES: FakeTally[] = [
  {
    days: [
      openDay(TODAY, {
        site: { "": [2, 3, 7, 1, 100, 1] },
        hour: { 9: [1, 1, 3, 1, 10], 11: [2, 2, 4, 0, 90, 1] },
        page: { "example.com/": [2, 3, 4], "shop.example.com/": [1, 1, 3] },
        entry_page: { "example.com/": [2, 3, 7, 1, 100, 1] },
        browser_version: { "Firefox\t145": [2, 3, 5], Chrome: [1, 1, 1], "": [1, 1, 1] },
        os_version: { "Windows\t11": [2, 3, 7] },
        event: { Signup: [1, 0, 0, 0, 0, 1] },
        source: Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`s${index}`, [1, 1, index + 1]])),
        dropped: { bot: [0, 0, 0, 0, 0, 2] },
        flags: { approximate: [0, 0, 0, 0, 0, 1] },
      }),
    ],
    live: { visitors: 2, minutes: [minute("2026-11-22T09:58Z", 2, 3), minute("2026-11-22T09:59Z", 1, 1)] },
  },
  {
    days: [
      openDay(TODAY, {
        site: { "": [1, 1, 1] },
        hour: { 11: [1, 1, 1] },
        dropped: { bot: [0, 0, 0, 0, 0, 1], rate: [0, 0, 0, 0, 0, 5] },
      }),
    ],
    live: { visitors: 1, minutes: [minute("2026-11-22T09:59Z", 1, 2)] },
  },
];

beforeAll(async () => {
  await store(site, YESTERDAY, "site", { "": [2, 2, 4, 1, 20] });
  // Until 12:00, which it is now: one visitor of hour 8, who came again at 11. The last column: new visitors.
  await store(site, YESTERDAY, "hour", {
    8: [1, 1, 2, 1, 20, 0, 0, 0, 0, 0, 1],
    11: [1, 0, 1],
    12: [1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1],
  });
  await store(site, YESTERDAY, "flags", { "capped:page": [0, 0, 0, 0, 0, 9] });
  await store(site, "2026-10-25", "hour", { 24: [1, 1, 1] });
});

interface Summary {
  [key: string]: unknown;
  metrics: Record<string, unknown>;
  timeseries: { date: string; at?: string; partial?: true; visitors: number | null }[];
  compared_series: ({ date: string; partial?: true; visitors: number | null } | null)[] | null;
  dimensions: Record<string, { metrics: string[]; rows: { value: string }[]; more: boolean }>;
  notes: { code: string; dimension?: string; days?: string[] }[];
}

async function ask(query: string, at = world(site, TALLIES)): Promise<{ status: number; body: Summary }> {
  const context = at.context(`/api/stats/example.com?${query}`, { domain: "example.com" });
  const response = await summary(new Request(context.url), context, at.access);
  return { status: response.status, body: await response.json() };
}

describe("the summary", () => {
  it("is of today where nothing is said, compared with yesterday", async () => {
    const { body } = await ask("");
    expect(body).toMatchObject({
      site: "example.com",
      timezone: "Europe/Riga",
      period: { name: "day", from: TODAY, to: TODAY },
      compared_with: { from: YESTERDAY, to: YESTERDAY, to_hour: 11 },
      metrics: {
        visitors: { value: 3, comparison_value: 1, change: 200 },
        visits: { value: 4, comparison_value: 1, change: 300 },
        pageviews: { value: 8, comparison_value: 3, change: 167 },
        events: { value: 9, comparison_value: 3, change: 200 },
        views_per_visit: { value: 2, comparison_value: 3, change: -33 },
        bounce_rate: { value: 25, comparison_value: 100, change: -75 },
        visit_duration: { value: 25, comparison_value: 20, change: 25 },
      },
      interval: "hour",
    });
  });

  it("compares a day that is over with the whole day before", async () => {
    const { body } = await ask(`date=${YESTERDAY}`);
    expect(body.compared_with).toEqual({ from: "2026-11-20", to: "2026-11-20" });
    expect(body.metrics.visits).toEqual({ value: 2, comparison_value: 0, change: 100 });
  });

  it.each([
    ["2026-11-22T10:29:00Z", 11, 3],
    ["2026-11-22T10:30:00Z", 12, 4],
    ["2026-11-21T22:40:00Z", 0, 0],
  ])("compares at %s until hour %i is over", async (now, hour, pageviews) => {
    const { body } = await ask("", world(site, TALLIES, { now: Date.parse(now) }));
    expect(body.compared_with).toEqual({ from: YESTERDAY, to: YESTERDAY, to_hour: hour });
    expect(body.metrics.pageviews).toMatchObject({ comparison_value: pageviews });
  });

  it("compares a month that is not over with as many days before it, the last to the same hour", async () => {
    const { body } = await ask("period=month");
    expect(body.period).toEqual({ name: "month", from: "2026-11-01", to: "2026-11-30" });
    expect(body.compared_with).toEqual({ from: "2026-10-10", to: "2026-10-31", to_hour: 11 });
  });

  it("says which times are not over", async () => {
    const partial = async (query: string) =>
      (await ask(query)).body.timeseries.filter(({ partial }) => partial).map(({ date }) => date);
    expect(await partial("")).toEqual([`${TODAY} 12:00:00`]);
    expect(await partial("period=month")).toEqual([TODAY]);
    expect(await partial("period=7d")).toEqual([]);
  });

  it("shows a day by its hours, on the site's clocks", async () => {
    const { body } = await ask("");
    expect(body.timeseries).toHaveLength(24);
    expect(body.timeseries[11]).toMatchObject({
      date: `${TODAY} 11:00:00`,
      at: "2026-11-22T09:00:00.000Z",
      visitors: 3,
      visits: 3,
    });
    expect(body.timeseries[12]).toMatchObject({ visitors: 0, bounce_rate: null, partial: true });
    // To come.
    expect(body.timeseries[13]).toMatchObject({ visitors: null, pageviews: null, bounce_rate: null });
  });

  it("shows 25 hours of a day that has them, and 23", async () => {
    const { body } = await ask("date=2026-10-25");
    expect(body.timeseries).toHaveLength(25);
    expect(body.timeseries[24]).toMatchObject({ date: "2026-10-25 23:00:00", visitors: 1 });
    expect((await ask("date=2026-03-29")).body.timeseries).toHaveLength(23);
  });

  it.each([
    ["7d", "day", 7],
    ["month", "day", 30],
    ["6mo", "month", 6],
    ["custom&date=2024-01-01,2026-01-31", "month", 25],
  ])("shows %s by %s", async (period, interval, length) => {
    const { body } = await ask(`period=${period}`);
    expect(body.interval).toBe(interval);
    expect(body.timeseries).toHaveLength(length);
    expect(body.notes.map(({ code }) => code)).toContain("sum_of_days");
  });

  it("has the greatest values of each dimension, and says whether there are more", async () => {
    const { body } = await ask("");
    expect(Object.keys(body.dimensions)).not.toContain("visit:country_name");
    expect(Object.keys(body.dimensions)).toEqual(
      expect.arrayContaining([
        "event:page",
        "visit:entry_page",
        "visit:source",
        "visit:country",
        "visit:language",
        "event:name",
      ]),
    );
    expect(body.dimensions["visit:source"]?.rows).toHaveLength(9);
    expect(body.dimensions["visit:source"]?.more).toBe(true);
    expect(body.dimensions["event:page"]).toEqual({
      metrics: ["visitors", "pageviews", "bounce_rate", "time_on_page", "scroll_depth", "visits"],
      rows: [
        { value: "/", visitors: 3, pageviews: 7, bounce_rate: 33, time_on_page: null, scroll_depth: null, visits: 4 },
      ],
      more: false,
    });
    expect(body.dimensions["visit:country"]?.rows).toEqual([]);
  });

  it("has all countries, which are drawn on a map", async () => {
    const codes = ["DE", "EE", "FI", "FR", "GB", "IN", "JP", "LT", "LV", "NO", "SE", "US"];
    const location = Object.fromEntries(codes.map((code) => [code, [1, 1, 1]]));
    const { body } = await ask("", world(site, [{ days: [openDay(TODAY, { location })] }]));
    expect(body.dimensions["visit:country"]?.rows.map(({ value }) => value).sort()).toEqual(codes);
    expect(body.dimensions["visit:country"]?.more).toBe(false);
    expect(body.dimensions["visit:region"]?.rows.length).toBeLessThanOrEqual(9);
  });

  it("shows versions with the name they are of", async () => {
    const { dimensions } = (await ask("")).body;
    const values = (name: string) => dimensions[name]?.rows.map(({ value }) => value);
    expect(values("visit:browser_version")).toEqual(["Firefox 145", "(not set)", "Chrome (not set)"]);
    expect(values("visit:os_version")).toEqual(["Windows 11"]);
    expect(values("visit:browser")).toEqual(["Firefox", "(not set)", "Chrome"]);
  });

  it("has the goals of a site that has some, with what share of the visitors reached them", async () => {
    expect((await ask("")).body.dimensions).not.toHaveProperty("event:goal");
    const goals = [goalOf("event", "Signup")];
    const { dimensions } = (await ask("", world({ ...site, goals }, TALLIES))).body;
    expect(dimensions["event:goal"]?.rows).toEqual([
      { value: "Signup", visitors: 1, events: 1, conversion_rate: 33.33 },
    ]);
  });

  it.each([
    ["by its address", "/api/stats/example.com.csv?period=custom&date=2026-11-20,2026-11-21", {}],
    ["by what is accepted", "/api/stats/example.com?period=custom&date=2026-11-20,2026-11-21", { Accept: "text/csv" }],
  ])("is its time series as CSV, asked %s", async (_, path, headers: Record<string, string>) => {
    const at = world(site, TALLIES);
    const context = at.context(path, { domain: path.split(/[/?]/)[3] ?? "" });
    const response = await summary(new Request(context.url, { headers }), context, at.access);
    expect(response.headers.get("Content-Disposition")).toBe('attachment; filename="example.com.csv"');
    expect((await response.text()).split("\r\n")).toEqual([
      "date,visitors,visits,pageviews,views_per_visit,bounce_rate,visit_duration,events",
      "2026-11-20,0,0,0,,,,0",
      `${YESTERDAY},2,2,4,2,50,10,4`,
      "",
    ]);
  });

  it("tells of drops, the most frequent first", async () => {
    expect((await ask("")).body.drops).toEqual([
      { reason: "rate", text: DROP_REASONS.rate, count: 5 },
      { reason: "bot", text: DROP_REASONS.bot, count: 3 },
    ]);
  });

  it("tells what happens right now", async () => {
    expect((await ask("")).body.realtime).toEqual({
      visitors: 3,
      minutes: [
        { at: "2026-11-22T09:58:00.000Z", visitors: 2, pageviews: 3 },
        { at: "2026-11-22T09:59:00.000Z", visitors: 2, pageviews: 3 },
      ],
    });
  });

  it("notes what is no exact count, and on which days", async () => {
    const { notes } = (await ask("")).body;
    expect(notes).toContainEqual({ code: "approximate", message: expect.any(String), days: [TODAY] });
    expect(notes).toContainEqual({ code: "capped", dimension: "page", message: expect.any(String), days: [YESTERDAY] });
    expect(notes).toContainEqual(
      expect.objectContaining({ code: "upper_bound", dimension: "event:page", metrics: ["visits"] }),
    );
    expect(notes.map(({ code }) => code)).not.toContain("sum_of_days");
  });

  it("asks each tally once for its days", async () => {
    const at = world(site, TALLIES);
    await ask("period=12mo", at);
    expect(at.calls.filter(({ dimensions }) => dimensions !== "live").map(({ shard }) => shard)).toEqual([0, 1]);
  });

  it.each([
    ["of days before it", 1, "period=7d", YESTERDAY],
    ["of days to come", 1, "date=2027-01-01", YESTERDAY],
    ["of today alone, while nobody came yet", 1, "compare=off", YESTERDAY],
    ["of a new site, of which D1 has nothing yet", 9, "period=28d", TODAY],
  ])("tells the first day with counts, %s", async (_what, id, query, day) => {
    const tallies = query === "compare=off" ? [{ days: [] }, { days: [] }] : TALLIES;
    const { body } = await ask(query, world(siteOf(id, { shards: 2 }), tallies));
    expect(body.first_day).toBe(day);
  });

  it("tells of no first day where there is none", async () => {
    const { body } = await ask("period=28d", world(siteOf(9, { shards: 2 }), [{ days: [] }, { days: [] }]));
    expect(body.first_day).toBeNull();
  });

  it("goes on without the comparison while D1 is away", async () => {
    const { status, body } = await ask("", world(site, TALLIES, { db: NO_D1 }));
    expect(status).toBe(200);
    expect(body.metrics.visitors).toEqual({ value: 3, comparison_value: null, change: null });
    expect(body.dimensions["visit:source"]?.rows).toHaveLength(9);
    expect(body.compared_series).toBeNull();
    expect(body.notes.map(({ code }) => code)).toContain("not_compared");
  });

  it("is 503 while D1 is away and its days rest there", async () => {
    expect((await ask("period=7d", world(site, TALLIES, { db: NO_D1 }))).status).toBe(503);
  });

  it.each(["period=week", "period=day&date=2026-02-30", "date=a", "period=day&period=day", "period=custom"])(
    "is 400 for %s",
    async (query) => {
      expect(await ask(query)).toMatchObject({
        status: 400,
        body: { error: expect.stringMatching(/^(period|date): must/) },
      });
    },
  );

  it("is whatever the access to the site says", async () => {
    const at = world(site, TALLIES);
    const context = at.context("/api/stats/example.org", { domain: "example.org" });
    expect((await summary(new Request(context.url), context, at.access)).status).toBe(401);
  });
});
