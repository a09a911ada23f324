/**
 * Searches in filters: by regular expression, in either case of letters, or in the names of countries and regions. The
 * labels that there are in the range are read first, the Worker finds those that fit, and the query goes on with them.
 */

import { RE2JS } from "re2js";
import { goalLabel } from "../goals.ts";
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

/** Texts and expressions of one query that are searched for. */
const MOST_SEARCHES = 20;

/** Labels of more characters together are no filter that D1 takes (2 MB a value). */
const MOST_FOUND_CHARS = 500_000;

/**
 * The queries with their searches replaced by the labels found.
 * @throws Refusal, Unavailable
 */
export async function resolveSearches(queries: readonly ReportQuery[], counts: Counts): Promise<ReportQuery[]> {
  const searched = queries.flatMap(({ filter }) =>
    conditionsOf(filter).flatMap((condition) => {
      const property = propertyNamed(condition.dimension);
      return property && (property.display || condition.anyOf.some(isSearch)) ? [{ condition, property }] : [];
    }),
  );
  if (searched.length === 0) return [...queries];
  checkNumber(queries);

  // Each property is read once, over all that is asked.
  const names = [...new Set(searched.map(({ property }) => codeProperty(property)))];
  const from = queries.map(({ range }) => range.from).reduce((a, b) => (a < b ? a : b));
  const to = queries.map(({ range }) => range.to).reduce((a, b) => (a > b ? a : b));
  const plans = names.map((name) =>
    plan(queryOf({ metrics: ["pageviews"], range: { from, to, hours: null }, dimensions: [name] }), []),
  );
  // Whatever was counted of a label.
  const toRead = plans.flatMap(({ reads }) => reads.map((read) => ({ ...read, fields: COUNTED_OF_ANY })));
  const { rows } = await gather(toRead, counts);
  const found = new Map<Condition, Condition>();
  for (const { condition, property } of searched) {
    const labels = labelsOf(property, rows[names.indexOf(codeProperty(property))] ?? [], counts);
    found.set(condition, await resolved(condition, property, labels));
  }
  return queries.map((query) => ({ ...query, filter: query.filter && replaced(query.filter, found) }));
}

/** @throws Refusal where there is too much to search for: each is looked for in every label. */
function checkNumber(queries: readonly ReportQuery[]): void {
  for (const { filter } of queries) {
    const searches = conditionsOf(filter).flatMap(({ anyOf }) => anyOf.filter(isSearch));
    if (searches.length > MOST_SEARCHES) {
      throw new Refusal("filters", `must search for at most ${MOST_SEARCHES} texts or expressions`);
    }
  }
}

/** The property that shows the codes, where names are shown. */
function codeProperty({ name, display }: Property): string {
  return display ? name.replace(/_name$/, "") : name;
}

function labelsOf(property: Property, rows: readonly Row[], { site }: Counts): string[] {
  if (property.name === GOAL_PROPERTY) return site.goals.map(goalLabel);
  return rows.map(({ labels: [label = ""] }) => label);
}

async function resolved(condition: Condition, property: Property, labels: readonly string[]): Promise<Condition> {
  const nameOf = property.display ? await namesOf(property.display) : (label: string) => label;
  const tests = condition.anyOf.map((matcher) => testOf(matcher, condition));
  const fitting = labels.filter((label) => tests.some((test) => test(nameOf(label))));
  if (JSON.stringify(fitting).length > MOST_FOUND_CHARS) {
    throw new Refusal("filters", "must not find so many values; narrow the search", condition.path);
  }
  return { ...condition, dimension: codeProperty(property), anyOf: fitting.map((label): Pattern => [label]) };
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
