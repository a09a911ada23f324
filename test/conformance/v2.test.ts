/** What the Stats API v2 answers about the story: metrics, dimensions, filters, order and pages, counted by hand. */
import { beforeAll, describe, expect, it } from "vitest";
import { query, rows, SITE, TODAY, tellStory } from "./story.ts";

beforeAll(tellStory);

const WEDNESDAY = ["2040-11-21", "2040-11-21"];
const codes = async (asked: object): Promise<Record<string, string>> => {
  const { status, body } = await query(asked);
  expect(status, body.error).toBe(200);
  const warnings: [string, { code: string; warning: string }][] = Object.entries(body.meta.metric_warnings ?? {});
  for (const [metric, { warning }] of warnings) expect(warning, metric).toMatch(/\S/);
  return Object.fromEntries(warnings.map(([metric, { code }]) => [metric, code]));
};

describe("an answer", () => {
  it("has rows of dimensions and metrics, a meta and the query with its dates resolved", async () => {
    const asked = { metrics: ["visitors", "pageviews"], date_range: WEDNESDAY, dimensions: ["visit:country"] };
    const { status, headers, body } = await query(asked);
    expect([status, headers.get("Content-Type"), headers.get("Cache-Control")]).toEqual([
      200,
      "application/json",
      "private, no-store",
    ]);
    expect(body).toEqual({
      results: [
        { dimensions: ["DE"], metrics: [1, 2] },
        { dimensions: ["EE"], metrics: [1, 2] },
        { dimensions: ["LV"], metrics: [1, 1] },
      ],
      meta: {},
      query: {
        site_id: SITE,
        metrics: ["visitors", "pageviews"],
        date_range: ["2040-11-21T00:00:00+02:00", "2040-11-21T23:59:59+02:00"],
        dimensions: ["visit:country"],
        filters: [],
        order_by: [["visitors", "desc"]],
        include: {},
        pagination: { limit: 10_000, offset: 0 },
      },
    });
  });

  it("is CSV where that is asked for", async () => {
    const asked = { metrics: ["visitors", "pageviews"], date_range: WEDNESDAY, dimensions: ["visit:country"] };
    const { headers, body } = await query(asked, { headers: { Accept: "text/csv" } });
    expect(headers.get("Content-Type")).toMatch(/^text\/csv/);
    expect(body).toBe("visit:country,visitors,pageviews\r\nDE,1,2\r\nEE,1,2\r\nLV,1,1\r\n");
  });
});

describe("metrics", () => {
  const OF_VISITS = [
    "visitors",
    "visits",
    "pageviews",
    "events",
    "views_per_visit",
    "bounce_rate",
    "visit_duration",
    "percentage",
  ];

  it.each<[string, object, unknown[]]>([
    // 12 visits of 17 views; 5 bounced; 300+60+60+60+180+120+60 seconds.
    ["of four days", {}, [11, 12, 17, 22, 1.42, 42, 70, 100]],
    ["of a day that is over", { date_range: WEDNESDAY }, [3, 4, 5, 7, 1.25, 50, 60, 100]],
    ["of a day that is not", { date_range: "day" }, [3, 3, 5, 6, 1.67, 33, 60, 100]],
    ["of a day of nothing", { date_range: ["2040-01-01", "2040-01-01"] }, [0, 0, 0, 0, null, null, null, null]],
    [
      "of one source",
      { filters: [["is", "visit:source", ["Newsletter"]]] },
      // Three visits of a view each, one bounced; 60 and 180 s; of 3 visitors all.
      [3, 3, 3, 6, 1, 33, 80, 100],
    ],
  ])("%s", async (_, asked, expected) => {
    expect(await rows({ metrics: OF_VISITS, ...asked })).toEqual([expected]);
  });

  it("of engagement belong to pages: seconds and depth of the visits that told of them", async () => {
    const metrics = ["time_on_page", "scroll_depth"];
    expect(await rows({ metrics, dimensions: ["event:page"], date_range: WEDNESDAY })).toEqual([
      ["/", 20, 80],
      ["/blog/hello", null, null],
      ["/pricing", null, null],
    ]);
    expect(await rows({ metrics, filters: [["is", "event:page", ["/"]]], date_range: WEDNESDAY })).toEqual([[20, 80]]);
  });

  it("of pages: visits that saw one, bounces and durations of those that entered there", async () => {
    const metrics = ["visitors", "visits", "pageviews", "events", "bounce_rate", "visit_duration"];
    expect(await rows({ metrics, dimensions: ["event:page"], date_range: WEDNESDAY })).toEqual([
      // Entered at / : 60 s, and two that bounced.
      ["/", 3, 3, 3, 3, 67, 20],
      ["/blog/hello", 1, 1, 1, 1, null, null],
      ["/pricing", 1, 1, 1, 3, 0, 180],
    ]);
  });
});

describe("dimensions", () => {
  // visitors, visits, pageviews, events, bounce_rate
  it.each<[string, unknown[][]]>([
    [
      "visit:source",
      [
        ["Direct / None", 3, 3, 4, 5, 33],
        ["Google", 3, 3, 4, 4, 67],
        ["Hacker News", 3, 3, 6, 7, 33],
        ["Newsletter", 3, 3, 3, 6, 33],
      ],
    ],
    [
      "visit:channel",
      [
        ["Direct", 3, 3, 4, 5, 33],
        ["Email", 3, 3, 3, 6, 33],
        ["Organic Search", 3, 3, 4, 4, 67],
        ["Organic Social", 3, 3, 6, 7, 33],
      ],
    ],
    [
      "visit:referrer",
      [
        // P2 came on Wednesday twice without one.
        ["Direct / None", 5, 6, 7, 11, 33],
        ["google.com", 3, 3, 4, 4, 67],
        ["news.ycombinator.com/item", 3, 3, 6, 7, 33],
      ],
    ],
    ...["source", "medium", "campaign"].map((part): [string, unknown[][]] => [
      `visit:utm_${part}`,
      [
        ["(not set)", 9, 9, 14, 16, 44],
        [{ source: "newsletter", medium: "email", campaign: "launch" }[part], 3, 3, 3, 6, 33],
      ],
    ]),
    ...["visit:utm_content", "visit:utm_term", "visit:screen"].map((name): [string, unknown[][]] => [
      name,
      [["(not set)", 11, 12, 17, 22, 42]],
    ]),
    [
      "visit:device",
      [
        ["Desktop", 8, 9, 13, 17, 44],
        ["Mobile", 3, 3, 4, 5, 33],
      ],
    ],
    ...[
      ["visit:browser", "Chrome", "Firefox", "Safari"],
      ["visit:browser_version", "142", "145", "18"],
    ].map(([name = "", P2, P1, P3]): [string, unknown[][]] => [
      name,
      [
        [P2, 4, 5, 5, 8, 60],
        [P1, 4, 4, 8, 9, 25],
        [P3, 3, 3, 4, 5, 33],
      ],
    ]),
    [
      "visit:os",
      [
        ["Linux", 4, 4, 8, 9, 25],
        ["Windows", 4, 5, 5, 8, 60],
        ["iOS", 3, 3, 4, 5, 33],
      ],
    ],
    [
      "visit:os_version",
      [
        ["(not set)", 4, 4, 8, 9, 25],
        ["10/11", 4, 5, 5, 8, 60],
        ["18", 3, 3, 4, 5, 33],
      ],
    ],
    ...[
      ["visit:country", "LV", "DE", "EE"],
      ["visit:country_name", "Latvia", "Germany", "Estonia"],
      ["visit:language", "lv", "de", "et"],
    ].map(([name = "", P1, P3, P2]): [string, unknown[][]] => [
      name,
      [
        [P1, 5, 5, 9, 10, 40],
        [P3, 3, 3, 4, 5, 33],
        [P2, 3, 4, 4, 7, 50],
      ],
    ]),
    ...[
      ["visit:region", "LV-RIX", "DE-BE", "EE-37"],
      ["visit:region_name", "Rīga", "Berlin", "Harjumaa"],
    ].map(([name = "", P1, P3, P2]): [string, unknown[][]] => [
      name,
      [
        [P1, 4, 4, 8, 9, 25],
        [P3, 3, 3, 4, 5, 33],
        [P2, 3, 4, 4, 7, 50],
        ["(not set)", 1, 1, 1, 1, 100],
      ],
    ]),
    [
      "visit:entry_page",
      [
        ["/", 7, 7, 12, 13, 43],
        ["/pricing", 3, 3, 3, 7, 0],
        ["/blog/hello", 2, 2, 2, 2, 100],
      ],
    ],
    [
      "event:page",
      [
        // 7 on story.example, and one of them on shop.story.example besides.
        ["/", 8, 8, 8, 8, 43],
        ["/pricing", 5, 5, 5, 10, 0],
        ["/blog/hello", 3, 3, 3, 3, 100],
        ["/Blog/Second", 1, 1, 1, 1, null],
      ],
    ],
  ])("%s", async (dimension, expected) => {
    const metrics = ["visitors", "visits", "pageviews", "events", "bounce_rate"];
    expect(await rows({ metrics, dimensions: [dimension] })).toEqual(expected);
  });

  it.each<[string, string[], unknown[][]]>([
    [
      "visit:exit_page",
      ["visitors", "visits", "pageviews", "bounce_rate"],
      [
        ["/pricing", 5, 5, 7, 0],
        // Also where the visit that goes on is now, at shop.story.example.
        ["/", 4, 4, 6, 75],
        ["/blog/hello", 3, 3, 4, 67],
      ],
    ],
    [
      "event:hostname",
      ["pageviews", "events"],
      [
        [SITE, 16, 21],
        ["shop.story.example", 1, 1],
      ],
    ],
    [
      "event:name",
      ["visitors", "events"],
      [
        ["pageview", 11, 17],
        ["Purchase", 2, 3],
        ["Signup", 2, 2],
      ],
    ],
    [
      "event:props:plan",
      ["visitors", "events"],
      [
        ["pro", 2, 2],
        ["free", 1, 1],
        ["team", 1, 1],
      ],
    ],
    ["event:props:seats", ["visitors", "events"], [["3", 1, 1]]],
    ["event:props:never", ["visitors", "events"], []],
  ])("%s has metrics of its own", async (dimension, metrics, expected) => {
    expect(await rows({ metrics, dimensions: [dimension] })).toEqual(expected);
  });

  it.each<[string[], unknown[][]]>([
    [
      ["visit:source", "visit:country"],
      [
        ["Hacker News", "LV", 3],
        ["Newsletter", "EE", 3],
        ["Google", "DE", 2],
        ["Direct / None", "DE", 1],
        ["Direct / None", "EE", 1],
        ["Direct / None", "LV", 1],
        ["Google", "LV", 1],
      ],
    ],
    [
      ["visit:country_name", "visit:device"],
      [
        ["Latvia", "Desktop", 5],
        ["Germany", "Mobile", 3],
        ["Estonia", "Desktop", 3],
      ],
    ],
    // Of one fact, and so of no pair:
    [
      ["visit:country", "visit:region_name"],
      [
        ["LV", "Rīga", 4],
        ["DE", "Berlin", 3],
        ["EE", "Harjumaa", 3],
        ["LV", "(not set)", 1],
      ],
    ],
    [
      ["visit:browser", "visit:browser_version"],
      [
        ["Chrome", "142", 4],
        ["Firefox", "145", 4],
        ["Safari", "18", 3],
      ],
    ],
    [
      ["event:hostname", "event:page"],
      [
        [SITE, "/", 7],
        [SITE, "/pricing", 5],
        [SITE, "/blog/hello", 3],
        ["shop.story.example", "/", 1],
        [SITE, "/Blog/Second", 1],
      ],
    ],
    [
      ["event:name", "event:props:plan"],
      [
        ["Purchase", "pro", 1],
        ["Purchase", "team", 1],
        ["Signup", "free", 1],
        ["Signup", "pro", 1],
      ],
    ],
    [
      ["time:day", "visit:device"],
      [
        ["2040-11-19", "Desktop", 2],
        ["2040-11-20", "Desktop", 2],
        ["2040-11-20", "Mobile", 1],
        ["2040-11-21", "Desktop", 2],
        ["2040-11-21", "Mobile", 1],
        [TODAY, "Desktop", 2],
        [TODAY, "Mobile", 1],
      ],
    ],
    [
      ["event:props:plan", "time:day"],
      [
        ["pro", "2040-11-19", 1],
        ["pro", "2040-11-20", 1],
        ["team", "2040-11-21", 1],
        ["free", TODAY, 1],
      ],
    ],
  ])("%s together", async (dimensions, expected) => {
    expect(await rows({ dimensions })).toEqual(expected);
  });
});

describe("filters", () => {
  // visitors, pageviews
  it.each<[string, unknown[], [number, number]]>([
    ["is", [["is", "visit:source", ["Google"]]], [3, 4]],
    ["is one of", [["is", "visit:country_name", ["Latvia", "Estonia"]]], [8, 13]],
    ["is blank, as it is shown", [["is", "visit:utm_source", ["(not set)"]]], [9, 14]],
    ["is blank", [["is", "visit:utm_source", [""]]], [9, 14]],
    ["is not blank", [["is_not", "visit:region_name", [""]]], [10, 16]],
    ["is, in another case of letters", [["is", "visit:source", ["google"]]], [0, 0]],
    ["is not", [["is_not", "visit:source", ["Google"]]], [9, 13]],
    ["is a number", [["is", "event:props:seats", [3]]], [1, 0]],
    ["contains", [["contains", "event:page", ["/blog"]]], [3, 3]],
    ["contains one of", [["contains", "event:page", ["Blog", "pric"]]], [6, 6]],
    ["contains what is a wildcard elsewhere", [["contains", "event:page", ["*"]]], [0, 0]],
    ["contains not", [["contains_not", "event:page", ["/blog", "pric"]]], [9, 9]],
    ["matches", [["matches", "event:page", ["^/[bB]log/\\w+$"]]], [4, 4]],
    ["matches one of", [["matches", "event:page", ["^/$", "^/p"]]], [13, 13]],
    ["matches not", [["matches_not", "event:page", ["^/$"]]], [9, 9]],
    ["matches, in RE2's syntax", [["matches", "visit:source", ["(?i)^GOOGLE$"]]], [3, 4]],
    ["is, in any case", [["is", "event:page", ["/BLOG/HELLO"], { case_sensitive: false }]], [3, 3]],
    ["is not, in any case", [["is_not", "visit:source", ["GOOGLE"], { case_sensitive: false }]], [9, 13]],
    ["contains, in any case", [["contains", "event:page", ["/blog"], { case_sensitive: false }]], [4, 4]],
    ["of names, in any case", [["is", "visit:country_name", ["latvia"], { case_sensitive: false }]], [5, 9]],
    ["contains part of a name", [["contains", "visit:region_name", ["īg"]]], [4, 8]],
    ["case_sensitive: true", [["contains", "event:page", ["/blog"], { case_sensitive: true }]], [3, 3]],
    [
      "and of one fact",
      [
        [
          "and",
          [
            ["is", "visit:country", ["LV"]],
            ["is_not", "visit:region", ["LV-RIX"]],
          ],
        ],
      ],
      [1, 1],
    ],
    [
      "or of one fact",
      [
        [
          "or",
          [
            ["is", "visit:country", ["DE"]],
            ["is", "visit:region", ["EE-37"]],
          ],
        ],
      ],
      [6, 8],
    ],
    ["not", [["not", ["is", "visit:source", ["Google", "Newsletter"]]]], [6, 10]],
    ["not not", [["not", ["not", ["is", "visit:source", ["Google"]]]]], [3, 4]],
    [
      "not or",
      [
        [
          "not",
          [
            "or",
            [
              ["is", "visit:country", ["DE"]],
              ["is", "visit:country", ["LV"]],
            ],
          ],
        ],
      ],
      [3, 4],
    ],
    [
      "two facts at once",
      [
        ["is", "event:page", ["/"]],
        ["is", "visit:source", ["Google"]],
      ],
      [2, 2],
    ],
    [
      "or of two facts",
      [
        [
          "or",
          [
            ["is", "visit:country", ["LV"]],
            ["is", "visit:source", ["Google"]],
          ],
        ],
      ],
      [7, 12],
    ],
    [
      "and of or",
      [
        [
          "or",
          [
            ["is", "visit:source", ["Google"]],
            [
              "and",
              [
                ["is", "visit:source", ["Hacker News"]],
                ["is_not", "visit:country", ["EE"]],
              ],
            ],
          ],
        ],
      ],
      [6, 10],
    ],
    [
      "an event's property and name",
      [
        ["is", "event:props:plan", ["pro"]],
        ["is", "event:name", ["Signup"]],
      ],
      [1, 0],
    ],
  ])("%s", async (_, filters, expected) => {
    expect(await rows({ metrics: ["visitors", "pageviews"], filters })).toEqual([expected]);
  });

  it("find in each of two periods what there is in it", async () => {
    const { body } = await query({
      metrics: ["visitors"],
      date_range: ["2040-11-20", "2040-11-20"],
      filters: [["matches", "visit:source", ["^(Google|Hacker News)$"]]],
      include: { comparisons: { mode: "previous_period" } },
    });
    // On Tuesday one from Google, on Monday one from Hacker News.
    expect(body.results).toEqual([
      { dimensions: [], metrics: [1], comparison: { dimensions: [], metrics: [1], change: [0] } },
    ]);
  });

  it("drill into any other panel", async () => {
    const ofLatvia = { filters: [["is", "visit:country", ["LV"]]] };
    const metrics = ["visitors", "pageviews", "events", "bounce_rate"];
    expect(await rows({ metrics, dimensions: ["event:page"], ...ofLatvia })).toEqual([
      ["/", 5, 5, 5, 25],
      ["/pricing", 2, 2, 3, null],
      ["/Blog/Second", 1, 1, 1, null],
      ["/blog/hello", 1, 1, 1, 100],
    ]);
    expect(await rows({ metrics: ["visitors", "events"], dimensions: ["event:name"], ...ofLatvia })).toEqual([
      ["pageview", 5, 9],
      ["Signup", 1, 1],
    ]);
    const ofPricing = { filters: [["is", "event:page", ["/pricing"]]] };
    expect(await rows({ metrics, dimensions: ["visit:source"], ...ofPricing })).toEqual([
      ["Direct / None", 2, 2, 3, 0],
      ["Newsletter", 2, 2, 5, 0],
      ["Hacker News", 1, 1, 2, null],
    ]);
  });

  it("of one dimension let its other values go", async () => {
    const asked = { dimensions: ["visit:source"], filters: [["contains", "visit:source", ["le"]]] };
    expect(await rows(asked)).toEqual([
      ["Google", 3],
      ["Newsletter", 3],
    ]);
  });
});

describe("order", () => {
  const dimensions = ["visit:country"];
  const metrics = ["visitors", "visits", "bounce_rate"];
  it.each<[string, unknown, string[]]>([
    ["by the first metric, greatest first, equals by label", undefined, ["LV", "DE", "EE"]],
    ["by another metric", [["visits", "desc"]], ["LV", "EE", "DE"]],
    ["ascending", [["bounce_rate", "asc"]], ["DE", "LV", "EE"]],
    ["by a dimension", [["visit:country", "desc"]], ["LV", "EE", "DE"]],
    [
      "by several",
      [
        ["visitors", "asc"],
        ["visits", "desc"],
      ],
      ["EE", "DE", "LV"],
    ],
  ])("%s", async (_, order_by, expected) => {
    const found = await rows({ dimensions, metrics, ...(order_by !== undefined && { order_by }) });
    expect(found.map(([country]) => country)).toEqual(expected);
  });

  it("of a time series is its own, unless asked otherwise", async () => {
    const days = async (order_by: unknown) => (await rows({ dimensions: ["time:day"], order_by })).flat();
    expect(await days([["visitors", "desc"]])).toEqual(["2040-11-20", 3, "2040-11-21", 3, TODAY, 3, "2040-11-19", 2]);
    expect(await days([["time:day", "desc"]])).toEqual([TODAY, 3, "2040-11-21", 3, "2040-11-20", 3, "2040-11-19", 2]);
  });

  it("puts what has no value last in both directions", async () => {
    const asked = { dimensions: ["event:page"], metrics: ["bounce_rate"] };
    for (const direction of ["asc", "desc"]) {
      expect((await rows({ ...asked, order_by: [["bounce_rate", direction]] })).at(-1)).toEqual(["/Blog/Second", null]);
    }
  });
});

describe("pages of rows", () => {
  it("are cut after ordering, and total_rows tells of all", async () => {
    const asked = { dimensions: ["visit:source", "visit:country"], include: { total_rows: true } };
    const { body } = await query({ ...asked, pagination: { limit: 2, offset: 1 } });
    expect(body.results).toEqual([
      { dimensions: ["Newsletter", "EE"], metrics: [3] },
      { dimensions: ["Google", "DE"], metrics: [2] },
    ]);
    expect(body.meta.total_rows).toBe(7);
    expect(body.query.pagination).toEqual({ limit: 2, offset: 1 });
    const past = await query({ ...asked, pagination: { offset: 7 } });
    expect([past.body.results, past.body.meta.total_rows]).toEqual([[], 7]);
  });

  it("together are what one answer holds", async () => {
    const asked = { dimensions: ["event:page", "visit:country"], metrics: ["pageviews"] };
    const all = await rows(asked);
    const pages: unknown[] = [];
    for (let offset = 0; offset < all.length; offset += 3) {
      pages.push(...(await rows({ ...asked, pagination: { limit: 3, offset } })));
    }
    expect(all).toHaveLength(10);
    expect(pages).toEqual(all);
  });
});

describe("what is not exact is said", () => {
  const oneDay = { date_range: WEDNESDAY };
  it.each<[string, object, Record<string, string>]>([
    ["not where all is", { ...oneDay, metrics: ["visitors", "visits", "bounce_rate"] }, {}],
    ["visitors of several days", { metrics: ["visitors", "visits"] }, { visitors: "sum_of_days" }],
    ["visitors of several days, day by day", { dimensions: ["time:day"] }, {}],
    [
      "visitors of several sources",
      { ...oneDay, metrics: ["visitors", "visits"], filters: [["is_not", "visit:source", ["Google"]]] },
      { visitors: "upper_bound" },
    ],
    ["visitors of several countries", { ...oneDay, filters: [["is_not", "visit:country", ["LV"]]] }, {}],
    [
      "visits of several pages",
      { ...oneDay, metrics: ["visits", "pageviews"], filters: [["contains", "event:page", ["/"]]] },
      { visits: "upper_bound" },
    ],
    [
      "a path on two hosts, today",
      { date_range: "day", metrics: ["visitors", "pageviews"], filters: [["is", "event:page", ["/"]]] },
      { visitors: "upper_bound" },
    ],
    ["a path on one host", { ...oneDay, filters: [["is", "event:page", ["/"]]] }, {}],
    ["the last 24 hours", { date_range: "24h", metrics: ["visitors", "visits"] }, { visitors: "upper_bound" }],
  ])("%s", async (_, asked, expected) => {
    expect(await codes(asked)).toEqual(expected);
  });

  it("where days have no counts of two dimensions together, and from which day on there are", async () => {
    const asked = {
      metrics: ["visitors", "pageviews"],
      dimensions: ["event:page"],
      filters: [["is", "visit:country", ["DE"]]],
    };
    const since = { ...asked, date_range: ["2040-09-01", TODAY] };
    expect(await codes(since)).toEqual({ visitors: "detail_since", pageviews: "detail_since" });
    const { body } = await query(since);
    expect(body.meta.detail_from).toBe("2040-11-19");
    expect(body.meta.metric_warnings.pageviews.warning).toMatch(/2040-11-19/);
    expect((await query({ ...asked, date_range: WEDNESDAY })).body.meta).toEqual({ detail_from: WEDNESDAY[0] });
    expect((await query({ ...asked, date_range: "day" })).body.meta).toEqual({ detail_from: TODAY });

    const before = { ...asked, date_range: ["2040-09-10", "2040-09-10"] };
    expect(await rows(before)).toEqual([]);
    expect(await codes(before)).toEqual({ visitors: "detail_since", pageviews: "detail_since" });
    // One dimension alone is kept longer.
    expect(await rows({ date_range: ["2040-09-10", "2040-09-10"], dimensions: ["visit:country"] })).toEqual([
      ["DE", 1],
    ]);
  });
});
