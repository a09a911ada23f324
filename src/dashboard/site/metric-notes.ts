/** What is to be said of a metric of the totals. Pure. */

import type { Metric } from "../../report/query.ts";
import type { Note } from "../../report/summary-answer.ts";
import { isBound } from "./rows.ts";

/** Notes on a metric of the whole, and not of a breakdown: each kind once. */
export function notesOf(notes: readonly Note[], metric: Metric): Note[] {
  const about = notes.filter((note) => note.dimension === undefined && note.metrics?.includes(metric));
  return about.filter(({ code }, index) => about.findIndex((other) => other.code === code) === index);
}

/** Whether a number with these notes may be smaller in truth. */
export function isAtMost(notes: readonly Note[]): boolean {
  return notes.some(({ code }) => isBound(code));
}
