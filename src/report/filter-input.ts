/** Filters as the Stats API v2 has them, in JSON: `["is", "visit:source", ["Google"]]`. */

import { z } from "zod";
import { checked } from "../http.ts";
import { checkWildcards, MOST_CONDITIONS } from "./filters.ts";
import type { Pattern } from "./pattern.ts";
import { propertyNamed } from "./properties.ts";
import { allOf, type Condition, conditionsOf, type Filter, isSearch, Refusal, type Search } from "./query.ts";
import { issueText } from "./v2-errors.ts";
import { DEEPEST_FILTER, FILTERS, type FilterInput } from "./v2-schema.ts";

/** Characters of a list of filters in an address. */
export const MOST_FILTER_CHARS = 8_000;

const IN_ADDRESS = z.object({ filters: FILTERS });

/**
 * The filter of the parameter `filters`: a list in JSON. Of one that is no filter the 400 to answer, which says where.
 * @throws Refusal naming the rule broken
 */
export function filterIn(text: string): Filter | null | Response {
  if (text.length > MOST_FILTER_CHARS)
    throw new Refusal("filters", `must be at most ${MOST_FILTER_CHARS} characters long`);
  let sent: unknown;
  try {
    sent = JSON.parse(text);
  } catch {
    throw new Refusal("filters", "must be a list of filters in JSON");
  }
  checkDepth(sent);
  const asked = checked({ filters: sent }, IN_ADDRESS, (issues) =>
    issueText(issues, { filters: sent }).replace(/^#\//, ""),
  );
  return asked instanceof Response ? asked : filterOf(asked.filters);
}

/**
 * The filter that a list of them means: all must hold.
 * @throws Refusal
 */
export function filterOf(filters: readonly FilterInput[]): Filter | null {
  const filter = allOf(filters.map((part, index) => converted(part, [index])));
  const conditions = conditionsOf(filter);
  if (conditions.length > 2 * MOST_CONDITIONS) {
    throw new Refusal("filters", `must have at most ${2 * MOST_CONDITIONS} conditions`);
  }
  checkWildcards(conditions.flatMap(({ anyOf }) => anyOf.flatMap((one): Pattern[] => (isSearch(one) ? [] : [one]))));
  return filter;
}

/**
 * Looks at filters as they were sent, whatever that is: what takes them apart later goes as deep as they do.
 * @throws Refusal
 */
export function checkDepth(filters: unknown): void {
  if (Array.isArray(filters)) for (const [index, filter] of filters.entries()) checkDepthAt(filter, [index], 1);
}

function checkDepthAt(filter: unknown, path: readonly number[], depth: number): void {
  // Whatever the operator is said to be: the schema looks as deep.
  const [, joined]: unknown[] = Array.isArray(filter) ? filter : [];
  if (!Array.isArray(joined)) return;
  if (depth > DEEPEST_FILTER) {
    throw new Refusal("filters", `must not be joined more than ${DEEPEST_FILTER} times over`, path);
  }
  if (typeof joined[0] === "string") checkDepthAt(joined, [...path, 1], depth + 1);
  else for (const [index, part] of joined.entries()) checkDepthAt(part, [...path, 1, index], depth + 1);
}

function converted(input: FilterInput, path: readonly number[]): Filter {
  const [operator, second, values] = input;
  switch (operator) {
    case "and":
      return { and: (second as FilterInput[]).map((part, index) => converted(part, [...path, 1, index])) };
    case "or":
      return { or: (second as FilterInput[]).map((part, index) => converted(part, [...path, 1, index])) };
    case "not":
      return { not: converted(second as FilterInput, [...path, 1]) };
    default: {
      const [, dimension, texts, { case_sensitive: caseSensitive = true } = {}] = input as Extract<
        FilterInput,
        { length: 4 }
      >;
      const [kind, negated] = operator.split("_");
      const condition: Condition = {
        dimension,
        anyOf: (texts ?? values).map((text) =>
          matcherOf(kind ?? "", String(text) || (kind === "is" ? blankOf(dimension) : ""), caseSensitive),
        ),
        path: [...path, 1],
      };
      return negated ? { not: condition } : condition;
    }
  }
}

/** What is shown for a dimension's empty value: the same filter finds it by either. */
function blankOf(dimension: string): string {
  return propertyNamed(dimension)?.label.blank ?? "";
}

function matcherOf(kind: string, text: string, caseSensitive: boolean): Pattern | Search {
  if (kind === "matches") return { kind: "regex", text, caseSensitive };
  if (!caseSensitive) return { kind: kind === "is" ? "is" : "contains", text, caseSensitive };
  return kind === "is" ? [text] : ["", text, ""];
}
