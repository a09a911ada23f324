/** What the Stats API v1 answers about the story, counted by hand. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { call, makeKey } from "../manage/support.ts";
import { makeSite, NOW, SITE, TODAY, tellStory } from "./story.ts";

beforeAll(tellStory);

type Endpoint = "aggregate" | "timeseries" | "breakdown" | "realtime/visitors";

const ask = (endpoint: Endpoint, parameters: Record<string, string> = {}, options: object = {}) =>
  call(`GET /api/v1/stats/${endpoint}?${new URLSearchParams({ site_id: SITE, ...parameters })}`, {
    now: NOW,
    ...options,
  });

async function results(endpoint: Endpoint, parameters: Record<string, string>) {
  const { status, body } = await ask(endpoint, parameters);
  expect(status, body.error).toBe(200);
  return body.results;
}

/** The values of an aggregate, by metric. */
async function values(parameters: Record<string, string>): Promise<Record<string, number | null>> {
  const found: [string, { value: number | null }][] = Object.entries(await results("aggregate", parameters));
  return Object.fromEntries(found.map(([metric, { value }]) => [metric, value]));
}

/** The story's four days, and its third. */
const ALL = { period: "custom", date: `2040-11-19,${TODAY}` };
const WEDNESDAY = { period: "day", date: "2040-11-21" };

describe("a period", () => {
  it.each<[string, Record<string, string>, number, number]>([
    // Without a date: as of today.
    ["nothing: 30 days that end yesterday", {}, 8, 12],
    ["day", { period: "day" }, 3, 5],
    ["day of a date", WEDNESDAY, 3, 5],
    ["7d", { period: "7d" }, 8, 12],
    ["7d to a date", { period: "7d", date: "2040-11-21" }, 5, 7],
    ["28d", { period: "28d" }, 8, 12],
    ["30d", { period: "30d" }, 8, 12],
    ["month", { period: "month" }, 11, 17],
    ["month of a date", { period: "month", date: "2040-09-30" }, 1, 1],
    ["6mo", { period: "6mo" }, 1, 1],
    ["12mo", { period: "12mo" }, 3, 3],
    ["12mo to a date", { period: "12mo", date: "2039-12-31" }, 2, 2],
    ["custom", ALL, 11, 17],
  ])("%s", async (_, parameters, visitors, pageviews) => {
    expect(await values({ metrics: "visitors,pageviews", ...parameters })).toEqual({ visitors, pageviews });
  });
});

describe("aggregate", () => {
  it("has a value for every metric", async () => {
    const metrics = "visitors,visits,pageviews,views_per_visit,bounce_rate,visit_duration,events";
    expect((await ask("aggregate", { ...WEDNESDAY, metrics })).body).toEqual({
      results: {
        visitors: { value: 3 },
        visits: { value: 4 },
        pageviews: { value: 5 },
        views_per_visit: { value: 1.25 },
        bounce_rate: { value: 50 },
        visit_duration: { value: 60 },
        events: { value: 7 },
      },
    });
  });

  it("is 0 where nothing was counted, and null of engagement", async () => {
    const metrics = "visitors,visits,pageviews,views_per_visit,bounce_rate,visit_duration,events";
    const nothing = { period: "day", date: "2040-01-01" };
    expect(new Set(Object.values(await values({ ...nothing, metrics })))).toEqual(new Set([0]));
    const ofPage = { ...nothing, metrics: "time_on_page,scroll_depth", filters: "event:page==/" };
    expect(await values(ofPage)).toEqual({ time_on_page: null, scroll_depth: null });
  });

  it("tells of a page's engagement, and of a goal's share", async () => {
    const ofPage = { ...WEDNESDAY, metrics: "time_on_page,scroll_depth", filters: "event:page==/" };
    expect(await values(ofPage)).toEqual({ time_on_page: 20, scroll_depth: 80 });
    const ofGoal = { ...ALL, metrics: "visitors,events,conversion_rate", filters: "event:goal==Purchase" };
    expect(await values(ofGoal)).toEqual({ visitors: 2, events: 3, conversion_rate: 18.18 });
  });

  it("compares with the previous period, in rounded percent, bounce rates in points", async () => {
    const metrics = "visitors,visits,pageviews,bounce_rate,visit_duration,views_per_visit";
    expect(await results("aggregate", { ...WEDNESDAY, metrics, compare: "previous_period" })).toEqual({
      visitors: { value: 3, change: 0, comparison_value: 3 },
      visits: { value: 4, change: 33, comparison_value: 3 },
      pageviews: { value: 5, change: 25, comparison_value: 4 },
      bounce_rate: { value: 50, change: 17, comparison_value: 33 },
      visit_duration: { value: 60, change: 50, comparison_value: 40 },
      views_per_visit: { value: 1.25, change: -6, comparison_value: 1.33 },
    });
  });

  it("compares today so far with yesterday to the same hour", async () => {
    const compared = { period: "day", metrics: "visits,pageviews", compare: "previous_period" };
    expect(await results("aggregate", compared)).toEqual({
      visits: { value: 3, change: 50, comparison_value: 2 },
      pageviews: { value: 5, change: 67, comparison_value: 3 },
    });
  });

  it("rises from nothing by 100 percent, and falls to nothing by as much; of no visits there is no rate", async () => {
    const metrics = "visitors,visit_duration,bounce_rate";
    const compare = "previous_period";
    expect(await results("aggregate", { period: "day", date: "2040-11-19", metrics, compare })).toEqual({
      visitors: { value: 2, change: 100, comparison_value: 0 },
      visit_duration: { value: 150, change: 100, comparison_value: 0 },
      bounce_rate: { value: 50, change: null, comparison_value: 0 },
    });
    const nothing = { period: "day", date: "2040-09-11", metrics: "visitors", compare };
    expect(await results("aggregate", nothing)).toEqual({ visitors: { value: 0, change: -100, comparison_value: 1 } });
    const neither = { period: "day", date: "2040-01-02", metrics: "visitors", compare };
    expect(await results("aggregate", neither)).toEqual({ visitors: { value: 0, change: 0, comparison_value: 0 } });
  });
});

describe("filters", () => {
  it.each<[string, number, number]>([
    ["visit:source==Google", 3, 4],
    ["visit:source==Google|Newsletter", 6, 7],
    ["visit:source!=Google", 9, 13],
    ["visit:source!=Google|Newsletter", 6, 10],
    ["visit:source==Direct / None", 3, 4],
    ["visit:channel==Direct", 3, 4],
    ["visit:utm_campaign==(not set)", 9, 14],
    ["visit:source==*e*", 12, 17],
    ["visit:source==G*|News*", 6, 7],
    ["visit:source!=*s*", 6, 8],
    ["visit:source==google", 0, 0],
    ["event:page==/blog/*", 3, 3],
    ["event:page==/**", 17, 17],
    ["event:hostname==*.story.example;event:page==/", 1, 1],
    ["event:hostname==story.example;event:page==/", 7, 7],
    ["visit:country==LV;visit:region!=LV-RIX", 1, 1],
    ["visit:source==Google;event:page==/", 2, 2],
    ["visit:country_name==Latvia|Estonia", 8, 13],
    [" visit:source == Google ; visit:country == DE ", 2, 3],
    ["event:props:plan==pro", 2, 0],
    ["event:props:plan==p*;event:name==Signup", 1, 0],
    ["event:name==pageview", 11, 17],
    // Escaped: a value that nobody has, and no list of two that both are there.
    ["visit:source==Google\\|Newsletter", 0, 0],
    ["visit:source==G\\*", 0, 0],
    ["visit:source==Google\\;x", 0, 0],
  ])("%s", async (filters, visitors, pageviews) => {
    expect(await values({ ...ALL, metrics: "visitors,pageviews", filters })).toEqual({ visitors, pageviews });
  });

  it("on goals count the goal", async () => {
    const of = (filters: string) => values({ ...ALL, metrics: "visitors,events", filters });
    expect(await of("event:goal==Signup")).toEqual({ visitors: 2, events: 2 });
    expect(await of("event:goal==Signup|Purchase")).toEqual({ visitors: 4, events: 5 });
    expect(await of("event:goal==Signup;visit:country==DE")).toEqual({ visitors: 1, events: 1 });
    expect(await of("event:goal==Purchase;event:props:plan==pro")).toEqual({ visitors: 1, events: 1 });
    const since = { period: "custom", date: `2040-11-20,${TODAY}` };
    expect(await values({ ...since, metrics: "visitors,events", filters: "event:goal==Visit /pricing" })).toEqual({
      visitors: 4,
      events: 4,
    });
  });
});

describe("timeseries", () => {
  it("has every day of a range", async () => {
    expect(
      await results("timeseries", { period: "custom", date: `2040-11-18,${TODAY}`, metrics: "visitors,pageviews" }),
    ).toEqual([
      { date: "2040-11-18", visitors: 0, pageviews: 0 },
      { date: "2040-11-19", visitors: 2, pageviews: 3 },
      { date: "2040-11-20", visitors: 3, pageviews: 4 },
      { date: "2040-11-21", visitors: 3, pageviews: 5 },
      { date: TODAY, visitors: 3, pageviews: 5 },
    ]);
  });

  it("has no bounce rate and no duration of a day without visits; what else is a ratio is 0", async () => {
    const metrics = "bounce_rate,visit_duration,views_per_visit,events";
    expect(await results("timeseries", { period: "custom", date: "2040-11-18,2040-11-19", metrics })).toEqual([
      { date: "2040-11-18", bounce_rate: null, visit_duration: null, views_per_visit: 0, events: 0 },
      { date: "2040-11-19", bounce_rate: 50, visit_duration: 150, views_per_visit: 1.5, events: 4 },
    ]);
  });

  it("is by month over months, or as asked", async () => {
    const months = await results("timeseries", { period: "12mo" });
    expect([months.length, months[0], months[10]]).toEqual([
      12,
      { date: "2039-11-01", visitors: 2 },
      { date: "2040-09-01", visitors: 1 },
    ]);
    expect(await results("timeseries", { period: "6mo", interval: "day" })).toHaveLength(184);
    expect(await results("timeseries", { period: "month", interval: "month" })).toEqual([
      { date: "2040-11-01", visitors: 11 },
    ]);
    expect(await results("timeseries", { period: "7d" })).toHaveLength(7);
  });

  it("takes filters, on goals too", async () => {
    const filters = "event:goal==Purchase";
    expect(await results("timeseries", { ...ALL, metrics: "visitors,events,conversion_rate", filters })).toEqual([
      { date: "2040-11-19", visitors: 0, events: 0, conversion_rate: 0 },
      { date: "2040-11-20", visitors: 1, events: 1, conversion_rate: 33.33 },
      { date: "2040-11-21", visitors: 1, events: 2, conversion_rate: 33.33 },
      { date: TODAY, visitors: 0, events: 0, conversion_rate: 0 },
    ]);
    expect(await results("timeseries", { ...ALL, metrics: "visits", filters: "visit:country==DE" })).toEqual([
      { date: "2040-11-19", visits: 0 },
      { date: "2040-11-20", visits: 1 },
      { date: "2040-11-21", visits: 1 },
      { date: TODAY, visits: 1 },
    ]);
  });
});

describe("breakdown", () => {
  it.each<[string, string, object[]]>([
    [
      "visit:source",
      "visitors,bounce_rate",
      [
        { source: "Direct / None", visitors: 3, bounce_rate: 33 },
        { source: "Google", visitors: 3, bounce_rate: 67 },
        { source: "Hacker News", visitors: 3, bounce_rate: 33 },
        { source: "Newsletter", visitors: 3, bounce_rate: 33 },
      ],
    ],
    [
      "visit:channel",
      "pageviews",
      [
        { channel: "Organic Social", pageviews: 6 },
        { channel: "Direct", pageviews: 4 },
        { channel: "Organic Search", pageviews: 4 },
        { channel: "Email", pageviews: 3 },
      ],
    ],
    [
      "visit:referrer",
      "visits",
      [
        { referrer: "Direct / None", visits: 6 },
        { referrer: "google.com", visits: 3 },
        { referrer: "news.ycombinator.com/item", visits: 3 },
      ],
    ],
    [
      "visit:utm_medium",
      "visits",
      [
        { utm_medium: "(not set)", visits: 9 },
        { utm_medium: "email", visits: 3 },
      ],
    ],
    [
      "visit:country",
      "visitors,visits",
      [
        { country: "LV", visitors: 5, visits: 5 },
        { country: "DE", visitors: 3, visits: 3 },
        { country: "EE", visitors: 3, visits: 4 },
      ],
    ],
    [
      "visit:region_name",
      "visitors",
      [
        { region_name: "Rīga", visitors: 4 },
        { region_name: "Berlin", visitors: 3 },
        { region_name: "Harjumaa", visitors: 3 },
        { region_name: "(not set)", visitors: 1 },
      ],
    ],
    [
      "visit:entry_page",
      "visits,pageviews",
      [
        { entry_page: "/", visits: 7, pageviews: 12 },
        { entry_page: "/pricing", visits: 3, pageviews: 3 },
        { entry_page: "/blog/hello", visits: 2, pageviews: 2 },
      ],
    ],
    [
      "event:page",
      "pageviews,time_on_page",
      [
        { page: "/", pageviews: 8, time_on_page: 20 },
        { page: "/pricing", pageviews: 5, time_on_page: null },
        { page: "/blog/hello", pageviews: 3, time_on_page: null },
        { page: "/Blog/Second", pageviews: 1, time_on_page: null },
      ],
    ],
    [
      "event:name",
      "events",
      [
        { name: "pageview", events: 17 },
        { name: "Purchase", events: 3 },
        { name: "Signup", events: 2 },
      ],
    ],
    [
      "event:goal",
      "visitors,events,conversion_rate",
      [
        { goal: "Visit /pricing", visitors: 4, events: 4, conversion_rate: 36.36 },
        { goal: "Purchase", visitors: 2, events: 3, conversion_rate: 18.18 },
        { goal: "Signup", visitors: 2, events: 2, conversion_rate: 18.18 },
      ],
    ],
    [
      "event:props:plan",
      "events",
      [
        { plan: "pro", events: 2 },
        { plan: "free", events: 1 },
        { plan: "team", events: 1 },
      ],
    ],
    ["event:props:never", "events", []],
  ])("of %s by %s", async (property, metrics, expected) => {
    expect(await results("breakdown", { ...ALL, property, metrics })).toEqual(expected);
  });

  it("of a goal's property, of a goal's countries, of a page's goals", async () => {
    const ofGoal = { ...ALL, filters: "event:goal==Purchase", metrics: "visitors,events" };
    expect(await results("breakdown", { ...ofGoal, property: "event:props:plan" })).toEqual([
      { plan: "pro", visitors: 1, events: 1 },
      { plan: "team", visitors: 1, events: 1 },
    ]);
    const shares = { ...ofGoal, property: "visit:source", metrics: "visitors,conversion_rate" };
    expect(await results("breakdown", shares)).toEqual([{ source: "Newsletter", visitors: 2, conversion_rate: 18.18 }]);
    const onPage = { ...ALL, property: "event:goal", filters: "event:page==/pricing", metrics: "visitors,events" };
    expect(await results("breakdown", onPage)).toEqual([
      { goal: "Visit /pricing", visitors: 4, events: 4 },
      { goal: "Purchase", visitors: 2, events: 3 },
      { goal: "Signup", visitors: 2, events: 2 },
    ]);
  });

  it("comes in pages", async () => {
    const page = (page: string) =>
      results("breakdown", { ...ALL, property: "visit:source", limit: "3", page }).then((rows) =>
        rows.map(({ source }: { source: string }) => source),
      );
    expect(await page("1")).toEqual(["Direct / None", "Google", "Hacker News"]);
    expect(await page("2")).toEqual(["Newsletter"]);
    expect(await page("3")).toEqual([]);
  });
});

describe("realtime/visitors", () => {
  it("is a bare number", async () => {
    const { headers, body } = await ask("realtime/visitors");
    expect([headers.get("Content-Type"), body]).toEqual(["application/json", 1]);
  });
});

describe("what is not exact", () => {
  it("is said beside the results", async () => {
    const { body } = await ask("aggregate", { ...ALL, metrics: "visitors,visits", filters: "visit:source!=Google" });
    expect(body).toEqual({
      results: { visitors: { value: 9 }, visits: { value: 9 } },
      meta: { metric_warnings: { visitors: { code: "upper_bound", message: expect.stringMatching(/upper bound/) } } },
    });
    expect((await ask("aggregate", { ...WEDNESDAY, filters: "visit:country!=LV" })).body).toEqual({
      results: { visitors: { value: 2 } },
    });
  });
});

describe("errors", () => {
  it.each<[Endpoint, Record<string, string>, RegExp]>([
    ["aggregate", { metrics: "visitors,visitors" }, /^metrics: must not name a metric twice$/],
    ["aggregate", { metrics: "visitors,baa" }, /^metrics\.1: must be one of visitors, /],
    ["aggregate", { metrics: "total_revenue" }, /^metrics\.0: must be one of visitors, /],
    ["aggregate", { metrics: "conversion_rate" }, /^metrics: conversion_rate needs event:goal/],
    ["aggregate", { period: "bad" }, /^period: must be one of day, 7d, /],
    ["aggregate", { period: "day", date: "2040-13-01" }, /^date: must be a date of the calendar/],
    ["aggregate", { period: "custom", date: TODAY }, /^date: must be FROM,TO/],
    ["aggregate", { compare: "year" }, /^compare: must be /],
    ["aggregate", { filters: "visit:source" }, /^filters: each must be property==value/],
    ["aggregate", { filters: "visit:source==" }, /^filters: /],
    ["aggregate", { filters: "visit:source==a|" }, /^filters: a value must not be empty/],
    ["aggregate", { filters: "visit:nothing==a" }, /^filters: must be a property/],
    ["aggregate", { filters: "visit:city==Riga" }, /^filters: cities are never collected; ask for visit:region/],
    ["aggregate", { filters: "event:goal==Nope" }, /^filters: must be a goal of the site/],
    ["aggregate", { filters: "visit:source==a;visit:os==b;event:page==/" }, /^filters: .* more than two facts/],
    [
      "aggregate",
      { filters: "event:page==/a*", metrics: "bounce_rate" },
      /^metrics: bounce_rate has no value for several/,
    ],
    [
      "aggregate",
      { filters: "event:goal==Visit /pricing", ...ALL },
      /^filters: Visit \/pricing is counted since 2040-11-20/,
    ],
    ["timeseries", { interval: "hour" }, /^interval: must be one of day, month/],
    ["breakdown", {}, /^property: is required/],
    ["breakdown", { property: "badproperty" }, /^property: must be a property/],
    ["breakdown", { property: "event:props:" }, /^property: must be a property/],
    ["breakdown", { property: "visit:city" }, /^property: cities are never collected/],
    ["breakdown", { property: "visit:source", limit: "1001" }, /^limit: must be a whole number from 1 to 1000/],
    ["breakdown", { property: "visit:source", page: "0" }, /^page: must be a whole number from 1/],
    [
      "breakdown",
      { property: "event:name", metrics: "bounce_rate" },
      /^metrics: bounce_rate is not counted for event:name/,
    ],
  ])("400: %s %j", async (endpoint, parameters, message) => {
    const { status, body } = await ask(endpoint, parameters);
    expect([status, Object.keys(body)]).toEqual([400, ["error"]]);
    expect(body.error).toMatch(message);
  });

  it("401: no key, a wrong one, another site's, no such site", async () => {
    await makeSite("other.example");
    const { key } = await makeKey(["stats"], "other.example");
    for (const [site_id, who] of [
      [SITE, null],
      [SITE, "ff_wrong"],
      [SITE, key],
      ["nobody.example", key],
    ] as const) {
      const { status, body } = await ask("aggregate", { site_id }, { key: who });
      expect([status, Object.keys(body)]).toEqual([401, ["error"]]);
    }
    expect((await ask("aggregate", { site_id: "other.example" }, { key })).status).toBe(200);
  });

  it("429: more than the hour's number of requests", async () => {
    const { key } = await makeKey(["stats"], SITE);
    const low = { key, env: { ...env, API_REQUESTS_PER_HOUR: "1" } };
    expect((await ask("realtime/visitors", {}, low)).status).toBe(200);
    const { status, headers, body } = await ask("realtime/visitors", {}, low);
    expect([status, Object.keys(body)]).toEqual([429, ["error"]]);
    expect(Number(headers.get("Retry-After"))).toBeGreaterThan(0);
  });
});
