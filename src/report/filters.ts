/**
 * Filters of the Stats API v1: `visit:source==Google|Bing;visit:source!=*.example`.
 */

import type { Pattern } from "./pattern.ts";
import { allOf, type Filter, Refusal } from "./query.ts";

/** Bounds of one query: a wildcard costs a search in every value of every day. */
export const MOST_CONDITIONS = 10;
const WILDCARDS_PER_VALUE = 5;
const WILDCARDS = 25;

/** @throws Refusal where patterns have too many wildcards. */
export function checkWildcards(patterns: readonly Pattern[]): void {
  const wildcards = patterns.map((pattern) => pattern.length - 1);
  if (wildcards.some((count) => count > WILDCARDS_PER_VALUE)) {
    throw new Refusal("filters", `must have at most ${WILDCARDS_PER_VALUE} wildcards in a value`);
  }
  if (wildcards.reduce((sum, count) => sum + count, 0) > WILDCARDS) {
    throw new Refusal("filters", `must have at most ${WILDCARDS} wildcards`);
  }
}

/**
 * Reads filters: `;` means and, `==` and `!=` compare, `|` means or, `*` stands for any characters. `\|`, `\;` and
 * `\*` are those characters themselves; any other backslash is one.
 * @throws Refusal naming the rule broken
 */
export function parseFilters(text: string): Filter | null {
  if (text.trim() === "") return null;
  const parts = text.split(/(?<!\\);/).map(parseFilter);
  if (parts.length > MOST_CONDITIONS) throw new Refusal("filters", `must be at most ${MOST_CONDITIONS}`);
  checkWildcards(parts.flatMap(({ values }) => values));
  return allOf(
    parts.map(({ dimension, negate, values }) =>
      negate ? { not: { dimension, anyOf: values } } : { dimension, anyOf: values },
    ),
  );
}

function parseFilter(text: string): { dimension: string; negate: boolean; values: Pattern[] } {
  const places = ["==", "!="].map((operator) => text.indexOf(operator)).filter((place) => place >= 0);
  const at = Math.min(...places);
  const dimension = text.slice(0, at).trim();
  const values = text.slice(at + 2).trim();
  if (places.length === 0 || dimension === "" || values === "") {
    throw new Refusal("filters", "each must be property==value or property!=value, with ; between them");
  }
  return { dimension, negate: text[at] === "!", values: values.split(/(?<!\\)\|/).map(parseValue) };
}

function parseValue(text: string): Pattern {
  const pieces = text.trim().split(/(?<!\\)\*+/);
  if (pieces.length === 1 && pieces[0] === "") throw new Refusal("filters", "a value must not be empty");
  return pieces.map((piece) => piece.replace(/\\([|;*])/g, "$1"));
}
