import { expect, it } from "vitest";
import { isToStore, NO_WINDOW, take, type Window } from "../../src/meter/window.ts";

const T = Date.UTC(2026, 10, 22, 12);
const HOUR = 3_600_000;

/** When requests at these times are let through again; null: they are. */
function retries(limit: number, times: number[], window: Window = NO_WINDOW): (number | null)[] {
  let current = window;
  return times.map((at) => {
    const taken = take(current, limit, at);
    current = taken.window;
    return taken.retryAt;
  });
}

it("lets the limit through in an hour, and the rest wait for the end of that hour", () => {
  expect(retries(3, [T, T + 1, T + HOUR - 1, T + HOUR - 1, T + HOUR - 1])).toEqual([
    null,
    null,
    null,
    T + HOUR,
    T + HOUR,
  ]);
});

it("begins a new hour with the first request after the old one", () => {
  const late = T + 5 * HOUR;
  expect(retries(1, [T, T + HOUR - 1, T + HOUR])).toEqual([null, T + HOUR, null]);
  expect(retries(1, [T, late, late + HOUR - 1])).toEqual([null, null, late + HOUR]);
});

it("does not count what it refused", () => {
  const { window } = take({ startedAt: T, used: 3 }, 3, T + 1);
  expect(window).toEqual({ startedAt: T, used: 3 });
});

it("takes a clock that is a little behind for the same hour, and one far behind for another", () => {
  expect(retries(1, [T, T - 5])).toEqual([null, T + HOUR]);
  expect(retries(1, [T, T - HOUR])).toEqual([null, null]);
});

it("lets a request through that costs more than is left, and then none until the hour is over", () => {
  const { window, retryAt } = take({ startedAt: T, used: 599 }, 600, T + 1, 193);
  expect([window.used, retryAt]).toEqual([792, null]);
  expect(retries(600, [T + 2, T + HOUR - 1, T + HOUR], window)).toEqual([T + HOUR, T + HOUR, null]);
});

it("counts what something costs, in a new hour too", () => {
  expect(take(NO_WINDOW, 600, T, 193).window).toEqual({ startedAt: T, used: 193 });
});

it.each([
  [600, 20],
  [60_000, 2_000],
  [10, 1],
  [1, 1],
])("stores an hour of %d requests after every %d, hence at most 30 times", (limit, every) => {
  let stored = NO_WINDOW;
  const storedAt: number[] = [];
  for (let used = 1; used <= limit; used++) {
    const window = { startedAt: T, used };
    if (!isToStore(window, stored, limit)) continue;
    stored = window;
    storedAt.push(used);
  }
  expect(storedAt).toEqual(Array.from({ length: limit / every }, (_, index) => (index + 1) * every));
  expect(storedAt.length).toBeLessThanOrEqual(30);
});

it("stores what a cost steps over, and of a new hour what the last one had as much of", () => {
  expect(isToStore({ startedAt: T, used: 212 }, { startedAt: T, used: 0 }, 600)).toBe(true);
  expect(isToStore({ startedAt: T, used: 219 }, { startedAt: T, used: 212 }, 600)).toBe(false);
  expect(isToStore({ startedAt: T + HOUR, used: 20 }, { startedAt: T, used: 590 }, 600)).toBe(true);
});
