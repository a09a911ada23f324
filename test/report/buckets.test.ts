import { describe, expect, it } from "vitest";
import { bucketsIn, daysIn, hoursIn, monthsIn, timezoneAt, weeksIn } from "../../src/report/buckets.ts";
import { NOON, siteOf } from "./fakes.ts";

const zonesOf = (timezone: string) => siteOf(1, { timezone }).zones;

describe("buckets", () => {
  it("are all days and all months of a range", () => {
    expect(daysIn({ from: "2024-02-28", to: "2024-03-01" })).toEqual(["2024-02-28", "2024-02-29", "2024-03-01"]);
    expect(monthsIn({ from: "2025-11-30", to: "2026-02-01" })).toEqual([
      "2025-11-01",
      "2025-12-01",
      "2026-01-01",
      "2026-02-01",
    ]);
  });

  it("are the weeks that a range touches, as their Mondays", () => {
    expect(weeksIn({ from: "2026-11-22", to: "2026-11-24" })).toEqual(["2026-11-16", "2026-11-23"]);
    expect(weeksIn({ from: "2026-11-23", to: "2026-11-29" })).toEqual(["2026-11-23"]);
  });

  it.each([
    ["hour", "2026-11-22", "2026-11-22", ["2026-11-22 12:00:00"]],
    ["day", "2026-11-20", "2026-11-22", ["2026-11-22"]],
    ["day", "2026-11-20", "2026-11-21", []],
    ["week", "2026-11-10", "2026-11-21", ["2026-11-10", "2026-11-16"]],
    ["week", "2026-11-09", "2026-11-15", []],
    ["week", "2026-11-16", "2026-11-29", ["2026-11-16"]],
    ["month", "2026-09-02", "2026-11-30", ["2026-09-01", "2026-11-01"]],
  ] as const)("by %s of %s to %s are partial where they are cut or not over: %s", (bucket, from, to, partial) => {
    const buckets = bucketsIn(bucket, { from, to, hours: null }, zonesOf("Europe/Riga"), NOON);
    expect(buckets.filter(({ isPartial }) => isPartial).map(({ label }) => label)).toEqual(partial);
    expect(buckets.map(({ index }) => index)).toEqual(buckets.map((_, index) => index));
  });

  it("of part of two days are its hours, or both days, partial", () => {
    const range = { from: "2026-11-20", to: "2026-11-21", hours: { from: 22, to: 1 } };
    const buckets = (bucket: "hour" | "day") => bucketsIn(bucket, range, zonesOf("Europe/Riga"), NOON);
    expect(buckets("hour").map(({ key }) => key)).toEqual([
      "2026-11-20 22",
      "2026-11-20 23",
      "2026-11-21 0",
      "2026-11-21 1",
    ]);
    expect(buckets("day").map(({ isPartial }) => isPartial)).toEqual([true, true]);
  });

  it.each([
    ["Europe/Riga", "2026-11-22", 24, "2026-11-22 02:00:00"],
    ["Europe/Riga", "2026-03-29", 23, "2026-03-29 02:00:00"],
    ["Europe/Riga", "2026-10-25", 25, "2026-10-25 02:00:00"],
    ["America/New_York", "2026-11-01", 25, "2026-11-01 01:00:00"],
    ["Asia/Kolkata", "2026-11-22", 24, "2026-11-22 02:00:00"],
    ["Pacific/Kiritimati", "2026-11-22", 24, "2026-11-22 02:00:00"],
    ["Pacific/Pago_Pago", "2026-11-22", 24, "2026-11-22 02:00:00"],
  ])("in %s on %s are %i hours", (timezone, day, count, third) => {
    const hours = hoursIn(zonesOf(timezone), day);
    expect(hours).toHaveLength(count);
    expect(hours[0]?.date).toBe(`${day} 00:00:00`);
    expect(hours[2]?.date).toBe(third);
    expect(hours.map(({ hour }) => hour)).toEqual(hours.map((_, index) => index));
  });

  it("read the same hour twice when the clocks go back", () => {
    const dates = hoursIn(zonesOf("Europe/Riga"), "2026-10-25").map(({ date }) => date.slice(11, 13));
    expect(dates.slice(2, 6)).toEqual(["02", "03", "03", "04"]);
  });

  it("are none on a day that a place skipped", () => {
    expect(hoursIn(zonesOf("Pacific/Apia"), "2011-12-30")).toEqual([]);
  });

  it("know the timezone in effect", () => {
    const zones = [
      { timezone: "Europe/Riga", fromDay: "2026-01-01", fromAt: 1000 },
      { timezone: "Asia/Tokyo", fromDay: "2026-06-01", fromAt: 2000 },
    ];
    expect([0, 1500, 2000].map((at) => timezoneAt(zones, at))).toEqual(["Europe/Riga", "Europe/Riga", "Asia/Tokyo"]);
  });
});
