/**
 * A read: one question to the counts, the same for D1 (`src/store/count-reads.ts`, in SQL) and for the open days of
 * the tallies (`open-rows.ts`). Comes in: dimensions, days, filters. Goes out: sums of columns by bucket and label.
 */

import { COUNTED } from "../metrics.ts";
import type { Label } from "./labels.ts";
import type { Pattern } from "./pattern.ts";
import type { Metric } from "./query.ts";

/**
 * What a read can sum. `entries` are the visits that bounces and durations belong to: on pages those that entered
 * there, elsewhere all.
 */
export const FIELDS = [...COUNTED, "entries"] as const;
export type Field = (typeof FIELDS)[number];
export type Fields = Record<Field, number>;

/** A stored dimension that a read draws on, and which of its columns feeds which field. */
export interface Source {
  /** A stored dimension's name, or the property of custom events: the dimensions of all events that have it. */
  from: string | { property: string };
  columns: Partial<Record<Field, number>>;
  /** All its values go under this label. */
  as?: string;
  /** It completes the rows of the first source, whose values alone tell whether a row gathers several. */
  completes?: true;
}

/** A condition on labels. */
export interface LabelFilter {
  label: Label;
  /** Keeps what fits none of `values`, instead of what fits one. */
  negate: boolean;
  values: Pattern[];
}

export interface Read {
  /** First and last day. */
  from: string;
  to: string;
  sources: readonly Source[];
  /** A row for the whole range, for each day (`2026-11-22`) or for each month (`2026-11-01`). */
  bucket: "all" | "day" | "month";
  /** A row for each label; null: one for all. */
  label: Label | null;
  filters: readonly LabelFilter[];
  fields: readonly Field[];
  /** Only the greatest labels are needed. For `bucket: "all"`. */
  top: { metric: Metric; count: number } | null;
}

export interface Row {
  /** Empty for `bucket: "all"`. */
  bucket: string;
  /** Empty without labels. */
  label: string;
  /** Least and greatest of the stored values summed here; different: there are several. null: none of the first source. */
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

/** The bucket of a day. */
export function bucketOf(bucket: Read["bucket"], day: string): string {
  if (bucket === "all") return "";
  return bucket === "day" ? day : `${day.slice(0, 7)}-01`;
}

/** Adds a row to those of its bucket and label. */
export function addRow(rows: Map<string, Row>, row: Row): void {
  // Neither a bucket nor a label can hold a line break before the other: buckets are dates.
  const key = `${row.bucket}\n${row.label}`;
  const sum = rows.get(key);
  if (!sum) {
    rows.set(key, { ...row, fields: { ...row.fields } });
    return;
  }
  for (const field of FIELDS) sum.fields[field] += row.fields[field];
  if (row.first !== null && (sum.first === null || row.first < sum.first)) sum.first = row.first;
  if (row.last !== null && (sum.last === null || row.last > sum.last)) sum.last = row.last;
}
