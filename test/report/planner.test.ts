import { describe, expect, it } from "vitest";
import { DIMENSIONS } from "../../src/dimensions.ts";
import { parseFilters } from "../../src/report/filters.ts";
import { plan } from "../../src/report/planner.ts";
import { PROPERTIES } from "../../src/report/properties.ts";
import type { Metric, ReportQuery } from "../../src/report/query.ts";

const DAY = { from: "2026-11-22", to: "2026-11-22" };

interface Asked {
  property?: string;
  filters?: string;
  interval?: "hour" | "day" | "month";
  from?: string;
}

function planOf(metric: Metric, { property, filters = "", interval, from = DAY.from }: Asked) {
  const query: ReportQuery = {
    metrics: [metric],
    from,
    to: DAY.to,
    filters: parseFilters(filters),
    ...(property !== undefined && { property, page: { offset: 0, count: 10 } }),
    ...(interval && { interval }),
  };
  return plan(query);
}

/** `exact`, `refused`, the code of the mark; with a question mark where the data decides. */
function verdict(metric: Metric, asked: Asked): string {
  try {
    const { warnings, mergeWarnings } = planOf(metric, asked);
    return warnings[0]?.code ?? (mergeWarnings[0] ? `${mergeWarnings[0].code}?` : "exact");
  } catch (error) {
    expect(String(error)).toMatch(/^Refusal: (metrics|filters|property|interval): /);
    return "refused";
  }
}

describe("on one day", () => {
  it.each<[string, Asked, Partial<Record<Metric, string>>]>([
    [
      "the site",
      {},
      {
        visitors: "exact",
        visits: "exact",
        pageviews: "exact",
        events: "exact",
        bounce_rate: "exact",
        visit_duration: "exact",
        views_per_visit: "exact",
        time_on_page: "refused",
        scroll_depth: "refused",
      },
    ],
    [
      "sources",
      { property: "visit:source" },
      { visitors: "exact", visits: "exact", bounce_rate: "exact", views_per_visit: "exact", time_on_page: "refused" },
    ],
    [
      "one source",
      { filters: "visit:source==Google" },
      { visitors: "exact", visits: "exact", bounce_rate: "exact", visit_duration: "exact" },
    ],
    [
      "several sources",
      { filters: "visit:source==Google|Bing" },
      {
        visitors: "upper_bound",
        visits: "exact",
        pageviews: "exact",
        events: "exact",
        bounce_rate: "exact",
        visit_duration: "exact",
        views_per_visit: "exact",
      },
    ],
    ["all sources but one", { filters: "visit:source!=Google" }, { visitors: "upper_bound", visits: "exact" }],
    ["sources of a pattern", { filters: "visit:source==G*" }, { visitors: "upper_bound", visits: "exact" }],
    [
      "sources among several",
      { property: "visit:source", filters: "visit:source==Google|Bing" },
      { visitors: "exact", visits: "exact" },
    ],
    [
      "one source held by one of two filters",
      { filters: "visit:source!=Bing;visit:source==Google" },
      { visitors: "exact" },
    ],
    [
      "several countries",
      { filters: "visit:country==LV|EE" },
      { visitors: "exact", visits: "exact", bounce_rate: "exact" },
    ],
    [
      "regions of a country",
      { property: "visit:region", filters: "visit:country==LV" },
      { visitors: "exact", visits: "exact", bounce_rate: "exact" },
    ],
    ["browsers", { property: "visit:browser" }, { visitors: "exact", visits: "exact" }],
    [
      "pages",
      { property: "event:page" },
      {
        visitors: "upper_bound?",
        visits: "upper_bound?",
        pageviews: "exact",
        events: "exact",
        bounce_rate: "exact",
        visit_duration: "exact",
        time_on_page: "mean_of_hosts?",
        scroll_depth: "mean_of_hosts?",
        views_per_visit: "refused",
      },
    ],
    [
      "one page",
      { filters: "event:page==/a" },
      { visitors: "upper_bound?", visits: "upper_bound?", bounce_rate: "exact", time_on_page: "mean_of_hosts?" },
    ],
    [
      "one page of one host",
      { filters: "event:page==/a;event:hostname==example.com" },
      { visitors: "exact", visits: "exact", bounce_rate: "exact", time_on_page: "exact" },
    ],
    [
      "several pages",
      { filters: "event:page==/a*" },
      {
        visitors: "upper_bound",
        visits: "upper_bound",
        pageviews: "exact",
        events: "exact",
        bounce_rate: "refused",
        visit_duration: "refused",
        time_on_page: "refused",
        scroll_depth: "refused",
      },
    ],
    [
      "hosts",
      { property: "event:hostname" },
      { visitors: "refused", visits: "refused", pageviews: "exact", bounce_rate: "refused" },
    ],
    [
      "hosts of one page",
      { property: "event:hostname", filters: "event:page==/a" },
      { visitors: "refused", pageviews: "exact", bounce_rate: "exact" },
    ],
    [
      "entry pages",
      { property: "visit:entry_page" },
      { visitors: "upper_bound?", visits: "exact", bounce_rate: "exact" },
    ],
    [
      "several entry pages",
      { filters: "visit:entry_page==/a*" },
      { visitors: "upper_bound", visits: "exact", bounce_rate: "exact", visit_duration: "exact" },
    ],
    ["exit pages", { property: "visit:exit_page" }, { visitors: "upper_bound?", visits: "exact", events: "refused" }],
    [
      "events",
      { property: "event:name" },
      { visitors: "upper_bound", events: "exact", pageviews: "exact", visits: "refused", bounce_rate: "refused" },
    ],
    ["one event", { filters: "event:name==Signup" }, { visitors: "exact", events: "exact" }],
    ["page views as an event", { filters: "event:name==pageview" }, { visitors: "upper_bound", events: "exact" }],
    ["several events", { filters: "event:name==Signup|Purchase" }, { visitors: "upper_bound", events: "exact" }],
    ["events but page views", { property: "event:name", filters: "event:name!=pageview" }, { visitors: "exact" }],
    [
      "a property",
      { property: "event:props:plan" },
      { visitors: "upper_bound?", events: "exact", visits: "refused", pageviews: "exact" },
    ],
    [
      "hours",
      { interval: "hour" },
      { visitors: "exact", visits: "exact", bounce_rate: "exact", time_on_page: "refused" },
    ],
    ["hours of a source", { interval: "hour", filters: "visit:source==Google" }, { visitors: "refused" }],
    ["sources by page", { property: "visit:source", filters: "event:page==/a" }, { pageviews: "refused" }],
    ["two filters apart", { filters: "visit:source==Google;visit:country==LV" }, { pageviews: "refused" }],
    ["goals", { property: "event:goal" }, { visitors: "refused" }],
    ["cities", { property: "visit:city" }, { visitors: "refused" }],
    ["what is no property", { property: "visit:__proto__" }, { visitors: "refused" }],
    ["a property without a name", { property: "event:props:" }, { visitors: "refused" }],
    ["a filter on what is none", { filters: "constructor==a" }, { visitors: "refused" }],
  ])("%s", (_, asked, expected) => {
    const found = Object.keys(expected).map((metric) => [metric, verdict(metric as Metric, asked)]);
    expect(Object.fromEntries(found)).toEqual(expected);
  });
});

describe("over several days", () => {
  it.each<[string, Asked, Metric, string]>([
    ["visitors are a sum of days", {}, "visitors", "sum_of_days"],
    ["visits are exact", {}, "visits", "exact"],
    ["visitors by day are exact", { interval: "day" }, "visitors", "exact"],
    ["visitors by month are a sum of days", { interval: "month" }, "visitors", "sum_of_days"],
    ["hours are refused", { interval: "hour" }, "visitors", "refused"],
    ["visitors of a country are a sum of days", { filters: "visit:country==LV" }, "visitors", "sum_of_days"],
    [
      "visitors of sources by day are an upper bound",
      { interval: "day", filters: "visit:source==*" },
      "visitors",
      "upper_bound",
    ],
  ])("%s", (_, asked, metric, expected) => {
    expect(verdict(metric, { ...asked, from: "2026-11-01" })).toBe(expected);
  });
});

describe("properties", () => {
  it("draw on stored dimensions only", () => {
    const stored = DIMENSIONS.filter((dimension) => dimension.stored).map(({ name }) => name as string);
    for (const { name, sources } of PROPERTIES) {
      for (const { from } of sources) expect(stored, name).toContain(from);
    }
  });

  it("cover every dimension that has one", () => {
    const named = DIMENSIONS.flatMap((dimension) => ("property" in dimension ? [dimension.property] : []));
    expect(PROPERTIES.map(({ name }) => name)).toEqual(expect.arrayContaining(named));
  });
});
