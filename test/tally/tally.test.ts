import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HOUR_MS, localDayAt, MINUTE_MS } from "../../src/calendar.ts";
import type { Hit, Outcome } from "../../src/hit.ts";
import { LIMITS } from "../../src/limits.ts";
import { COLUMN } from "../../src/metrics.ts";
import { TallyState } from "../../src/tally/state.ts";
import { TallyStorage } from "../../src/tally/storage.ts";
import { tallyStub } from "../../src/tally/stub.ts";
import { batchOf, pageview, UTC } from "./hits.ts";

// Ahead of the real clock, by which the runtime would ring alarms of the past.
const NOON = Date.parse("2040-11-22T12:00:00Z");
const CLOSE = Date.parse("2040-11-23T00:45:00Z");

let siteId = 0;
const tally = () => tallyStub(env, siteId, 0);
const object = () => env.TALLY.getByName(`${siteId}:0`);
const ring = () => runDurableObjectAlarm(object());
const at = (instant: number) => vi.setSystemTime(instant);

/** Sends hits now, some time after the last ones so that they need not gather. */
async function record(...hits: Hit[]): Promise<Outcome[]> {
  at(Date.now() + 1000);
  return tally().record(batchOf(siteId, Date.now(), hits));
}

async function openPageviews(): Promise<Record<string, number>> {
  const days = await tally().open({ dimensions: ["site"] });
  return Object.fromEntries(days.map(({ day, dimensions }) => [day, dimensions.site?.[""]?.[COLUMN.pageviews] ?? 0]));
}

async function stored(dimension: string): Promise<Record<string, Record<string, number[]>>> {
  const { results } = await env.DB.prepare(
    "SELECT period, json(data) AS json FROM counts WHERE site_id = ? AND dimension = ?",
  )
    .bind(siteId, dimension)
    .all<{ period: string; json: string }>();
  return Object.fromEntries(results.map(({ period, json }) => [period, JSON.parse(json)]));
}

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.spyOn(console, "error").mockImplementation(() => {});
  at(NOON);
  siteId++;
  await env.DB.prepare(
    `INSERT INTO sites (id, domain, zones, shard_rules, created_at) VALUES (?, ?, ?, '[{"shards":1,"fromAt":0}]', 0)`,
  )
    .bind(siteId, `${siteId}.example`, JSON.stringify(UTC))
    .run();
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("recording", () => {
  it("tells what became of each hit", async () => {
    const view = pageview(NOON, 1);
    const engagement = pageview(NOON, 2, { kind: "engagement", engagement: { engagedMs: 1000 } });
    expect(await record(view, engagement, view)).toEqual(["counted", "no_visit", "counted"]);
    expect(await openPageviews()).toEqual({ "2040-11-22": 1 });
  });

  it("drops what one visitor sends beyond 300 hits in five minutes", async () => {
    const hits = Array.from({ length: 302 }, () => pageview(NOON, 1));
    const outcomes = await record(...hits);
    expect(outcomes.filter((outcome) => outcome === "counted").length).toBe(LIMITS.rateHits);
    expect(outcomes.slice(-2)).toEqual(["rate", "rate"]);
    const [day] = await tally().open({ dimensions: ["dropped"] });
    expect(day?.dimensions.dropped?.rate?.[COLUMN.customEvents]).toBe(2);
  });

  it("knows an id for ten minutes, over a checkpoint, a flush and an eviction", async () => {
    const hit = pageview(NOON, 1);
    await record(hit);
    at(NOON + 9 * MINUTE_MS);
    await record(hit);
    await ring();
    await evictDurableObject(object());
    at(NOON + 9.9 * MINUTE_MS);
    await record(hit);
    expect(await openPageviews()).toEqual({ "2040-11-22": 1 });
  });

  it("gathers calls that come together into one journal row, and answers each", async () => {
    const append = vi.spyOn(TallyStorage.prototype, "appendJournal");
    await record(pageview(NOON, 0));
    const calls = Array.from({ length: 20 }, (_, i) =>
      tally().record(batchOf(siteId, Date.now(), [pageview(NOON, i)])),
    );
    expect(await Promise.all(calls)).toEqual(calls.map(() => ["counted"]));
    expect(append).toHaveBeenCalledTimes(2);
  });

  it("counts gathered drops once, however often the call is repeated", async () => {
    const drops = { id: "a".repeat(32), counts: [{ reason: "bot" as const, count: 7 }] };
    for (let i = 0; i < 2; i++) {
      at(Date.now() + 1000);
      await tally().record(batchOf(siteId, Date.now(), [], { drops }));
    }
    const [day] = await tally().open({ dimensions: ["dropped"] });
    expect(day?.dimensions.dropped).toEqual({ bot: [0, 0, 0, 0, 0, 7] });
  });

  it("keeps a batch that cannot be applied out of the journal, so that it cannot come back", async () => {
    await record(pageview(NOON, 1));
    const poison = { ...pageview(NOON, 2), visitor: null as unknown as string };
    await expect(record(poison)).rejects.toThrow();
    expect(await record(pageview(NOON, 3))).toEqual(["counted"]);
    await evictDurableObject(object());
    expect(await openPageviews()).toEqual({ "2040-11-22": 2 });
  });
});

describe("waking", () => {
  it("answers a retryable error while KV does not show the journal's key, and goes on when it does", async () => {
    await record(pageview(NOON, 1));
    const { keys } = await env.KV.list({ prefix: `journal:${siteId}:` });
    const name = keys[0]?.name ?? "";
    const key = (await env.KV.get(name)) ?? "";
    await env.KV.delete(name);
    await evictDurableObject(object());
    await expect(record(pageview(NOON, 2))).rejects.toThrow(/KV/);
    await env.KV.put(name, key);
    expect(await record(pageview(NOON, 2))).toEqual(["counted"]);
    expect(await openPageviews()).toEqual({ "2040-11-22": 2 });
  });

  it("goes on from the counts, flagged approximate, when the key of what was sealed has expired", async () => {
    await record(pageview(NOON, 1));
    at(NOON + 11 * MINUTE_MS);
    await ring();
    for (const { name } of (await env.KV.list({ prefix: `journal:${siteId}:` })).keys) await env.KV.delete(name);
    await evictDurableObject(object());
    at(NOON + 49 * HOUR_MS);
    const [day] = await tally().open({ dimensions: ["site", "flags"] });
    expect(day?.dimensions.site?.[""]?.[COLUMN.pageviews]).toBe(1);
    expect(Object.keys(day?.dimensions.flags ?? {})).toEqual(["approximate"]);
  });
});

describe("identity keys", () => {
  const today = localDayAt(UTC, NOON);

  it("are made once a day, rest in KV until 45 minutes after it, and nowhere else", async () => {
    const put = vi.spyOn(Object.getPrototypeOf(env.KV), "put");
    const keys = await Promise.all([1, 2, 3].map(() => tally().identityKey(siteId, today, true)));
    expect(new Set(keys).size).toBe(1);
    expect(put.mock.calls.filter(([name]) => name === `identity:${siteId}:2040-11-22`)).toEqual([
      [`identity:${siteId}:2040-11-22`, keys[0], { expirationTtl: 12 * 3600 + 45 * 60 }],
    ]);
    await evictDurableObject(object());
    expect(await tally().identityKey(siteId, today, true)).toBe(keys[0]);
    await record(pageview(NOON, 1));
    const rest = await runInDurableObject(object(), (_, state) =>
      ["ledger", "checkpoint", "closed_days", "journal"].map((table) =>
        JSON.stringify(state.storage.sql.exec(`SELECT * FROM ${table}`).toArray()),
      ),
    );
    expect(rest.join()).not.toContain(keys[0]);
  });

  it("are not made for a day that is over, nor where nobody asks to make them", async () => {
    expect(await tally().identityKey(siteId, localDayAt(UTC, NOON - 48 * HOUR_MS), true)).toBe(null);
    expect(await tally().identityKey(siteId, today, false)).toBe(null);
  });

  it("are made ahead for the day after a day with hits", async () => {
    await record(pageview(NOON, 1));
    at(today.endsAt - 59 * MINUTE_MS);
    await ring();
    expect(await env.KV.get(`identity:${siteId}:2040-11-23`)).toMatch(/^.{44}$/);
  });

  it("are not made anew while KV does not show the one that was made", async () => {
    await tally().identityKey(siteId, today, true);
    await env.KV.delete(`identity:${siteId}:2040-11-22`);
    await evictDurableObject(object());
    // The stub's own promise would be reported as unhandled.
    const asked = async () => await tally().identityKey(siteId, today, true);
    await expect(asked()).rejects.toThrow(/KV/);
  });
});

describe("handing over to D1", () => {
  it("keeps a day open until D1 has acknowledged it, and answers for it until then", async () => {
    await record(pageview(NOON, 1));
    at(CLOSE - 1000);
    await ring();
    expect(await openPageviews()).toEqual({ "2040-11-22": 1 });
    at(CLOSE);
    const batch = vi
      .spyOn(Object.getPrototypeOf(env.DB), "batch")
      .mockRejectedValue(new Error("Network connection lost."));
    await ring();
    expect(await openPageviews()).toEqual({ "2040-11-22": 1 });
    batch.mockRestore();
    at(CLOSE + 2 * MINUTE_MS);
    await ring();
    expect(await openPageviews()).toEqual({});
    expect(await stored("page")).toEqual({ "2040-11-22": { "example.com/": [1, 1, 1] } });
  });

  it("flushes an open day hourly once there are hits enough, else after six hours", async () => {
    await record(pageview(NOON, 1));
    at(NOON + 2 * HOUR_MS);
    await ring();
    expect(await stored("site")).toEqual({});
    for (let i = 0; i < 2; i++) await record(...Array.from({ length: 250 }, (_, n) => pageview(Date.now(), n)));
    await ring();
    expect((await stored("site"))["2040-11-22"]?.[""]?.[COLUMN.pageviews]).toBe(501);
    await record(pageview(Date.now(), 1));
    at(NOON + 8 * HOUR_MS + 2 * MINUTE_MS);
    await ring();
    expect((await stored("site"))["2040-11-22"]?.[""]?.[COLUMN.pageviews]).toBe(502);
  });

  it("does not ask a D1 that has spent its daily quota before 00:00 UTC", async () => {
    await record(pageview(NOON, 1));
    at(CLOSE);
    const message = "D1_ERROR: Your account has exceeded D1's free tier daily row write limit.";
    const batch = vi.spyOn(Object.getPrototypeOf(env.DB), "batch").mockRejectedValue(new Error(message));
    await ring();
    expect(batch).toHaveBeenCalledTimes(1);
    at(Date.parse("2040-11-23T23:59:00Z"));
    await ring();
    expect(batch).toHaveBeenCalledTimes(1);
    batch.mockRestore();
    at(Date.parse("2040-11-24T00:02:00Z"));
    await ring();
    expect(Object.keys(await stored("site"))).toEqual(["2040-11-22"]);
  });

  it("gives a D1 that was restored to an earlier state its closed days back", async () => {
    await record(pageview(NOON, 1));
    at(CLOSE);
    await ring();
    await env.DB.prepare("DELETE FROM counts WHERE site_id = ?").bind(siteId).run();
    at(CLOSE + 7 * HOUR_MS);
    await ring();
    expect((await stored("site"))["2040-11-22"]?.[""]?.[COLUMN.pageviews]).toBe(1);
  });

  it("writes over rows of a higher revision, which a restored object finds", async () => {
    await record(pageview(NOON, 1));
    at(CLOSE);
    await ring();
    await env.DB.prepare("UPDATE counts SET revision = revision + 1000000000, data = jsonb('{}') WHERE site_id = ?")
      .bind(siteId)
      .run();
    at(CLOSE + 7 * HOUR_MS);
    await ring();
    expect((await stored("site"))["2040-11-22"]?.[""]?.[COLUMN.pageviews]).toBe(1);
  });

  it("forgets a closed day after a week, and nothing that D1 has not acknowledged", async () => {
    await record(pageview(NOON, 1));
    at(CLOSE);
    await ring();
    const days = () =>
      runInDurableObject(object(), (_, state) =>
        state.storage.sql.exec<{ day: string }>("SELECT DISTINCT day FROM closed_days").toArray(),
      );
    expect(await days()).toEqual([{ day: "2040-11-22" }]);
    at(CLOSE + 8 * 24 * HOUR_MS);
    await ring();
    expect(await days()).toEqual([]);
  });

  it("counts a hit for a closed day there, flagged, and hands the day over again", async () => {
    await record(pageview(NOON, 1));
    at(CLOSE);
    await ring();
    await record(pageview(NOON, 2));
    expect(await openPageviews()).toEqual({ "2040-11-22": 2 });
    at(CLOSE + MINUTE_MS);
    await ring();
    expect((await stored("site"))["2040-11-22"]?.[""]?.[COLUMN.pageviews]).toBe(2);
    expect(Object.keys((await stored("flags"))["2040-11-22"] ?? {})).toEqual(["approximate"]);
  });
});

it("names the properties that events had, where that is asked", async () => {
  await record(
    pageview(NOON, 1, { props: [["theme", "dark"]] }),
    pageview(NOON, 1, { kind: "event", event: { name: "Log: in", interactive: true }, props: [["method", "mail"]] }),
  );
  const [named] = await tally().open({ dimensions: [], properties: true });
  expect(named?.properties?.toSorted()).toEqual(["event:Log%3A in:method", "event:pageview:theme"]);
  expect(named?.dimensions).toEqual({});
  expect(await tally().open({ dimensions: [] })).toEqual([{ day: "2040-11-22", dimensions: {}, pairs: {} }]);
});

describe("live numbers", () => {
  it("are the visitors of the last five minutes, and the last thirty minutes by minute", async () => {
    await record(pageview(NOON, 1), pageview(NOON, 1), pageview(NOON, 2));
    at(NOON + 4 * MINUTE_MS);
    await record(pageview(NOON + 4 * MINUTE_MS, 2));
    const { visitors, minutes } = await tally().live();
    expect([visitors, minutes.length]).toEqual([2, 30]);
    expect(minutes.filter(({ pageviews }) => pageviews > 0)).toEqual([
      { at: NOON, visitors: 2, pageviews: 3 },
      { at: NOON + 4 * MINUTE_MS, visitors: 1, pageviews: 1 },
    ]);
    at(NOON + 6 * MINUTE_MS);
    expect((await tally().live()).visitors).toBe(1);
  });

  it("come with what open days counted, where that is asked", async () => {
    await record(pageview(NOON, 1), pageview(NOON, 2));
    const { days, ...live } = await tally().pulse({ from: "2040-11-22" });
    expect(live).toEqual(await tally().live());
    expect(days).toEqual(await tally().open({ dimensions: ["site", "dropped"], from: "2040-11-22" }));
    expect(days.map(({ day, dimensions }) => [day, Object.keys(dimensions)])).toEqual([["2040-11-22", ["site"]]]);
    expect((await tally().pulse({ from: "2040-11-23" })).days).toEqual([]);
  });
});

describe("shards", () => {
  it("are doubled from the next midnight on when a tally's memory is half full", async () => {
    await record(pageview(NOON, 1));
    vi.spyOn(TallyState.prototype, "memoryBytes", "get").mockReturnValue(LIMITS.growShardsBytes + 1);
    at(NOON + 11 * MINUTE_MS);
    await ring();
    const rules = await env.DB.prepare("SELECT shard_rules FROM sites WHERE id = ?").bind(siteId).first("shard_rules");
    expect(JSON.parse(String(rules))).toEqual([
      { shards: 1, fromAt: 0 },
      { shards: 2, fromAt: Date.parse("2040-11-23T00:00:00Z") },
    ]);
  });
});

describe("erasing", () => {
  it("deletes what rests and counts nothing any more", async () => {
    await record(pageview(NOON, 1));
    at(CLOSE);
    await ring();
    await record(pageview(CLOSE, 2));
    await tally().erase();
    expect(await record(pageview(CLOSE, 3))).toEqual(["unknown_site"]);
    expect(await tally().open({ dimensions: "all" })).toEqual([]);
    expect((await env.KV.list({ prefix: `journal:${siteId}:` })).keys).toEqual([]);
    await evictDurableObject(object());
    expect(await record(pageview(CLOSE, 4))).toEqual(["unknown_site"]);
    const rows = await runInDurableObject(object(), (_, state) =>
      ["checkpoint", "closed_days", "journal"].map(
        (table) => state.storage.sql.exec(`SELECT count(*) AS n FROM ${table}`).one().n,
      ),
    );
    expect(rows).toEqual([0, 0, 0]);
  });

  it("works while KV is away, and waits for a hit that is being recorded", async () => {
    await record(pageview(NOON, 1));
    await evictDurableObject(object());
    const get = vi.spyOn(Object.getPrototypeOf(env.KV), "get").mockRejectedValue(new Error("KV is away"));
    const late = record(pageview(NOON, 2)).catch(() => []);
    await tally().erase();
    await late;
    get.mockRestore();
    expect(await record(pageview(NOON, 3))).toEqual(["unknown_site"]);
  });
});
