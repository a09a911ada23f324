import { beforeAll, describe, expect, it } from "vitest";
import { summary } from "../../src/report/summary.ts";
import type { SummaryAnswer } from "../../src/report/summary-answer.ts";
import type { Context, Credential } from "../../src/route.ts";
import { d1Around, goalOf, openDay, siteOf, store, storeDay, storeImport, world } from "./fakes.ts";

/** What the dashboard asks besides: filters, comparisons, what is refused by itself, properties, who asks. */

const TODAY = "2026-11-22";
const goals = [goalOf("event", "Buy", { currency: "EUR" }), goalOf("page", "/thanks", { id: 2 })];
const site = siteOf(1, { goals });

const day = (date: string) =>
  openDay(
    date,
    {
      site: { "": [10, 12, 40, 4, 600, 3] },
      hour: { 9: [10, 12, 40, 4, 600, 3] },
      page: { "example.com/": [9, 10, 30], "example.com/a": [4, 4, 10] },
      entry_page: { "example.com/": [9, 10, 35, 4, 500], "example.com/a": [2, 2, 5, 0, 100] },
      source: { Google: [6, 7, 25, 2, 400], "": [4, 5, 15, 2, 200] },
      referrer: { "google.com/": [6, 7, 25, 2, 400] },
      location: { "LV\tLV-RIX": [7, 8, 30], "EE\tEE-37": [3, 4, 10] },
      browser_version: { "Firefox\t145": [10, 12, 40] },
      event: { Buy: [2, 0, 0, 0, 0, 2], "Log in": [1, 0, 0, 0, 0, 1], "Log out": [1, 0, 0, 0, 0, 1] },
      revenue: { "Buy\tEUR": [0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 59_800] },
      "event:Buy:plan": { pro: [2, 0, 0, 0, 0, 2] },
      "event:Buy:size": { big: [1, 0, 0, 0, 0, 1] },
      "event:Log in:method": { mail: [1, 0, 0, 0, 0, 1] },
    },
    {
      "hour*source": { 9: { Google: [6, 7, 25, 2, 400], "": [4, 5, 15, 2, 200] } },
      "source*page": { Google: { "example.com/": [5, 6, 20], "example.com/a": [2, 2, 5] } },
      "source*event": { Google: { Buy: [1, 0, 0, 0, 0, 1] } },
      "country*source": { LV: { Google: [4, 5, 20] }, EE: { Google: [2, 2, 5] } },
    },
  );

beforeAll(async () => {
  for (const date of ["2026-11-20", "2026-11-21"]) await storeDay(site, day(date));
  await store(site, "2026-10-01", "site", { "": [1, 1, 1] });
  await store(site, "2026-10-01", "event:Old:thing", { x: [1, 0, 0, 0, 0, 1] });
});

const TALLIES = [{ days: [day(TODAY)] }];
const filtered = (...filters: unknown[]) => `filters=${encodeURIComponent(JSON.stringify(filters))}`;
const FROM_GOOGLE = filtered(["is", "visit:source", ["Google"]]);

async function ask(
  query: string,
  { at = world(site, TALLIES), credential }: { at?: ReturnType<typeof world>; credential?: Credential } = {},
) {
  const made = at.context(`/api/stats/example.com?${query}`, { domain: "example.com" });
  const context: Context = credential ? { ...made, credential } : made;
  const response = await summary(new Request(context.url), context, at.access);
  return { status: response.status, body: await response.json<SummaryAnswer & { error: string }>() };
}

const PUBLIC: Credential = { kind: "public", id: 0, scopes: ["stats"], siteId: null };

it.each([
  "",
  "compare=off",
  "date=2026-11-23",
  "date=2026-11-23&compare=off",
  `compare=custom&compare_date=${TODAY},${TODAY}`,
])("the first day is that of D1, though nothing else is asked of it: %s", async (query) => {
  expect((await ask(query)).body.first_day).toBe("2026-10-01");
});

it("days imported from another tool have no counts of two facts, though earlier ones of a Footfall have", async () => {
  const mixed = siteOf(7, { goals });
  const at = world(mixed, TALLIES);
  await storeDay(mixed, day("2026-03-10"), -171);
  await storeImport(mixed, 171, { from: "2026-03-01", to: "2026-03-31", source: "footfall" });
  await store(mixed, "2026-04-10", "site", { "": [9, 9, 9] }, -172);
  await storeImport(mixed, 172, { from: "2026-04-01", to: "2026-04-30" });
  const both = filtered(["is", "visit:source", ["Google"]], ["is", "visit:country", ["LV"]]);
  const visits = async (range: string) => {
    const { body } = await ask(`period=custom&date=${range}&compare=off&${both}`, { at });
    const said = body.notes.flatMap(({ code, message }) => (code === "detail_since" ? [message] : []));
    return [body.metrics.visits && "value" in body.metrics.visits && body.metrics.visits.value, said];
  };
  const without = "Imported without counts of two dimensions together: 2026-04-01 to 2026-04-30.";
  expect(await visits("2026-03-01,2026-03-31")).toEqual([5, []]);
  expect(await visits("2026-04-01,2026-04-30")).toEqual([null, [without]]);
  expect(await visits("2026-03-01,2026-04-30")).toEqual([5, [without]]);
  expect(await visits("2026-05-01,2026-05-31")).toEqual([0, []]);
});

describe("the summary, filtered", () => {
  it("is about what passes, but for the list from which others can be chosen", async () => {
    const { body } = await ask(`${FROM_GOOGLE}&compare=off`);
    expect(body.metrics.visits).toEqual({ value: 7, comparison_value: null, change: null });
    const sources = { rows: [{ value: "Google", visitors: 6 }, { value: "Direct / None" }] };
    expect(body.dimensions["visit:source"]).toMatchObject(sources);
    expect(body.dimensions["event:page"]).toMatchObject({
      metrics: ["visitors", "pageviews", "bounce_rate", "visits"],
      rows: [
        { value: "/", visitors: 5, pageviews: 20 },
        { value: "/a", visitors: 2, pageviews: 5 },
      ],
    });
    expect(body.timeseries).toHaveLength(24);
    expect(Array.isArray(body.timeseries) && body.timeseries[9]).toMatchObject({ visits: 7, pageviews: 25 });
    expect(body.detail_from).toBe(TODAY);
  });

  it("refuses by itself what cannot be told, and says why", async () => {
    const { body } = await ask(FROM_GOOGLE);
    const refusedOf = (name: string) => {
      const panel = body.dimensions[name];
      return panel && "refused" in panel ? panel.refused : null;
    };
    expect(refusedOf("visit:browser_version")).toEqual({
      code: "not_counted_together",
      message: expect.stringContaining("ask for visit:browser instead of visit:browser_version"),
    });
    expect(refusedOf("visit:browser")).toBeNull();
    const both = (await ask(filtered(["is", "visit:source", ["Google"]], ["is", "visit:country", ["LV"]]))).body;
    expect(both.dimensions["event:page"]).toMatchObject({ refused: { code: "three_facts" } });
    expect(both.timeseries).toMatchObject({ refused: { code: "three_facts" } });
    expect(both.intervals).toEqual([]);
    expect(both.metrics.visitors).toMatchObject({ value: 4 });
    expect(both.compared_series).toBeNull();
  });

  it("leaves metrics without a meaning out, or says why there is none of the whole", async () => {
    const { body } = await ask(filtered(["is", "event:page", ["/", "/a"]]));
    expect(body.metrics.bounce_rate).toMatchObject({ refused: { code: "several_pages" } });
    expect(body.metrics.time_on_page).toMatchObject({ refused: { code: "several_pages" } });
    expect(body.metrics.pageviews).toMatchObject({ value: 40 });
    expect(body.notes).toContainEqual(
      expect.objectContaining({ code: "upper_bound", metrics: expect.arrayContaining(["visitors"]) }),
    );
    expect(body.dimensions["event:page"]).toMatchObject({ metrics: expect.arrayContaining(["bounce_rate"]) });
  });

  it("tells conversions of a goal", async () => {
    const { body } = await ask(filtered(["is", "event:goal", ["Buy"]]));
    expect(body.metrics.conversion_rate).toMatchObject({ value: 20 });
    expect(body.dimensions["visit:source"]).toMatchObject({
      metrics: ["visitors", "events", "group_conversion_rate", "pageviews"],
      rows: [{ value: "Google", visitors: 1, events: 1, group_conversion_rate: 16.67 }],
    });
    expect(body.dimensions["event:goal"]).toMatchObject({
      metrics: ["visitors", "events", "conversion_rate", "total_revenue"],
      rows: [{ value: "Buy", total_revenue: { currency: "EUR", value: 59.8 } }],
    });
  });

  it("says what is no goal, and since when a page goal is counted", async () => {
    expect((await ask(filtered(["is", "event:goal", ["Sell"]]))).body.metrics.visitors).toMatchObject({
      refused: { code: "unknown_goal" },
    });
    const late = [goals[0], goalOf("page", "/thanks", { id: 2, createdAt: Date.parse("2026-11-21T12:00:00Z") })];
    const at = world({ ...site, goals: late.flatMap((goal) => goal ?? []) }, TALLIES);
    const { body } = await ask(`period=7d&${filtered(["is", "event:goal", ["Visit /thanks"]])}`, { at });
    expect(body.metrics.visitors).toMatchObject({ refused: { code: "goal_since" } });
    expect(body.timeseries).toMatchObject({ refused: { code: "goal_since" } });
  });

  it.each([
    ["filters=Google", "filters: must be a list of filters in JSON"],
    [filtered(["is", "visit:source"]), "filters/0: must be [operator, dimension, [values]]"],
    [filtered(["is", "visit:source", [null]]), "filters/0/2/0: must be a string or a number"],
    ["filters={}", "filters: must be a list"],
    [filtered(["is", "visit:mood", ["good"]]), "filters: must be a property of the Stats API"],
    [filtered(["matches", "visit:source", ["("]]), "filters: must be a regular expression"],
    [`filters=${"[".repeat(9000)}`, "filters: must be at most 8000 characters long"],
    [
      filtered(["not", ["not", ["not", ["not", ["not", ["not", ["is", "visit:os", ["x"]]]]]]]]),
      "filters: must not be joined",
    ],
    ["interval=week", "interval: must be one of hour for this period"],
    ["compare=custom&compare_date=x", "compare_date: must be FROM,TO"],
    ["compare=never", "compare: must be one of previous_period, year_over_year, custom, off"],
  ])("is 400 for %s", async (query, error) => {
    expect(await ask(query)).toMatchObject({ status: 400, body: { error: expect.stringContaining(error) } });
  });
});

describe("the summary", () => {
  it("has what times are compared with, each at its place", async () => {
    const hours = (await ask("")).body;
    expect(hours.compared_series).toHaveLength(24);
    expect(hours.compared_series?.[9]).toMatchObject({ date: "2026-11-21 09:00:00", visits: 12 });
    // As many as there are; the rest of the month has none.
    const { timeseries, compared_series: before, compared_with } = (await ask("period=month")).body;
    expect(timeseries).toHaveLength(30);
    expect(before).toHaveLength(30);
    expect(before?.[21]).toMatchObject({ date: compared_with?.to, partial: true });
    expect(before?.[22]).toBeNull();
    const custom = (await ask("period=7d&compare=custom&compare_date=2026-11-20,2026-11-21")).body;
    expect(custom.compared_with).toEqual({ from: "2026-11-20", to: "2026-11-21" });
    expect(custom.metrics.visits).toMatchObject({ value: 24, comparison_value: 24 });
    expect(custom.compared_series?.map((bucket) => bucket?.visits ?? null)).toEqual([
      12,
      12,
      null,
      null,
      null,
      null,
      null,
    ]);
    expect((await ask("compare=off")).body).toMatchObject({ compared_with: null, compared_series: null });
  });

  it("begins with the first day that has counts, asked for today alone too", async () => {
    for (const query of ["", "compare=off", "period=all", "period=12mo"]) {
      expect((await ask(query)).body.first_day, query).toBe("2026-10-01");
    }
    expect((await ask("period=all")).body).toMatchObject({
      period: { name: "all", from: "2026-10-01", to: TODAY },
      compared_with: null,
      interval: "day",
    });
    expect((await ask("", { at: world(siteOf(9)) })).body.first_day).toBeNull();
  });

  it("names the properties that events of the period have, of one event where it is asked about", async () => {
    const named = async (query: string) => (await ask(query)).body.properties;
    expect(await named("")).toEqual(["method", "plan", "size"]);
    expect(await named("period=7d")).toEqual(["method", "plan", "size"]);
    expect(await named("period=all")).toEqual(["method", "plan", "size", "thing"]);
    expect(await named("period=all&date=2026-10-02")).toContain("thing");
    expect(await named("date=2026-10-01")).toEqual(["thing"]);
    expect(await named("date=2026-10-02")).toEqual([]);
    expect(await named(filtered(["is", "event:name", ["Buy"]]))).toEqual(["plan", "size"]);
    expect(await named(filtered(["is", "event:goal", ["Buy"]]))).toEqual(["plan", "size"]);
    expect(await named(filtered(["is", "event:name", ["log in"], { case_sensitive: false }]))).toEqual(["method"]);
    expect(await named(FROM_GOOGLE)).toEqual(["method", "plan", "size"]);
  });

  it("names them of months that have rows of their own, and of imports that count", async () => {
    const other = siteOf(2);
    await storeImport(other, 71, { source: "footfall" });
    await storeImport(other, 72, { source: "footfall", state: "pending" });
    await store(other, "2026-09-01", "site", { "": [1, 1, 1] });
    await store(other, "2026-10-05", "event:Buy:plan", { pro: [1, 0, 0, 0, 0, 1] }, -71);
    await store(other, "2026-10-05", "event:Buy:size", { big: [1, 0, 0, 0, 0, 1] }, -72);
    const { body } = await ask("period=12mo", { at: world(other, TALLIES) });
    expect(body.properties).toEqual(["plan"]);
  });

  it("names to the public the properties of events that it is shown, and no revenue", async () => {
    const open = { ...site, isPublic: true, minVisitors: 2 };
    const at = world(open, TALLIES);
    const { body } = await ask("", { at, credential: PUBLIC });
    // Those who logged in and out are few, and told together.
    expect(body.properties).toEqual(["plan", "size"]);
    expect(body.dimensions["event:goal"]).toMatchObject({ metrics: ["visitors", "events", "conversion_rate"] });
    expect(body.viewer).toEqual({ owner: false, manages: false });
  });

  it("says of what is shown together that it is, and refuses filters that would tell of a few", async () => {
    const open = { ...site, isPublic: true, minVisitors: 5 };
    const { body } = await ask("", { at: world(open, TALLIES), credential: PUBLIC });
    expect(body.dimensions["visit:source"]).toMatchObject({ rows: [{ value: "Other", folded: true, visitors: 10 }] });
    const few = await ask(filtered(["is", "visit:source", ["Bing"]]), { at: world(open, TALLIES), credential: PUBLIC });
    expect(few.body.metrics.visitors).toMatchObject({ refused: { code: "few_visitors" } });
    expect(few.body.dimensions["event:page"]).toMatchObject({ refused: { code: "few_visitors" } });
  });

  it.each<[Credential["scopes"], Credential["siteId"], boolean]>([
    [["stats"], null, false],
    [["stats", "sites"], null, true],
    [["stats", "sites"], 1, true],
    [["stats", "sites"], 2, false],
  ])("says of a key with the scopes %j, of site %j, that it manages: %j", async (scopes, siteId, manages) => {
    const { body } = await ask("", { credential: { kind: "key", id: 1, scopes, siteId } });
    expect(body.viewer).toEqual({ owner: true, manages });
  });

  it("gives what its versions are of, and its regions' names", async () => {
    const { dimensions } = (await ask("")).body;
    expect(dimensions["visit:browser_version"]).toMatchObject({
      rows: [{ value: "Firefox 145", parts: ["Firefox", "145"] }],
    });
    expect(dimensions["visit:region"]).toMatchObject({
      rows: [
        { value: "LV-RIX", name: "Rīga" },
        { value: "EE-37", name: "Harjumaa" },
      ],
    });
  });

  it("looks at D1 for the days that are over and for those that are not, once each", async () => {
    let batches = 0;
    const db = d1Around((run) => {
      batches++;
      return run();
    });
    await ask(`period=7d&${FROM_GOOGLE}`, { at: world(site, TALLIES, { db }) });
    expect(batches).toBe(1);
    await ask(`period=month&${FROM_GOOGLE}`, { at: world(site, TALLIES, { db }) });
    expect(batches).toBeLessThanOrEqual(3);
  });
});
