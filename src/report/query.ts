/**
 * The query model: what any face of the reports (v1, v2, the summary, a badge) asks of the planner, and what of it the
 * faces' schemas share.
 */

import type { Pattern } from "./pattern.ts";
import type { Range } from "./period.ts";

export const METRICS = [
  "visitors",
  "visits",
  "pageviews",
  "views_per_visit",
  "bounce_rate",
  "visit_duration",
  "events",
  "percentage",
  "conversion_rate",
  "group_conversion_rate",
  "scroll_depth",
  "time_on_page",
  "total_revenue",
  "average_revenue",
] as const;
export type Metric = (typeof METRICS)[number];

export const TIME_DIMENSIONS = ["time", "time:hour", "time:day", "time:week", "time:month"] as const;
export type TimeDimension = (typeof TIME_DIMENSIONS)[number];

/** A text that labels are searched for: found by the Worker, as SQL knows neither folding of letters nor expressions. */
export interface Search {
  /** `regex`: an expression of RE2's syntax, which runs in linear time. */
  kind: "is" | "contains" | "regex";
  text: string;
  caseSensitive: boolean;
}

/** A condition on the labels of a dimension: one of `anyOf`. */
export interface Condition {
  dimension: string;
  anyOf: readonly (Pattern | Search)[];
  /** Where it stands among the filters, for errors. */
  path?: readonly (string | number)[];
  /** It was a search or had patterns, and found only what may be told apart. */
  isOfShown?: true;
}

/** Conditions joined. */
export type Filter = { and: readonly Filter[] } | { or: readonly Filter[] } | { not: Filter } | Condition;

export interface ReportQuery {
  metrics: readonly Metric[];
  range: Range;
  /** Properties (`visit:source`) and at most one time dimension, in the order of the labels of the answer. */
  dimensions: readonly string[];
  filter: Filter | null;
  /** Dimensions and metrics to order by; empty: time ascending, then the first metric descending. */
  order: readonly OrderBy[];
  /** Of the ordered rows, `count` after `offset`; null: all. */
  page: { offset: number; count: number } | null;
  /** Whether imported days count. */
  imports: boolean;
  /** The number of all rows is asked for. */
  totalRows: boolean;
  /** Values with fewer visitors are shown together as "Other". Set by `run`, from whom the answer is for. */
  minVisitors: number;
}

export interface OrderBy {
  by: string;
  direction: "asc" | "desc";
}

/** A query of these parts, and nothing special besides. */
export function queryOf(parts: Pick<ReportQuery, "metrics" | "range"> & Partial<ReportQuery>): ReportQuery {
  return {
    dimensions: [],
    filter: null,
    order: [],
    page: null,
    imports: true,
    totalRows: false,
    minVisitors: 0,
    ...parts,
  };
}

/** What a part of a question is called; each face has its own words for some. */
export type Part =
  | "metrics"
  | "date_range"
  | "dimensions"
  | "filters"
  | "order_by"
  | "include"
  | "pagination"
  | "compare_date"
  | "interval";

/**
 * Kinds of refusals that whoever looks at counts meets, so that the dashboard can say them in his language. A question that
 * is no question, such as one about a property that there is none, has no code.
 * - `three_facts`: no record joins more than two facts about a visit.
 * - `not_counted_together`: two facts that no pair tells, or alternatives of such.
 * - `not_counted`: a metric that is not counted for what is asked.
 * - `several_pages`: a metric without a meaning for several pages together.
 * - `too_many_times`: more hours, or more times of a breakdown, than are shown.
 * - `goal_since`: a page goal, before it was counted.
 * - `unknown_goal`: what is no goal of the site.
 * - `revenue_by_event`: amounts of money, by anything but events.
 * - `owner_only`: what is the site's owner's to see.
 * - `few_visitors`: a filter that would tell of a few visitors.
 * - `too_much_found`: a filter that finds too many values.
 */
export const REFUSAL_CODES = [
  "three_facts",
  "not_counted_together",
  "not_counted",
  "several_pages",
  "too_many_times",
  "goal_since",
  "unknown_goal",
  "revenue_by_event",
  "owner_only",
  "few_visitors",
  "too_much_found",
] as const;
export type RefusalCode = (typeof REFUSAL_CODES)[number];

/** A question that cannot be answered: where in it, and the rule broken or what to ask instead. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly part: Part;
  readonly rule: string;
  readonly path: readonly (string | number)[];
  readonly code: RefusalCode | null;

  constructor(part: Part, rule: string, path: readonly (string | number)[] = [], code: RefusalCode | null = null) {
    super(`${part}: ${rule}`);
    this.part = part;
    this.rule = rule;
    this.path = path;
    this.code = code;
  }
}

/** The conditions of a filter. */
export function conditionsOf(filter: Filter | null): Condition[] {
  if (filter === null) return [];
  if ("and" in filter) return filter.and.flatMap(conditionsOf);
  if ("or" in filter) return filter.or.flatMap(conditionsOf);
  return "not" in filter ? conditionsOf(filter.not) : [filter];
}

/** What must hold at once: the parts of a filter joined by "and" at its top. */
export function conjunctsOf(filter: Filter | null): Filter[] {
  if (filter === null) return [];
  return "and" in filter ? filter.and.flatMap(conjunctsOf) : [filter];
}

/** All of these at once; null for none. */
export function allOf(filters: readonly Filter[]): Filter | null {
  const [only] = filters;
  return filters.length > 1 ? { and: filters } : (only ?? null);
}

/** Whether what is compared with is a search, and no pattern. */
export function isSearch(matcher: Pattern | Search): matcher is Search {
  return !Array.isArray(matcher);
}
