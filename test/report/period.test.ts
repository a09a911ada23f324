import { describe, expect, it } from "vitest";
import { daysOf, type Period, rangeBefore, rangeOf } from "../../src/report/period.ts";

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
    expect(rangeOf(period, date, "2026-11-22")).toEqual({ from, to });
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
    expect(() => rangeOf(period, date, "2026-11-22")).toThrow(/^date: must /);
  });

  it.each([
    ["2026-11-22", "2026-11-22", "2026-11-21", "2026-11-21"],
    ["2026-11-15", "2026-11-21", "2026-11-08", "2026-11-14"],
    ["2024-03-01", "2024-03-31", "2024-01-30", "2024-02-29"],
    ["2025-11-01", "2026-10-31", "2024-11-01", "2025-10-31"],
  ])("%s to %s is compared with the same number of days before it", (from, to, fromBefore, toBefore) => {
    const before = rangeBefore({ from, to });
    expect(before).toEqual({ from: fromBefore, to: toBefore });
    expect(daysOf(before)).toBe(daysOf({ from, to }));
  });
});
