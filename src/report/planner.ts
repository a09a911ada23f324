/**
 * The planner: which stored counts answer a query, and whether the answer is exact, marked or refused. Pure.
 * What is exact follows from the kind of each dimension (`src/dimensions.ts`) and from how many of its values are
 * summed; only whether several stored values really share one label is left to the data.
 */

import type { Goal } from "../goals.ts";
import { COLUMN } from "../metrics.ts";
import { type Base, baseOf, FORMS, fieldsOf, isMoney } from "./metrics.ts";
import { daysOf, stretchesOf } from "./period.ts";
import { customPropertyOfFact, type Property } from "./properties.ts";
import { allOf, conjunctsOf, type Metric, Refusal, type RefusalCode, type ReportQuery } from "./query.ts";
import {
  checkOrder,
  MOST_DAYS_BY_HOUR,
  pageGoalsOf,
  type Question,
  questionOf,
  splitDimensions,
  whereOf,
  withoutGoals,
} from "./question.ts";
import type { Bucket, Read } from "./read.ts";
import { EVENT_FACT, GOAL_PROPERTY, HOUR_FACT, sourcesOf } from "./sources.ts";
import { type Verdict, worse } from "./verdict.ts";
import { checkCounted, countsArrivals, countsPageviews, isOfVisitors, overPages, verdictFor } from "./worth.ts";

/** Why a metric is not what its name says. */
export interface Warning {
  metric: Metric;
  code:
    | "upper_bound"
    | "mean_of_hosts"
    | "estimate"
    | "sum_of_days"
    | "capped"
    | "approximate"
    | "imported"
    | "detail_since"
    | "goal_since"
    | "whole_days"
    | "min_visitors"
    | "several_currencies";
  message: string;
}

export interface Plan {
  query: ReportQuery;
  /** The properties among the query's dimensions, in order. */
  groups: readonly Property[];
  bucket: Bucket;
  /** To be added up: one for each stretch of the range. */
  reads: readonly Read[];
  /** A value of a breakdown occurred where there is any of these. */
  occurs: Read["fields"];
  /** What shares are of. */
  bases: Partial<Record<Base, readonly Read[]>>;
  /** Amounts of money, with the currency as a last label. */
  money: Read | null;
  /** Page goals that the answer counts: each from its definition on. */
  pageGoals: readonly Goal[];
  /** True whatever the data. */
  warnings: Warning[];
  /** True if a row sums several stored values. */
  mergeWarnings: Warning[];
}

/**
 * @param goals the site's goals
 * @throws Refusal
 */
export function plan(query: ReportQuery, goals: readonly Goal[]): Plan {
  const { range, metrics } = query;
  if (!range.hours?.isWish) return strictPlan(query, goals);
  try {
    return strictPlan(query, goals);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const plan = strictPlan({ ...query, range: { ...range, hours: null } }, goals);
    const warnings = metrics.map((metric): Warning => ({ metric, code: "whole_days", message: WHOLE_DAYS }));
    return { ...plan, warnings: [...plan.warnings, ...warnings] };
  }
}

function strictPlan(query: ReportQuery, goals: readonly Goal[]): Plan {
  const { groups, bucket } = splitDimensions(query);
  if (bucket === "hour" && daysOf(query.range) > MOST_DAYS_BY_HOUR) {
    throw new Refusal(
      "dimensions",
      `hours are shown of at most ${MOST_DAYS_BY_HOUR} days; ask by day`,
      [],
      "too_many_times",
    );
  }
  checkOrder(query);
  const questions = questionsOf(query, groups, bucket, goals);
  const [question = questionOf(query, groups, bucket, goals)] = questions;
  checkSize(query, groups, bucket);

  const warnings: Warning[] = [];
  const mergeWarnings: Warning[] = [];
  for (const [index, metric] of query.metrics.entries()) {
    const refuse = (rule: string, code: RefusalCode) => {
      throw new Refusal("metrics", rule, [index], code);
    };
    if (isMoney(metric) && query.minVisitors > 0) refuse(`${metric} is shown to the site's owner only`, "owner_only");
    for (const question of questions) checkCounted(metric, question, refuse);
    const { verdict, merged } = worstFor(metric, questions);
    if (verdict === "refused") refuse(overPages(metric), "several_pages");
    else if (verdict !== "exact") {
      (merged ? mergeWarnings : warnings).push({ metric, code: verdict, message: MESSAGES[verdict](metric) });
    }
    if (isOfVisitors(metric)) {
      if (countsPageviews(question)) warnings.push({ metric, code: "upper_bound", message: PAGEVIEW_VISITORS });
      if (query.range.from !== query.range.to && bucket !== "day" && bucket !== "hour") {
        warnings.push({ metric, code: "sum_of_days", message: SUM_OF_DAYS });
      }
    }
  }
  const { bases, warnings: estimates } = basesOf(question, query);
  const occurs = fieldsOccurring(query, groups);
  // How many visitors a value had decides whether the public may know of it.
  const fields = query.minVisitors > 0 ? [...new Set([...occurs, "visitors" as const])] : occurs;
  const reads = questions.map((question) => readOf(question, query, fields));
  // Of stretches that are added up, D1 cannot tell the greatest.
  const top = reads.length === 1 ? topOf(query, bucket) : null;
  const [read] = reads;
  return {
    query,
    groups,
    bucket,
    reads: reads.map((read) => ({ ...read, top })),
    occurs,
    bases,
    money: read && query.metrics.some(isMoney) ? moneyOf(question, read) : null,
    pageGoals: pageGoalsOf(question),
    warnings: [...warnings, ...estimates],
    mergeWarnings,
  };
}

/** Times by which a breakdown may be told apart: each has values of its own. */
const MOST_TIMES_BROKEN_DOWN = 100;
const DAYS_OF: Record<Exclude<Bucket, "all">, number> = { hour: 1 / 24, day: 1, week: 7, month: 28 };

/** @throws Refusal where an answer would be larger than what holds it. */
function checkSize({ range }: ReportQuery, groups: readonly Property[], bucket: Bucket): void {
  if (groups.length === 0 || bucket === "all") return;
  if (daysOf(range) / DAYS_OF[bucket] > MOST_TIMES_BROKEN_DOWN) {
    throw new Refusal(
      "dimensions",
      `values are told apart at no more than ${MOST_TIMES_BROKEN_DOWN} times; ask for fewer days, or by longer times`,
      [],
      "too_many_times",
    );
  }
}

/** What is asked of each stretch of the range. Hours are asked one by one, whatever day they are of. */
function questionsOf(
  query: Pick<ReportQuery, "filter" | "range">,
  groups: readonly Property[],
  bucket: Bucket,
  goals: readonly Goal[],
): Question[] {
  const stretches = bucket === "hour" ? [query.range] : stretchesOf(query.range);
  return stretches.map((range) => questionOf({ ...query, range }, groups, bucket, goals));
}

/** What a metric is worth over all stretches. */
function worstFor(metric: Metric, questions: readonly Question[]): ReturnType<typeof verdictFor> {
  return questions
    .map((question) => verdictFor(metric, question))
    .reduce((one, other) => {
      if (one.verdict === other.verdict) return { verdict: one.verdict, merged: one.merged && other.merged };
      return worse(one.verdict, other.verdict) === one.verdict ? one : other;
    });
}

/** What the shares among the metrics are of, and which of them are estimates for that. */
function basesOf(question: Question, query: ReportQuery): { bases: Plan["bases"]; warnings: Warning[] } {
  const { groups, bucket, goals } = question;
  const bases: Plan["bases"] = {};
  const warnings: Warning[] = [];
  for (const metric of query.metrics) {
    const base = baseOf(metric);
    if (!base) continue;
    const of = base === "total" ? query : { ...query, filter: withoutGoals(query.filter) };
    const by = base === "groupBase" ? groups.filter(({ name }) => name !== GOAL_PROPERTY) : [];
    const asked = questionsOf(of, by, base === "total" ? "all" : bucket, goals);
    bases[base] = asked.map((question) => readOf(question, of, ["visitors"]));
    if (worstFor("visitors", asked).verdict !== "exact" || asked.some(countsPageviews)) {
      warnings.push({ metric, code: "estimate", message: ESTIMATE });
    }
  }
  return { bases, warnings };
}

const OCCURRED: Read["fields"] = ["visitors", "pageviews", "customEvents"];

/** What metrics are made of, and of a breakdown by amounts, or by ratios alone, what tells that a value occurred. */
function fieldsOccurring({ metrics }: ReportQuery, groups: readonly Property[]): Read["fields"] {
  const fields = fieldsOf(metrics);
  const tellsItself = metrics.every((metric) => !isMoney(metric)) && metrics.some(isCount);
  return groups.length === 0 || tellsItself ? fields : [...new Set([...fields, ...OCCURRED])];
}

function isCount(metric: Metric): boolean {
  return !isMoney(metric) && "sum" in FORMS[metric];
}

/**
 * What tells whether the public may ask with a filter, each by the query's time and in the stretches of its range: the
 * visitors that the filter lets pass, all of them, and those that only one of its conditions keeps out, who would be the
 * difference to the answer without that condition. Visitors of hosts, which are no answer, are good enough for this.
 */
export function guardsOf(query: ReportQuery, goals: readonly Goal[]): Read[][] {
  const { filter, range } = query;
  if (query.minVisitors === 0 || !filter) return [];
  const { bucket } = splitDimensions(query);
  const parts = conjunctsOf(filter);
  const keptOut = parts.map((part) => allOf(parts.map((one) => (one === part ? { not: one } : one))));
  return [filter, null, ...keptOut].map((filter) =>
    questionsOf({ filter, range }, [], bucket, goals).map((question) => readOf(question, query, ["visitors"])),
  );
}

/** Whether a property can be broken down with a metric. */
export function canBreakDown(property: Property, metric: Metric): boolean {
  if (!property.metrics.includes(metric)) return false;
  const query: Pick<ReportQuery, "filter" | "range"> = { filter: null, range: { from: "", to: "", hours: null } };
  const question = questionOf(query, [property], "all", []);
  return verdictFor(metric, question).verdict !== "refused";
}

function readOf(question: Question, { imports }: ReportQuery, fields: Read["fields"]): Read {
  const { subjects, groups, bucket, filter, facts, range } = question;
  const sources = sourcesOf(question);
  const termOf = (name: string) => subjects.findIndex((subject) => subject !== HOUR_FACT && subject.name === name);
  const hourTerm = subjects.indexOf(HOUR_FACT);
  const at = sources[0]?.at;
  return {
    from: range.from,
    to: range.to,
    hours: range.hours,
    sources: countsArrivals(question)
      ? sources.map((source) => ({ ...source, columns: { ...source.columns, visitors: COLUMN.newVisitors } }))
      : sources,
    bucket,
    hourTerm: hourTerm < 0 ? null : hourTerm,
    groups: groups.map(({ name }) => termOf(name)),
    where: whereOf(filter, termOf),
    fields,
    top: null,
    // The same for pairs and single dimensions, whose rows are added up.
    identity:
      at && "pair" in at ? pageKeyOf(at.pair) : facts.some((fact) => customPropertyOfFact(fact) !== null) ? null : 0,
    imports,
  };
}

/** Of a pair, the key that is a page: several of them may share a label. */
function pageKeyOf([outer, inner]: readonly [string, string]): 0 | 1 {
  return inner === "page" || inner === "entry_page" || !outer.endsWith("page") ? 1 : 0;
}

/** Events' amounts of money: the same events, from the counts of their revenue, by currency. */
function moneyOf({ subjects, goals }: Question, read: Read): Read {
  const [source] = sourcesOf({ facts: [EVENT_FACT], subjects, goals });
  const terms = (source?.terms ?? []).map((term) => ("as" in term ? term : { ...term, rule: "first" as const }));
  return {
    ...read,
    sources: [
      {
        at: { single: "revenue" },
        terms: [...terms, { key: 0, rule: "second", blank: "" }],
        columns: {
          customEvents: COLUMN.customEvents,
          revenueThousandths: COLUMN.revenueThousandths,
          refundThousandths: COLUMN.refundThousandths,
        },
      },
    ],
    groups: [...read.groups, terms.length],
    fields: ["customEvents", "revenueThousandths", "refundThousandths"],
    top: null,
  };
}

/** The greatest rows that a page of the answer can hold; null where D1 cannot tell them. */
function topOf({ metrics, order, page, totalRows, minVisitors, dimensions }: ReportQuery, bucket: Bucket): Read["top"] {
  if (!page || totalRows || minVisitors > 0 || bucket !== "all" || dimensions.length === 0) return null;
  const [first, ...further] = order;
  if (further.length > 0 || (first && first.direction === "asc")) return null;
  const metric = metrics.find((metric) => metric === (first?.by ?? metrics[0]));
  if (!metric || isMoney(metric) || metric === "group_conversion_rate") return null;
  const form = FORMS[metric];
  const count = page.offset + page.count;
  if ("sum" in form) return { by: form.sum, over: null, count };
  // A share of one total ranks as what it is the share of.
  const [above, below] = form.over;
  return below === "total" || below === "base" || below === "groupBase"
    ? { by: [above], over: null, count }
    : { by: [above], over: below, count };
}

const MESSAGES: Record<Exclude<Verdict, "exact" | "refused">, (metric: Metric) => string> = {
  upper_bound: (metric) =>
    metric === "visits"
      ? "An upper bound: a visit that saw several of these pages counts once for each."
      : metric === "pageviews" || metric === "events"
        ? "An upper bound: a page view that reached several of these goals counts once for each."
        : "An upper bound: a visitor seen with several of these values on one day counts once for each.",
  mean_of_hosts: () => "A mean over this path's pages on several hosts, each visit counting once for each host.",
};

const WHOLE_DAYS = "The last day is taken whole: its hours are not counted together with what is asked.";
const ESTIMATE = "An estimate: what it is a share of is an upper bound.";
const SUM_OF_DAYS = "The sum of each day's visitors: nobody is recognised on another day.";
const PAGEVIEW_VISITORS = "An upper bound for page views: all these visitors, also those who only sent custom events.";
