/** What was not counted, in numbers. Pure. */

import type { Drop, SummaryAnswer } from "../../report/summary-answer.ts";

/** All that were dropped. */
export function droppedOf(drops: readonly Drop[]): number {
  return drops.reduce((sum, { count }) => sum + count, 0);
}

/**
 * How many percent of all requests were dropped: of those and of the page views and events that were counted. Null where
 * what was counted is not known.
 */
export function shareOf({ drops, metrics: { events } }: Pick<SummaryAnswer, "drops" | "metrics">): number | null {
  // Page views are among the events.
  if (!events || "refused" in events || events.value === null) return null;
  const dropped = droppedOf(drops);
  return dropped === 0 ? null : (100 * dropped) / (dropped + events.value);
}
