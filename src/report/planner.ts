/**
 * The planner: which stored counts answer a query, and whether the answer is exact, marked or refused. Pure.
 * What is exact follows from the kind of each dimension (`src/dimensions.ts`) and from how many of its values are
 * summed; only whether several stored values really share one label is left to the data.
 */

import type { DimensionKind } from "../dimensions.ts";
import { DIMENSIONS, PAGEVIEW } from "../dimensions.ts";
import { type Goal, goalLabel } from "../goals.ts";
import { COLUMN } from "../metrics.ts";
import { type Base, baseOf, FORMS, fieldsOf, isMoney } from "./metrics.ts";
import { accepts } from "./open-rows.ts";
import type { Pattern } from "./pattern.ts";
import { daysOf } from "./period.ts";
import { customPropertyOfFact, METRICS_OF, type Property, propertyNamed } from "./properties.ts";
import {
  allOf,
  type Condition,
  conditionsOf,
  conjunctsOf,
  type Filter,
  isSearch,
  type Metric,
  Refusal,
  type ReportQuery,
  TIME_DIMENSIONS,
  type TimeDimension,
} from "./query.ts";
import type { Bucket, Read, Where } from "./read.ts";
import {
  EVENT_FACT,
  GOAL_PROPERTY,
  HOUR_FACT,
  isPartOfLink,
  LINK_FACT,
  PAGE_FACT,
  type Subject,
  sourcesOf,
} from "./sources.ts";
import { type Spread, type Verdict, verdictOn, worse } from "./verdict.ts";

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
    | "several_currencies";
  message: string;
}

export interface Plan {
  query: ReportQuery;
  /** The properties among the query's dimensions, in order. */
  groups: readonly Property[];
  bucket: Bucket;
  read: Read;
  /** What shares are of. */
  bases: Partial<Record<Base, Read>>;
  /** Amounts of money, with the currency as a last label. */
  money: Read | null;
  /** Pairs answer: they are kept for fewer days. */
  usesPairs: boolean;
  /** Page goals that the answer counts: each from its definition on. */
  pageGoals: readonly Goal[];
  /** True whatever the data. */
  warnings: Warning[];
  /** True if a row sums several stored values. */
  mergeWarnings: Warning[];
}

/** Hours are shown of at most so many days. */
const MOST_DAYS_BY_HOUR = 92;
/** `time` is hours up to one day, days up to so many, else months. */
const MOST_DAYS_BY_DAY = 100;

/**
 * @param goals the site's goals
 * @throws Refusal
 */
export function plan(query: ReportQuery, goals: readonly Goal[]): Plan {
  const { groups, bucket } = splitDimensions(query);
  if (bucket === "hour" && daysOf(query.range) > MOST_DAYS_BY_HOUR) {
    throw new Refusal("dimensions", `hours are shown of at most ${MOST_DAYS_BY_HOUR} days; ask by day`);
  }
  checkOrder(query);
  const question = questionOf(query, groups, bucket, goals);

  const warnings: Warning[] = [];
  const mergeWarnings: Warning[] = [];
  for (const [index, metric] of query.metrics.entries()) {
    const refuse = (rule: string) => {
      throw new Refusal("metrics", rule, [index]);
    };
    checkCounted(metric, question, refuse);
    const { verdict, merged } = verdictFor(metric, question);
    if (verdict === "refused") refuse(overPages(metric));
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
  const read = readOf(question, query, fieldsRead(query, groups));
  return {
    query,
    groups,
    bucket,
    read: { ...read, top: topOf(query, bucket) },
    bases,
    money: query.metrics.some(isMoney) ? moneyOf(question, read) : null,
    usesPairs: read.sources.some(({ at }) => "pair" in at),
    pageGoals: pageGoalsOf(question),
    warnings: [...warnings, ...estimates],
    mergeWarnings,
  };
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
    const asked = questionOf(of, by, base === "total" ? "all" : bucket, goals);
    bases[base] = readOf(asked, of, ["visitors"]);
    if (verdictFor("visitors", asked).verdict !== "exact" || countsPageviews(asked)) {
      warnings.push({ metric, code: "estimate", message: ESTIMATE });
    }
  }
  return { bases, warnings };
}

const OCCURRED: Read["fields"] = ["visitors", "pageviews", "customEvents"];

/** What metrics are made of, and of a breakdown by amounts, or by ratios alone, what tells that a value occurred. */
function fieldsRead({ metrics }: ReportQuery, groups: readonly Property[]): Read["fields"] {
  const fields = fieldsOf(metrics);
  const tellsItself = metrics.every((metric) => !isMoney(metric)) && metrics.some(isCount);
  return groups.length === 0 || tellsItself ? fields : [...new Set([...fields, ...OCCURRED])];
}

function isCount(metric: Metric): boolean {
  return !isMoney(metric) && "sum" in FORMS[metric];
}

/** Whether a property can be broken down with a metric. */
export function canBreakDown(property: Property, metric: Metric): boolean {
  if (!property.metrics.includes(metric)) return false;
  const query: Pick<ReportQuery, "filter" | "range"> = { filter: null, range: { from: "", to: "", hours: null } };
  const question = questionOf(query, [property], "all", []);
  return verdictFor(metric, question).verdict !== "refused";
}

/** What is asked, as far as it decides which counts answer. */
interface Question {
  groups: readonly Property[];
  bucket: Bucket;
  filter: Filter | null;
  facts: readonly string[];
  subjects: readonly Subject[];
  goals: readonly Goal[];
  hours: ReportQuery["range"]["hours"];
}

function splitDimensions({ dimensions, range }: ReportQuery): { groups: Property[]; bucket: Bucket } {
  const groups: Property[] = [];
  let bucket: Bucket | null = null;
  for (const [index, name] of dimensions.entries()) {
    if (dimensions.indexOf(name) !== index) throw new Refusal("dimensions", "must not name one twice", [index]);
    const time = TIME_DIMENSIONS.find((time) => time === name);
    if (!time) {
      groups.push(known(name, "dimensions", [index]));
      continue;
    }
    if (bucket) throw new Refusal("dimensions", "must name at most one of time", [index]);
    bucket = bucketNamed(time, range);
  }
  return { groups, bucket: bucket ?? "all" };
}

function bucketNamed(time: TimeDimension, range: ReportQuery["range"]): Bucket {
  switch (time) {
    case "time:hour":
      return "hour";
    case "time:day":
      return "day";
    case "time:week":
      return "week";
    case "time:month":
      return "month";
    case "time": {
      const days = daysOf(range);
      return days === 1 || range.hours ? "hour" : days <= MOST_DAYS_BY_DAY ? "day" : "month";
    }
  }
}

function questionOf(
  { filter, range }: Pick<ReportQuery, "filter" | "range">,
  groups: readonly Property[],
  bucket: Bucket,
  goals: readonly Goal[],
): Question {
  checkAlternatives(filter);
  const subjects: Subject[] = [...groups];
  for (const condition of conditionsOf(filter)) {
    const property = known(condition.dimension, "filters", condition.path);
    if (property.name === GOAL_PROPERTY) checkGoals(condition, goals);
    if (!subjects.some((subject) => subject !== HOUR_FACT && subject.name === property.name)) subjects.push(property);
  }
  if (bucket === "hour" || range.hours) subjects.push(HOUR_FACT);
  const facts = factsOf(subjects);
  const question = { groups, bucket, filter, facts, subjects, goals, hours: range.hours };
  checkJoined(question);
  return question;
}

/** @throws Refusal where a condition names what is no goal: a count of nothing would hide a slip of the pen. */
function checkGoals({ anyOf, path }: Condition, goals: readonly Goal[]): void {
  const labels = goals.map(goalLabel);
  for (const matcher of anyOf) {
    if (isSearch(matcher) || matcher.length > 1 || labels.includes(matcher[0] ?? "")) continue;
    throw new Refusal("filters", "must be a goal of the site; define it, or ask for event:name", path);
  }
}

/** @throws Refusal where goals or a custom property are an alternative to others: their counts know of no other hits. */
function checkAlternatives(filter: Filter | null): void {
  for (const part of conjunctsOf(filter)) {
    const names = [...new Set(conditionsOf(part).map(({ dimension }) => dimension))];
    const partial = names.find((name) => name === GOAL_PROPERTY || customPropertyOfFact(name) !== null);
    if (partial !== undefined && names.length > 1) {
      throw new Refusal("filters", `${partial} must not be joined by or, or by not, with other dimensions`);
    }
  }
}

/** The facts that subjects are about, each once. Those of a custom property tell its events, too. */
function factsOf(subjects: readonly Subject[]): string[] {
  const facts = new Set(subjects.map((subject) => (subject === HOUR_FACT ? HOUR_FACT : subject.fact)));
  if ([...facts].some((fact) => customPropertyOfFact(fact) !== null)) facts.delete(EVENT_FACT);
  const found = [...facts];
  // Two that have a pair are told by it: there a visitor counts once.
  const havePair = found.length === 2 && subjects.every((subject) => subject !== HOUR_FACT && subject.paired);
  return found.length > 1 && found.every(isPartOfLink) && !havePair ? [LINK_FACT] : found;
}

/** @throws Refusal where no counts join the facts. */
function checkJoined(question: Question): void {
  const { facts, bucket } = question;
  const properties = propertiesOf(question);
  const part = question.filter === null ? "dimensions" : "filters";
  const custom = facts.find((fact) => customPropertyOfFact(fact) !== null);
  if (custom && pageGoalsOf(question).length > 0) {
    throw new Refusal(part, `page goals and ${custom} are counted apart; ask by event:name instead of event:goal`);
  }
  if (facts.length < 2) return;
  const names = facts.map((fact) => nameOf(fact, properties));
  const [first, second] = names;
  if (facts.length > 2) {
    const alternative = facts.includes(HOUR_FACT)
      ? bucket === "hour"
        ? "ask by day, or with one filter less"
        : "ask for whole days"
      : "ask with one filter or dimension less";
    throw new Refusal(
      part,
      `${names.slice(0, -1).join(", ")} and ${names.at(-1)} are more than two facts about a visit, and no record joins ` +
        `more; ${alternative}`,
    );
  }
  for (const property of properties) {
    if (property.paired) continue;
    const coarse = coarserOf(property);
    throw new Refusal(
      part,
      `${first} and ${second} are counted apart and cannot be joined` +
        (coarse ? `; ask for ${coarse} instead of ${property.name}` : "; ask about one of them"),
    );
  }
  const [a, b] = facts;
  if (!facts.every((fact) => fact === HOUR_FACT || properties.some((property) => property.fact === fact))) return;
  if (a === EVENT_FACT && b === EVENT_FACT) throw new Refusal(part, `${first} and ${second} cannot be joined`);
}

function nameOf(fact: string, properties: readonly Property[]): string {
  return fact === HOUR_FACT ? "hours" : (properties.find((property) => property.fact === fact)?.name ?? fact);
}

/** The property of pairs that tells the same more coarsely. */
function coarserOf({ fact }: Property): string | null {
  for (const { parent, property } of DIMENSIONS as readonly { parent?: string; property?: string }[]) {
    if (parent === fact && property) return property;
  }
  return null;
}

function known(name: string, part: "dimensions" | "filters", path: readonly (string | number)[] = []): Property {
  const property = propertyNamed(name);
  if (property) return property;
  if (name.startsWith("visit:city")) {
    throw new Refusal(part, "cities are never collected; ask for visit:region", path);
  }
  throw new Refusal(part, "must be a property of the Stats API, such as visit:source or event:page", path);
}

function checkOrder({ order, metrics, dimensions }: ReportQuery): void {
  for (const [index, { by }] of order.entries()) {
    if (!metrics.some((metric) => metric === by) && !dimensions.includes(by)) {
      throw new Refusal("order_by", "must be one of the query's metrics or dimensions", [index, 0]);
    }
  }
}

/** @param refuse throws */
function checkCounted(metric: Metric, question: Question, refuse: (rule: string) => void): void {
  const { facts, groups, subjects } = question;
  const asksGoal = subjects.some((subject) => subject !== HOUR_FACT && subject.name === GOAL_PROPERTY);
  if (isMoney(metric)) {
    if (facts.some((fact) => fact !== EVENT_FACT) || facts.length === 0) {
      refuse(
        `${metric} is counted by event alone; ask with event:goal or event:name, and no other dimension or filter`,
      );
    }
    return;
  }
  if (metric === "conversion_rate" && !asksGoal) refuse("conversion_rate needs event:goal as a filter or dimension");
  if (metric === "group_conversion_rate") {
    const isFiltered = conjunctsOf(question.filter).some(isGoalCondition);
    const others = groups.filter(({ name }) => name !== GOAL_PROPERTY);
    if (!isFiltered || others.length === 0) {
      refuse("group_conversion_rate needs a filter on event:goal and a dimension");
    }
  }
  const inner = baseOf(metric) ? "visitors" : metric;
  const counted = countedOn(question);
  if (!counted.includes(inner)) {
    refuse(
      facts.length === 0
        ? `${metric} is counted by page only; break down or filter by event:page`
        : `${metric} is not counted for ${facts.map((fact) => nameOf(fact, propertiesOf(question))).join(" and ")}; ` +
            `there are ${counted.join(", ")}`,
    );
  }
}

/** The metrics that are counted for the facts asked about. */
function countedOn(question: Question): Metric[] {
  const { facts } = question;
  const properties = propertiesOf(question);
  let counted: Metric[] = [...METRICS_OF.total];
  if (facts.includes(PAGE_FACT) && facts.length === 1) counted = [...METRICS_OF.page];
  const meet = (metrics: readonly Metric[]) => {
    counted = counted.filter((metric) => metrics.includes(metric));
  };
  for (const property of properties) meet(METRICS_OF[property.kind]);
  if (facts.includes(PAGE_FACT)) {
    // Summed over its pages, visitors and visits of a host would be as many as the pages they saw.
    if (spreadOf(PAGE_FACT, question) === "several" && onlyHosts(properties)) meet(HOST_METRICS);
    if (facts.length > 1) meet(PAGE_PAIR_METRICS);
    if (facts.includes("entry_page")) meet(["visitors", "visits", "pageviews", "events", "percentage"]);
  }
  return counted;
}

const HOST_METRICS = METRICS_OF.page.filter(
  (metric) => metric !== "visitors" && metric !== "visits" && metric !== "percentage",
);
/** Engagement is no part of pairs. */
const PAGE_PAIR_METRICS = METRICS_OF.page.filter((metric) => metric !== "time_on_page" && metric !== "scroll_depth");

function onlyHosts(properties: readonly Property[]): boolean {
  return properties.every(({ fact, label }) => fact !== PAGE_FACT || label.rule === "host");
}

function propertiesOf({ subjects }: Question): Property[] {
  return subjects.flatMap((subject) => (subject === HOUR_FACT ? [] : [subject]));
}

/** The worst that a metric is worth over all facts; `merged` if only where stored values share a label. */
function verdictFor(metric: Metric, question: Question): { verdict: Verdict; merged: boolean } {
  let verdict: Verdict = "exact";
  let merged = false;
  for (const fact of question.facts) {
    if (fact === HOUR_FACT && isOfVisitors(metric) && countsArrivals(question)) continue;
    const spread = spreadOf(fact, question);
    const own = verdictOn(kindOf(fact, question), metric, spread);
    if (own === "exact") continue;
    if (worse(own, verdict) === own) merged = spread === "merged" && (verdict === "exact" || merged);
    else merged &&= spread === "merged";
    verdict = worse(own, verdict);
  }
  return { verdict, merged };
}

function kindOf(fact: string, question: Question): DimensionKind {
  if (fact === HOUR_FACT) return "hour";
  if (fact === LINK_FACT) return "visit";
  const property = propertiesOf(question).find((property) => property.fact === fact);
  const isGoal = fact === EVENT_FACT && pageGoalsOf(question).length > 0;
  return isGoal ? "goal" : (property?.kind ?? "total");
}

/** Of how many values of a fact a number of the answer is the sum. */
function spreadOf(fact: string, question: Question): Spread {
  if (fact === HOUR_FACT) return question.bucket === "hour" ? "one" : "several";
  if (fact === LINK_FACT) {
    // What is not asked about of the link differs within a number.
    const isHeld = ({ fact: part }: Property) => spreadOf(part, question) === "one";
    return propertiesOf(question).every(isHeld) ? "merged" : "several";
  }
  // What each number has one value of: the breakdown's own properties, and those that a filter holds to one.
  const held = conjunctsOf(question.filter).flatMap((filter) => (isOneValue(filter) ? [filter.dimension] : []));
  const fixed = propertiesOf(question).filter(
    (property) => property.fact === fact && (question.groups.includes(property) || held.includes(property.name)),
  );
  if (fixed.length === 0) return "several";
  // An event has one name, but a page view may reach several goals.
  const reachesSeveral = fact === EVENT_FACT && pageGoalsOf(question).length > 0;
  if (reachesSeveral && !fixed.some(({ name }) => name === GOAL_PROPERTY)) return "several";
  const rules = fixed.map(({ label }) => label.rule);
  if (rules.includes("path"))
    return rules.includes("host") || fact !== PAGE_FACT ? spreadOfPath(fact, rules) : "merged";
  if (rules.includes("host")) return "several";
  if (customPropertyOfFact(fact) === null) return "one";
  if (!fixed.some((property) => property.fact === fact && property.label.blank === "(none)")) return "several";
  const events = propertiesOf(question).filter((property) => property.fact === EVENT_FACT);
  return events.some((property) => question.groups.includes(property) || held.includes(property.name))
    ? "one"
    : "merged";
}

/** Entry and exit pages are shown by path alone. */
function spreadOfPath(fact: string, rules: readonly string[]): Spread {
  return fact === PAGE_FACT && rules.includes("host") ? "one" : "merged";
}

function isOneValue(filter: Filter): filter is Condition {
  if (!("dimension" in filter) || filter.anyOf.length !== 1) return false;
  const [only] = filter.anyOf;
  return only !== undefined && !isSearch(only) && only.length === 1;
}

/** Whether visitors of a range of hours are those who arrived in them: it has every day's first hours. */
function countsArrivals({ facts, hours, bucket }: Question): boolean {
  return facts.length === 1 && bucket !== "hour" && hours?.from === 0;
}

function isOfVisitors(metric: Metric): boolean {
  return metric === "visitors" || baseOf(metric) !== null;
}

/** Whether a query about event names takes in the page views, for which the site's own totals stand. */
function countsPageviews({ facts, subjects, filter }: Question): boolean {
  if (!facts.includes(EVENT_FACT)) return false;
  const names = subjects.flatMap((subject) => (subject === HOUR_FACT ? [] : [subject.name]));
  if (names.includes(GOAL_PROPERTY)) return false;
  const ofEvents = conjunctsOf(filter).filter((part) =>
    conditionsOf(part).every((one) => one.dimension === "event:name"),
  );
  return accepts(
    whereOf(allOf(ofEvents), () => 0),
    [PAGEVIEW],
  );
}

function isGoalCondition(filter: Filter): boolean {
  const conditions = conditionsOf(filter);
  return conditions.length > 0 && conditions.every(({ dimension }) => dimension === GOAL_PROPERTY);
}

function withoutGoals(filter: Filter | null): Filter | null {
  return allOf(conjunctsOf(filter).filter((part) => !isGoalCondition(part)));
}

/** Page goals among those that a question takes in. */
function pageGoalsOf({ subjects, filter, goals }: Question): Goal[] {
  if (!subjects.some((subject) => subject !== HOUR_FACT && subject.name === GOAL_PROPERTY)) return [];
  const where = whereOf(allOf(conjunctsOf(filter).filter(isGoalCondition)), () => 0);
  return goals.filter((goal) => goal.type === "page" && accepts(where, [goalLabel(goal)]));
}

/** A filter as conditions on terms. Searches must have been resolved. */
function whereOf(filter: Filter | null, termOf: (dimension: string) => number): Where | null {
  if (filter === null) return null;
  const convert = (part: Filter): Where => {
    if ("and" in part) return { and: part.and.map(convert) };
    if ("or" in part) return { or: part.or.map(convert) };
    if ("not" in part) return { not: convert(part.not) };
    const anyOf = part.anyOf.filter((matcher): matcher is Pattern => !isSearch(matcher));
    return { term: termOf(part.dimension), anyOf };
  };
  return convert(filter);
}

function readOf(question: Question, { range, imports }: ReportQuery, fields: Read["fields"]): Read {
  const { subjects, groups, bucket, filter, facts } = question;
  const sources = sourcesOf(question);
  const termOf = (name: string) => subjects.findIndex((subject) => subject !== HOUR_FACT && subject.name === name);
  const hourTerm = subjects.indexOf(HOUR_FACT);
  const [only] = facts;
  const page = sources[0]?.at;
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
    identity: facts.length < 2 || only === undefined || !page || !("pair" in page) ? null : pageKeyOf(page.pair),
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

const ESTIMATE = "An estimate: what it is a share of is an upper bound.";
const SUM_OF_DAYS = "The sum of each day's visitors: nobody is recognised on another day.";
const PAGEVIEW_VISITORS = "An upper bound for page views: all these visitors, also those who only sent custom events.";

function overPages(metric: Metric): string {
  return (
    `${metric} has no value for several pages together, since a visit may see more than one; ` +
    "ask for one page, for a breakdown by event:page, or filter by visit:entry_page"
  );
}
