import { describe, expect, it } from "vitest";
import { DAY_MS, HOUR_MS, type LocalDay, localDayAt, MINUTE_MS } from "../../src/calendar.ts";
import type { Platform } from "../../src/collect/deps.ts";
import { IdentityKeys } from "../../src/collect/identity-keys.ts";
import { FakeTally, keyFor, LeapingClock, NOON, RIGA, StandingClock, settle } from "./fakes.ts";

const TODAY = localDayAt(RIGA, NOON);
const YESTERDAY = localDayAt(RIGA, NOON - DAY_MS);

function world(clock: LeapingClock | StandingClock = new LeapingClock()) {
  const tally = new FakeTally();
  const asked = { kv: 0, tally: 0 };
  const kv = { value: null as string | null, away: false };
  const waiting: Promise<unknown>[] = [];
  const platform: Platform = {
    kv: {
      get: async () => {
        asked.kv++;
        if (kv.away) throw new Error("KV is away");
        return kv.value;
      },
    },
    tally: () => {
      asked.tally++;
      return tally;
    },
    clock,
    waitUntil: (work) => void waiting.push(work),
  };
  const keys = new IdentityKeys();
  const current = (now = NOON, day: LocalDay = TODAY, siteId = 7) => keys.current(siteId, day, now, platform);
  const previous = (now = TODAY.startsAt, day: LocalDay = YESTERDAY) => keys.previous(7, day, now, platform);
  return { tally, asked, kv, platform, keys, current, previous, clock, waiting };
}

const bytes = (text: string) => new Uint8Array(Buffer.from(text, "base64"));

describe("today's identity key", () => {
  it("is KV's, and asked for once a day", async () => {
    const { kv, asked, current } = world();
    kv.value = keyFor("a");
    expect(await current()).toEqual({ key: bytes(keyFor("a")), approximate: false });
    await current(NOON + HOUR_MS);
    expect(asked).toEqual({ kv: 1, tally: 0 });
  });

  it.each([
    ["misses it", null, false],
    ["holds something else", "c2hvcnQ=", false],
    ["fails", null, true],
  ])("is the tally's where KV %s", async (_, value, away) => {
    const { kv, asked, current } = world();
    Object.assign(kv, { value, away });
    expect(await current()).toEqual({ key: bytes(keyFor("2026-11-22")), approximate: false });
    await current();
    expect(asked).toEqual({ kv: 1, tally: 1 });
  });

  it("is each site's and day's own", async () => {
    const { tally, current } = world();
    let made = 0;
    tally.keys = () => keyFor(String(made++));
    const a = await current(NOON, TODAY, 7);
    const b = await current(NOON, TODAY, 8);
    const c = await current(TODAY.endsAt, localDayAt(RIGA, TODAY.endsAt), 7);
    expect(new Set([a, b, c].map(({ key }) => Buffer.from(key).toString("hex"))).size).toBe(3);
  });

  it("is asked for thrice, with fresh stubs, before it is given up", async () => {
    const { tally, asked, current } = world();
    let calls = 0;
    tally.keys = () => {
      if (++calls < 3) throw new Error("the tally wakes");
      return keyFor("late");
    };
    expect(await current()).toEqual({ key: bytes(keyFor("late")), approximate: false });
    expect(asked.tally).toBe(3);
  });

  it("is the isolate's own where none is to be had, says so, and makes way for a real one within 10 s", async () => {
    const { kv, tally, asked, current } = world();
    kv.away = true;
    tally.keys = () => {
      throw new Error("away");
    };
    const own = await current(NOON);
    expect(own.approximate).toBe(true);
    expect(own.key.byteLength).toBe(32);
    const before = { ...asked };
    expect(await current(NOON + 9_999)).toEqual(own);
    expect(asked).toEqual(before);
    // Still nothing: the same key goes on, so that visitors stay who they are.
    expect(await current(NOON + 10_000)).toEqual(own);
    expect(asked.kv).toBe(before.kv + 1);

    kv.away = false;
    kv.value = keyFor("real");
    expect(await current(NOON + 20_000)).toEqual({ key: bytes(keyFor("real")), approximate: false });
  });

  it("is the isolate's own where the tally has none to give", async () => {
    const { tally, current } = world();
    tally.keys = () => null;
    expect((await current()).approximate).toBe(true);
  });

  it("is made where the day had none when it was asked of as yesterday", async () => {
    const { tally, current, previous } = world();
    tally.keys = (_, make) => (make ? keyFor("made") : null);
    expect(await previous(NOON, TODAY)).toBeNull();
    expect(await current()).toEqual({ key: bytes(keyFor("made")), approximate: false });
  });

  it("is looked up once for all who ask at the same time", async () => {
    const { asked, current } = world(new StandingClock());
    const all = await Promise.all(Array.from({ length: 20 }, () => current()));
    expect(new Set(all.map(({ key }) => key)).size).toBe(1);
    expect(asked).toEqual({ kv: 1, tally: 1 });
  });

  it("is looked up by each for himself when the one who asked first was cut off", async () => {
    const clock = new StandingClock();
    const { tally, current } = world(clock);
    tally.keys = () => new Promise(() => {});
    void current();
    await settle();
    const second = current();
    await settle();
    tally.keys = () => keyFor("own");
    await clock.pass(1_000);
    expect(await second).toEqual({ key: bytes(keyFor("own")), approximate: false });
    expect(clock.timers).toBe(0);
  });

  it("goes on being looked up when the first one's client hangs up", async () => {
    const { waiting, current } = world();
    await current();
    expect(waiting).toHaveLength(1);
  });
});

describe("yesterday's identity key", () => {
  it("is KV's, else the tally's, never made, and asked for once", async () => {
    const { tally, asked, previous } = world();
    const makes: boolean[] = [];
    tally.keys = (_, make) => {
      makes.push(make);
      return keyFor("y");
    };
    expect(await previous()).toEqual(bytes(keyFor("y")));
    await previous();
    expect(makes).toEqual([false]);
    expect(asked).toEqual({ kv: 1, tally: 1 });
  });

  it("may not be; that is remembered, too", async () => {
    const { tally, asked, previous } = world();
    tally.keys = () => null;
    expect(await previous()).toBeNull();
    expect(await previous(TODAY.startsAt + 30 * MINUTE_MS)).toBeNull();
    expect(asked).toEqual({ kv: 1, tally: 1 });
  });

  it("is asked for again after 10 s where the tally failed", async () => {
    const { tally, asked, previous } = world();
    tally.keys = () => {
      throw new Error("away");
    };
    expect(await previous(TODAY.startsAt)).toBeNull();
    expect(await previous(TODAY.startsAt + 9_999)).toBeNull();
    expect(asked.tally).toBe(1);
    tally.keys = () => keyFor("y");
    expect(await previous(TODAY.startsAt + 10_000)).toEqual(bytes(keyFor("y")));
  });
});

describe("identity keys in memory", () => {
  it("are forgotten 45 minutes after their day", async () => {
    const { keys, current } = world();
    await current();
    const tomorrow = localDayAt(RIGA, TODAY.endsAt);
    await current(TODAY.endsAt + 44 * MINUTE_MS, tomorrow);
    expect(keys.size).toBe(2);
    await current(TODAY.endsAt + 45 * MINUTE_MS, tomorrow);
    expect(keys.size).toBe(1);
  });

  it("are at most 2,000", async () => {
    const { keys, current } = world();
    for (let siteId = 1; siteId <= 2_010; siteId++) await current(NOON, TODAY, siteId);
    expect(keys.size).toBe(2_000);
  });
});
