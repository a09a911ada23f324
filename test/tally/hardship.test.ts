import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { HOUR_MS, type LocalDay, localDayAt, MINUTE_MS } from "../../src/calendar.ts";
import type { Hit, Outcome } from "../../src/hit.ts";
import { LIMITS } from "../../src/limits.ts";
import { COLUMN } from "../../src/metrics.ts";
import type { Day } from "../../src/tally/day.ts";
import { dayCounts } from "../../src/tally/day-counts.ts";
import { apply } from "../../src/tally/machine.ts";
import { packed } from "../../src/tally/pack.ts";
import { TallyState } from "../../src/tally/state.ts";
import { tallyStub } from "../../src/tally/stub.ts";
import { BEFORE_GOALS } from "./checkpoint-before-goals.ts";
import { batchOf, pageview, UTC } from "./hits.ts";

/** What a tally must live through: no keys to be had, floods, wrong clocks, upgrades. */

// Ahead of the real clock, by which the runtime would ring alarms of the past.
const NOON = Date.parse("2040-11-22T12:00:00Z");
const DAY = localDayAt(UTC, NOON);

let siteId = 100;
const tally = () => tallyStub(env, siteId, 0);
const object = () => env.TALLY.getByName(`${siteId}:0`);
const ring = () => runDurableObjectAlarm(object());
const alarmAt = () => runInDurableObject(object(), (_, state) => state.storage.getAlarm());
const at = (instant: number) => vi.setSystemTime(instant);

async function record(...hits: Hit[]): Promise<Outcome[]> {
  at(Date.now() + 1000);
  return tally().record(batchOf(siteId, Date.now(), hits));
}

function failing(method: "get" | "put") {
  return vi.spyOn(Object.getPrototypeOf(env.KV), method).mockRejectedValue(new Error("KV is away"));
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.spyOn(console, "error").mockImplementation(() => {});
  at(NOON);
  siteId++;
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("without new keys", () => {
  it("goes on sealing with yesterday's key while it lives long enough", async () => {
    await record(pageview(NOON, 1));
    const put = failing("put");
    at(DAY.endsAt + MINUTE_MS);
    expect(await record(pageview(Date.now(), 1))).toEqual(["counted"]);
    at(NOON + 37 * HOUR_MS);
    await expect(record(pageview(Date.now(), 1))).rejects.toThrow(/KV/);
    put.mockRestore();
    expect(await record(pageview(Date.now(), 1))).toEqual(["counted"]);
  });

  it("closes and flushes its days all the same", async () => {
    await env.DB.prepare("INSERT INTO sites (id, domain, zones, shard_rules, created_at) VALUES (?, ?, '[]', '[]', 0)")
      .bind(siteId, `${siteId}.example`)
      .run();
    await record(pageview(NOON, 1));
    failing("put");
    at(DAY.endsAt + LIMITS.closeDelayMs);
    await ring();
    const { n } = (await env.DB.prepare("SELECT count(*) AS n FROM counts WHERE site_id = ?").bind(siteId).first()) as {
      n: number;
    };
    expect(n).toBeGreaterThan(0);
  });

  it("rings less and less often", async () => {
    await record(pageview(NOON, 1));
    failing("put");
    // Time to make tomorrow's identity key.
    at(DAY.endsAt - 50 * MINUTE_MS);
    const gaps: number[] = [];
    for (let i = 0; i < 7; i++) {
      await ring();
      const next = (await alarmAt()) ?? 0;
      gaps.push(Math.round((next - Date.now()) / MINUTE_MS));
      at(next);
    }
    expect(gaps).toEqual([1, 2, 4, 8, 16, 32, 60]);
  });

  it("is not misled by a dead instance's key that reaches KV late", async () => {
    const late = vi.spyOn(Object.getPrototypeOf(env.KV), "put").mockRejectedValueOnce(new Error("no answer"));
    await expect(record(pageview(NOON, 1))).rejects.toThrow(/KV/);
    const [name] = late.mock.calls[0] as [string];
    late.mockRestore();
    await evictDurableObject(object());
    await record(pageview(NOON, 1));
    await env.KV.put(name, Buffer.alloc(32).toString("base64"));
    await evictDurableObject(object());
    const [day] = await tally().open({ dimensions: ["site"] });
    expect(day?.dimensions.site?.[""]?.[COLUMN.pageviews]).toBe(1);
  });
});

describe("identity keys", () => {
  it("leave the memory with their day", async () => {
    await tally().identityKey(siteId, DAY, true);
    at(DAY.endsAt + LIMITS.closeDelayMs);
    expect(await tally().identityKey(siteId, DAY, false)).toBe(null);
  });

  it("live longer, and stay the same, when the owner moves the timezone westward", async () => {
    const longer: LocalDay = { ...DAY, endsAt: DAY.endsAt + 5 * HOUR_MS };
    const key = await tally().identityKey(siteId, DAY, true);
    const put = vi.spyOn(Object.getPrototypeOf(env.KV), "put");
    expect(await tally().identityKey(siteId, longer, true)).toBe(key);
    expect(put.mock.calls).toEqual([
      [`identity:${siteId}:2040-11-22`, key, { expirationTtl: (longer.endsAt + LIMITS.closeDelayMs - NOON) / 1000 }],
    ]);
  });
});

describe("a clock that was ahead", () => {
  it("spoils no more than the hits it dated", async () => {
    await record(pageview(NOON, 1));
    at(NOON + 2 * HOUR_MS);
    await record(pageview(Date.now(), 2));
    at(NOON + MINUTE_MS);
    for (let i = 0; i < 5; i++) await record(pageview(Date.now(), 3));
    const [day] = await tally().open({ dimensions: ["site", "flags"] });
    expect(day?.dimensions.site?.[""]?.slice(0, 3)).toEqual([3, 3, 7]);
    expect(Object.keys(day?.dimensions.flags ?? {})).toEqual(["approximate"]);
  });
});

describe("a flood", () => {
  /** Everything new in every hit. */
  function flood(state: TallyState, hits: number): void {
    for (let i = 0; i < hits; i++) {
      const now = NOON + i * 10;
      const junk = (length: number) => `${i.toString(36)}x`.padStart(length, "junk");
      const hit = pageview(now, i, {
        kind: "event",
        event: { name: `e${i % 150}`, interactive: true },
        page: `example.com/${junk(400)}`,
        utmCampaign: junk(100),
        utmContent: junk(300),
        utmTerm: junk(300),
        props: Array.from({ length: 30 }, (_, k) => [`k${(i * 30 + k) % 400}`, junk(1500)] as [string, string]),
        visitor: i.toString(16).padStart(32, "0"),
      });
      if (i % 2) hit.visitless = true;
      apply(state, now, [batchOf(1, now, [hit])]);
    }
  }

  it("finds bounds in all that is remembered, and keeps the totals", { timeout: 60_000 }, () => {
    const limits = {
      ...LIMITS,
      valuesPerDimension: 500,
      valuesOfProperties: 1000,
      visitTuplesPerDay: 300,
      visitorTuplesPerDay: 300,
    };
    const state = new TallyState(limits);
    flood(state, 3000);
    const before = state.memoryBytes;
    const [day] = state.days.values();
    const sizes = () => [day?.singles.size, day?.pairs.size, day?.visitTuples.size, day?.visitorTuples.size];
    const remembered = sizes();
    flood(state, 6000);
    expect(sizes()).toEqual(remembered);
    // Only visitors, marks and open visits go on being remembered, each within a bound of its own.
    expect(state.memoryBytes - before).toBeLessThan(3000 * 1200);
    expect(day?.hits).toBe(9000);
  });

  it("stops remembering when the memory is full, goes on counting, and says so", () => {
    const state = new TallyState({ ...LIMITS, fullBytes: 3_000_000 });
    flood(state, 500);
    const [day] = state.days.values();
    expect(day?.mayGrow).toBe(false);
    const full = state.memoryBytes;
    flood(state, 1500);
    expect(state.memoryBytes).toBeLessThan(full * 1.05);
    expect([day?.hits, day?.values[0]?.size]).toEqual([2000, 2]);
    const read = TallyState.read(
      packed((writer) => state.writeCounts(writer)),
      packed((writer) => state.writeSecrets(writer)),
      state.limits,
    );
    expect(read.memoryBytes).toBe(state.memoryBytes);
  });
});

describe("amounts of money", () => {
  it("add up to what can be stored and no further, and the day says so", () => {
    const state = new TallyState(LIMITS);
    const most = LIMITS.revenueThousandths;
    for (const [i, thousandths] of [...Array(10).fill(most), ...Array(10).fill(-most), 5].entries()) {
      const currency = thousandths === 5 ? "JPY" : "EUR";
      const event = { name: "Buy", interactive: true };
      const hit = pageview(NOON + i, 1, { kind: "event", event, revenue: { thousandths, currency } });
      apply(state, NOON + i, [batchOf(1, NOON + i, [hit])]);
    }
    const counts = packed((writer) => state.writeCounts(writer));
    const [day] = TallyState.read(counts, null, LIMITS).days.values();
    const { dimensions } = dayCounts(day as Day, []);
    const column = (value: string, name: "customEvents" | "revenueThousandths" | "refundThousandths") =>
      dimensions.revenue?.[value]?.[COLUMN[name]] ?? 0;
    expect([column("Buy\tEUR", "customEvents"), column("Buy\tJPY", "customEvents")]).toEqual([20, 1]);
    expect(column("Buy\tEUR", "revenueThousandths")).toBe(Number.MAX_SAFE_INTEGER);
    expect(column("Buy\tEUR", "refundThousandths")).toBe(Number.MAX_SAFE_INTEGER);
    expect(column("Buy\tJPY", "revenueThousandths")).toBe(5);
    expect(dimensions.flags).toHaveProperty("capped:revenue");
  });
});

describe("an upgrade", () => {
  it("to goals and revenue goes on from the checkpoint of the version before, and marks the day", () => {
    const bytes = (base64: string) => [new Uint8Array(Buffer.from(base64, "base64"))];
    const state = TallyState.read(bytes(BEFORE_GOALS.counts), bytes(BEFORE_GOALS.secrets), LIMITS);
    const [day] = state.days.values();
    const counts = () => dayCounts(day as Day, state.visits.values());
    const before = counts();
    expect(before.dimensions).toMatchObject({
      site: { "": [2, 2, 2, 1, 4, 1] },
      hour: { "12": [2, 2, 2, 1, 4, 1] },
      page: { "example.com/": [1, 1, 1, 0, 0, 0, 5, 1, 80, 1], "example.com/thanks": [1, 1, 1, 0, 0, 1] },
      exit_page: { "example.com/": [1, 1, 1, 1, 3], "example.com/thanks": [1, 1, 1, 0, 1] },
      "event:Buy:plan": { pro: [1, 0, 0, 0, 0, 1] },
      flags: { approximate: [0, 0, 0, 0, 0, 1] },
    });
    expect(before.pairs).toMatchObject({
      "country*page": { LV: { "example.com/": [1, 1, 1] }, DE: { "example.com/thanks": [1, 1, 1, 0, 0, 1] } },
      "source*event": { Google: { Buy: [1, 0, 0, 0, 0, 1] } },
    });

    // The first visitor goes on, the second brings something, a third comes.
    const at = NOON + 10_000;
    const thanks = { page: "example.com/thanks", goals: ["/thanks"] };
    const event = { name: "Buy", interactive: true };
    const revenue = { thousandths: 9_990, currency: "EUR" };
    const hits = [
      pageview(at, 1, thanks),
      pageview(at, 2, { kind: "event", event, revenue, page: thanks.page }),
      pageview(at, 3, thanks),
    ].map((hit, i) => ({ ...hit, id: `f${i}`.padEnd(32, "0") }));
    for (const hit of hits) apply(state, at, [batchOf(1, at, [hit])]);
    const { dimensions, pairs } = counts();
    expect(dimensions).toMatchObject({
      site: { "": [3, 3, 4, 1, 19, 2] },
      hour: { "12": [3, 3, 4, 1, 19, 2, 0, 0, 0, 0, 1] },
      goal: { "/thanks": [2, 0, 2] },
      revenue: { "Buy\tEUR": [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 9_990] },
    });
    expect(pairs["goal*page"]).toEqual({ "/thanks": { "example.com/thanks": [2, 0, 2] } });
  });

  it("that counts what was not counted before, or bounds it otherwise, stops no checkpoint", () => {
    const old = new TallyState({ ...LIMITS, cellsPerPair: 1 });
    const first = pageview(NOON, 1);
    apply(old, NOON, [batchOf(1, NOON, [pageview(NOON, 2, { page: "example.com/other", country: "DE" }), first])]);
    const parts = () =>
      [packed((writer) => old.writeCounts(writer)), packed((writer) => old.writeSecrets(writer))] as const;
    const state = TallyState.read(...parts(), LIMITS);
    // Takes back a bounce that the old version had counted elsewhere.
    apply(state, NOON + 1000, [batchOf(1, NOON + 1000, [pageview(NOON + 1000, 1)])]);
    const again = TallyState.read(
      packed((writer) => state.writeCounts(writer)),
      packed((writer) => state.writeSecrets(writer)),
      LIMITS,
    );
    for (const day of again.days.values()) {
      for (let row = 0; row < day.pairs.size; row++) {
        for (const count of day.pairs.counts(row)) expect(count).toBeGreaterThanOrEqual(0);
      }
    }
  });
});
