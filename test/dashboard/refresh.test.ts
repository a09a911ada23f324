import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Failed, livePace, repeating, summaryPace, waitMs } from "../../src/dashboard/refresh.ts";

const BUSY: Failed = { kind: "busy", retryAfterSeconds: null };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A repetition that notes when it asked, in seconds from the beginning. */
function noting(failures: (Failed | null)[] = []) {
  const began = Date.now();
  const askedAt: number[] = [];
  const repetition = repeating(async () => {
    askedAt.push((Date.now() - began) / 1000);
    return failures.shift() ?? null;
  });
  const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);
  return { ...repetition, askedAt, pass };
}

describe("asking again and again", () => {
  it("asks at its pace, and not before it has one", async () => {
    const { pace, askedAt, pass } = noting();
    await pass(100);
    expect(askedAt).toEqual([]);
    pace(200_000);
    await pass(100);
    expect(askedAt).toEqual([200]);
    pace(15_000);
    await pass(30);
    expect(askedAt).toEqual([200, 215, 230]);
  });

  it("never asks while it is hidden, and once at once when it is seen again after longer than its pace", async () => {
    const { pace, askedAt, pass } = noting();
    pace(15_000);
    await pass(20);
    pace(null);
    await pass(3600);
    expect(askedAt).toEqual([15]);
    pace(15_000);
    await pass(1);
    expect(askedAt).toEqual([15, 3620]);
    await pass(15);
    expect(askedAt).toEqual([15, 3620, 3635]);
  });

  it("waits out its pace where it was hidden for a moment", async () => {
    const { pace, askedAt, pass } = noting();
    pace(15_000);
    await pass(5);
    pace(null);
    await pass(5);
    pace(15_000);
    await pass(20);
    expect(askedAt).toEqual([15, 30]);
  });

  it("counts from when what it asks for became known otherwise", async () => {
    const { pace, isFresh, askedAt, pass } = noting();
    pace(15_000);
    await pass(10);
    isFresh();
    await pass(14);
    expect(askedAt).toEqual([]);
    await pass(1);
    expect(askedAt).toEqual([25]);
  });

  it("backs off while it fails, and goes on at its pace afterwards", async () => {
    const { pace, askedAt, pass } = noting([BUSY, { kind: "offline" }, null]);
    pace(15_000);
    await pass(15 + 30 + 60 + 15);
    expect(askedAt).toEqual([15, 45, 105, 120]);
  });

  it("waits as long as the server asks for", async () => {
    const { pace, askedAt, pass } = noting([{ ...BUSY, retryAfterSeconds: 600 }]);
    pace(15_000);
    await pass(15 + 599);
    expect(askedAt).toEqual([15]);
    await pass(1);
    expect(askedAt).toEqual([15, 615]);
  });

  it("waits no longer where the clock is set back meanwhile", async () => {
    const { pace, askedAt, pass } = noting();
    pace(15_000);
    await pass(5);
    vi.setSystemTime(Date.now() - 86_400_000);
    pace(15_000);
    await pass(15);
    expect(askedAt.length).toBe(1);
  });

  it("asks once at a time", async () => {
    let asked = 0;
    const { pace } = repeating(() => {
      asked++;
      return new Promise(() => undefined);
    });
    pace(1000);
    await vi.advanceTimersByTimeAsync(1500);
    pace(2000);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(asked).toBe(1);
  });
});

describe("how long to wait after failures", () => {
  it.each([
    [15_000, 0, null, 15_000],
    [15_000, 0, 600, 15_000],
    [15_000, 1, null, 30_000],
    [15_000, 30, null, 300_000],
    [600_000, 2, null, 600_000],
    [15_000, 1, 10, 30_000],
    [15_000, 1, 3600, 3_600_000],
  ])("every %d ms, %d failures, Retry-After %s: %d ms", (everyMs, failures, retryAfter, expected) => {
    expect(waitMs(everyMs, failures, retryAfter)).toBe(expected);
  });
});

describe("how often figures are asked for", () => {
  const today = { isSeen: true, isOfToday: true, isGoingOn: true, isOwner: true };
  it.each([
    ["today", today, 15_000, 60_000],
    ["a period that goes on", { ...today, isOfToday: false }, 30_000, null],
    ["one that is over", { ...today, isOfToday: false, isGoingOn: false }, 60_000, null],
    ["strangers, who share one allowance", { ...today, isOwner: false }, 60_000, 120_000],
    ["nobody looking", { ...today, isSeen: false }, null, null],
  ])("%s", (_what, watching, live, summary) => {
    expect(livePace(watching)).toBe(live);
    expect(summaryPace(watching)).toBe(summary);
  });
});
