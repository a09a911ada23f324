/**
 * Searches in filters: by regular expression, in either case of letters, or in the names of countries and regions. The
 * labels that there are in the range are read first, the Worker finds those that fit, and the query goes on with them.
 *
 * For the public so is every condition: it finds but labels that a breakdown would show apart. Were `A or B` asked about
 * where B has one visitor, the difference to A would tell all about him.
 */

import { RE2JS } from "re2js";
import { goalLabel } from "../goals.ts";
import { split } from "./fold.ts";
import { type Counts, gather } from "./gather.ts";
import { namesOf } from "./names.ts";
import { fits, type Pattern } from "./pattern.ts";
import { plan } from "./planner.ts";
import { type Property, propertyNamed } from "./properties.ts";
import {
  type Condition,
  conditionsOf,
  type Filter,
  isSearch,
  queryOf,
  Refusal,
  type ReportQuery,
  type Search,
} from "./query.ts";
import type { Field, Row } from "./read.ts";
import { GOAL_PROPERTY } from "./sources.ts";

const COUNTED_OF_ANY: readonly Field[] = ["visitors", "visits", "pageviews", "customEvents"];

/** Labels of more characters together are no filter that D1 takes (2 MB a value). */
const MOST_FOUND_CHARS = 500_000;

/** Texts and expressions of one query that are searched for: each is looked for in every label. */
const MOST_SEARCHES = 20;

/**
 * The queries with their searches (for the public: conditions) replaced by the labels found; or why one is refused.
 * @throws Unavailable
 */
export async function resolveSearches(
  queries: readonly ReportQuery[],
  counts: Counts,
): Promise<(ReportQuery | Refusal)[]> {
  const checked = queries.map((query) => checkedNumber(query));
  const searched = checked.flatMap((query) =>
    query instanceof Refusal ? [] : conditionsOf(query.filter).flatMap((condition) => searchOf(query, condition)),
  );
  if (searched.length === 0) return checked;

  // Each once, however many conditions it is for.
  const questions = [...new Set(searched.map(({ question }) => question))];
  const reads = questions.map((question) => {
    const { reads } = plan(queryOf({ metrics: ["pageviews"], ...JSON.parse(question) }), counts.site.goals);
    // Whatever was counted of a label.
    return reads.map((read) => ({ ...read, fields: COUNTED_OF_ANY }));
  });
  const gathered = await gather(reads.flat(), counts);
  const rowsOf = new Map(
    questions.map((question, index) => [question, gathered.rows.splice(0, reads[index]?.length).flat()]),
  );
  // By question: two queries, of different days, may have one filter. And once, however many queries have it.
  const found = new Map<string, Map<Condition, Condition | Refusal>>(
    questions.map((question) => [question, new Map()]),
  );
  for (const { question, condition, property } of searched) {
    const known = found.get(question);
    if (!known || known.has(condition)) continue;
    const labels = labelsOf(property, rowsOf.get(question) ?? [], counts);
    known.set(condition, await resolved(condition, property, labels, counts.minVisitors).catch(asRefusal));
  }
  return checked.map((query) => {
    if (query instanceof Refusal || !query.filter) return query;
    const own = new Map<Condition, Condition>();
    for (const { query: asking, question, condition } of searched) {
      const known = asking === query ? found.get(question)?.get(condition) : undefined;
      if (known instanceof Refusal) return known;
      if (known) own.set(condition, known);
    }
    return { ...query, filter: replaced(query.filter, own) };
  });
}

/** A condition that is looked for among the labels that there are, with the question for them. */
function searchOf(query: ReportQuery, condition: Condition) {
  const { minVisitors, range } = query;
  const property = propertyNamed(condition.dimension);
  if (!property || !(minVisitors > 0 || property.display || condition.anyOf.some(isSearch))) return [];
  // Whether there is a label; for the public, whether it had visitors enough in these very hours, if that is counted.
  const hours = minVisitors > 0 && property.paired && range.from === range.to ? range.hours : null;
  const question = JSON.stringify({ dimensions: [codeProperty(property)], range: { ...range, hours } });
  return [{ query, condition, property, question }];
}

function asRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  throw error;
}

/** A query; or a refusal where there is too much to search for. */
function checkedNumber(query: ReportQuery): ReportQuery | Refusal {
  const searches = conditionsOf(query.filter).flatMap(({ anyOf }) => anyOf.filter(isSearch));
  return searches.length > MOST_SEARCHES
    ? new Refusal("filters", `must search for at most ${MOST_SEARCHES} texts or expressions`)
    : query;
}

/** The property that shows the codes, where names are shown. */
function codeProperty({ name, display }: Property): string {
  return display ? name.replace(/_name$/, "") : name;
}

/** The labels that there are; for the public those that may be told apart. */
function labelsOf(property: Property, rows: readonly Row[], { site, minVisitors }: Counts): string[] {
  if (minVisitors > 0) {
    const counted = rows.filter(({ fields }) => COUNTED_OF_ANY.some((field) => fields[field] > 0));
    const { apart } = split(counted, minVisitors, ({ labels, fields }) => ({ labels, visitors: fields.visitors }));
    return apart.map(({ labels: [label = ""] }) => label);
  }
  if (property.name === GOAL_PROPERTY) return site.goals.map(goalLabel);
  return rows.map(({ labels: [label = ""] }) => label);
}

async function resolved(
  condition: Condition,
  property: Property,
  labels: readonly string[],
  minVisitors: number,
): Promise<Condition> {
  const nameOf = property.display ? await namesOf(property.display) : (label: string) => label;
  const tests = condition.anyOf.map((matcher) => testOf(matcher, condition));
  const fitting = labels.filter((label) => tests.some((test) => test(nameOf(label))));
  // A value that the public names must be one that it is shown; a pattern must find one. Of others it is not told whether
  // there are any.
  const named = condition.anyOf.flatMap((matcher, index) => (isExact(matcher) ? (tests[index] ?? []) : []));
  const isKnown = named.every((test) => fitting.some((label) => test(nameOf(label)))) && fitting.length > 0;
  if (minVisitors > 0 && !isKnown) throw tooFew(minVisitors);
  if (JSON.stringify(fitting).length > MOST_FOUND_CHARS) {
    throw new Refusal("filters", "must not find so many values; narrow the search", condition.path, "too_much_found");
  }
  return {
    ...condition,
    dimension: codeProperty(property),
    anyOf: fitting.map((label): Pattern => [label]),
    ...(minVisitors > 0 && named.length < tests.length && { isOfShown: true as const }),
  };
}

function isExact(matcher: Pattern | Search): boolean {
  return !isSearch(matcher) && matcher.length === 1;
}

/** What is said to the public of every filter that would tell of a few, whatever there is of them. */
export function tooFew(minVisitors: number): Refusal {
  const rule = `must name values of at least ${minVisitors} visitors, let pass as many, and keep out as many or none`;
  return new Refusal("filters", rule, [], "few_visitors");
}

function testOf(matcher: Pattern | Search, { path }: Condition): (label: string) => boolean {
  if (!isSearch(matcher)) return (label) => fits(matcher, label);
  const { kind, text, caseSensitive } = matcher;
  if (kind === "regex") {
    try {
      const expression = RE2JS.compile(text, caseSensitive ? 0 : RE2JS.CASE_INSENSITIVE);
      return (label) => expression.matcher(label).find();
    } catch {
      throw new Refusal("filters", "must be a regular expression as RE2 has them", path);
    }
  }
  const folded = (label: string) => (caseSensitive ? label : label.toLowerCase());
  const wanted = folded(text);
  return kind === "is" ? (label) => folded(label) === wanted : (label) => folded(label).includes(wanted);
}

function replaced(filter: Filter, found: ReadonlyMap<Condition, Condition>): Filter {
  if ("and" in filter) return { and: filter.and.map((part) => replaced(part, found)) };
  if ("or" in filter) return { or: filter.or.map((part) => replaced(part, found)) };
  if ("not" in filter) return { not: replaced(filter.not, found) };
  return found.get(filter) ?? filter;
}
