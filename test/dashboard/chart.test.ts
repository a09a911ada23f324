import { describe, expect, it, vi } from "vitest";
import { timeTicks, valueTicks } from "../../src/dashboard/site/axes.ts";
import { changeBetween, shownChange } from "../../src/dashboard/site/change.ts";
import { curvesOf, splitPartial } from "../../src/dashboard/site/curves.ts";
import { isAtMost, notesOf } from "../../src/dashboard/site/metric-notes.ts";
import { drillInto, type Series, seriesRows, whenOf } from "../../src/dashboard/site/series.ts";
import { en } from "../../src/dashboard/texts/en.ts";
import type { Bucket, Interval, Note } from "../../src/report/summary-answer.ts";

vi.stubGlobal("navigator", { languages: ["en-GB"] });

const TODAY = "2026-11-24";
const series = (interval: Interval, from = "2026-10-28", to = TODAY): Series => ({
  interval,
  timezone: "Europe/Riga",
  period: { name: "custom", from, to },
});
const days = (from: string, count: number): Bucket[] =>
  Array.from({ length: count }, (_, index) => ({
    date: new Date(Date.parse(`${from}T00:00Z`) + index * 86_400_000).toISOString().slice(0, 10),
  }));
/** A day of the clocks of Riga whose summer time ends: two hours read 03:00. */
const LONG_DAY: Bucket[] = Array.from({ length: 25 }, (_, index) => {
  const at = new Date(Date.parse("2026-10-24T21:00Z") + index * 3_600_000).toISOString();
  return { date: `2026-10-25 ${String(index < 4 ? index : index - 1).padStart(2, "0")}:00:00`, at };
});

describe("the time axis", () => {
  const texts = (buckets: readonly Bucket[], interval: Interval, most: number) =>
    timeTicks(buckets, interval, most).map(({ text }) => text);

  it("names the days of a week with their weekdays", () => {
    expect(texts(days("2026-11-18", 7), "day", 10)).toEqual([
      "Wed 18 Nov",
      "Thu 19 Nov",
      "Fri 20 Nov",
      "Sat 21 Nov",
      "Sun 22 Nov",
      "Mon 23 Nov",
      "Tue 24 Nov",
    ]);
  });

  it.each([
    [28, 14, 14],
    [28, 7, 7],
    [91, 8, 7],
    [366, 14, 13],
    [366, 5, 5],
  ])("names at most what there is room for: %i days, room for %i", (count, most, expected) => {
    expect(timeTicks(days("2026-01-01", count), "day", most).length).toBe(expected);
  });

  it("begins months where it names those", () => {
    expect(texts(days("2026-01-15", 120), "day", 6)).toEqual(["1 Feb", "1 Mar", "1 Apr", "1 May"]);
  });

  it("names an hour that the clocks show twice once", () => {
    const ticks = timeTicks(LONG_DAY, "hour", 30);
    expect(ticks.length).toBe(24);
    expect(ticks.slice(2, 6)).toEqual([
      { index: 2, text: "2:00" },
      { index: 3, text: "3:00" },
      { index: 5, text: "4:00" },
      { index: 6, text: "5:00" },
    ]);
  });

  it("names days below the hours of several", () => {
    const hours = days("2026-11-22", 3).flatMap(({ date }) =>
      Array.from({ length: 24 }, (_, hour) => ({ date: `${date} ${String(hour).padStart(2, "0")}:00:00` })),
    );
    expect(timeTicks(hours, "hour", 10)).toEqual([
      { index: 0, text: "22 Nov" },
      { index: 24, text: "23 Nov" },
      { index: 48, text: "24 Nov" },
    ]);
  });

  it("says the year where one begins", () => {
    const months = ["2025-11-01", "2025-12-01", "2026-01-01", "2026-02-01"].map((date) => ({ date }));
    expect(texts(months, "month", 10)).toEqual(["Nov", "Dec", "Jan 2026", "Feb"]);
  });
});

describe("the value axis", () => {
  it.each([
    [0, "visitors", [0, 1]],
    [1, "visitors", [0, 1]],
    [3, "visitors", [0, 1, 2, 3]],
    [612, "visitors", [0, 200, 400, 600, 800]],
    [1_600_000, "pageviews", [0, 500_000, 1_000_000, 1_500_000, 2_000_000]],
    [2.4, "views_per_visit", [0, 1, 2, 3]],
    [0.7, "views_per_visit", [0, 0.5, 1]],
    [60, "bounce_rate", [0, 20, 40, 60]],
    [100, "visit_duration", [0, 30, 60, 90, 120]],
    [1500, "visit_duration", [0, 600, 1200, 1800]],
  ] as const)("goes from 0 to what %d of %s do not exceed", (greatest, metric, expected) => {
    expect(valueTicks(greatest, metric)).toEqual(expected);
  });

  it("has few lines, of which the last is not exceeded", () => {
    for (let greatest = 0.1; greatest < 1e9; greatest *= 1.37) {
      const ticks = valueTicks(greatest, "visit_duration");
      expect(ticks.length, String(greatest)).toBeLessThanOrEqual(5);
      expect(ticks.at(-1), String(greatest)).toBeGreaterThanOrEqual(greatest);
    }
  });
});

describe("a bucket", () => {
  it.each([
    ["hour", "2026-11-24 02:00:00", "Tue, 24 Nov 2026, 2:00"],
    ["day", "2026-11-24", "Tue, 24 Nov 2026"],
    ["week", "2026-11-16", "Week of 16 Nov 2026"],
    ["month", "2026-11-01", "November 2026"],
  ] as const)("has its name: %s", (interval, date, expected) => {
    expect(whenOf({ date }, series(interval), en)).toBe(expected);
  });

  it("says which of two hours of the same name it is", () => {
    const names = seriesRows(LONG_DAY, null, "visitors", series("hour"), TODAY, en).map(({ when }) => when);
    expect(new Set(names).size).toBe(25);
    expect(names[3]).toMatch(/3:00 (GMT\+3|EEST)$/);
    expect(names[4]).toMatch(/3:00 (GMT\+2|EET)$/);
  });

  it.each([
    ["hour", "2026-11-24 02:00:00", null],
    ["day", "2026-11-20", { period: "day", date: "2026-11-20", interval: null }],
    ["day", "2026-11-25", null],
    ["week", "2026-11-16", { period: "custom", date: "2026-11-16,2026-11-22", interval: null }],
    // The period cuts its first week and its last.
    ["week", "2026-10-28", { period: "custom", date: "2026-10-28,2026-11-01", interval: null }],
    ["week", "2026-11-23", { period: "custom", date: "2026-11-23,2026-11-24", interval: null }],
    ["month", "2026-11-01", { period: "month", date: "2026-11-01", interval: null }],
    ["month", "2026-12-01", null],
  ] as const)("opens what it stands for: %s of %s", (interval, date, expected) => {
    expect(drillInto({ date }, series(interval), TODAY)).toEqual(expected);
  });

  it.each([
    ["hour", "2026-11-24 02:00:00", "not over yet"],
    ["day", TODAY, "not over yet"],
    ["week", "2026-11-23", "not over yet"],
    ["week", "2026-10-28", "in part"],
    ["month", "2026-11-01", "not over yet"],
    ["month", "2026-10-01", "in part"],
  ] as const)("says why it is not whole: %s of %s", (interval, date, expected) => {
    const [row] = seriesRows([{ date, partial: true }], null, "visitors", series(interval), TODAY, en);
    expect(row?.remark).toBe(expected);
  });

  it("stands beside the one at its place of what is compared with", () => {
    const buckets = [{ date: "2026-11-23", visits: 7 }, { date: TODAY }];
    const rows = seriesRows(buckets, [{ date: "2026-11-21", visits: 5 }, null], "visits", series("day"), TODAY, en);
    expect(rows.map(({ value, before }) => [value, before])).toEqual([
      [7, { when: "Sat, 21 Nov 2026", value: 5 }],
      [null, null],
    ]);
  });
});

describe("the curves", () => {
  it.each([
    ["all whole", [1, 2, 3], [], [1, 2, 3], [null, null, null]],
    ["the last not over", [1, 2, 3], [2], [1, 2, null], [null, 2, 3]],
    ["what is to come", [1, 2, null], [1], [1, null, null], [1, 2, null]],
    ["cut at both ends", [1, 2, 3, 4], [0, 3], [null, 2, 3, null], [1, 2, 3, 4]],
    ["one alone", [1], [0], [null], [1]],
  ] as [string, (number | null)[], number[], (number | null)[], (number | null)[]][])(
    "are in two parts: %s",
    (_, values, partial, whole, dashed) => {
      const isPartial = values.map((_, index) => partial.includes(index));
      expect(splitPartial(values, isPartial)).toEqual({ whole, partial: dashed });
    },
  );

  it("are points where a value has no neighbour", () => {
    const { whole, before } = curvesOf(
      [{ date: "2026-11-22", visits: 4 }, { date: "2026-11-23" }, { date: TODAY, visits: 6 }],
      null,
      "visits",
      "day",
    );
    expect(whole).toEqual({ values: [4, null, 6], points: [0, 2] });
    expect(before.points).toEqual([]);
  });

  it("leave room for what is compared with", () => {
    const { valueTicks } = curvesOf([{ date: TODAY, visits: 4 }], [{ date: "x", visits: 19_000 }], "visits", "day");
    expect(valueTicks.at(-1)).toEqual({ value: 20_000, text: "20k" });
  });
});

describe("a change", () => {
  it.each([
    ["visitors", 18, { text: "18%", spoken: "18% more than before", direction: "up", isGood: true }],
    ["visit_duration", -4, { text: "4%", spoken: "4% less than before", direction: "down", isGood: false }],
    ["bounce_rate", 3, { text: "3 points", spoken: "3 points more than before", direction: "up", isGood: false }],
    ["bounce_rate", -1, { text: "1 point", spoken: "1 point less than before", direction: "down", isGood: true }],
    ["visits", 0, { text: "0%", spoken: "as before", direction: "same", isGood: null }],
    ["visits", null, null],
  ] as const)("of %s by %s is said with what it means", (metric, change, expected) => {
    expect(shownChange(metric, change, en)).toEqual(expected);
  });

  it("between two values is the server's", () => {
    expect(changeBetween("visits", 15, 10, en)?.text).toBe("50%");
    expect(changeBetween("bounce_rate", 40, 50, en)?.text).toBe("10 points");
    expect(changeBetween("visits", 15, null, en)).toBeNull();
  });
});

describe("notes", () => {
  const notes: Note[] = [
    { code: "sum_of_days", message: "", metrics: ["visitors"] },
    { code: "upper_bound", message: "", metrics: ["visitors"], dimension: "visit:os_version" },
    { code: "upper_bound", message: "", metrics: ["visits"] },
    { code: "upper_bound", message: "", metrics: ["visits"] },
    { code: "approximate", message: "", days: [TODAY] },
  ];

  it("are those on the whole, and each once", () => {
    expect(notesOf(notes, "visitors").map(({ code }) => code)).toEqual(["sum_of_days"]);
    expect(notesOf(notes, "visits").map(({ code }) => code)).toEqual(["upper_bound"]);
    expect(notesOf(notes, "pageviews")).toEqual([]);
  });

  it("say what may be smaller", () => {
    expect(isAtMost(notesOf(notes, "visitors"))).toBe(false);
    expect(isAtMost(notesOf(notes, "visits"))).toBe(true);
  });
});
