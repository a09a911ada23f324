import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { aggregate, breakdown, realtimeVisitors, timeseries } from "../../src/report/v1.ts";
import { type FakeTally, NO_D1, openDay, siteOf, store, UNTOUCHED_D1, world } from "./fakes.ts";

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
