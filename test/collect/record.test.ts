import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { localDayAt } from "../../src/calendar.ts";
import type { Platform } from "../../src/collect/deps.ts";
import { record } from "../../src/collect/record.ts";
import type { RecordBatch } from "../../src/hit.ts";
import { FakeTally, LeapingClock, NOON, RIGA } from "./fakes.ts";

const today = localDayAt(RIGA, NOON);
const BATCH: RecordBatch = {
  siteId: 7,
  shard: 3,
  shards: 4,
  hits: [],
  today,
  tomorrow: localDayAt(RIGA, today.endsAt),
};

function world() {
  const clock = new LeapingClock();
  const tally = new FakeTally();
  const stubs: string[] = [];
  const platform: Platform = {
    kv: { get: async () => null },
    tally: (siteId, shard) => {
      stubs.push(`${siteId}:${shard}`);
      return tally;
    },
    clock,
    waitUntil: () => {},
  };
  return { clock, tally, stubs, platform };
}

function failing(times: number, error: unknown) {
  let calls = 0;
  return () => {
    if (calls++ < times) throw error;
  };
}

const overloaded = () => Object.assign(new Error("busy"), { overloaded: true });

describe("recording", () => {
  let logged: string[];
  beforeEach(() => {
    logged = [];
    vi.spyOn(console, "error").mockImplementation((line: string) => void logged.push(line));
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it("asks the tally of the site's shard once if all is well", async () => {
    const { tally, stubs, platform, clock } = world();
    expect(await record(BATCH, platform)).toEqual([]);
    expect(stubs).toEqual(["7:3"]);
    expect(tally.batches).toEqual([BATCH]);
    expect(clock.pauses).toEqual([]);
  });

  it("repeats a rejected call with the same batch, a fresh stub and growing pauses", async () => {
    const { tally, stubs, platform, clock } = world();
    tally.before = failing(5, new Error("reset"));
    await record(BATCH, platform);
    expect(stubs).toHaveLength(6);
    expect(tally.batches).toEqual([BATCH]);
    expect(clock.pauses).toEqual([75, 150, 300, 600, 1200]);
    expect(logged).toEqual([]);
  });

  it("waits longer for an overloaded tally", async () => {
    const { tally, platform, clock } = world();
    tally.before = failing(2, overloaded());
    await record(BATCH, platform);
    expect(clock.pauses).toEqual([1575, 1650]);
  });

  it.each([
    ["a failing", () => new Error("203.0.113.7 said https://example.com/secret")],
    ["an overloaded", overloaded],
    ["a strangely failing", () => "203.0.113.7"],
  ])("gives %s tally up within 25 s, and logs one line without a visitor in it", async (_, error) => {
    const { tally, platform, clock } = world();
    tally.before = failing(Number.POSITIVE_INFINITY, error());
    await expect(record(BATCH, platform)).rejects.toEqual(error());
    expect(clock.at - NOON).toBeGreaterThan(15_000);
    expect(clock.at - NOON).toBeLessThan(25_000);
    expect(logged).toHaveLength(1);
    expect(JSON.parse(logged[0] ?? "")).toMatchObject({ siteId: 7, shard: 3, hits: 0 });
    expect(logged[0]).not.toMatch(/203\.0\.113|secret|example/);
  });
});
