import { describe, expect, it } from "vitest";
import type { Period } from "../../src/dashboard/address.ts";
import { behindBy } from "../../src/dashboard/server-time.ts";
import { daysOf, isGoingOn, isLater, type Known, moved, withinKnown } from "../../src/dashboard/site/period.ts";
import { rangeNamed, rangeOf } from "../../src/report/period.ts";

const TODAY = "2026-11-25";
const known: Known = { today: TODAY, firstDay: "2020-01-01" };

describe("the days of a period are those that the API counts", () => {
  const dates = [null, "2026-11-25", "2026-11-01", "2026-03-01", "2024-02-29", "2025-12-31", "2026-01-01"];
  const names = ["day", "7d", "28d", "30d", "month", "12mo"] as const;
  it.each(names.flatMap((name) => dates.map((date) => [name, date] as const)))("%s of %s", (period, date) => {
    const { from, to } = rangeOf(period, date ?? undefined, TODAY);
    expect(daysOf({ period, date }, known)).toEqual({ from, to });
  });
  it.each(["91d", "year", "all"] as const)("%s", (period) => {
    const now = { today: TODAY, hour: 12, minute: 0, hoursYesterday: 24 };
    const { from, to } = rangeNamed(period, now, "2020-01-01");
    expect(daysOf({ period, date: null }, known)).toEqual({ from, to });
  });
  const others: [Period, string | null, string, string][] = [
    ["yesterday", null, "2026-11-24", "2026-11-24"],
    ["realtime", null, TODAY, TODAY],
    ["year", "2024-02-29", "2024-01-01", "2024-12-31"],
    ["custom", "2026-10-30,2026-11-02", "2026-10-30", "2026-11-02"],
    ["custom", "2026-10-30", TODAY, TODAY],
    ["custom", "2026-10-30,2026-02-30", TODAY, TODAY],
    ["day", "2026-02-30", TODAY, TODAY],
    ["day", "nonsense", TODAY, TODAY],
  ];
  it.each(others)("%s of %s: from %s to %s", (period, date, from, to) => {
    expect(daysOf({ period, date }, known)).toEqual({ from, to });
  });
});

describe("earlier and later", () => {
  const cases: [period: Period, date: string | null, earlier: string | null, later: string | null][] = [
    ["day", null, "day 2026-11-24", null],
    ["day", "2026-11-24", "day 2026-11-23", "day"],
    ["day", "2026-03-01", "day 2026-02-28", "day 2026-03-02"],
    ["day", "2024-03-01", "day 2024-02-29", "day 2024-03-02"],
    ["yesterday", null, "day 2026-11-23", "day"],
    ["7d", null, "7d 2026-11-18", null],
    ["7d", "2026-11-18", "7d 2026-11-11", "7d"],
    ["7d", "2026-11-20", "7d 2026-11-13", "7d"],
    ["28d", "2026-03-15", "28d 2026-02-15", "28d 2026-04-12"],
    ["month", null, "month 2026-10-01", null],
    ["month", "2026-10-31", "month 2026-09-01", "month"],
    ["month", "2026-03-31", "month 2026-02-01", "month 2026-04-01"],
    ["month", "2026-01-31", "month 2025-12-01", "month 2026-02-01"],
    ["year", null, "year 2025-01-01", null],
    ["year", "2024-02-29", "year 2023-01-01", "year 2025-01-01"],
    ["year", "2025-06-30", "year 2024-01-01", "year"],
    ["12mo", null, "12mo 2025-11-01", null],
    ["12mo", "2025-11-30", "12mo 2024-11-01", "12mo"],
    ["all", null, null, null],
    ["realtime", null, null, null],
    ["custom", "2026-11-10,2026-11-19", "custom 2026-10-31,2026-11-09", "custom 2026-11-16,2026-11-25"],
    ["custom", "2026-11-01,2026-11-05", "custom 2026-10-27,2026-10-31", "custom 2026-11-06,2026-11-10"],
    ["custom", "2026-11-20,2026-11-25", "custom 2026-11-14,2026-11-19", null],
    // Whole months stay whole.
    ["custom", "2026-02-01,2026-02-28", "custom 2026-01-01,2026-01-31", "custom 2026-03-01,2026-03-31"],
    ["custom", "2026-05-01,2026-06-30", "custom 2026-03-01,2026-04-30", "custom 2026-07-01,2026-08-31"],
    ["custom", "2026-10-01,2026-10-31", "custom 2026-09-01,2026-09-30", "custom 2026-11-01,2026-11-30"],
  ];
  const text = (to: ReturnType<typeof moved>) => to && [to.period, to.date].filter(Boolean).join(" ");
  it.each(cases)("of %s %s: %s, %s", (period, date, earlier, later) => {
    expect(text(moved({ period, date }, -1, known))).toBe(earlier);
    expect(text(moved({ period, date }, 1, known))).toBe(later);
  });
  it("gives nothing before the first day with counts, nor where there is none", () => {
    expect(moved({ period: "7d", date: null }, -1, { today: TODAY, firstDay: "2026-11-18" })).toBeNull();
    expect(moved({ period: "7d", date: null }, -1, { today: TODAY, firstDay: "2026-11-17" })).not.toBeNull();
    expect(moved({ period: "day", date: null }, -1, { today: TODAY, firstDay: null })).toBeNull();
  });
});

it.each([
  ["2026-11-01", "2026-11-30", "2026-11-20", TODAY],
  ["2026-11-21", "2026-11-22", "2026-11-21", "2026-11-22"],
  ["2026-09-30", "2026-10-27", "2026-11-20", "2026-11-20"],
  ["2026-12-01", "2026-12-31", TODAY, TODAY],
])("begins the choice of dates with what of %s to %s can be chosen", (from, to, first, last) => {
  expect(withinKnown({ from, to }, { today: TODAY, firstDay: "2026-11-20" })).toEqual({ from: first, to: last });
});

it("knows which periods go on", () => {
  const goOn = (period: Period, date: string | null) => isGoingOn({ period, date }, known);
  expect([goOn("day", null), goOn("month", null), goOn("year", null), goOn("all", null)]).not.toContain(false);
  expect(goOn("custom", "2026-11-20,2026-11-25")).toBe(true);
  expect([goOn("28d", null), goOn("yesterday", null), goOn("12mo", null)]).not.toContain(true);
  expect(goOn("day", "2026-11-24")).toBe(false);
});

const liveAt = (...minutes: string[]) => ({
  visitors: 0,
  minutes: minutes.map((at) => ({ at, visitors: 0, pageviews: 0 })),
});

describe("a page that stays open notices the site's next day", () => {
  it.each([
    ["Europe/Riga", "2026-11-24T21:59:00Z", "2026-11-24T22:00:00Z", true],
    ["Europe/Riga", "2026-11-24T22:00:00Z", "2026-11-25T21:59:00Z", false],
    ["Pacific/Kiritimati", "2026-11-24T09:59:00Z", "2026-11-24T10:00:00Z", true],
    ["Pacific/Pago_Pago", "2026-11-25T00:30:00Z", "2026-11-25T10:59:00Z", false],
    ["Pacific/Pago_Pago", "2026-11-25T10:59:00Z", "2026-11-25T11:00:00Z", true],
    // What comes late is of the day before, and no news.
    ["Europe/Riga", "2026-11-24T22:00:00Z", "2026-11-24T21:59:00Z", false],
  ])("in %s, from %s to %s: %s", (timezone, before, now, expected) => {
    expect(isLater({ timezone, realtime: liveAt(before) }, liveAt(now))).toBe(expected);
  });
  it("but not where an answer has no minutes", () => {
    expect(isLater({ timezone: "Etc/UTC", realtime: liveAt() }, liveAt("2026-11-25T00:00:00Z"))).toBe(false);
  });
});

it("goes by the server's clock where the reader's is wrong", () => {
  const live = liveAt("2026-11-24T11:59:00Z", "2026-11-24T12:00:00Z");
  const behind = (clock: string) => behindBy(live, Date.parse(clock));
  expect([behind("2026-11-24T11:59:10Z"), behind("2026-11-24T12:00:59Z"), behind("2026-11-24T12:01:50Z")]).toEqual([
    0, 0, 0,
  ]);
  expect(behind("2026-11-21T12:00:00Z")).toBe(3 * 86_400_000);
  expect(behind("2026-11-24T13:00:00Z")).toBe(-3_600_000);
  expect(behindBy(liveAt(), 0)).toBe(0);
});
