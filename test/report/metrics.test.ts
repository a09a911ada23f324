import { describe, expect, it } from "vitest";
import { changeOf, metricValue } from "../../src/report/metrics.ts";
import type { Metric } from "../../src/report/query.ts";
import { type Fields, noFields } from "../../src/report/read.ts";

describe("a metric", () => {
  it.each<[Metric, Partial<Fields>, number | null]>([
    ["visitors", { visitors: 3 }, 3],
    ["events", { pageviews: 3, customEvents: 2 }, 5],
    ["views_per_visit", { pageviews: 10, visits: 3 }, 3.33],
    ["bounce_rate", { bounces: 1, entries: 3 }, 33],
    ["bounce_rate", { bounces: 1, entries: 8 }, 13],
    ["visit_duration", { durationSeconds: 7, entries: 2 }, 4],
    ["time_on_page", { engagedSeconds: 100, engagedVisits: 3 }, 33],
    ["scroll_depth", { scrollPercent: 150, scrollVisits: 2 }, 75],
    ["visitors", {}, 0],
    ["events", {}, 0],
    ["bounce_rate", {}, null],
    ["views_per_visit", { pageviews: 4 }, null],
  ])("%s of %o is %s", (metric, fields, expected) => {
    expect(metricValue(metric, { ...noFields(), ...fields })).toBe(expected);
  });

  it.each<[Metric, number | null, number | null, number | null]>([
    ["visitors", 2, 1, 100],
    ["visitors", 1, 0, 100],
    ["visitors", 0, 0, 0],
    ["visitors", 0, 5, -100],
    ["visitors", 199, 200, -1],
    ["visitors", 395, 200, 98],
    ["visitors", 1000, 1001, 0],
    ["bounce_rate", 40, 55, -15],
    ["bounce_rate", 40, 0, 40],
    ["views_per_visit", 3, 1.5, 100],
    ["visit_duration", null, 5, null],
    ["visit_duration", 5, null, null],
  ])("%s at %s after %s changed by %s", (metric, value, before, expected) => {
    expect(changeOf(metric, value, before)).toBe(expected);
  });
});
