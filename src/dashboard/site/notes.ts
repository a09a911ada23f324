/** Notes of an answer, each said once. Pure. */

import { addDays } from "../../calendar.ts";
import type { Metric } from "../../report/query.ts";
import type { Note } from "../../report/summary-answer.ts";
import type { Days } from "./period.ts";

/** All that one thing is to be said of. */
export interface Gathered {
  code: Note["code"];
  message: string;
  metrics: Metric[];
  dimensions: string[];
  /** Days, those in a row together. */
  days: Days[];
}

/** Notes by what they say, in the order in which they first come. */
export function gathered(notes: readonly Note[]): Gathered[] {
  return Array.from(
    Map.groupBy(notes, ({ code }) => code),
    ([code, alike]) => ({
      code,
      message: alike[0]?.message ?? "",
      metrics: distinct(alike.flatMap(({ metrics = [] }) => metrics)),
      dimensions: distinct(alike.flatMap(({ dimension }) => dimension ?? [])),
      days: inRows(distinct(alike.flatMap(({ days = [] }) => days)).sort()),
    }),
  );
}

function distinct<T>(all: readonly T[]): T[] {
  return [...new Set(all)];
}

function inRows(days: readonly string[]): Days[] {
  const rows: Days[] = [];
  for (const day of days) {
    const last = rows.at(-1);
    if (last && addDays(last.to, 1) === day) last.to = day;
    else rows.push({ from: day, to: day });
  }
  return rows;
}
