/** Answers a read from the open days that the tallies hold. Pure. */

import { PART } from "../dimensions.ts";
import type { OpenDay, ValueCounts } from "../hit.ts";
import { labelOf } from "./labels.ts";
import { fits } from "./pattern.ts";
import { addRow, bucketOf, type LabelFilter, noFields, type Read, type Row, type Source } from "./read.ts";

/** The rows of a read, over all tallies' open days within its range. */
export function openRows(read: Read, days: readonly OpenDay[]): Row[] {
  const rows = new Map<string, Row>();
  for (const day of days) {
    if (day.day < read.from || day.day > read.to) continue;
    for (const source of read.sources) {
      for (const [dimension, counts] of dimensionsOf(source, day)) {
        addValues(rows, read, source, day.day, dimension, counts);
      }
    }
  }
  return [...rows.values()];
}

/** The property that a stored dimension `event:<event>:<property>` is of; null for any other. */
export function customPropertyOf(dimension: string): string | null {
  return /^event:[^:]*:(.*)$/s.exec(dimension)?.[1] ?? null;
}

function dimensionsOf({ from }: Source, { dimensions }: OpenDay): [string, ValueCounts][] {
  if (typeof from === "string") {
    const counts = dimensions[from];
    return counts ? [[from, counts]] : [];
  }
  return Object.entries(dimensions).filter(([dimension]) => customPropertyOf(dimension) === from.property);
}

function addValues(
  rows: Map<string, Row>,
  read: Read,
  source: Source,
  day: string,
  dimension: string,
  counts: ValueCounts,
): void {
  const bucket = bucketOf(read.bucket, day);
  for (const [value, columns] of Object.entries(counts)) {
    if (!read.filters.every((filter) => accepts(filter, source.as ?? labelOf(filter.label, value)))) continue;
    const label = read.label ? (source.as ?? labelOf(read.label, value)) : "";
    const stored = source.completes ? null : `${dimension}${PART}${value}`;
    const fields = noFields();
    for (const field of read.fields) {
      const column = source.columns[field];
      if (column !== undefined) fields[field] = columns[column] ?? 0;
    }
    addRow(rows, { bucket, label, first: stored, last: stored, fields });
  }
}

function accepts({ negate, values }: LabelFilter, label: string): boolean {
  return values.some((value) => fits(value, label)) !== negate;
}
