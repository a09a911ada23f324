/**
 * What the public sees of small values: nothing apart. Values with fewer visitors than the site's owner allows are shown
 * together, at least two at a time, so that the difference to the total tells nothing of one.
 */

import type { Figures } from "./metrics.ts";
import type { Amount } from "./money.ts";

/** The label of what is shown together. */
export const FOLDED = "Other";

/** A row on its way into the answer. */
export interface Line {
  /** As stored: a day, a Monday, an hour `2026-11-22 7`. */
  bucket: string;
  labels: readonly string[];
  figures: Figures;
  amounts: readonly Amount[];
  isMerged: boolean;
}

/** The lines of an answer, the small ones of each bucket folded into one by `sum`. */
export function fold(lines: readonly Line[], minVisitors: number, sum: (lines: readonly Line[]) => Line): Line[] {
  const byBucket = new Map<string, Line[]>();
  for (const line of lines) byBucket.set(line.bucket, [...(byBucket.get(line.bucket) ?? []), line]);
  return [...byBucket.values()].flatMap((lines) => {
    const ranked = [...lines].sort((a, b) => a.figures.visitors - b.figures.visitors);
    let small = ranked.filter(({ figures }) => figures.visitors < minVisitors).length;
    if (small === 0) return lines;
    // A single small value would be what is left of the total.
    if (small === 1) small = Math.min(2, ranked.length);
    return [...ranked.slice(small), sum(ranked.slice(0, small))];
  });
}
