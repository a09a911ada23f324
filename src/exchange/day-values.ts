/** The counts of one day as they are summed up: dimension → value → columns in the order of `COUNTED`. Pure. */

import { Buffer } from "node:buffer";
import { OTHER } from "../dimensions.ts";
import { LIMITS } from "../limits.ts";
import { COLUMN, COUNTED } from "../metrics.ts";

/** The counts of a dimension: value → columns. */
export type Values = Map<string, number[]>;

/** Adds columns to others. */
export function addCounts(sum: number[], counts: readonly number[]): void {
  for (let column = 0; column < counts.length; column++) sum[column] = (sum[column] ?? 0) + (counts[column] ?? 0);
}

/** Bytes of a row's JSON: below D1's 2 MB a value. */
export const MOST_ROW_BYTES = 1_800_000;

/** Sums up one day, within bounds: what goes beyond is counted as `(other)`. */
export class DayValues {
  readonly #dimensions = new Map<string, Values>();
  #values = 0;
  #properties = 0;

  add(dimension: string, value: string, counts: readonly number[]): void {
    const values = this.#valuesOf(dimension);
    const sum = values.get(value);
    if (sum) {
      addCounts(sum, counts);
      return;
    }
    if (this.#values >= LIMITS.exchangedValues && value !== OTHER) {
      this.add(dimension, OTHER, counts);
      return;
    }
    this.#values++;
    values.set(value, [...counts]);
  }

  /** Notes that something about the day is not exact. */
  flag(name: string): void {
    this.add("flags", name, FLAGGED);
  }

  get dimensions(): ReadonlyMap<string, Values> {
    return this.#dimensions;
  }

  /** The rows as they rest in D1, with the flags of what had to go under `(other)`. */
  *rows(): Generator<[dimension: string, json: string]> {
    const flagged: string[] = [];
    for (const [dimension, values] of this.#dimensions) {
      if (dimension === "flags") continue;
      const { json, isCapped } = rowJson(values);
      if (isCapped) flagged.push(dimension.startsWith("event:") ? "capped:properties" : `capped:${dimension}`);
      if (json !== "{}") yield [dimension, json];
    }
    for (const flag of new Set(flagged)) this.flag(flag);
    const flags = this.#dimensions.get("flags");
    if (flags) yield ["flags", rowJson(flags).json];
  }

  #valuesOf(dimension: string): Values {
    const known = this.#dimensions.get(dimension);
    if (known) return known;
    if (dimension.startsWith("event:") && dimension !== PROPERTIES_BEYOND) {
      if (this.#properties >= LIMITS.propertiesPerSite) return this.#valuesOf(PROPERTIES_BEYOND);
      this.#properties++;
    }
    const values: Values = new Map();
    this.#dimensions.set(dimension, values);
    return values;
  }
}

/** Where the tally counts properties beyond their bound. */
const PROPERTIES_BEYOND = `event:${OTHER}`;

const FLAGGED = COUNTED.map((_, column) => (column === COLUMN.customEvents ? 1 : 0));

/** A row's JSON: zeros at the end of the columns are left out, and values without any count. */
function rowJson(values: Values): { json: string; isCapped: boolean } {
  const entries = [...values].flatMap(([value, counts]) => {
    const json = entryJson(value, counts);
    return json === null ? [] : [{ value, counts, json, bytes: Buffer.byteLength(json) + 1 }];
  });
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const isCapped = entries.length > LIMITS.valuesPerDimension + 1 || bytes > MOST_ROW_BYTES;
  if (!isCapped) return { json: `{${entries.map(({ json }) => json).join()}}`, isCapped };

  const other: number[] = [];
  const kept: string[] = [];
  let left = MOST_ROW_BYTES;
  const byWeight = entries.sort((a, b) => weight(b.counts) - weight(a.counts) || (a.value < b.value ? -1 : 1));
  for (const entry of byWeight) {
    left -= entry.bytes;
    if (entry.value === OTHER || kept.length >= LIMITS.valuesPerDimension || left < 0) addCounts(other, entry.counts);
    else kept.push(entry.json);
  }
  const rest = entryJson(OTHER, other);
  return { json: `{${[...kept, ...(rest === null ? [] : [rest])].join()}}`, isCapped };
}

/** What is kept first: the values with the most visits, page views and events. */
function weight(counts: readonly number[]): number {
  return (counts[COLUMN.visits] ?? 0) + (counts[COLUMN.pageviews] ?? 0) + (counts[COLUMN.customEvents] ?? 0);
}

function entryJson(value: string, counts: readonly number[]): string | null {
  let width = counts.length;
  while (width > 0 && !counts[width - 1]) width--;
  if (width === 0) return null;
  return `${JSON.stringify(value)}:[${counts.slice(0, width).join()}]`;
}
