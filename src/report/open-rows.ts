/** Answers a read from the open days that the tallies hold. Pure. */

import { PART, pairName } from "../dimensions.ts";
import type { OpenDay, ValueCounts } from "../hit.ts";
import { termLabel } from "./labels.ts";
import { fits } from "./pattern.ts";
import { bucketOf, noFields, type Read, type Row, Rows, type Source, type Where } from "./read.ts";

/** The rows of a read, over all tallies' open days within its range. */
export function openRows(read: Read, days: readonly OpenDay[]): Row[] {
  const rows = new Rows();
  for (const day of days) {
    if (day.day < read.from || day.day > read.to) continue;
    for (const source of read.sources) addCells(rows, read, source, day);
  }
  return rows.all();
}

/** The event and property that a stored dimension `event:<event>:<property>` is of; null for any other. */
export function customPropertyOf(dimension: string): { event: string; property: string } | null {
  const [, event, property] = /^event:([^:]*):(.*)$/s.exec(dimension) ?? [];
  if (event === undefined || property === undefined) return null;
  return { event: event.replaceAll("%3A", ":").replaceAll("%25", "%"), property };
}

function addCells(rows: Rows, read: Read, source: Source, day: OpenDay): void {
  for (const { dimension, keys, columns } of cellsOf(source, day)) {
    const labels = source.terms.map((term) => termLabel(term, keys));
    if (labels.includes(null)) continue;
    const shown = labels as string[];
    const hour = read.hourTerm === null ? "" : (shown[read.hourTerm] ?? "");
    if (!isWithin(read, day.day, hour) || !accepts(read.where, shown)) continue;
    const fields = noFields();
    for (const field of read.fields) {
      const column = source.columns[field];
      if (column !== undefined) fields[field] = columns[column] ?? 0;
    }
    const key = read.identity === null ? `${dimension}${PART}${keys[0]}` : keys[read.identity];
    const stored = source.completes ? null : key;
    rows.add({
      bucket: bucketOf(read.bucket, day.day, hour),
      labels: read.groups.map((term) => shown[term] ?? ""),
      first: stored,
      last: stored,
      fields,
    });
  }
}

interface Cell {
  dimension: string;
  keys: [string, string];
  columns: readonly number[];
}

function* cellsOf({ at }: Source, { dimensions, pairs, properties = [] }: OpenDay): Generator<Cell> {
  if ("names" in at) {
    for (const dimension of properties) {
      const found = customPropertyOf(dimension);
      if (found) yield { dimension, keys: [found.property, found.event], columns: [] };
    }
    return;
  }
  if ("pair" in at) {
    const name = pairName(...at.pair);
    for (const [outer, inner] of Object.entries(pairs[name] ?? {})) {
      for (const [value, columns] of Object.entries(inner)) yield { dimension: name, keys: [outer, value], columns };
    }
    return;
  }
  if ("single" in at) {
    for (const [value, columns] of Object.entries(own(dimensions, at.single))) {
      yield { dimension: at.single, keys: [value, ""], columns };
    }
    return;
  }
  for (const [dimension, counts] of Object.entries(dimensions)) {
    const found = customPropertyOf(dimension);
    if (found?.property !== at.property) continue;
    for (const [value, columns] of Object.entries(counts)) yield { dimension, keys: [value, found.event], columns };
  }
}

function own(dimensions: Record<string, ValueCounts>, name: string): ValueCounts {
  return (Object.hasOwn(dimensions, name) ? dimensions[name] : undefined) ?? {};
}

/** Whether an hour of a day lies within the hours of a read. */
function isWithin({ hours, from, to }: Read, day: string, hour: string): boolean {
  if (!hours) return true;
  return (day > from || Number(hour) >= hours.from) && (day < to || Number(hour) <= hours.to);
}

/** Whether labels meet conditions. */
export function accepts(where: Where | null, labels: readonly string[]): boolean {
  if (where === null) return true;
  if ("and" in where) return where.and.every((part) => accepts(part, labels));
  if ("or" in where) return where.or.some((part) => accepts(part, labels));
  if ("not" in where) return !accepts(where.not, labels);
  const label = labels[where.term] ?? "";
  return where.anyOf.some((pattern) => fits(pattern, label));
}
