import { describe, expect, it } from "vitest";
import {
  daysOf,
  type Period,
  rangeAYearBefore,
  rangeBefore,
  rangeNamed,
  rangeOf,
  toTheSameHour,
  untilNow,
} from "../../src/report/period.ts";

describe("a period", () => {
  it.each<[Period, string | undefined, string, string]>([
    ["day", undefined, "2026-11-22", "2026-11-22"],
    ["day", "2024-02-29", "2024-02-29", "2024-02-29"],
    ["7d", undefined, "2026-11-15", "2026-11-21"],
    ["7d", "2024-03-01", "2024-02-23", "2024-02-29"],
    ["28d", undefined, "2026-10-25", "2026-11-21"],
    ["28d", "2023-03-01", "2023-02-01", "2023-02-28"],
    ["30d", undefined, "2026-10-23", "2026-11-21"],
    ["30d", "2026-01-01", "2025-12-02", "2025-12-31"],
    ["month", undefined, "2026-11-01", "2026-11-30"],
    ["month", "2024-02-10", "2024-02-01", "2024-02-29"],
    ["month", "2023-02-10", "2023-02-01", "2023-02-28"],
    ["month", "2025-12-31", "2025-12-01", "2025-12-31"],
    ["6mo", undefined, "2026-05-01", "2026-10-31"],
    ["6mo", "2024-03-31", "2023-09-01", "2024-02-29"],
    ["12mo", undefined, "2025-11-01", "2026-10-31"],
    ["12mo", "2026-01-15", "2025-01-01", "2025-12-31"],
    ["custom", "2026-11-01,2026-11-20", "2026-11-01", "2026-11-20"],
    ["custom", "2026-11-01, 2026-11-01", "2026-11-01", "2026-11-01"],
    ["custom", "2016-02-29,2026-02-28", "2016-02-29", "2026-02-28"],
  ])("%s of %s is %s to %s", (period, date, from, to) => {
    expect(rangeOf(period, date, "2026-11-22")).toEqual({ from, to, hours: null });
  });

  it.each<[Period, string | undefined]>([
    ["day", "2026-02-29"],
    ["day", "2026-13-01"],
    ["day", "22.11.2026"],
    ["day", ""],
    ["day", "2026-11-22,2026-11-23"],
    ["month", "0000-01-01"],
    ["month", "9999-12-31"],
    ["custom", undefined],
    ["custom", "2026-11-01"],
    ["custom", "2026-11-01,"],
    ["custom", "2026-11-01,2026-11-31"],
    ["custom", "2026-11-02,2026-11-01"],
    ["custom", "2026-11-01,2026-11-02,2026-11-03"],
    ["custom", "2016-11-22,2026-11-22"],
    ["custom", "1900-01-01,1900-01-02"],
  ])("%s of %s is refused, naming the date", (period, date) => {
    expect(() => rangeOf(period, date, "2026-11-22")).toThrow(/^date_range: must /);
  });

  it.each([
    ["2026-11-22", "2026-11-22", "2026-11-21", "2026-11-21"],
    ["2026-11-15", "2026-11-21", "2026-11-08", "2026-11-14"],
    ["2024-03-01", "2024-03-31", "2024-01-30", "2024-02-29"],
    ["2025-11-01", "2026-10-31", "2024-11-01", "2025-10-31"],
  ])("%s to %s is compared with the same number of days before it", (from, to, fromBefore, toBefore) => {
    const before = rangeBefore({ from, to, hours: null });
    expect(before).toEqual({ from: fromBefore, to: toBefore, hours: null });
    expect(daysOf(before)).toBe(daysOf({ from, to }));
  });
});

/** Sunday, 2026-11-22, at 14:20. */
const NOW = { today: "2026-11-22", hour: 14, minute: 20, hoursYesterday: 24 };

describe("a range named as in v2", () => {
  it.each<[string | [string, string], string, string]>([
    ["day", "2026-11-22", "2026-11-22"],
    ["1d", "2026-11-21", "2026-11-21"],
    ["7d", "2026-11-15", "2026-11-21"],
    ["91d", "2026-08-23", "2026-11-21"],
    ["month", "2026-11-01", "2026-11-30"],
    ["1mo", "2026-10-01", "2026-10-31"],
    ["12mo", "2025-11-01", "2026-10-31"],
    ["year", "2026-01-01", "2026-12-31"],
    ["all", "2025-03-04", "2026-11-22"],
    [["2026-11-01", "2026-11-20"], "2026-11-01", "2026-11-20"],
  ])("%s is whole days", (name, from, to) => {
    expect(rangeNamed(name, NOW, "2025-03-04")).toEqual({ from, to, hours: null });
  });

  it.each([
    ["an ordinary day", 24, { from: 15, to: 14 }],
    ["a day of 25 hours", 25, { from: 16, to: 14 }],
    ["a day of 23 hours", 23, { from: 14, to: 14 }],
  ])("24h is the last 24 hours also after %s", (_, hoursYesterday, hours) => {
    const range = rangeNamed("24h", { ...NOW, hoursYesterday }, "2025-03-04");
    expect(range).toEqual({ from: "2026-11-21", to: "2026-11-22", hours });
    expect(hoursYesterday - hours.from + hours.to + 1).toBe(24);
  });

  it("all is today where nothing was counted yet, and ten years at most", () => {
    expect(rangeNamed("all", NOW, "2026-11-23")).toMatchObject({ from: "2026-11-22", to: "2026-11-22" });
    expect(daysOf(rangeNamed("all", NOW, "1999-01-01"))).toBe(3661);
  });

  it.each<string | [string, string]>([
    "0d",
    "3661d",
    "9999mo",
    "week",
    "",
    "d",
    ["2026-11-02", "2026-11-01"],
    ["2026-02-29", "2026-03-01"],
    ["2016-11-22", "2026-11-22"],
  ])("%s is refused, naming the range", (name) => {
    expect(() => rangeNamed(name, NOW, "2025-03-04")).toThrow(/^date_range: must /);
  });
});

describe("what is compared with", () => {
  it.each([
    ["2026-11-22", "2026-11-22", "2026-11-22"],
    ["2026-11-01", "2026-11-30", "2026-11-22"],
    ["2026-11-01", "2026-11-21", "2026-11-21"],
    ["2026-12-01", "2026-12-31", "2026-12-31"],
  ])("of %s to %s ends %s", (from, to, end) => {
    expect(untilNow({ from, to, hours: null }, NOW)).toEqual({ from, to: end, hours: null });
  });

  it.each([
    [14, 20, 13],
    [14, 29, 13],
    [14, 30, 14],
    [14, 59, 14],
    [0, 10, 0],
    [0, 40, 0],
  ])("at %i:%i ends with hour %i of the day before", (hour, minute, to) => {
    const today = { from: "2026-11-22", to: "2026-11-22", hours: null };
    expect(toTheSameHour(rangeBefore(today), today, { ...NOW, hour, minute })).toEqual({
      from: "2026-11-21",
      to: "2026-11-21",
      hours: { from: 0, to, isWish: true },
    });
  });

  it("is whole where the range is over, or is longer than what it is compared with", () => {
    const over = { from: "2026-11-20", to: "2026-11-21", hours: null };
    expect(toTheSameHour(rangeBefore(over), over, NOW)).toEqual({ from: "2026-11-18", to: "2026-11-19", hours: null });
    const sinceFebruary = { from: "2024-02-29", to: "2026-11-22", hours: null };
    const before = rangeAYearBefore(sinceFebruary);
    expect(toTheSameHour(before, sinceFebruary, NOW)).toEqual({ from: "2023-02-28", to: "2025-11-22", hours: null });
  });

  it("of the last 24 hours are the 24 before", () => {
    const range = rangeNamed("24h", NOW, "");
    expect(rangeBefore(range)).toEqual({ from: "2026-11-20", to: "2026-11-21", hours: { from: 15, to: 14 } });
  });

  it("a year before are the same dates", () => {
    expect(rangeAYearBefore({ from: "2024-02-01", to: "2024-02-29", hours: null })).toEqual({
      from: "2023-02-01",
      to: "2023-02-28",
      hours: null,
    });
  });
});
