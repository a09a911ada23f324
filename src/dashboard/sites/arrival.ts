/** What a site's live figures tell of whether its snippet works. Pure. */

import type { Drop, LiveAnswer } from "../../report/summary-answer.ts";

export type Arrival =
  | { kind: "waiting" }
  /** Something counted: so many page views and other events today. */
  | { kind: "received"; pageviews: number; events: number }
  /** Requests came, and none of them counted: the most frequent reason first. */
  | { kind: "dropped"; drops: Drop[] };

/** What has come today. */
export function arrivalOf({ today, minutes, visitors }: LiveAnswer): Arrival {
  const { pageviews } = today;
  // A page view is an event as well.
  const events = Math.max(0, today.events - pageviews);
  // Shortly after midnight the last minutes are yesterday's: they show as well that the snippet works.
  const isCounted =
    pageviews + events + today.visitors + visitors > 0 || minutes.some((minute) => minute.pageviews > 0);
  if (isCounted) return { kind: "received", pageviews, events };
  const drops = today.drops.filter(({ count }) => count > 0).sort((a, b) => b.count - a.count);
  return drops.length > 0 ? { kind: "dropped", drops } : { kind: "waiting" };
}

/** Whoever has just pasted the snippet looks at the page: ask often at first, then as one who waits. */
const EAGER_FOR_MS = 120_000;
const EAGER_MS = 3_000;
const PATIENT_MS = 10_000;

/** How long to wait before asking again, of the time since the first question. In ms. */
export function waitMs(elapsedMs: number): number {
  return elapsedMs < EAGER_FOR_MS ? EAGER_MS : PATIENT_MS;
}
