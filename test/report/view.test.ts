import { describe, expect, it } from "vitest";
import type { LocalNow } from "../../src/report/period.ts";
import { viewOf } from "../../src/report/view.ts";

const NOW: LocalNow = { today: "2026-11-22", hour: 12, minute: 0, hoursYesterday: 24 };
const FIRST = "2026-03-05";
type Asked = Parameters<typeof viewOf>[0];
const view = (asked: Asked) => viewOf(asked, NOW, FIRST);

describe("a view", () => {
  it.each<[Asked, string, string]>([
    [{}, "2026-11-22", "2026-11-22"],
    [{ period: "realtime", date: "2026-01-01" }, "2026-11-22", "2026-11-22"],
    [{ period: "yesterday" }, "2026-11-21", "2026-11-21"],
    [{ period: "yesterday", date: "2026-03-01" }, "2026-02-28", "2026-02-28"],
    [{ period: "91d" }, "2026-08-23", "2026-11-21"],
    [{ period: "year" }, "2026-01-01", "2026-12-31"],
    [{ period: "year", date: "2024-02-29" }, "2024-01-01", "2024-12-31"],
    [{ period: "all" }, FIRST, "2026-11-22"],
    [{ period: "month" }, "2026-11-01", "2026-11-30"],
  ])("of %j is of %s to %s", (asked, from, to) => {
    expect(view(asked).range).toEqual({ from, to, hours: null });
  });

  const last = { from: 0, to: 11, isWish: true };
  it.each<[Asked, { from: string; to: string; hours: unknown } | null]>([
    [{}, { from: "2026-11-21", to: "2026-11-21", hours: last }],
    [{ compare: "year_over_year" }, { from: "2025-11-22", to: "2025-11-22", hours: last }],
    [{ period: "year" }, { from: "2025-02-09", to: "2025-12-31", hours: last }],
    [
      { period: "year", compare: "year_over_year" },
      { from: "2025-01-01", to: "2025-11-22", hours: last },
    ],
    [{ period: "7d" }, { from: "2026-11-08", to: "2026-11-14", hours: null }],
    // Whatever the days asked for, whole.
    [
      { compare: "custom", compare_date: "2026-11-01,2026-11-03" },
      { from: "2026-11-01", to: "2026-11-03", hours: null },
    ],
    [{ compare: "off" }, null],
    [{ period: "all" }, null],
    [
      { period: "all", compare: "previous_period" },
      { from: "2025-06-15", to: "2026-03-04", hours: last },
    ],
  ])("of %j is compared with %j", (asked, before) => {
    expect(view(asked).before).toEqual(before);
  });

  it("compares hours one by one, and days of which the last is not over with the same hours", () => {
    expect(view({}).timesBefore).toEqual({ from: "2026-11-21", to: "2026-11-21", hours: null });
    expect(view({ period: "month" }).timesBefore).toEqual({ from: "2026-10-10", to: "2026-10-31", hours: last });
  });

  it.each<[Asked, string, string[]]>([
    [{}, "hour", ["hour"]],
    [{ period: "7d" }, "day", ["hour", "day"]],
    [{ period: "28d" }, "day", ["day", "week"]],
    [{ period: "month" }, "day", ["day", "week"]],
    [{ period: "91d" }, "day", ["day", "week", "month"]],
    [{ period: "6mo" }, "month", ["day", "week", "month"]],
    [{ period: "year" }, "month", ["day", "week", "month"]],
    [{ period: "custom", date: "2024-01-01,2026-01-31" }, "month", ["week", "month"]],
  ])("of %j is shown by %s, of %j", (asked, interval, intervals) => {
    expect(view(asked)).toMatchObject({ interval, intervals });
    for (const interval of view(asked).intervals) expect(view({ ...asked, interval }).interval).toBe(interval);
  });

  it.each<[Asked, RegExp]>([
    [{ interval: "day" }, /^interval: must be one of hour for this period$/],
    [{ period: "30d", interval: "hour" }, /^interval: must be one of day, week for/],
    [{ compare: "custom" }, /^compare_date: must be FROM,TO/],
    [{ compare: "custom", compare_date: "2026-11-02,2026-11-01" }, /^compare_date: must not begin after/],
    [{ compare: "off", compare_date: "2026-11-01,2026-11-02" }, /^compare_date: belongs to/],
    [{ period: "year", date: "2026" }, /^date_range: must be a date/],
    [{ period: "all", date: "never" }, /^date_range: must be a date/],
    [{ period: "custom" }, /^date_range: must be FROM,TO/],
  ])("of %j is refused", (asked, rule) => {
    expect(() => view(asked)).toThrow(rule);
  });
});
