/** Goes on sending visitors, so that there is something to see of the present. */

import { setTimeout as wait } from "node:timers/promises";
import { exponential, type Random } from "../../bench/traffic/random.ts";
import { dateIn } from "../../src/calendar.ts";
import { newSender, send, type Target } from "./beacons.ts";
import { dayOf } from "./days.ts";
import { Visits } from "./visits.ts";

/** Between two who come. */
const MEAN_WAIT_MS = 9_000;
/** Pages are read faster than in truth, so that a visit is seen going on. */
const HASTE = 3;

/**
 * Sends visitors until `stopped`. They look at a page for a while and go on, as real ones do.
 * @throws Error where Footfall does not take what is sent
 */
export async function sendVisitors(
  target: Target,
  stopped: Promise<unknown>,
  random: Random = Math.random,
): Promise<void> {
  const ending = new AbortController();
  const { promise: failure, reject } = Promise.withResolvers<never>();
  const end = stopped.then(() => ending.abort());
  const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
  const coming = async () => {
    while (!ending.signal.aborted) {
      const today = dateIn(timeZone, Date.now());
      visit(target, new Visits(target.domain, dayOf(today, today)), random, ending.signal).catch(reject);
      await waitFor(exponential(random, MEAN_WAIT_MS), ending.signal);
    }
  };
  try {
    await Promise.race([coming(), failure]);
  } finally {
    ending.abort();
  }
  await end;
}

async function visit(target: Target, visits: Visits, random: Random, ending: AbortSignal): Promise<void> {
  const sender = newSender(target, visits, random);
  let at = 0;
  for (const step of visits.steps(random)) {
    await waitFor((step.afterMs - at) / HASTE, ending);
    if (ending.aborted) return;
    at = step.afterMs;
    await send(sender, step);
  }
}

/** Waits, or until it ends. */
async function waitFor(ms: number, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => undefined);
}
