/** What time it is by the server's clock: a reader's may be wrong, by days even. */

import { MINUTE_MS } from "../calendar.ts";
import type { Live } from "../report/summary-answer.ts";

let behindMs = 0;

/** How far a clock is behind, in ms: 0 where it agrees with the newest minute of an answer, give or take one. */
export function behindBy({ minutes }: Pick<Live, "minutes">, now: number): number {
  const begun = Date.parse(minutes.at(-1)?.at ?? "");
  if (Number.isNaN(begun) || (now >= begun - MINUTE_MS && now < begun + 2 * MINUTE_MS)) return 0;
  return begun - now;
}

/** Takes the time from live figures that have just come. */
export function setTimeBy(live: Pick<Live, "minutes">): void {
  behindMs = behindBy(live, Date.now());
}

/** In ms since 1970; of the reader's clock until an answer has come. */
export function serverNow(): number {
  return Date.now() + behindMs;
}
