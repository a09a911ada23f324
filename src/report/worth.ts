/**
 * What the metrics of a question are worth: whether they are counted for its facts, and whether a number that sums several
 * values is exact, a bound, or has no meaning. Pure.
 */

import type { DimensionKind } from "../dimensions.ts";
import { PAGEVIEW } from "../dimensions.ts";
import { baseOf, isMoney } from "./metrics.ts";
import { accepts } from "./open-rows.ts";
import { customPropertyOfFact, HOST_METRICS, METRICS_OF, type Property } from "./properties.ts";
import { allOf, conditionsOf, conjunctsOf, type Metric, type RefusalCode } from "./query.ts";
import { isGoalCondition, isOneValue, nameOf, pageGoalsOf, propertiesOf, type Question, whereOf } from "./question.ts";
import { EVENT_FACT, GOAL_PROPERTY, HOUR_FACT, LINK_FACT, PAGE_FACT } from "./sources.ts";
import { type Spread, type Verdict, verdictOn, worse } from "./verdict.ts";

/** Throws. */
type Refuse = (rule: string, code: RefusalCode) => void;

/** @param refuse is told why a metric is not counted for a question */
export function checkCounted(metric: Metric, question: Question, refuse: Refuse): void {
  const { facts, groups, subjects } = question;
  const asksGoal = subjects.some((subject) => subject !== HOUR_FACT && subject.name === GOAL_PROPERTY);
  if (isMoney(metric)) {
    if (facts.some((fact) => fact !== EVENT_FACT) || facts.length === 0) {
      refuse(
        `${metric} is counted by event alone; ask with event:goal or event:name, and no other dimension or filter`,
        "revenue_by_event",
      );
    }
    return;
  }
  if (metric === "conversion_rate" && !asksGoal) {
    refuse("conversion_rate needs event:goal as a filter or dimension", "not_counted");
  }
  if (metric === "group_conversion_rate") {
    const isFiltered = conjunctsOf(question.filter).some(isGoalCondition);
    const others = groups.filter(({ name }) => name !== GOAL_PROPERTY);
    if (!isFiltered || others.length === 0) {
      refuse("group_conversion_rate needs a filter on event:goal and a dimension", "not_counted");
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
      "not_counted",
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
    if (spreadOf(PAGE_FACT, question) === "several" && onlyHosts(properties)) meet(HOST_METRICS);
    if (facts.length > 1) meet(PAGE_PAIR_METRICS);
    if (facts.includes("entry_page")) meet(["visitors", "visits", "pageviews", "events", "percentage"]);
  }
  return counted;
}

/** Engagement is no part of pairs. */
const PAGE_PAIR_METRICS = METRICS_OF.page.filter((metric) => metric !== "time_on_page" && metric !== "scroll_depth");

function onlyHosts(properties: readonly Property[]): boolean {
  return properties.every(({ fact, label }) => fact !== PAGE_FACT || label.rule === "host");
}

/** The worst that a metric is worth over all facts; `merged` if only where stored values share a label. */
export function verdictFor(metric: Metric, question: Question): { verdict: Verdict; merged: boolean } {
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
  if (rules.includes("path")) return spreadOfPath(fact, rules);
  if (rules.includes("host")) return "several";
  if (customPropertyOfFact(fact) === null) return "one";
  const events = propertiesOf(question).filter((property) => property.fact === EVENT_FACT);
  return events.some((property) => question.groups.includes(property) || held.includes(property.name))
    ? "one"
    : "merged";
}

/** Entry and exit pages are shown by path alone. */
function spreadOfPath(fact: string, rules: readonly string[]): Spread {
  return fact === PAGE_FACT && rules.includes("host") ? "one" : "merged";
}

/** Whether visitors of a range of hours are those who arrived in them: it has every day's first hours. */
export function countsArrivals({ facts, range, bucket }: Question): boolean {
  return facts.length === 1 && bucket !== "hour" && range.hours?.from === 0;
}

export function isOfVisitors(metric: Metric): boolean {
  return metric === "visitors" || baseOf(metric) !== null;
}

/** Whether a query about event names takes in the page views, for which the site's own totals stand. */
export function countsPageviews({ facts, subjects, filter }: Question): boolean {
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

export function overPages(metric: Metric): string {
  return (
    `${metric} has no value for several pages together, since a visit may see more than one; ` +
    "ask for one page, for a breakdown by event:page, or filter by visit:entry_page"
  );
}
