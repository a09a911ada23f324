import { beforeAll, describe, expect, it } from "vitest";
import { aggregate, breakdown, realtimeVisitors, timeseries } from "../../src/report/v1.ts";
import { type FakeTally, goalOf, openDay, siteOf, store, storeDay, world } from "./fakes.ts";

const FACES = { aggregate, timeseries, breakdown, "realtime/visitors": realtimeVisitors };
type Face = keyof typeof FACES;

const TODAY = "2026-11-22";
const YESTERDAY = "2026-11-21";
const site = siteOf(1, {
  shards: 2,
  goals: [
    goalOf("event", "Signup"),
    goalOf("event", "Purchase", { currency: "EUR" }),
    goalOf("page", "/blog"),
    goalOf("page", "/new", { createdAt: Date.parse("2026-11-21T12:00:00Z") }),
  ],
});

// visitors, visits, pageviews, bounces, durationSeconds, customEvents, engagedSeconds, engagedVisits, scrollPercent, scrollVisits
const OPEN: FakeTally[] = [
  {
    days: [
      openDay(
        TODAY,
        {
          site: { "": [2, 3, 7, 1, 100, 1] },
          page: {
            "example.com/": [2, 3, 4, 0, 0, 1, 30, 2, 150, 2],
            "example.com/blog": [1, 1, 3],
            "shop.example.com/": [1, 1, 0, 0, 0, 0, 10, 1],
          },
          entry_page: { "example.com/": [2, 3, 7, 1, 100, 1] },
          source: { Google: [1, 1, 3, 0, 60], "": [2, 2, 4, 1, 40, 1] },
          event: { Signup: [1, 0, 0, 0, 0, 1] },
          "event:Signup:plan": { pro: [1, 0, 0, 0, 0, 1] },
          goal: { "/blog": [1, 0, 3] },
        },
        {
          "source*page": {
            Google: { "example.com/": [1, 1, 2], "example.com/blog": [1, 1, 1] },
            "": { "example.com/": [1, 2, 2, 0, 0, 1] },
          },
          "source*entry_page": {
            Google: { "example.com/": [1, 1, 3, 0, 60] },
            "": { "example.com/": [1, 2, 4, 1, 40] },
          },
          "source*event": { "": { Signup: [1, 0, 0, 0, 0, 1] } },
        },
      ),
    ],
    live: { visitors: 2, minutes: [] },
  },
  {
    days: [
      openDay(TODAY, {
        site: { "": [1, 1, 1, 1] },
        page: { "example.com/blog": [1, 1, 1] },
        entry_page: { "example.com/blog": [1, 1, 1, 1] },
        source: { Google: [1, 1, 1, 1] },
      }),
    ],
    live: { visitors: 3, minutes: [] },
  },
];

beforeAll(async () => {
  await store(site, YESTERDAY, "site", { "": [4, 4, 8, 3, 80] });
  await store(site, YESTERDAY, "site", { "": [1, 1, 2, 0, 21] }, 1);
  await store(site, "2026-10-31", "site", { "": [9, 9, 9, 9] });
  await store(site, YESTERDAY, "source", { Google: [3, 3, 6], "a|b": [1, 1, 1], "": [1, 1, 1] });
  await store(site, YESTERDAY, "location", {
    "LV\tLV-RIX": [2, 2, 2],
    LV: [1, 1, 1],
    "EE\tEE-37": [1, 1, 1],
    "": [1, 1, 5],
  });
  await store(site, YESTERDAY, "browser_version", {
    "Firefox\t145": [2, 2, 2],
    "Firefox\t144": [1, 1, 1],
    Chrome: [2, 2, 2],
  });
  await store(site, YESTERDAY, "page", {
    "example.com/": [4, 4, 6],
    "www.example.com/": [2, 2, 2],
    "example.com/blog": [1, 1, 2],
  });
  await store(site, YESTERDAY, "entry_page", {
    "example.com/": [3, 3, 6, 2, 50],
    "www.example.com/": [1, 1, 2, 1, 30],
  });
  await store(site, YESTERDAY, "exit_page", { "example.com/": [3, 3, 6, 2, 50] });
  await store(site, YESTERDAY, "event", { Signup: [2, 0, 0, 0, 0, 3], Other: [4, 0, 0, 0, 0, 4] });
  await store(site, YESTERDAY, "goal", { "/blog": [1, 0, 2], "/deleted": [9, 0, 9] });
  await store(site, YESTERDAY, "event:Other:plan", { pro: [4, 0, 0, 0, 0, 4], free: [1, 0, 0, 0, 0, 1] });
  // The last column: visitors whose first hit of the day it was.
  await store(site, YESTERDAY, "hour", {
    9: [2, 2, 4, 2, 40, 0, 0, 0, 0, 0, 2],
    11: [2, 1, 2, 1, 10, 0, 0, 0, 0, 0, 1],
    12: [2, 1, 2, 0, 30, 0, 0, 0, 0, 0, 1],
  });
  await store(site, YESTERDAY, "hour", { 10: [1, 1, 2, 0, 21, 0, 0, 0, 0, 0, 1] }, 1);
  const pairs = {
    "source*page": {
      Google: { "example.com/": [3, 3, 4], "www.example.com/": [1, 1, 1], "example.com/blog": [1, 1, 1] },
      "a|b": { "example.com/": [1, 1, 1] },
    },
    "source*entry_page": { Google: { "example.com/": [2, 2, 5, 1, 30] }, "a|b": { "example.com/": [1, 1, 1, 1] } },
    "country*source": { LV: { Google: [3, 3, 4, 1, 60], "": [1, 1, 1, 1] }, EE: { Google: [1, 1, 1] } },
    "hour*source": { 9: { Google: [2, 2, 3] }, 11: { Google: [2, 1, 3], "a|b": [1, 1, 1, 1] } },
    "source*event": { Google: { Signup: [1, 0, 0, 0, 0, 2] }, "a|b": { Signup: [1, 0, 0, 0, 0, 1] } },
    "source*goal": { Google: { "/blog": [1, 0, 2] } },
  };
  await storeDay(site, openDay(YESTERDAY, {}, pairs));
  await store(site, "2026-11-10", "flags", { approximate: [0, 0, 0, 0, 0, 1], "capped:page": [0, 0, 0, 0, 0, 4] });
  await store(site, "2026-11-11", "flags", { "capped:page": [0, 0, 0, 0, 0, 4] });
});

async function get(face: Face, query: string) {
  const at = world(site, OPEN);
  const path = `/api/v1/stats/${face}?site_id=example.com&${query}`;
  const context = at.context(path);
  const response = await FACES[face](new Request(context.url), context, at.access);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const results = async (face: Face, query: string) => (await get(face, query)).body.results;
const BOTH_DAYS = `period=custom&date=${YESTERDAY},${TODAY}`;

describe("aggregate", () => {
  it("is of visitors over 30 days where nothing is said, and says that they are a sum of days", async () => {
    expect((await get("aggregate", "")).body).toEqual({
      results: { visitors: { value: 14 } },
      meta: {
        metric_warnings: {
          visitors: { code: "approximate", message: expect.stringMatching(/^2026-11-10: .* The sum of each day's/) },
        },
      },
    });
  });

  it("has no meta where all is exact", async () => {
    expect((await get("aggregate", "period=day&metrics=visitors,visits,pageviews,events")).body).toEqual({
      results: { visitors: { value: 3 }, visits: { value: 4 }, pageviews: { value: 8 }, events: { value: 9 } },
    });
  });

  it("rounds as the Stats API does", async () => {
    expect(await results("aggregate", "period=day&metrics=views_per_visit,bounce_rate,visit_duration")).toEqual({
      views_per_visit: { value: 2 },
      bounce_rate: { value: 50 },
      visit_duration: { value: 25 },
    });
    expect(await results("aggregate", `${BOTH_DAYS}&metrics=views_per_visit,bounce_rate,visit_duration`)).toEqual({
      views_per_visit: { value: 2 },
      bounce_rate: { value: 56 },
      visit_duration: { value: 22 },
    });
  });

  it("compares with the previous period, where it is not over to the same hour", async () => {
    const query = "period=day&compare=previous_period&metrics=visitors,pageviews,bounce_rate";
    expect(await results("aggregate", query)).toEqual({
      visitors: { value: 3, change: -25, comparison_value: 4 },
      pageviews: { value: 8, change: 0, comparison_value: 8 },
      bounce_rate: { value: 50, change: -25, comparison_value: 75 },
    });
    const first = await results(
      "aggregate",
      `period=day&date=${YESTERDAY}&compare=previous_period&metrics=visits,visit_duration`,
    );
    expect(first).toEqual({
      visits: { value: 5, change: 100, comparison_value: 0 },
      visit_duration: { value: 20, change: 100, comparison_value: 0 },
    });
  });

  it("is zero where nothing was counted", async () => {
    const metrics = "visitors,visits,pageviews,views_per_visit,bounce_rate,visit_duration,events";
    expect(await results("aggregate", `period=day&date=2025-01-01&metrics=${metrics}`)).toEqual(
      Object.fromEntries(metrics.split(",").map((metric) => [metric, { value: 0 }])),
    );
  });

  it.each([
    ["visit:source==Google", { visitors: 2, pageviews: 4 }],
    ["visit:source==Direct / None", { visitors: 2, pageviews: 4 }],
    ["visit:source!=Google", { visitors: 2, pageviews: 4 }],
    ["visit:source==G*|Bing", { visitors: 2, pageviews: 4 }],
    ["visit:source==*", { visitors: 4, pageviews: 8 }],
    ["visit:source==google", { visitors: 0, pageviews: 0 }],
    ["visit:source==Google;visit:source!=G*", { visitors: 0, pageviews: 0 }],
  ])("takes the filter %s", async (filter, expected) => {
    const query = `period=day&metrics=visitors,pageviews&filters=${encodeURIComponent(filter)}`;
    expect(await results("aggregate", query)).toEqual({
      visitors: { value: expected.visitors },
      pageviews: { value: expected.pageviews },
    });
  });

  it("takes a | that is meant", async () => {
    const query = `period=day&date=${YESTERDAY}&metrics=visits&filters=`;
    expect(await results("aggregate", `${query}${encodeURIComponent("visit:source==a\\|b")}`)).toEqual({
      visits: { value: 1 },
    });
    expect(await results("aggregate", `${query}${encodeURIComponent("visit:source==a|b")}`)).toEqual({
      visits: { value: 0 },
    });
  });

  it("joins two filters, and counts exactly", async () => {
    const query = `period=day&date=${YESTERDAY}&metrics=visitors,visits,pageviews,bounce_rate,visit_duration&filters=`;
    expect((await get("aggregate", `${query}visit:source==Google;visit:country==LV`)).body).toEqual({
      results: {
        visitors: { value: 3 },
        visits: { value: 3 },
        pageviews: { value: 4 },
        bounce_rate: { value: 33 },
        visit_duration: { value: 20 },
      },
    });
    expect((await get("aggregate", `${query}visit:source==Google;visit:country==LV|EE`)).body).toMatchObject({
      results: { visitors: { value: 4 }, visits: { value: 4 } },
    });
  });

  it("tells what share of the visitors reached a goal", async () => {
    const query = `${BOTH_DAYS}&metrics=visitors,conversion_rate&filters=event:goal==`;
    expect(await results("aggregate", `${query}Signup`)).toEqual({
      visitors: { value: 3 },
      conversion_rate: { value: 37.5 },
    });
    expect(await results("aggregate", `${query}Visit /blog`)).toEqual({
      visitors: { value: 2 },
      conversion_rate: { value: 25 },
    });
    expect(await results("aggregate", `${query}Signup;visit:source==Google`)).toEqual({
      visitors: { value: 1 },
      conversion_rate: { value: 20 },
    });
  });

  it("compares a filter with the same hours of it", async () => {
    const query = "period=day&compare=previous_period&metrics=visits,visitors&filters=visit:source==Google";
    const { body } = await get("aggregate", query);
    expect(body).toMatchObject({
      results: {
        visits: { value: 2, change: -33, comparison_value: 3 },
        // Hours have their own visitors: who came in two of them counts twice.
        visitors: { value: 2, change: -50, comparison_value: 4 },
      },
      meta: { metric_warnings: { visitors: { code: "upper_bound" } } },
    });
  });

  it("marks visitors of several sources as an upper bound", async () => {
    const { body } = await get("aggregate", "period=day&filters=visit:source==Google|Bing");
    expect(body.meta).toMatchObject({ metric_warnings: { visitors: { code: "upper_bound" } } });
  });

  it("tells a page's bounce rate from the visits that entered there", async () => {
    const query = `period=day&date=${YESTERDAY}&filters=event:page==/&metrics=visitors,pageviews,bounce_rate,visit_duration`;
    const { body } = await get("aggregate", query);
    expect(body).toMatchObject({
      results: {
        visitors: { value: 6 },
        pageviews: { value: 8 },
        bounce_rate: { value: 75 },
        visit_duration: { value: 20 },
      },
      meta: { metric_warnings: { visitors: { code: "upper_bound" } } },
    });
    expect(Object.keys((body.meta as { metric_warnings: object }).metric_warnings)).toEqual(["visitors"]);
  });

  it("tells of engagement on a page, and null where there was none", async () => {
    const query = "period=day&metrics=time_on_page,scroll_depth&filters=event:page==";
    expect(await results("aggregate", `${query}/`)).toEqual({
      time_on_page: { value: 13 },
      scroll_depth: { value: 75 },
    });
    expect(await results("aggregate", `${query}/blog`)).toEqual({
      time_on_page: { value: null },
      scroll_depth: { value: null },
    });
  });

  it("counts a custom event, and page views as one", async () => {
    const query = `${BOTH_DAYS}&metrics=visitors,events&filters=event:name==`;
    expect(await results("aggregate", `${query}Signup`)).toEqual({ visitors: { value: 3 }, events: { value: 4 } });
    expect(await results("aggregate", `${query}pageview`)).toEqual({ visitors: { value: 8 }, events: { value: 18 } });
  });
});

describe("timeseries", () => {
  it("has every day of the range", async () => {
    expect(await results("timeseries", "period=7d&metrics=visitors,bounce_rate")).toEqual([
      ...["15", "16", "17", "18", "19", "20"].map((day) => ({
        date: `2026-11-${day}`,
        visitors: 0,
        bounce_rate: null,
      })),
      { date: YESTERDAY, visitors: 5, bounce_rate: 60 },
    ]);
  });

  it("has every month of 6mo and 12mo", async () => {
    const months = (await results("timeseries", "period=12mo")) as { date: string; visitors: number }[];
    expect(months).toHaveLength(12);
    expect(months[0]).toEqual({ date: "2025-11-01", visitors: 0 });
    expect(months[11]).toEqual({ date: "2026-10-01", visitors: 9 });
    expect(await results("timeseries", "period=6mo")).toHaveLength(6);
    expect(await results("timeseries", "period=6mo&interval=day")).toHaveLength(184);
  });

  it("can be by month over any range", async () => {
    expect(await results("timeseries", `period=custom&date=2026-10-31,${TODAY}&interval=month&metrics=visits`)).toEqual(
      [
        { date: "2026-10-01", visits: 9 },
        { date: "2026-11-01", visits: 9 },
      ],
    );
  });

  it("does not mark visitors by day", async () => {
    expect((await get("timeseries", `${BOTH_DAYS}`)).body).toEqual({
      results: [
        { date: YESTERDAY, visitors: 5 },
        { date: TODAY, visitors: 3 },
      ],
    });
  });

  it("takes filters", async () => {
    expect(await results("timeseries", `${BOTH_DAYS}&metrics=visits&filters=visit:source==Google`)).toEqual([
      { date: YESTERDAY, visits: 3 },
      { date: TODAY, visits: 2 },
    ]);
  });
});

describe("breakdown", () => {
  it.each([
    [
      "visit:source",
      "visitors",
      [
        { source: "Google", visitors: 5 },
        { source: "Direct / None", visitors: 3 },
        { source: "a|b", visitors: 1 },
      ],
    ],
    [
      "visit:country",
      "visitors,visits",
      [
        { country: "LV", visitors: 3, visits: 3 },
        { country: "(not set)", visitors: 1, visits: 1 },
        { country: "EE", visitors: 1, visits: 1 },
      ],
    ],
    [
      "visit:region",
      "pageviews",
      [
        { region: "(not set)", pageviews: 6 },
        { region: "LV-RIX", pageviews: 2 },
        { region: "EE-37", pageviews: 1 },
      ],
    ],
    [
      "visit:browser",
      "visitors",
      [
        { browser: "Firefox", visitors: 3 },
        { browser: "Chrome", visitors: 2 },
      ],
    ],
    [
      "visit:browser_version",
      "visitors",
      [
        { browser_version: "(not set)", visitors: 2 },
        { browser_version: "145", visitors: 2 },
        { browser_version: "144", visitors: 1 },
      ],
    ],
    [
      "event:page",
      "pageviews,bounce_rate",
      [
        { page: "/", pageviews: 12, bounce_rate: 57 },
        { page: "/blog", pageviews: 6, bounce_rate: 100 },
      ],
    ],
    [
      "event:hostname",
      "pageviews",
      [
        { hostname: "example.com", pageviews: 16 },
        { hostname: "www.example.com", pageviews: 2 },
      ],
    ],
    [
      "visit:entry_page",
      "visits",
      [
        { entry_page: "/", visits: 7 },
        { entry_page: "/blog", visits: 1 },
      ],
    ],
    ["visit:exit_page", "visits", [{ exit_page: "/", visits: 3 }]],
    [
      "event:name",
      "events,visitors",
      [
        { name: "pageview", events: 18, visitors: 8 },
        { name: "Other", events: 4, visitors: 4 },
        { name: "Signup", events: 4, visitors: 3 },
      ],
    ],
    [
      "event:props:plan",
      "events",
      [
        { plan: "pro", events: 5 },
        { plan: "free", events: 1 },
      ],
    ],
    [
      "event:goal",
      "visitors,events,conversion_rate",
      [
        { goal: "Signup", visitors: 3, events: 4, conversion_rate: 37.5 },
        { goal: "Visit /blog", visitors: 2, events: 5, conversion_rate: 25 },
      ],
    ],
    [
      "visit:source",
      "percentage",
      [
        { source: "Google", percentage: 62.5 },
        { source: "Direct / None", percentage: 37.5 },
        { source: "a|b", percentage: 12.5 },
      ],
    ],
    ["visit:utm_source", "visitors", []],
  ])("of %s by %s", async (property, metrics, expected) => {
    expect(await results("breakdown", `${BOTH_DAYS}&property=${property}&metrics=${metrics}`)).toEqual(expected);
  });

  it.each([
    [
      "sources of a page",
      "property=visit:source&filters=event:page==/&metrics=pageviews,visits,bounce_rate,visit_duration",
      [
        { source: "Google", pageviews: 7, visits: 5, bounce_rate: 33, visit_duration: 30 },
        { source: "Direct / None", pageviews: 2, visits: 2, bounce_rate: 50, visit_duration: 20 },
        { source: "a|b", pageviews: 1, visits: 1, bounce_rate: 100, visit_duration: 0 },
      ],
    ],
    [
      "pages of a source",
      "property=event:page&filters=visit:source==Google&metrics=visitors,bounce_rate",
      [
        { page: "/", visitors: 5, bounce_rate: 33 },
        { page: "/blog", visitors: 2, bounce_rate: null },
      ],
    ],
    [
      "hosts of a page of a source",
      "property=event:hostname&filters=visit:source==Google;event:page==/&metrics=visitors",
      [
        { hostname: "example.com", visitors: 4 },
        { hostname: "www.example.com", visitors: 1 },
      ],
    ],
    [
      "countries of several sources",
      "property=visit:country&filters=visit:source!=a\\|b&metrics=visits,views_per_visit",
      [
        { country: "LV", visits: 4, views_per_visit: 1.25 },
        { country: "EE", visits: 1, views_per_visit: 1 },
      ],
    ],
    [
      "sources of a goal that is an event",
      "property=visit:source&filters=event:goal==Signup&metrics=events,visitors,conversion_rate,group_conversion_rate",
      [
        { source: "Google", events: 2, visitors: 1, conversion_rate: 12.5, group_conversion_rate: 20 },
        { source: "Direct / None", events: 1, visitors: 1, conversion_rate: 12.5, group_conversion_rate: 33.33 },
        { source: "a|b", events: 1, visitors: 1, conversion_rate: 12.5, group_conversion_rate: 100 },
      ],
    ],
    [
      "goals of a source",
      "property=event:goal&filters=visit:source==Google&metrics=visitors,events,conversion_rate",
      [
        { goal: "Signup", visitors: 1, events: 2, conversion_rate: 20 },
        { goal: "Visit /blog", visitors: 1, events: 2, conversion_rate: 20 },
      ],
    ],
    [
      "sources of page views",
      "property=visit:source&filters=event:name==pageview&metrics=events",
      [
        { source: "Google", events: 10 },
        { source: "Direct / None", events: 5 },
        { source: "a|b", events: 1 },
      ],
    ],
    [
      "a property of one event",
      "property=event:props:plan&filters=event:name==Other&metrics=visitors,events",
      [
        { plan: "pro", visitors: 4, events: 4 },
        { plan: "free", visitors: 1, events: 1 },
      ],
    ],
    [
      "events that have a property",
      "property=event:name&filters=event:props:plan==pro&metrics=events",
      [
        { name: "Other", events: 4 },
        { name: "Signup", events: 1 },
      ],
    ],
  ])("joins two facts: %s", async (_, query, expected) => {
    expect(await results("breakdown", `${BOTH_DAYS}&${query.replaceAll("\\", "%5C").replaceAll("|", "%7C")}`)).toEqual(
      expected,
    );
  });

  it("says from which day on two facts are counted together", async () => {
    const of = (query: string) =>
      get("breakdown", `property=visit:source&filters=event:page==/&metrics=pageviews&${query}`);
    expect((await of(BOTH_DAYS)).body).not.toHaveProperty("meta");
    expect((await of("period=30d")).body.meta).toEqual({
      metric_warnings: {
        pageviews: { code: "detail_since", message: expect.stringMatching(/^Counted from 2026-11-21 on: /) },
      },
    });
    expect((await of("period=day&date=2026-10-31")).body).toMatchObject({
      results: [],
      meta: { metric_warnings: { pageviews: { code: "detail_since" } } },
    });
  });

  it("says since when a page goal is counted, and refuses it alone where it was not", async () => {
    expect((await get("breakdown", "property=event:goal&metrics=events&period=7d")).body.meta).toEqual({
      metric_warnings: { events: { code: "goal_since", message: "Visit /new is counted since 2026-11-21." } },
    });
    const { status, body } = await get("aggregate", "filters=event:goal==Visit /new&metrics=events&period=7d");
    expect([status, body.error]).toEqual([400, "filters: Visit /new is counted since 2026-11-21; ask from then on"]);
    expect((await get("aggregate", "filters=event:goal==Visit /new&metrics=events&period=day")).body).toEqual({
      results: { events: { value: 0 } },
    });
  });

  it("tells exact visitors and visits of the hosts of one path", async () => {
    const query = `period=day&date=${YESTERDAY}&property=event:hostname&filters=event:page==/&metrics=visitors,visits`;
    expect((await get("breakdown", query)).body).toEqual({
      results: [
        { hostname: "example.com", visitors: 4, visits: 4 },
        { hostname: "www.example.com", visitors: 2, visits: 2 },
      ],
    });
  });

  it("gives pages of rows, and null for what is unknown", async () => {
    const query = `${BOTH_DAYS}&property=visit:source&metrics=visitors,bounce_rate&limit=1&page=`;
    expect(await results("breakdown", `${query}1`)).toEqual([{ source: "Google", visitors: 5, bounce_rate: 20 }]);
    expect(await results("breakdown", `${query}2`)).toEqual([
      { source: "Direct / None", visitors: 3, bounce_rate: 33 },
    ]);
    expect(await results("breakdown", `${query}4`)).toEqual([]);
    expect(await results("breakdown", `period=day&property=event:page&metrics=pageviews,time_on_page`)).toEqual([
      { page: "/", pageviews: 4, time_on_page: 13 },
      { page: "/blog", pageviews: 4, time_on_page: null },
    ]);
  });

  it("takes filters on its own dimension", async () => {
    const query = `period=day&date=${YESTERDAY}&metrics=visitors&property=`;
    expect(await results("breakdown", `${query}visit:source&filters=visit:source!=Google`)).toEqual([
      { source: "Direct / None", visitors: 1 },
      { source: "a|b", visitors: 1 },
    ]);
    expect(await results("breakdown", `${query}visit:region&filters=visit:country==LV`)).toEqual([
      { region: "LV-RIX", visitors: 2 },
      { region: "(not set)", visitors: 1 },
    ]);
    expect(await results("breakdown", `${query}event:page&filters=event:hostname==www.example.com`)).toEqual([
      { page: "/", visitors: 2 },
    ]);
  });

  it("marks what several hosts share, and only then", async () => {
    const on = (query: string) =>
      get("breakdown", `period=day&date=${YESTERDAY}&property=event:page&metrics=visits${query}`);
    expect((await on("")).body.meta).toMatchObject({ metric_warnings: { visits: { code: "upper_bound" } } });
    expect((await on("&filters=event:page==/b*")).body).not.toHaveProperty("meta");
    expect((await on("&filters=event:hostname==example.com")).body).not.toHaveProperty("meta");
  });

  it("marks days that were capped", async () => {
    const { body } = await get("breakdown", "property=event:page&metrics=pageviews");
    expect(body.meta).toEqual({
      metric_warnings: {
        pageviews: { code: "capped", message: expect.stringMatching(/^2026-11-10 and 1 more day: .*\(other\)/) },
      },
    });
    expect((await get("breakdown", "property=visit:source&metrics=pageviews")).body).not.toHaveProperty("meta");
  });
});

describe("as CSV", () => {
  const ask = async (face: "timeseries" | "breakdown", path: string, headers: Record<string, string> = {}) => {
    const at = world(site, OPEN);
    const context = at.context(path);
    const response = await FACES[face](new Request(context.url, { headers }), context, at.access);
    return { response, text: await response.text() };
  };
  const BREAKDOWN = `?site_id=example.com&${BOTH_DAYS}&property=visit:source&metrics=visitors,bounce_rate`;
  const LINES = ["source,visitors,bounce_rate", "Google,5,20", "Direct / None,3,33", "a|b,1,0", ""].join("\r\n");

  it.each([
    ["/api/v1/stats/breakdown.csv", {}],
    ["/api/v1/stats/breakdown", { Accept: "text/csv" }],
    ["/api/v1/stats/breakdown", { Accept: "text/csv;q=0.9, */*" }],
  ])("are breakdowns at %s with %o", async (path, headers: Record<string, string>) => {
    const { response, text } = await ask("breakdown", `${path}${BREAKDOWN}`, headers);
    expect(text).toBe(LINES);
    expect(response.headers.get("Content-Type")).toMatch(/^text\/csv; charset=utf-8/);
    expect(response.headers.get("Content-Disposition")).toBe('attachment; filename="example.com by source.csv"');
    expect(response.headers.get("Cache-Control")).toContain("no-store");
  });

  it("are time series, with what is unknown left blank", async () => {
    const query = "?site_id=example.com&period=custom&date=2026-11-20,2026-11-21&metrics=visits,bounce_rate";
    const { text } = await ask("timeseries", `/api/v1/stats/timeseries.csv${query}`);
    expect(text).toBe("date,visits,bounce_rate\r\n2026-11-20,0,\r\n2026-11-21,5,60\r\n");
  });

  it.each([{}, { Accept: "*/*" }, { Accept: "application/json, text/csv" }, { Accept: "text/html" }])(
    "are none with %o",
    async (headers: Record<string, string>) => {
      const { response } = await ask("breakdown", `/api/v1/stats/breakdown${BREAKDOWN}`, headers);
      expect(response.headers.get("Content-Type")).toBe("application/json");
    },
  );

  it("are none of what is wrong", async () => {
    const { response } = await ask("breakdown", "/api/v1/stats/breakdown.csv?site_id=example.com&property=visit:x");
    expect([response.status, response.headers.get("Content-Type")]).toEqual([400, "application/json"]);
  });
});

describe("realtime/visitors", () => {
  it("is the bare number of current visitors of all shards", async () => {
    expect(await get("realtime/visitors", "")).toEqual({ status: 200, body: 5 });
  });
});

describe("what is wrong is answered with 400, naming it", () => {
  it.each<[Face, string, RegExp]>([
    ["aggregate", "metrics=visitors,visitors", /^metrics: must not name a metric twice/],
    ["aggregate", "metrics=visitors,unknown", /^metrics\.1: must be one of visitors, /],
    ["aggregate", "metrics=", /^metrics\.0: must be one of/],
    ["aggregate", "metrics=conversion_rate", /^metrics: conversion_rate needs event:goal/],
    ["aggregate", "metrics=total_revenue", /^metrics\.0: must be one of/],
    ["aggregate", "metrics=time_on_page", /^metrics: time_on_page is counted by page only/],
    ["aggregate", "metrics=visits&metrics=visitors", /^metrics: must not be given twice/],
    ["aggregate", "site_id=example.org", /^site_id: must not be given twice/],
    ["aggregate", "period=week", /^period: must be one of day, 7d/],
    ["aggregate", "period=day&date=2026-02-30", /^date: must be a date of the calendar/],
    ["aggregate", "period=day&date=%00", /^date: must be a date/],
    ["aggregate", "period=custom", /^date: must be FROM,TO/],
    ["aggregate", "period=custom&date=2026-11-02,2026-11-01", /^date: must not begin after/],
    ["aggregate", "period=custom&date=2000-01-01,2026-11-01", /^date: must not span more than 10 years/],
    ["aggregate", "compare=last_year", /^compare: must be /],
    ["aggregate", "filters=visit:source", /^filters: each must be/],
    ["aggregate", "filters=visit:nonsense==1", /^filters: must be a property/],
    ["aggregate", "filters=event:goal==Unknown", /^filters: must be a goal of the site/],
    ["aggregate", "filters=event:goal==Other", /^filters: must be a goal of the site/],
    ["aggregate", "filters=visit:city==R%C4%ABga", /^filters: cities are never collected/],
    [
      "aggregate",
      "filters=visit:source==A;visit:country==LV;visit:device==Desktop",
      /^filters: visit:source, visit:country and visit:device are more than two facts/,
    ],
    [
      "aggregate",
      "filters=event:page==/a*&metrics=bounce_rate",
      /^metrics: bounce_rate has no value for several pages/,
    ],
    ["aggregate", "filters=event:name==A&metrics=visits", /^metrics: visits is not counted for event:name/],
    ["timeseries", "interval=hour", /^interval: must be one of day, month/],
    ["timeseries", "interval=", /^interval: must be one of/],
    ["breakdown", "", /^property: is required/],
    ["breakdown", "property=", /^property: must be a property/],
    ["breakdown", "property=source", /^property: must be a property/],
    ["breakdown", "property=visit:city_name", /^property: cities are never collected/],
    ["breakdown", "property=visit:source&limit=0", /^limit: must be a whole number from 1 to 1000/],
    ["breakdown", "property=visit:source&limit=1001", /^limit: must be/],
    ["breakdown", "property=visit:source&limit=1e2", /^limit: must be/],
    ["breakdown", "property=visit:source&limit=", /^limit: must be/],
    ["breakdown", "property=visit:source&page=0", /^page: must be/],
    ["breakdown", "property=visit:source&page=-1", /^page: must be/],
    ["breakdown", "property=visit:source&limit=1000&page=101", /^page: must not go past row 100000/],
    [
      "breakdown",
      "property=visit:source&filters=visit:screen==Wide",
      /^filters: visit:source and visit:screen are counted apart/,
    ],
    [
      "breakdown",
      "property=visit:source&metrics=scroll_depth",
      /^metrics: scroll_depth is not counted for visit:source/,
    ],
    ["breakdown", "property=event:hostname&metrics=bounce_rate", /^metrics: bounce_rate has no value/],
  ])("%s?%s", async (face, query, message) => {
    const { status, body } = await get(face, query);
    expect(status, JSON.stringify(body)).toBe(400);
    expect(Object.keys(body)).toEqual(["error"]);
    expect(body.error).toMatch(message);
  });

  it.each(Object.keys(FACES) as Face[])("%s without a site, or of another's", async (face) => {
    const at = world(site, OPEN);
    const query = "property=visit:source";
    const ask = (url: string) => FACES[face](new Request("https://footfall.test"), at.context(url), at.access);
    const [without, other] = [await ask(`/?${query}`), await ask(`/?site_id=example.org&${query}`)];
    expect([without.status, await without.json()]).toEqual([400, { error: "site_id: is required" }]);
    expect(other.status).toBe(401);
  });

  it("and what it does not know is ignored", async () => {
    expect((await get("aggregate", "period=day&with_imported=true&auth=1&__proto__=x&constructor=y")).status).toBe(200);
  });
});
