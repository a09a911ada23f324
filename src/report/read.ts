/**
 * A read: one question to the counts, the same for D1 (`src/store/count-reads.ts`, in SQL) and for the open days of
 * the tallies (`open-rows.ts`). Comes in: stored dimensions or pairs, days, conditions. Goes out: sums of columns by
 * bucket and labels.
 */

import type { DimensionName } from "../dimensions.ts";
import { COUNTED } from "../metrics.ts";
import type { Label } from "./labels.ts";
import type { Pattern } from "./pattern.ts";

/**
 * What a read can sum. `entries` are the visits that bounces and durations belong to: on pages those that entered
 * there, elsewhere all.
 */
export const FIELDS = [...COUNTED, "entries"] as const;
export type Field = (typeof FIELDS)[number];
export type Fields = Record<Field, number>;

/**
 * Where the cells of a source rest, each with two keys:
 * - a stored dimension: its values, and nothing;
 * - a pair: the values of the outer and of the inner dimension;
 * - a property of custom events, over the dimensions of all events that have it: its values, and the events' names;
 * - the names of all properties, and those of the events that have them: without counts.
 */
export type Place =
  | { single: string }
  | { pair: readonly [outer: DimensionName, inner: DimensionName] }
  | { property: string }
  | { names: "properties" };

/**
 * How a source tells one of the things a read asks about: by one of its keys, or always the same. With `names` what
 * the rule makes of the key is shown by its name there, and cells without a name are left out.
 */
export type Term = (Label & { key: 0 | 1; names?: Readonly<Record<string, string>> }) | { as: string };

/** Cells that a read draws on, and which of their columns feeds which field. */
export interface Source {
  at: Place;
  /** One for each thing the read asks about. */
  terms: readonly Term[];
  columns: Partial<Record<Field, number>>;
  /** It completes the rows of the sources before it, whose keys alone tell whether a row gathers several. */
  completes?: true;
}

/** Conditions on terms, joined. */
export type Where =
  | { and: readonly Where[] }
  | { or: readonly Where[] }
  | { not: Where }
  | { term: number; anyOf: readonly Pattern[] };

export type Bucket = "all" | "hour" | "day" | "week" | "month";

export interface Read {
  /** First and last day. */
  from: string;
  to: string;
  /**
   * Part of the range's first and last day: from and until which hour, the last included. Of the first day only the
   * hours from `from` on, of the last those until `to`.
   */
  hours: { from: number; to: number } | null;
  sources: readonly Source[];
  /** A row for the whole range, or for each hour (`2026-11-22 7`), day, week (its Monday) or month (its first day). */
  bucket: Bucket;
  /** The term that tells the hour; for `bucket: "hour"` and for `hours`. */
  hourTerm: number | null;
  /** Terms whose labels make rows; none: one row for all. */
  groups: readonly number[];
  where: Where | null;
  fields: readonly Field[];
  /** Only the rows that are greatest by a sum, or by the ratio of two, are needed. For `bucket: "all"`. */
  top: { by: readonly Field[]; over: Field | null; count: number } | null;
  /** The term by whose key two rows' cells are told apart; null: by all of it. */
  identity: 0 | 1 | null;
  imports: boolean;
}

export interface Row {
  /** Empty for `bucket: "all"`. */
  bucket: string;
  labels: readonly string[];
  /** Least and greatest of the stored values summed here; different: there are several. null: none of the first sources. */
  first: string | null;
  last: string | null;
  fields: Fields;
}

export function noFields(): Fields {
  return Object.fromEntries(FIELDS.map((field) => [field, 0])) as Fields;
}

/** Whether a row sums several stored values. */
export function isMerged(row: Row): boolean {
  return row.first !== row.last;
}

/** The bucket of a day and an hour of it. */
export function bucketOf(bucket: Bucket, day: string, hour: string): string {
  switch (bucket) {
    case "all":
      return "";
    case "hour":
      return `${day} ${hour}`;
    case "day":
      return day;
    case "week":
      return mondayOf(day);
    case "month":
      return `${day.slice(0, 7)}-01`;
  }
}

/** The Monday of a day's week. */
export function mondayOf(day: string): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() - ((at.getUTCDay() + 6) % 7));
  return at.toISOString().slice(0, 10);
}

/** Rows added up by bucket and labels. */
export class Rows {
  readonly #rows = new Map<string, Row>();

  add(row: Row): void {
    const key = JSON.stringify([row.bucket, ...row.labels]);
    const sum = this.#rows.get(key);
    if (!sum) {
      this.#rows.set(key, { ...row, fields: { ...row.fields } });
      return;
    }
    for (const field of FIELDS) sum.fields[field] += row.fields[field];
    if (row.first !== null && (sum.first === null || row.first < sum.first)) sum.first = row.first;
    if (row.last !== null && (sum.last === null || row.last > sum.last)) sum.last = row.last;
  }

  all(): Row[] {
    return [...this.#rows.values()];
  }
}
