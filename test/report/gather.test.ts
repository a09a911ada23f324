import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { aggregate, breakdown, realtimeVisitors, timeseries } from "../../src/report/v1.ts";
import { type FakeTally, NO_D1, openDay, siteOf, store, storeDay, storeImport, UNTOUCHED_D1, world } from "./fakes.ts";

const TODAY = "2026-11-22";
const YESTERDAY = "2026-11-21";
const REQUEST = new Request("https://footfall.test/");

/** Page views of the period, by day. */
async function pageviews(at: ReturnType<typeof world>, query = `period=custom&date=${YESTERDAY},${TODAY}`) {
  const url = `/api/v1/stats/timeseries?site_id=example.com&metrics=pageviews&${query}`;
  const response = await timeseries(REQUEST, at.context(url), at.access);
  const body: { results?: { pageviews: number }[]; error?: string } = await response.json();
  return { status: response.status, body, views: body.results?.map(({ pageviews }) => pageviews) };
}

const views = (count: number) => ({ site: { "": [1, 1, count] } });

describe("each day of each shard is counted once", () => {
  it("from D1 where it is closed and from the tally where it is open", async () => {
    const site = siteOf(10);
    await store(site, YESTERDAY, "site", { "": [1, 1, 10] });
    expect((await pageviews(world(site, [{ days: [openDay(TODAY, views(5))] }]))).views).toEqual([10, 5]);
  });

  it("not from an earlier flush of an open day", async () => {
    const site = siteOf(11);
    await store(site, YESTERDAY, "site", { "": [1, 1, 10] });
    await store(site, TODAY, "site", { "": [1, 1, 3] });
    expect((await pageviews(world(site, [{ days: [openDay(TODAY, views(5))] }]))).views).toEqual([10, 5]);
  });

  it("not from a flush of a day that is empty in the tally's answer", async () => {
    const site = siteOf(12);
    await store(site, TODAY, "site", { "": [1, 1, 3] });
    await store(site, YESTERDAY, "site", { "": [1, 1, 10] });
    expect((await pageviews(world(site, [{ days: [openDay(TODAY, {})] }]))).views).toEqual([10, 0]);
  });

  it("where one shard closed the day and another did not", async () => {
    const site = siteOf(13, { shards: 4 });
    await store(site, YESTERDAY, "site", { "": [1, 1, 10] }, 0);
    await store(site, YESTERDAY, "site", { "": [1, 1, 20] }, 1);
    await store(site, YESTERDAY, "site", { "": [1, 1, 39] }, 2);
    const tallies: FakeTally[] = [
      { days: [openDay(TODAY, views(1))] },
      {},
      { days: [openDay(YESTERDAY, views(40)), openDay(TODAY, views(2))] },
    ];
    expect((await pageviews(world(site, tallies))).views).toEqual([70, 3]);
  });

  it("where the day closes after the tally answered and before D1 is read", async () => {
    const site = siteOf(14);
    const tally: FakeTally = {
      days: [openDay(YESTERDAY, views(10)), openDay(TODAY, views(5))],
      before: () => store(site, YESTERDAY, "site", { "": [1, 1, 10] }),
    };
    await store(site, "2026-11-20", "site", { "": [1, 1, 7] });
    const at = world(site, [tally]);
    expect((await pageviews(at, `period=custom&date=2026-11-20,${TODAY}`)).views).toEqual([7, 10, 5]);
  });

  it("where the day closes before the tally answers", async () => {
    const site = siteOf(15);
    const tally: FakeTally = { days: [openDay(YESTERDAY, views(10)), openDay(TODAY, views(5))] };
    tally.before = async () => {
      await store(site, YESTERDAY, "site", { "": [1, 1, 10] });
      tally.days = [openDay(TODAY, views(5))];
    };
    expect((await pageviews(world(site, [tally]))).views).toEqual([10, 5]);
  });

  it("with an import beside it", async () => {
    const site = siteOf(16);
    await storeImport(site, 1);
    await store(site, YESTERDAY, "site", { "": [1, 1, 10] }, -1);
    const at = world(site, [{ days: [openDay(YESTERDAY, views(1)), openDay(TODAY, views(5))] }]);
    await store(site, "2026-11-20", "site", { "": [1, 1, 2] }, -1);
    expect((await pageviews(at, `period=custom&date=2026-11-20,${TODAY}`)).views).toEqual([2, 11, 5]);
  });

  it("where it is old and still open, as after a long outage of D1", async () => {
    const site = siteOf(17);
    await store(site, "2026-10-01", "site", { "": [1, 1, 1] });
    const at = world(site, [{ days: [openDay("2026-10-01", views(9))] }]);
    expect((await pageviews(at, "period=day&date=2026-10-01")).views).toEqual([9]);
  });

  it("when the greatest ratio falls by what is open", async () => {
    const site = siteOf(19);
    await store(site, YESTERDAY, "source", { A: [1, 1, 10], B: [1, 1, 5], C: [1, 1, 4] });
    const at = world(site, [{ days: [openDay(TODAY, { source: { A: [90, 90, 90] } })] }]);
    const query = `property=visit:source&metrics=views_per_visit&limit=1&period=custom&date=${YESTERDAY},${TODAY}`;
    const response = await breakdown(REQUEST, at.context(`/?site_id=example.com&${query}`), at.access);
    expect(await response.json()).toEqual({ results: [{ source: "B", views_per_visit: 5 }] });
  });

  it("for a custom property, whatever events have it", async () => {
    const site = siteOf(18);
    await store(site, YESTERDAY, "event", { Signup: [1, 0, 0, 0, 0, 2] });
    await store(site, YESTERDAY, "event:Signup:plan", { pro: [1, 0, 0, 0, 0, 2] });
    await store(site, YESTERDAY, "event:Signup:other:plan", { pro: [1, 0, 0, 0, 0, 64] });
    await store(site, TODAY, "event:Signup:plan", { pro: [1, 0, 0, 0, 0, 32] });
    const open = openDay(TODAY, {
      event: { Signup: [1, 0, 0, 0, 0, 4], "Outbound Link: Click": [1, 0, 0, 0, 0, 8] },
      "event:Signup:plan": { pro: [1, 0, 0, 0, 0, 4] },
      "event:Outbound Link%3A Click:plan": { pro: [1, 0, 0, 0, 0, 8], free: [1, 0, 0, 0, 0, 16] },
    });
    const at = world(site, [{ days: [open] }]);
    const url = `/?site_id=example.com&metrics=events&filters=event:props:plan==pro&period=custom&date=${YESTERDAY},${TODAY}`;
    const response = await aggregate(REQUEST, at.context(url), at.access);
    expect(await response.json()).toEqual({ results: { events: { value: 14 } } });
  });

  it("for a pair, whose pages D1 knows by number and the tally by name", async () => {
    const site = siteOf(30, { shards: 2 });
    const paired = (day: string, cells: Record<string, number[]>) =>
      openDay(day, { site: { "": [9, 9, 9] } }, { "country*page": { LV: cells, EE: { "a.example/": [7, 7, 7] } } });
    await storeDay(site, paired(YESTERDAY, { "a.example/": [1, 1, 1], "a.example/b": [2, 2, 2, 2] }));
    await storeDay(site, paired(YESTERDAY, { "a.example/b": [4, 4, 8] }), 1);
    // An earlier flush of a day that is still open.
    await storeDay(site, paired(TODAY, { "a.example/": [64, 64, 64] }), 1);
    const tallies = [
      { days: [paired(TODAY, { "a.example/b": [16, 16, 16] })] },
      { days: [paired(TODAY, { "a.example/": [32, 32, 32] })] },
    ];
    const at = world(site, tallies);
    const query = `property=event:page&filters=visit:country==LV&metrics=pageviews&period=custom&date=${YESTERDAY},${TODAY}`;
    const response = await breakdown(REQUEST, at.context(`/?site_id=example.com&${query}`), at.access);
    expect(await response.json()).toEqual({
      results: [
        { page: "/", pageviews: 33 },
        { page: "/b", pageviews: 26 },
      ],
    });
    expect(at.calls.map(({ pairs }) => pairs)).toEqual([
      ["country*page", "country*entry_page"],
      ["country*page", "country*entry_page"],
    ]);
  });
});

describe("months that are over", () => {
  const SUMMER = "period=custom&date=2026-07-01,2026-09-30";

  /** Two days in each of three months; of all there are month rows, which are wrong, so that it shows where they are read. */
  async function summer(id: number, valid: string[]) {
    const site = siteOf(id);
    for (const [index, month] of ["2026-07", "2026-08", "2026-09"].entries()) {
      await store(site, `${month}-01`, "site", { "": [1, 1, 1] });
      await store(site, `${month}-28`, "site", { "": [1, 1, 10 ** index] });
      await store(site, month, "site", { "": [1, 1, 1000 * (index + 1)] });
    }
    await env.DB.batch(
      valid.map((month) => env.DB.prepare("INSERT INTO months VALUES (?, ?, 1)").bind(site.id, month)),
    );
    return site;
  }
  const total = async (at: ReturnType<typeof world>, query: string) => {
    const url = `/?site_id=example.com&metrics=pageviews&${query}`;
    const response = await aggregate(REQUEST, at.context(url), at.access);
    return ((await response.json()) as { results: { pageviews: { value: number } } }).results.pageviews.value;
  };

  it("are read by their rows where these are valid, else by their days", async () => {
    const at = world(await summer(40, ["2026-08"]));
    expect(await total(at, SUMMER)).toBe(2 + 2000 + 101);
    expect((await pageviews(at, `${SUMMER}&interval=month`)).views).toEqual([2, 2000, 101]);
    const byDay = (await pageviews(at, `${SUMMER}&interval=day`)).views ?? [];
    expect(byDay.filter((views) => views > 0)).toEqual([1, 1, 1, 10, 1, 100]);
  });

  it("are read by their days where the range has part of them", async () => {
    const at = world(await summer(41, ["2026-07", "2026-08", "2026-09"]));
    expect(await total(at, "period=custom&date=2026-07-02,2026-09-29")).toBe(1 + 2000 + 101);
    expect(await total(at, "period=custom&date=2026-07-01,2026-09-30")).toBe(6000);
    expect(await total(at, "period=month&date=2026-08-15")).toBe(2000);
  });

  it("are read by their days where a tally answers for one of them", async () => {
    const site = await summer(42, ["2026-07", "2026-08", "2026-09"]);
    const at = world(site, [{ days: [openDay("2026-08-28", views(5))] }]);
    expect(await total(at, SUMMER)).toBe(1000 + (1 + 5) + 3000);
    expect((await pageviews(at, `${SUMMER}&interval=month`)).views).toEqual([1000, 6, 3000]);
  });

  it("are not read where they are not over", async () => {
    const site = siteOf(43);
    await store(site, YESTERDAY, "site", { "": [1, 1, 2] });
    await store(site, "2026-11", "site", { "": [1, 1, 1000] });
    await env.DB.prepare("INSERT INTO months VALUES (43, '2026-11', 1)").run();
    expect(await total(world(site), "period=month")).toBe(2);
  });
});

describe("a report", () => {
  it("does not ask D1 where tallies answer for all days", async () => {
    const site = siteOf(20, { shards: 2 });
    const tallies = [{ days: [openDay(TODAY, views(2))] }, { days: [openDay(TODAY, views(3))] }];
    const at = world(site, tallies, { db: UNTOUCHED_D1 });
    expect((await pageviews(at, "period=day")).views).toEqual([5]);
  });

  it("asks D1 where one of the tallies does not answer for a day", async () => {
    const site = siteOf(21, { shards: 2 });
    await store(site, TODAY, "site", { "": [1, 1, 7] }, 1);
    expect((await pageviews(world(site, [{ days: [openDay(TODAY, views(2))] }]), "period=day")).views).toEqual([9]);
  });

  it("does not look for days to come", async () => {
    const at = world(siteOf(22), [], { db: UNTOUCHED_D1 });
    expect((await pageviews(at, "period=day&date=2026-12-24")).views).toEqual([0]);
  });

  it("asks every tally of the site that there ever was", async () => {
    const site = siteOf(23);
    site.shardRules = [
      { shards: 4, fromAt: 0 },
      { shards: 2, fromAt: 1000 },
    ];
    const at = world(site);
    await pageviews(at);
    expect(at.calls.map(({ shard }) => shard)).toEqual([0, 1, 2, 3]);
  });

  it("asks a failing tally three times, with growing pauses", async () => {
    let failures = 2;
    const flaky: FakeTally = {
      days: [openDay(TODAY, views(5))],
      before: () => {
        if (failures-- > 0) throw new Error("Network connection lost.");
      },
    };
    const at = world(siteOf(24), [flaky]);
    expect((await pageviews(at, "period=day")).views).toEqual([5]);
    const [first = 0, second = 0, ...more] = at.pauses;
    expect(more).toEqual([]);
    expect(first).toBeGreaterThan(0);
    expect(second).toBeGreaterThan(first);
  });

  it.each([
    ["does not answer", {}, 3],
    ["is overloaded", { overloaded: true }, 1],
  ])("answers 503 where a tally %s", async (_, properties, calls) => {
    const down: FakeTally = {
      before: () => {
        throw Object.assign(new Error("10.0.0.1 secret"), properties);
      },
    };
    const at = world(siteOf(25, { shards: 2 }), [{}, down]);
    const { status, body } = await pageviews(at);
    expect(status).toBe(503);
    expect(body.error).toBe("the tally of shard 1 does not answer");
    expect(at.calls.filter(({ shard }) => shard === 1)).toHaveLength(calls);
    const url = "/api/v1/stats/realtime/visitors?site_id=example.com";
    expect((await realtimeVisitors(REQUEST, at.context(url), at.access)).status).toBe(503);
  });

  it("answers 503 where D1 is away, naming it", async () => {
    const at = world(siteOf(26), [], { db: NO_D1 });
    const response = await aggregate(REQUEST, at.context("/?site_id=example.com"), at.access);
    expect([response.status, await response.json()]).toEqual([503, { error: "D1 does not answer" }]);
    expect(Number(response.headers.get("Retry-After"))).toBeGreaterThan(0);
  });

  it("of today goes on while D1 is away, though a shard has had no hit yet", async () => {
    const at = world(siteOf(28, { shards: 2 }), [{ days: [openDay(TODAY, views(2))] }, {}], { db: NO_D1 });
    expect(await pageviews(at, "period=day")).toMatchObject({ status: 200, views: [2] });
    expect((await pageviews(at)).status).toBe(503);
  });

  it("reads D1 once, however much is asked", async () => {
    let batches = 0;
    const db = new Proxy(env.DB, {
      get(target, name) {
        const value = Reflect.get(target, name);
        if (name === "batch") batches++;
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const at = world(siteOf(27), [], { db });
    const url = "/?site_id=example.com&metrics=visitors,visits,bounce_rate&compare=previous_period";
    expect((await aggregate(REQUEST, at.context(url), at.access)).status).toBe(200);
    expect(batches).toBe(1);
  });
});
