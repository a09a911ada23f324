/**
 * The planner: which stored counts answer a query, and whether the answer is exact, marked or refused. Pure.
 * What is exact follows from the kind of the dimension (`src/dimensions.ts`) and from how many of its values are
 * summed; only whether several stored values really share one label is left to the data.
 */

import type { DimensionKind } from "../dimensions.ts";
import { PAGEVIEW } from "../dimensions.ts";
import { fieldsOf } from "./metrics.ts";
import { fits } from "./pattern.ts";
import { HOUR, METRICS_OF, type Property, propertyNamed, SITE } from "./properties.ts";
import { type Metric, type PropertyFilter, Refusal, type ReportQuery } from "./query.ts";
import type { Read } from "./read.ts";

/** Why a metric is not what its name says. */
export interface Warning {
  metric: Metric;
  code: "upper_bound" | "mean_of_hosts" | "sum_of_days" | "capped" | "approximate";
  message: string;
}

export interface Plan {
  query: ReportQuery;
  property: Property | null;
  read: Read;
  /** True whatever the data. */
  warnings: Warning[];
  /** True if a row sums several stored values. */
  mergeWarnings: Warning[];
}

/**
 * How many values of a dimension a number sums: none are told apart (`all`: the site's own total), `one`, those that
 * share a label (`merged`: a path on several hosts, a property of several events), or `several`.
 */
export type Spread = "all" | "one" | "merged" | "several";

export type Verdict = "exact" | "upper_bound" | "mean_of_hosts" | "refused";

/** What a metric is worth on a kind of dimension. */
export function verdictOn(kind: DimensionKind, metric: Metric, spread: Spread): Verdict {
  if (spread === "all" || spread === "one") return "exact";
  switch (metric) {
    case "visitors":
      // Of these a visitor has one value a day.
      return kind === "visitor" || kind === "total" ? "exact" : "upper_bound";
    case "visits":
      return kind === "page" ? "upper_bound" : "exact";
    case "bounce_rate":
    case "visit_duration":
      // A visit enters at one page, so that hosts of one path can be added; but "bounce rate of several pages" has no one meaning.
      return kind === "page" && spread === "several" ? "refused" : "exact";
    case "time_on_page":
    case "scroll_depth":
      return spread === "several" ? "refused" : "mean_of_hosts";
    default:
      return "exact";
  }
}

/** @throws Refusal */
export function plan(query: ReportQuery): Plan {
  const property = subjectOf(query);
  if (query.interval && query.property) throw new Refusal("property: cannot be joined with a time series");
  if (query.interval === "hour") return hourPlan(query, property);

  const metrics = property?.metrics ?? METRICS_OF.total;
  const spread = spreadOf(query, property);
  const kind = property?.kind ?? "total";
  const warnings: Warning[] = [];
  const mergeWarnings: Warning[] = [];
  for (const metric of query.metrics) {
    if (!metrics.includes(metric)) throw uncounted(metric, property);
    const verdict = verdictOn(kind, metric, spread);
    if (verdict === "refused") throw overPages(metric);
    if (verdict === "exact") continue;
    (spread === "merged" ? mergeWarnings : warnings).push({
      metric,
      code: verdict,
      message: MESSAGES[verdict](metric),
    });
  }
  if (query.metrics.includes("visitors")) {
    if (countsPageviews(query, property)) warnings.push(PAGEVIEW_VISITORS);
    if (query.from !== query.to && query.interval !== "day") warnings.push(SUM_OF_DAYS);
  }
  return {
    query,
    property,
    read: {
      from: query.from,
      to: query.to,
      sources: property?.sources ?? [SITE],
      bucket: query.interval ?? "all",
      label: query.property && property ? property.label : null,
      filters: query.filters.map(({ property: name, negate, values }) => ({
        label: known(name).label,
        negate,
        values,
      })),
      fields: fieldsOf(query.metrics),
      top: topOf(query),
    },
    warnings,
    mergeWarnings,
  };
}

/** Whether a property can be broken down with a metric. */
export function canBreakDown(property: Property, metric: Metric): boolean {
  if (!property.metrics.includes(metric)) return false;
  const query: ReportQuery = { metrics: [metric], from: "", to: "", property: property.name, filters: [] };
  return verdictOn(property.kind, metric, spreadOf(query, property)) !== "refused";
}

function hourPlan(query: ReportQuery, property: Property | null): Plan {
  if (property) throw new Refusal("filters: hours cannot be joined with a filter; ask by day");
  if (query.from !== query.to) throw new Refusal("interval: hours are shown of one day at a time");
  for (const metric of query.metrics) if (!METRICS_OF.hour.includes(metric)) throw uncounted(metric, null);
  const { from, to } = query;
  const read: Read = {
    from,
    to,
    sources: [HOUR],
    bucket: "all",
    label: { rule: "whole", blank: "" },
    filters: [],
    fields: fieldsOf(query.metrics),
    top: null,
  };
  return { query, property: null, read, warnings: [], mergeWarnings: [] };
}

/** The property that a query is about; null for the site as a whole. */
function subjectOf(query: ReportQuery): Property | null {
  const subject = query.property === undefined ? null : known(query.property, "property");
  const filtered = query.filters.map(({ property }) => known(property));
  const all = subject ? [subject, ...filtered] : filtered;
  const [first] = all;
  const other = all.find(({ stored }) => stored !== first?.stored);
  if (first && other) {
    throw new Refusal(
      `filters: ${first.name} and ${other.name} are counted apart and cannot be joined; ask about one of them, ` +
        `with filters on ${first.name} alone`,
    );
  }
  return first ?? null;
}

function known(name: string, field: "property" | "filters" = "filters"): Property {
  const property = propertyNamed(name);
  if (property) return property;
  if (name === "event:goal") throw new Refusal(`${field}: event:goal is not counted yet; ask for event:name`);
  if (name.startsWith("visit:city")) throw new Refusal(`${field}: cities are never collected; ask for visit:region`);
  throw new Refusal(`${field}: must be a property of the Stats API, such as visit:source or event:page`);
}

function spreadOf(query: ReportQuery, property: Property | null): Spread {
  if (!property) return "all";
  // Properties of which each number has one value: the breakdown's own, and those that a filter holds to one.
  const fixed = new Set(query.filters.filter(isOneValue).map((filter) => known(filter.property).label.rule));
  if (query.property !== undefined) fixed.add(property.label.rule);
  if (fixed.size === 0) return "several";
  if (fixed.has("path")) return fixed.has("host") ? "one" : "merged";
  if (fixed.has("host")) return "several";
  return property.kind === "event" && property.stored !== "event" ? "merged" : "one";
}

function isOneValue({ negate, values }: PropertyFilter): boolean {
  return !negate && values.length === 1 && values[0]?.length === 1;
}

/** Whether a query about event names takes in the page views, which the site's own totals stand for. */
function countsPageviews(query: ReportQuery, property: Property | null): boolean {
  return (
    property?.stored === "event" &&
    query.filters.every(({ negate, values }) => values.some((value) => fits(value, PAGEVIEW)) !== negate)
  );
}

function topOf(query: ReportQuery): Read["top"] {
  const [metric] = query.metrics;
  if (query.property === undefined || !query.page || !metric) return null;
  return { metric, count: query.page.offset + query.page.count };
}

const MESSAGES: Record<Exclude<Verdict, "exact" | "refused">, (metric: Metric) => string> = {
  upper_bound: (metric) =>
    metric === "visits"
      ? "An upper bound: a visit that saw several of these pages counts once for each."
      : "An upper bound: a visitor seen with several of these values on one day counts once for each.",
  mean_of_hosts: () => "A mean over this path's pages on several hosts, each visit counting once for each host.",
};

const SUM_OF_DAYS: Warning = {
  metric: "visitors",
  code: "sum_of_days",
  message: "The sum of each day's visitors: nobody is recognised on another day.",
};

const PAGEVIEW_VISITORS: Warning = {
  metric: "visitors",
  code: "upper_bound",
  message: "An upper bound for page views: all visitors of the site, also those who only sent custom events.",
};

function uncounted(metric: Metric, property: Property | null): Refusal {
  if (!property) return new Refusal(`metrics: ${metric} is counted by page only; break down or filter by event:page`);
  return new Refusal(
    `metrics: ${metric} is not counted for ${property.name}; there are ${property.metrics.join(", ")}`,
  );
}

function overPages(metric: Metric): Refusal {
  return new Refusal(
    `metrics: ${metric} has no value for several pages together, since a visit may see more than one; ` +
      "ask for one page, for a breakdown by event:page, or filter by visit:entry_page",
  );
}
