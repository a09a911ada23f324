import { DIMENSIONS } from "../dimensions.ts";
import { type Goal, goalLabel } from "../goals.ts";
import { accepts } from "./open-rows.ts";
import type { Pattern } from "./pattern.ts";
import { daysOf, type Range } from "./period.ts";
import { customPropertyOfFact, type Property, propertyNamed } from "./properties.ts";
import {
  allOf,
  type Condition,
  conditionsOf,
  conjunctsOf,
  type Filter,
  isSearch,
  Refusal,
  type ReportQuery,
  TIME_DIMENSIONS,
  type TimeDimension,
} from "./query.ts";
import type { Bucket, Where } from "./read.ts";
import { EVENT_FACT, GOAL_PROPERTY, HOUR_FACT, isPartOfLink, LINK_FACT, type Subject } from "./sources.ts";

/** Hours are shown of at most so many days. */
export const MOST_DAYS_BY_HOUR = 92;
/** `time` is hours up to one day, or parts of two; days up to so many, else months. */
const MOST_DAYS_BY_DAY = 100;

/** What is asked, as far as it decides which counts answer. */
export interface Question {
  groups: readonly Property[];
  bucket: Bucket;
  filter: Filter | null;
  facts: readonly string[];
  subjects: readonly Subject[];
  goals: readonly Goal[];
  /** One stretch of the query's range. */
  range: Range;
}

export function splitDimensions({ dimensions, range }: ReportQuery): { groups: Property[]; bucket: Bucket } {
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

export function bucketNamed(time: TimeDimension, range: ReportQuery["range"]): Bucket {
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
      return days === 1 || (days === 2 && range.hours) ? "hour" : days <= MOST_DAYS_BY_DAY ? "day" : "month";
    }
  }
}

export function questionOf(
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
  const question = { groups, bucket, filter, facts, subjects, goals, range };
  checkJoined(question);
  return question;
}

/** @throws Refusal where a condition names what is no goal: a count of nothing would hide a slip of the pen. */
function checkGoals({ anyOf, path }: Condition, goals: readonly Goal[]): void {
  const labels = goals.map(goalLabel);
  for (const matcher of anyOf) {
    if (isSearch(matcher) || matcher.length > 1 || labels.includes(matcher[0] ?? "")) continue;
    throw new Refusal("filters", "must be a goal of the site; define it, or ask for event:name", path, "unknown_goal");
  }
}

/** @throws Refusal where goals or a custom property are an alternative to others: their counts know of no other hits. */
function checkAlternatives(filter: Filter | null): void {
  for (const part of conjunctsOf(filter)) {
    const names = [...new Set(conditionsOf(part).map(({ dimension }) => dimension))];
    const partial = names.find((name) => name === GOAL_PROPERTY || customPropertyOfFact(name) !== null);
    if (partial !== undefined && names.length > 1) {
      const rule = `${partial} must not be joined by or, or by not, with other dimensions`;
      throw new Refusal("filters", rule, [], "not_counted_together");
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
    const rule = `page goals and ${custom} are counted apart; ask by event:name instead of event:goal`;
    throw new Refusal(part, rule, [], "not_counted_together");
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
      [],
      "three_facts",
    );
  }
  for (const property of properties) {
    if (property.paired) continue;
    const coarse = coarserOf(property);
    throw new Refusal(
      part,
      `${first} and ${second} are counted apart and cannot be joined` +
        (coarse ? `; ask for ${coarse} instead of ${property.name}` : "; ask about one of them"),
      [],
      "not_counted_together",
    );
  }
}

export function nameOf(fact: string, properties: readonly Property[]): string {
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

export function checkOrder({ order, metrics, dimensions }: ReportQuery): void {
  for (const [index, { by }] of order.entries()) {
    if (!metrics.some((metric) => metric === by) && !dimensions.includes(by)) {
      throw new Refusal("order_by", "must be one of the query's metrics or dimensions", [index, 0]);
    }
  }
}

export function propertiesOf({ subjects }: Question): Property[] {
  return subjects.flatMap((subject) => (subject === HOUR_FACT ? [] : [subject]));
}

export function isGoalCondition(filter: Filter): boolean {
  const conditions = conditionsOf(filter);
  return conditions.length > 0 && conditions.every(({ dimension }) => dimension === GOAL_PROPERTY);
}

export function withoutGoals(filter: Filter | null): Filter | null {
  return allOf(conjunctsOf(filter).filter((part) => !isGoalCondition(part)));
}

/** Page goals among those that a question takes in. */
export function pageGoalsOf({ subjects, filter, goals }: Question): Goal[] {
  if (!subjects.some((subject) => subject !== HOUR_FACT && subject.name === GOAL_PROPERTY)) return [];
  const where = whereOf(allOf(conjunctsOf(filter).filter(isGoalCondition)), () => 0);
  return goals.filter((goal) => goal.type === "page" && accepts(where, [goalLabel(goal)]));
}

/** A filter as conditions on terms. Searches must have been resolved. */
export function whereOf(filter: Filter | null, termOf: (dimension: string) => number): Where | null {
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

export function isOneValue(filter: Filter): filter is Condition {
  if (!("dimension" in filter) || filter.anyOf.length !== 1) return false;
  const [only] = filter.anyOf;
  return only !== undefined && !isSearch(only) && only.length === 1;
}
