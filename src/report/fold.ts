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
  /** Small values together; or too small a number, of which nothing is shown. */
  few?: "folded" | "hidden";
}

/** The lines of an answer, the small ones of each bucket folded into one by `sum`. */
export function fold(lines: readonly Line[], minVisitors: number, sum: (lines: readonly Line[]) => Line): Line[] {
  const byBucket = new Map<string, Line[]>();
  for (const line of lines) byBucket.set(line.bucket, [...(byBucket.get(line.bucket) ?? []), line]);
  return [...byBucket.values()].flatMap((lines) => {
    const { apart, together } = split(lines, minVisitors, ({ labels, figures }) => ({ labels, ...figures }));
    return together.length > 0 ? [...apart, sum(together)] : lines;
  });
}

/**
 * Which of the things counted may be told apart, and which are told together: none of them, or two at least, if there are
 * so many. Of equals it is always the same ones.
 */
export function split<T>(
  things: readonly T[],
  minVisitors: number,
  countOf: (thing: T) => { labels: readonly string[]; visitors: number },
): { apart: T[]; together: T[] } {
  const ranked = things
    .map((thing) => ({ thing, ...countOf(thing) }))
    .sort((a, b) => a.visitors - b.visitors || (JSON.stringify(a.labels) < JSON.stringify(b.labels) ? -1 : 1));
  let small = ranked.filter(({ visitors }) => visitors < minVisitors).length;
  // A single small value would be what is left of the total.
  if (small === 1) small = 2;
  // What is called so itself must not be taken for them, nor they for it.
  const isTogether = ({ labels }: { labels: readonly string[] }, place: number) =>
    place < small || (small > 0 && labels.every((label) => label === FOLDED));
  return {
    apart: ranked.filter((one, place) => !isTogether(one, place)).map(({ thing }) => thing),
    together: ranked.filter(isTogether).map(({ thing }) => thing),
  };
}
