/**
 * Addresses: everything that a view shows is in its URL, so that back, forward and a sent link work. Pure: a URL into a
 * place, a place into a URL. What is as by default is left out.
 */

import { COMPARISONS, type Comparison, INTERVALS, type Interval } from "../report/summary-answer.ts";

/** Periods that can be chosen, in the order of the menu. */
export const PERIODS = [
  "realtime",
  "day",
  "yesterday",
  "7d",
  "28d",
  "30d",
  "91d",
  "month",
  "year",
  "12mo",
  "all",
  "custom",
] as const;
export type Period = (typeof PERIODS)[number];
export const DEFAULT_PERIOD: Period = "28d";

/** Metrics that the main chart can show. */
export const CHART_METRICS = [
  "visitors",
  "visits",
  "pageviews",
  "views_per_visit",
  "bounce_rate",
  "visit_duration",
] as const;
export type ChartMetric = (typeof CHART_METRICS)[number];

export const FILTER_OPERATORS = ["is", "is_not", "contains", "contains_not"] as const;
export type FilterOperator = (typeof FILTER_OPERATORS)[number];

/** A filter of the view: one of some values of a dimension. As v2 has them. */
export interface ViewFilter {
  operator: FilterOperator;
  /** `visit:source` */
  dimension: string;
  values: string[];
}

/** A full list that is open over the view. */
export interface OpenList {
  dimension: string;
  search: string;
  /** From 1. */
  page: number;
  /** Absent: by its first metric, the greatest first. */
  sort?: Sort;
}

/** An order of rows. */
export interface Sort {
  /** A metric, or the dimension. */
  by: string;
  direction: "asc" | "desc";
}

/** What is shown of one site. */
export interface View {
  period: Period;
  /** `2026-11-22` in a day, month or year; of a custom period `FROM,TO`; null: the current one. */
  date: string | null;
  compare: Comparison;
  /** `FROM,TO` */
  compareDate: string | null;
  /** Null: what suits the period. */
  interval: Interval | null;
  metric: ChartMetric;
  filters: ViewFilter[];
  /** Of panels that do not show their first tab: the dimension they show. */
  tabs: Record<string, string>;
  list: OpenList | null;
}

export type Place =
  | { kind: "sites" }
  | { kind: "settings"; domain: string }
  | {
      kind: "site";
      domain: string;
      view: View;
      /** By a shared link: its secret; "" of a public site's shared address. */
      auth: string | null;
      /** Within a frame of another page. */
      embed: boolean;
    };

export const DEFAULT_VIEW: View = {
  period: DEFAULT_PERIOD,
  date: null,
  compare: "previous_period",
  compareDate: null,
  interval: null,
  metric: "visitors",
  filters: [],
  tabs: {},
  list: null,
};

/** The place that a URL names. What it says wrongly is as by default. */
export function placeOf(url: URL): Place {
  const [first, second, third] = url.pathname.split("/").slice(1).map(decoded);
  if (first === undefined || first === "") return { kind: "sites" };
  const isShared = first === "share" && second !== undefined && second !== "";
  const domain = isShared ? second : first;
  if (!isShared && second === "settings" && third === undefined) return { kind: "settings", domain };
  const query = url.searchParams;
  return {
    kind: "site",
    domain,
    view: viewOf(query),
    auth: isShared ? (query.get("auth") ?? "") : null,
    embed: query.has("embed"),
  };
}

/** The path and query of a place. */
export function addressOf(place: Place): string {
  if (place.kind === "sites") return "/";
  const domain = encodeURIComponent(place.domain);
  if (place.kind === "settings") return `/${domain}/settings`;
  const { auth, embed, view } = place;
  const query = queryOf(view);
  if (embed) query.unshift("embed");
  if (auth) query.unshift(`auth=${encoded(auth)}`);
  const path = auth === null ? `/${domain}` : `/share/${domain}`;
  return query.length > 0 ? `${path}?${query.join("&")}` : path;
}

function viewOf(query: URLSearchParams): View {
  const list = query.get("list");
  return {
    period: oneOf(PERIODS, query.get("period")) ?? DEFAULT_VIEW.period,
    date: query.get("date"),
    compare: oneOf(COMPARISONS, query.get("compare")) ?? DEFAULT_VIEW.compare,
    compareDate: query.get("compare_date"),
    interval: oneOf(INTERVALS, query.get("interval")),
    metric: oneOf(CHART_METRICS, query.get("metric")) ?? DEFAULT_VIEW.metric,
    filters: query.getAll("f").flatMap((text) => filterOf(text) ?? []),
    tabs: Object.fromEntries(
      query.getAll("tab").flatMap((text) => {
        const at = text.indexOf(".");
        return at > 0 ? [[text.slice(0, at), text.slice(at + 1)]] : [];
      }),
    ),
    list: list ? listOf(list, query) : null,
  };
}

function listOf(dimension: string, query: URLSearchParams): OpenList {
  // visitors.desc
  const [, by, direction] = /^(.+)\.(asc|desc)$/s.exec(query.get("sort") ?? "") ?? [];
  return {
    dimension,
    search: query.get("q") ?? "",
    page: Math.max(1, Math.floor(Number(query.get("page")) || 1)),
    ...(by !== undefined && { sort: { by, direction: direction === "asc" ? "asc" : "desc" } }),
  };
}

function queryOf(view: View): string[] {
  const parts: string[] = [];
  const add = (name: string, value: string | null, unlessIs: string | null = null) => {
    if (value !== null && value !== unlessIs) parts.push(`${name}=${encoded(value)}`);
  };
  add("period", view.period, DEFAULT_VIEW.period);
  add("date", view.date);
  add("compare", view.compare, DEFAULT_VIEW.compare);
  add("compare_date", view.compare === "custom" ? view.compareDate : null);
  add("interval", view.interval);
  add("metric", view.metric, DEFAULT_VIEW.metric);
  for (const { operator, dimension, values } of view.filters) {
    parts.push(`f=${[operator, dimension, ...values].map(part).join(",")}`);
  }
  for (const [panel, dimension] of Object.entries(view.tabs)) add("tab", `${panel}.${dimension}`);
  if (view.list) {
    add("list", view.list.dimension);
    add("q", view.list.search, "");
    add("page", String(view.list.page), "1");
    const { sort } = view.list;
    if (sort) add("sort", `${sort.by}.${sort.direction}`);
  }
  return parts;
}

/** `is,visit:source,Google,Hacker News`; a comma or backslash within a part has a backslash in front. */
function filterOf(text: string): ViewFilter | null {
  const [operator = "", dimension = "", ...values] = split(text);
  const known = oneOf(FILTER_OPERATORS, operator);
  return known && dimension && values.length > 0 ? { operator: known, dimension, values } : null;
}

/** Parts of a text between commas; a backslash makes the next character a part's own. */
function split(text: string): string[] {
  const parts = [""];
  for (const [piece] of text.matchAll(/\\.|./gsu)) {
    if (piece === ",") parts.push("");
    else parts[parts.length - 1] += piece.length > 1 && piece[0] === "\\" ? piece.slice(1) : piece;
  }
  return parts;
}

function part(text: string): string {
  return encoded(text.replace(/[\\,]/g, "\\$&"));
}

/** As `encodeURIComponent` does, but for what reads better as it is and is safe in a query. */
function encoded(text: string): string {
  return encodeURIComponent(text)
    .replace(/%(2C|3A|2F|40)/gi, decodeURIComponent)
    .replace(/%20/g, "+");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function oneOf<T extends string>(all: readonly T[], text: string | null): T | null {
  return all.find((one) => one === text) ?? null;
}
