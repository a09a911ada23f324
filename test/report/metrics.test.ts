import { describe, expect, it } from "vitest";
import { type CountMetric, changeOf, type Figures, metricValue } from "../../src/report/metrics.ts";
import type { Metric } from "../../src/report/query.ts";
import { noFields } from "../../src/report/read.ts";

describe("a metric", () => {
  it.each<[CountMetric, Partial<Figures>, number | null]>([
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
    ["percentage", { visitors: 1, total: 3, base: 2, groupBase: 1 }, 33.33],
    ["conversion_rate", { visitors: 1, total: 3, base: 2, groupBase: 1 }, 50],
    ["group_conversion_rate", { visitors: 1, total: 3, base: 2, groupBase: 1 }, 100],
    ["percentage", {}, null],
    ["conversion_rate", {}, null],
  ])("%s of %o is %s", (metric, fields, expected) => {
    expect(metricValue(metric, { ...noFields(), total: 0, base: 0, groupBase: 0, ...fields })).toBe(expected);
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
    ["conversion_rate", 12.5, 10.25, 2.25],
    ["conversion_rate", 0.3, 0.1, 0.2],
    ["percentage", 1.1, 2.2, -1.1],
    ["visitors", 495, 1000, -51],
    ["visitors", 1505, 1000, 51],
    ["total_revenue", 15, 10, 50],
  ])("%s at %s after %s changed by %s", (metric, value, before, expected) => {
    expect(changeOf(metric, value, before)).toBe(expected);
  });
});
