import { describe, expect, it } from "vitest";
import { DIMENSIONS, PAIRS, pairName } from "../../src/dimensions.ts";
import { parseFilters } from "../../src/report/filters.ts";
import { type Plan, plan } from "../../src/report/planner.ts";
import { PROPERTIES } from "../../src/report/properties.ts";
import { type Filter, type Metric, queryOf, type Refusal, type ReportQuery } from "../../src/report/query.ts";
import { isPartOfLink } from "../../src/report/sources.ts";
import { goalOf } from "./fakes.ts";

const DAY = "2026-11-22";
const GOALS = [goalOf("event", "Signup"), goalOf("event", "Purchase", { currency: "EUR" }), goalOf("page", "/thanks")];

interface Asked {
  /** Dimensions, with commas between them. */
  by?: string;
  filters?: string | Filter;
  from?: string;
  hours?: { from: number; to: number };
  goals?: typeof GOALS;
}

function planOf(
  metrics: Metric[],
  { by, filters = "", from = DAY, hours, goals = GOALS, ...rest }: Asked & Partial<ReportQuery>,
): Plan {
  const query = queryOf({
    metrics,
    range: { from, to: DAY, hours: hours ?? null },
    dimensions: by?.split(",") ?? [],
    filter: typeof filters === "string" ? parseFilters(filters) : filters,
    ...rest,
  });
  return plan(query, goals);
}

/** `exact`, `refused`, or the codes of the marks; with a question mark where the data decides. */
function verdict(metric: Metric, asked: Asked): string {
  try {
    const { warnings, mergeWarnings } = planOf([metric], asked);
    const codes = [...warnings.map(({ code }) => code), ...mergeWarnings.map(({ code }) => `${code}?`)];
    return [...new Set(codes)].join(" and ") || "exact";
  } catch (error) {
    expect(String(error)).toMatch(/^Refusal: (metrics|filters|dimensions): /);
    return "refused";
  }
}

/** One value of one dimension, or one of another. */
function either(one: string, other: string): Filter {
  return { or: [one, other].map((dimension) => ({ dimension, anyOf: [["Signup"]] })) };
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
      { by: "visit:source" },
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
      { by: "visit:source", filters: "visit:source==Google|Bing" },
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
      { by: "visit:region", filters: "visit:country==LV" },
      { visitors: "exact", visits: "exact", bounce_rate: "exact" },
    ],
    ["browsers", { by: "visit:browser" }, { visitors: "exact", visits: "exact" }],
    [
      "pages",
      { by: "event:page" },
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
      { by: "event:hostname" },
      { visitors: "refused", visits: "refused", pageviews: "exact", bounce_rate: "refused" },
    ],
    [
      "hosts of one page",
      { by: "event:hostname", filters: "event:page==/a" },
      { visitors: "exact", visits: "exact", pageviews: "exact", bounce_rate: "exact", time_on_page: "exact" },
    ],
    ["entry pages", { by: "visit:entry_page" }, { visitors: "upper_bound?", visits: "exact", bounce_rate: "exact" }],
    [
      "several entry pages",
      { filters: "visit:entry_page==/a*" },
      { visitors: "upper_bound", visits: "exact", bounce_rate: "exact", visit_duration: "exact" },
    ],
    ["exit pages", { by: "visit:exit_page" }, { visitors: "upper_bound?", visits: "exact", events: "refused" }],
    [
      "events",
      { by: "event:name" },
      { visitors: "upper_bound", events: "exact", pageviews: "exact", visits: "refused", bounce_rate: "refused" },
    ],
    ["one event", { filters: "event:name==Signup" }, { visitors: "exact", events: "exact" }],
    ["page views as an event", { filters: "event:name==pageview" }, { visitors: "upper_bound", events: "exact" }],
    ["several events", { filters: "event:name==Signup|Purchase" }, { visitors: "upper_bound", events: "exact" }],
    ["events but page views", { by: "event:name", filters: "event:name!=pageview" }, { visitors: "exact" }],
    [
      "a property",
      { by: "event:props:plan" },
      { visitors: "upper_bound?", events: "exact", visits: "refused", pageviews: "exact" },
    ],
    [
      "hours",
      { by: "time:hour" },
      { visitors: "exact", visits: "exact", bounce_rate: "exact", time_on_page: "refused" },
    ],
    [
      "hours of a source",
      { by: "time:hour", filters: "visit:source==Google" },
      { visitors: "exact", visits: "exact", bounce_rate: "exact", pageviews: "exact" },
    ],
    [
      "hours of a page",
      { by: "time:hour", filters: "event:page==/a" },
      { visitors: "upper_bound?", visits: "upper_bound?", pageviews: "exact", bounce_rate: "exact" },
    ],
    [
      "sources by hour",
      { by: "time:hour,visit:source" },
      { visitors: "exact", visits: "exact", time_on_page: "refused" },
    ],
    [
      "hours of a source in a country",
      { by: "time:hour", filters: "visit:source==A;visit:country==LV" },
      { visits: "refused" },
    ],
    ["hours of a region", { by: "time:hour", filters: "visit:region==LV-RIX" }, { visits: "refused" }],
    [
      "the first hours of the day",
      { hours: { from: 0, to: 13 } },
      { visitors: "exact", visits: "exact", pageviews: "exact", bounce_rate: "exact" },
    ],
    [
      "other hours of the day",
      { hours: { from: 1, to: 13 } },
      { visitors: "upper_bound", visits: "exact", pageviews: "exact", bounce_rate: "exact" },
    ],
    [
      "the first hours of a source",
      { hours: { from: 0, to: 13 }, filters: "visit:source==Google" },
      { visitors: "upper_bound", visits: "exact", bounce_rate: "exact" },
    ],
    [
      "the first hours of a source in a country",
      { hours: { from: 0, to: 1 }, by: "visit:source", filters: "visit:country==LV" },
      { visits: "refused" },
    ],

    [
      "sources by page",
      { by: "visit:source", filters: "event:page==/a" },
      {
        visitors: "upper_bound?",
        visits: "upper_bound?",
        pageviews: "exact",
        events: "exact",
        bounce_rate: "exact",
        visit_duration: "exact",
        time_on_page: "refused",
        views_per_visit: "refused",
      },
    ],
    [
      "sources by page of a host",
      { by: "visit:source", filters: "event:page==/a;event:hostname==a.example" },
      { visitors: "exact", visits: "exact", pageviews: "exact", bounce_rate: "exact" },
    ],
    [
      "sources by several pages",
      { by: "visit:source", filters: "event:page==/a*" },
      { visitors: "upper_bound", visits: "upper_bound", pageviews: "exact", bounce_rate: "refused" },
    ],
    [
      "pages of a source",
      { by: "event:page", filters: "visit:source==Google" },
      {
        visitors: "upper_bound?",
        visits: "upper_bound?",
        pageviews: "exact",
        bounce_rate: "exact",
        scroll_depth: "refused",
      },
    ],
    [
      "hosts of a source",
      { by: "event:hostname", filters: "visit:source==Google" },
      { visitors: "refused", visits: "refused", pageviews: "exact" },
    ],
    [
      "a source in a country",
      { filters: "visit:source==Google;visit:country==LV" },
      { visitors: "exact", visits: "exact", pageviews: "exact", bounce_rate: "exact", views_per_visit: "exact" },
    ],
    [
      "a source in several countries",
      { filters: "visit:source==Google;visit:country==LV|EE" },
      { visitors: "exact", visits: "exact", bounce_rate: "exact" },
    ],
    [
      "several sources in a country",
      { filters: "visit:source==Google|Bing;visit:country==LV" },
      { visitors: "upper_bound", visits: "exact", bounce_rate: "exact" },
    ],
    [
      "sources and countries",
      { by: "visit:source,visit:country" },
      { visitors: "exact", visits: "exact", bounce_rate: "exact" },
    ],
    [
      "a source or a country",
      { filters: either("visit:source", "visit:country") },
      { visitors: "upper_bound", visits: "exact", pageviews: "exact" },
    ],
    [
      "browsers and systems of a country",
      { by: "visit:browser", filters: "visit:country!=LV" },
      { visitors: "exact", visits: "exact" },
    ],
    [
      "entry pages of a source",
      { by: "visit:entry_page", filters: "visit:source==Google" },
      { visitors: "upper_bound?", visits: "exact", bounce_rate: "exact", events: "exact" },
    ],
    [
      "pages of visits that began at one",
      { by: "event:page", filters: "visit:entry_page==/a" },
      {
        visitors: "upper_bound?",
        visits: "upper_bound?",
        pageviews: "exact",
        bounce_rate: "refused",
        visit_duration: "refused",
      },
    ],
    ["campaigns of a source", { by: "visit:utm_campaign", filters: "visit:source==Google" }, { visitors: "exact" }],
    ["regions of a source", { by: "visit:region", filters: "visit:source==Google" }, { visitors: "refused" }],
    [
      "a country by region of a source",
      { by: "visit:country,visit:region", filters: "visit:source==A" },
      { visits: "refused" },
    ],
    ["versions of a source", { by: "visit:browser_version", filters: "visit:source==Google" }, { visitors: "refused" }],
    ["exit pages of a source", { by: "visit:exit_page", filters: "visit:source==Google" }, { visits: "refused" }],
    [
      "media of a source, from the counts of links",
      { by: "visit:utm_medium", filters: "visit:source==Google" },
      { visitors: "upper_bound?", visits: "exact", bounce_rate: "exact" },
    ],
    [
      "media of several sources",
      { by: "visit:utm_medium", filters: "visit:source==Google|Bing" },
      { visitors: "upper_bound", visits: "exact" },
    ],
    [
      "campaigns of a source, from their pair",
      { by: "visit:utm_campaign", filters: "visit:source==Google" },
      { visitors: "exact", visits: "exact" },
    ],
    ["media of a country", { by: "visit:utm_medium", filters: "visit:country==LV" }, { visits: "refused" }],
    [
      "media, terms and contents of a source",
      { by: "visit:utm_medium,visit:utm_term,visit:utm_content", filters: "visit:source==Google" },
      { visitors: "upper_bound?", visits: "exact" },
    ],
    ["screens of a country", { by: "visit:screen", filters: "visit:country==LV" }, { visits: "refused" }],
    ["three facts", { by: "visit:source", filters: "visit:country==LV;event:page==/" }, { pageviews: "refused" }],
    ["three facts in dimensions", { by: "visit:source,visit:country,visit:device" }, { pageviews: "refused" }],

    [
      "events of a source",
      { by: "event:name", filters: "visit:source==Google" },
      { visitors: "upper_bound", events: "exact", visits: "refused" },
    ],
    [
      "sources of an event",
      { by: "visit:source", filters: "event:name==Signup" },
      { visitors: "exact", events: "exact", bounce_rate: "refused" },
    ],
    ["hours of an event", { by: "time:hour", filters: "event:name==Signup" }, { visitors: "exact", events: "exact" }],
    [
      "a property of one event",
      { by: "event:props:plan", filters: "event:name==Signup" },
      { visitors: "exact", events: "exact", pageviews: "exact" },
    ],
    ["a property by event", { by: "event:name,event:props:plan" }, { visitors: "exact", events: "exact" }],
    [
      "a property of several events",
      { by: "event:props:plan", filters: "event:name==Signup|Purchase" },
      { visitors: "upper_bound?", events: "exact" },
    ],
    [
      "several values of a property of one event",
      { filters: "event:props:plan==pro|free;event:name==Signup" },
      { visitors: "upper_bound", events: "exact" },
    ],
    ["a property of a source", { by: "event:props:plan", filters: "visit:source==A" }, { events: "refused" }],
    ["hours of a property", { by: "time:hour", filters: "event:props:plan==pro" }, { events: "refused" }],
    ["two properties", { by: "event:props:plan", filters: "event:props:size==XL" }, { events: "refused" }],

    [
      "goals",
      { by: "event:goal" },
      {
        visitors: "exact",
        events: "exact",
        conversion_rate: "exact",
        visits: "refused",
        group_conversion_rate: "refused",
      },
    ],
    [
      "a goal",
      { filters: "event:goal==Signup" },
      { visitors: "exact", events: "exact", conversion_rate: "exact", group_conversion_rate: "refused" },
    ],
    [
      "a page goal",
      { filters: "event:goal==Visit /thanks" },
      { visitors: "exact", events: "exact", pageviews: "exact", conversion_rate: "exact" },
    ],
    [
      "several goals that are events",
      { filters: "event:goal==Signup|Purchase" },
      { visitors: "upper_bound", events: "exact", conversion_rate: "upper_bound" },
    ],
    [
      "several goals, one a page's",
      { filters: "event:goal==Signup|Visit /thanks" },
      { visitors: "upper_bound", events: "upper_bound", pageviews: "upper_bound" },
    ],
    [
      "sources of a goal",
      { by: "visit:source", filters: "event:goal==Signup" },
      { visitors: "exact", events: "exact", conversion_rate: "exact", group_conversion_rate: "exact" },
    ],
    [
      "goals of a source",
      { by: "event:goal", filters: "visit:source==Google" },
      { visitors: "exact", events: "exact", conversion_rate: "exact" },
    ],
    [
      "goals of several sources",
      { by: "event:goal", filters: "visit:source==Google|Bing" },
      { visitors: "upper_bound", events: "exact", conversion_rate: "upper_bound and estimate" },
    ],
    [
      "goals of several countries",
      { by: "event:goal", filters: "visit:country==LV|EE" },
      { visitors: "exact", conversion_rate: "exact" },
    ],
    [
      "pages of a goal",
      { by: "event:page", filters: "event:goal==Signup" },
      { visitors: "upper_bound?", conversion_rate: "upper_bound?", group_conversion_rate: "estimate and upper_bound?" },
    ],
    ["events by goal", { by: "event:goal", filters: "event:name==Signup" }, { visitors: "exact", events: "exact" }],
    ["a goal that is none", { filters: "event:goal==Nothing" }, { visitors: "refused", events: "refused" }],
    [
      "goals with a property, some of pages",
      { by: "event:goal", filters: "event:props:plan==pro" },
      { events: "refused" },
    ],
    ["a goal or a source", { filters: either("event:goal", "visit:source") }, { events: "refused" }],
    ["a property or an event", { filters: either("event:name", "event:props:plan") }, { events: "refused" }],
    ["an event or a source", { filters: either("event:name", "visit:source") }, { events: "exact" }],
    [
      "a page or a source",
      { filters: either("event:page", "visit:source") },
      { pageviews: "exact", visits: "upper_bound" },
    ],
    ["rates without a goal", { by: "visit:source" }, { conversion_rate: "refused", group_conversion_rate: "refused" }],

    ["shares of sources", { by: "visit:source" }, { percentage: "exact" }],
    ["shares of countries of a source", { by: "visit:country", filters: "visit:source==A" }, { percentage: "exact" }],
    ["shares of pages", { by: "event:page" }, { percentage: "upper_bound?" }],
    ["shares of hosts", { by: "event:hostname" }, { percentage: "refused" }],
    [
      "shares of countries of several sources",
      { by: "visit:country", filters: "visit:source==A|B" },
      { percentage: "upper_bound and estimate" },
    ],
    [
      "shares of devices of a page",
      { by: "visit:device", filters: "event:page==/a" },
      { percentage: "estimate and upper_bound?" },
    ],

    ["money of goals", { by: "event:goal" }, { total_revenue: "exact", average_revenue: "exact" }],
    [
      "money of several goals",
      { filters: "event:goal==Signup|Purchase" },
      { total_revenue: "exact", average_revenue: "exact" },
    ],
    ["money of an event", { filters: "event:name==Purchase" }, { total_revenue: "exact", average_revenue: "exact" }],
    ["money by day", { by: "time:day", filters: "event:goal==Purchase" }, { total_revenue: "exact" }],
    ["money of the site", {}, { total_revenue: "refused", average_revenue: "refused" }],
    ["money by hour", { by: "time:hour", filters: "event:goal==Purchase" }, { total_revenue: "refused" }],
    ["money of sources", { by: "visit:source", filters: "event:goal==Purchase" }, { total_revenue: "refused" }],
    [
      "money of a property",
      { by: "event:props:plan", filters: "event:name==Purchase" },
      { average_revenue: "refused" },
    ],

    ["cities", { by: "visit:city" }, { visitors: "refused" }],
    ["what is no property", { by: "visit:__proto__" }, { visitors: "refused" }],
    ["a property without a name", { by: "event:props:" }, { visitors: "refused" }],
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
    ["visitors by day are exact", { by: "time:day" }, "visitors", "exact"],
    ["visitors by month are a sum of days", { by: "time:month" }, "visitors", "sum_of_days"],
    ["visitors by hour are exact", { by: "time:hour" }, "visitors", "exact"],
    ["visitors by week are a sum of days", { by: "time:week" }, "visitors", "sum_of_days"],
    ["hours of more than 92 days are refused", { by: "time:hour", from: "2026-08-22" }, "visitors", "refused"],
    ["hours of 92 days are not", { by: "time:hour", from: "2026-08-23" }, "visits", "exact"],
    ["rates are of sums of days", { filters: "event:goal==Signup" }, "conversion_rate", "sum_of_days"],
    ["money is exact", { filters: "event:goal==Purchase" }, "total_revenue", "exact"],
    ["visitors of days to the same hour are a sum of days", { hours: { from: 0, to: 13 } }, "visitors", "sum_of_days"],
    [
      "visitors of the last hours are an upper bound, too",
      { hours: { from: 15, to: 14 } },
      "visitors",
      "upper_bound and sum_of_days",
    ],
    [
      "shares of the last hours are estimates, too",
      { by: "visit:source", hours: { from: 15, to: 14 } },
      "percentage",
      "upper_bound and sum_of_days and estimate",
    ],
    ["visitors of a country are a sum of days", { filters: "visit:country==LV" }, "visitors", "sum_of_days"],
    [
      "visitors of sources by day are an upper bound",
      { by: "time:day", filters: "visit:source==*" },
      "visitors",
      "upper_bound",
    ],
  ])("%s", (_, asked, metric, expected) => {
    expect(verdict(metric, { from: "2026-11-01", ...asked })).toBe(expected);
  });
});

/** What is refused, and where. */
function refusal(metrics: Metric[], asked: Asked & Partial<ReportQuery>): [string, unknown] {
  try {
    planOf(metrics, asked);
  } catch (error) {
    const { message, path } = error as Refusal;
    return [message, path];
  }
  return ["not refused", null];
}

const condition = (dimension: string, value: string, path: number[]): Filter => ({ dimension, anyOf: [[value]], path });

describe("a refusal says where, why, and what to ask instead", () => {
  it.each<[RegExp, unknown, Metric[], Asked & Partial<ReportQuery>]>([
    [/^dimensions: must be a property of the Stats API/, [1], ["visits"], { by: "visit:source,visit:nothing" }],
    [/^dimensions: must not name one twice/, [1], ["visits"], { by: "visit:source,visit:source" }],
    [/^dimensions: must name at most one of time/, [2], ["visits"], { by: "time:day,visit:source,time:week" }],
    [
      /^dimensions: hours are shown of at most 92 days; ask by day/,
      [],
      ["visits"],
      { by: "time:hour", from: "2026-01-01" },
    ],
    [/^dimensions: cities are never collected; ask for visit:region/, [0], ["visits"], { by: "visit:city" }],
    [
      /^filters: cities are never collected/,
      [0, 1],
      ["visits"],
      { filters: condition("visit:city_name", "Riga", [0, 1]) },
    ],
    [/^filters: must be a property/, [1, 1], ["visits"], { filters: condition("time:day", "x", [1, 1]) }],
    [
      /^filters: must be a goal of the site; define it, or ask for event:name/,
      [0, 1],
      ["visitors"],
      { filters: condition("event:goal", "X", [0, 1]) },
    ],
    [
      /^order_by: must be one of the query's metrics or dimensions/,
      [1, 0],
      ["visits"],
      {
        by: "visit:source",
        order: [
          { by: "visits", direction: "asc" },
          { by: "pageviews", direction: "asc" },
        ],
      },
    ],
    [
      /^metrics: scroll_depth is counted by page only; break down or filter by event:page/,
      [1],
      ["visits", "scroll_depth"],
      {},
    ],
    [
      /^metrics: visits is not counted for event:name; there are visitors, pageviews, events, percentage/,
      [0],
      ["visits"],
      { by: "event:name" },
    ],
    [
      /^metrics: bounce_rate has no value for several pages together/,
      [0],
      ["bounce_rate"],
      { filters: "event:page==/a*" },
    ],
    [/^metrics: conversion_rate needs event:goal as a filter or dimension/, [0], ["conversion_rate"], {}],
    [
      /^metrics: group_conversion_rate needs a filter on event:goal and a dimension/,
      [0],
      ["group_conversion_rate"],
      { by: "event:goal", filters: "event:goal==Signup" },
    ],
    [
      /^metrics: total_revenue is counted by event alone; ask with event:goal or event:name/,
      [0],
      ["total_revenue"],
      {},
    ],
    [
      /^filters: visit:region and visit:source are counted apart and cannot be joined; ask for visit:country instead of visit:region/,
      [],
      ["visits"],
      { by: "visit:region", filters: "visit:source==A" },
    ],
    [
      /; ask for visit:browser instead of visit:browser_version/,
      [],
      ["visits"],
      { by: "visit:browser_version", filters: "visit:source==A" },
    ],
    [
      /; ask for visit:os instead of visit:os_version/,
      [],
      ["visits"],
      { by: "visit:source", filters: "visit:os_version==11" },
    ],
    [
      /^filters: visit:exit_page and visit:source are counted apart and cannot be joined; ask about one of them/,
      [],
      ["visits"],
      { by: "visit:exit_page", filters: "visit:source==A" },
    ],
    [
      /^filters: visit:source, visit:country and event:page are more than two facts about a visit, .*; ask with one filter or dimension less/,
      [],
      ["visits"],
      { by: "visit:source,visit:country", filters: "event:page==/" },
    ],
    [
      /^dimensions: visit:source, visit:country and hours are more than two facts .*; ask by day, or with one filter less/,
      [],
      ["visits"],
      { by: "time:hour,visit:source,visit:country" },
    ],
    [
      /^dimensions: visit:source, visit:country and hours are more than two facts .*; ask for whole days/,
      [],
      ["visits"],
      { by: "visit:source,visit:country", hours: { from: 0, to: 3 } },
    ],
    [
      /^filters: page goals and event:props:plan are counted apart; ask by event:name instead of event:goal/,
      [],
      ["events"],
      { by: "event:props:plan", filters: "event:goal==Visit /thanks|Signup" },
    ],
    [
      /^filters: event:goal must not be joined by or, or by not, with other dimensions/,
      [],
      ["conversion_rate"],
      { filters: { or: [condition("event:goal", "Signup", [0]), condition("visit:source", "A", [1])] } },
    ],
  ])("%s", (message, path, metrics, asked) => {
    const [said, where] = refusal(metrics, asked);
    expect(said).toMatch(message);
    expect(where).toEqual(path);
  });
});

const names = [...PROPERTIES.map(({ name }) => name), "event:props:plan"];

describe("properties", () => {
  const stored = DIMENSIONS.filter((dimension) => dimension.stored).map(({ name }) => name as string);
  const pairs = PAIRS.map((pair) => pairName(...pair));

  it("cover every dimension that has one", () => {
    const named = DIMENSIONS.flatMap((dimension) => ("property" in dimension ? [dimension.property] : []));
    expect(PROPERTIES.map(({ name }) => name)).toEqual(expect.arrayContaining(named));
  });

  it("draw on stored dimensions and pairs only, alone and by two", () => {
    let joined = 0;
    for (const by of names) {
      for (const other of [by, ...names]) {
        let found: Plan;
        try {
          found = planOf(["pageviews"], {
            by,
            filters: condition(other, "Signup", []),
            goals: [goalOf("event", "Signup")],
          });
        } catch (error) {
          expect(String(error), `${by} and ${other}`).toMatch(
            /^Refusal: filters: .* (and cannot be joined; ask|ask by event:name)/,
          );
          continue;
        }
        const sources = found.reads.flatMap((read) => read.sources);
        for (const { at } of sources) {
          if ("pair" in at) expect(pairs, `${by} and ${other}`).toContain(pairName(...at.pair));
          else if ("single" in at) expect(stored, `${by} and ${other}`).toContain(at.single);
          else expect(at).toEqual({ property: "plan" });
        }
        if (sources.some(({ at }) => "pair" in at)) joined++;
      }
    }
    // Of the twelve facts with pairs (goals and names of events are one) every two, both ways.
    expect(joined).toBeGreaterThanOrEqual(12 * 11);
  });

  it("are joined by every two that have pairs or are parts of the link that led here, and by no others", () => {
    for (const one of PROPERTIES) {
      for (const other of PROPERTIES) {
        if (one.fact === other.fact) continue;
        const [said] = refusal(["pageviews"], { by: one.name, filters: condition(other.name, "Signup", []) });
        const isRefused = said !== "not refused";
        const areParts = isPartOfLink(one.fact) && isPartOfLink(other.fact);
        const haveNone = (one.paired === null || other.paired === null) && !areParts;
        expect(isRefused, `${one.name} and ${other.name}: ${said}`).toBe(haveNone);
      }
    }
  });
});
