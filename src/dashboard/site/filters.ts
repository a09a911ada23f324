/** How filters of a view change, and which of a list's values they choose. Pure. */

import type { View, ViewFilter } from "../address.ts";

/**
 * The filters after a click on a value of a dimension: it is chosen beside those that are chosen of the dimension already,
 * or, where it is one of them, not any more.
 */
export function withToggled(filters: readonly ViewFilter[], dimension: string, value: string): ViewFilter[] {
  if (isChosen(filters, dimension, value)) {
    return filters.flatMap((filter) => {
      if (!choosesFrom(filter, dimension)) return filter;
      const values = filter.values.filter((one) => one !== value);
      return values.length > 0 ? { ...filter, values } : [];
    });
  }
  const at = filters.findIndex((filter) => choosesFrom(filter, dimension));
  if (at < 0) return [...filters, { operator: "is", dimension, values: [value] }];
  return filters.map((filter, index) => (index === at ? { ...filter, values: [...filter.values, value] } : filter));
}

/** Whether a filter chooses just this value of the dimension, alone or beside others. */
export function isChosen(filters: readonly ViewFilter[], dimension: string, value: string): boolean {
  return filters.some((filter) => choosesFrom(filter, dimension) && filter.values.includes(value));
}

/** The filters with one of them changed, or, by null, removed; at the end of them, added. */
export function withFilter(filters: readonly ViewFilter[], at: number, changed: ViewFilter | null): ViewFilter[] {
  return filters.toSpliced(at, 1, ...(changed ? [changed] : []));
}

function choosesFrom({ operator, dimension }: ViewFilter, from: string): boolean {
  return operator === "is" && dimension === from;
}

/** A filter with one more value. */
export function withValue(filter: ViewFilter, value: string): ViewFilter {
  return filter.values.includes(value) ? filter : { ...filter, values: [...filter.values, value] };
}

/** A filter without one of its values. */
export function withoutValue(filter: ViewFilter, value: string): ViewFilter {
  return { ...filter, values: filter.values.filter((one) => one !== value) };
}

/** The value that is meant by a text: what it is called ("Germany") or it itself ("DE"), in capitals or not. */
export function valueMeant(text: string, known: readonly { value: string; name: string }[]): string {
  const typed = text.trim();
  const isTyped = (other: string) => other.toLowerCase() === typed.toLowerCase();
  const meant =
    known.find(({ value }) => value === typed) ?? known.find(({ value, name }) => isTyped(name) || isTyped(value));
  return meant?.value ?? typed;
}

/** The filters of a list of values: not by which of its own are looked at, as others can be chosen from it, too. */
export function filtersBeside(dimension: string, filters: readonly ViewFilter[]): ViewFilter[] {
  return filters.filter((filter) => !(filter.dimension === dimension && filter.operator === "is"));
}

/** The view's filters as v2 writes them. */
export function filtersOf({ filters }: Pick<View, "filters">): [string, string, string[]][] {
  return filters.map(({ operator, dimension, values }) => [operator, dimension, values]);
}
