/** Asks tallies for what they know: again where they fail, for an object that was moved or restarted is back at once. */

import type { TallyApi } from "../hit.ts";
import type { Site } from "../site.ts";
import { Unavailable } from "../store/unavailable.ts";

/** How a site's tallies are reached. */
export interface Tallies<Call extends keyof TallyApi> {
  site: Site;
  /** A fresh stub of the tally of a shard. */
  tally: (siteId: number, shard: number) => Pick<TallyApi, Call>;
  /** Resolves after so many milliseconds. */
  wait: (ms: number) => Promise<void>;
}

/** A tally that fails is asked so often again, with a pause before that grows fourfold. */
const RETRIES = 2;
const FIRST_PAUSE_MS = 50;

/**
 * What the tally of a shard answers.
 * @throws Unavailable naming the shard
 */
export async function askTally<Call extends keyof TallyApi, T>(
  { site, tally, wait }: Tallies<Call>,
  shard: number,
  call: (tally: Pick<TallyApi, Call>) => Promise<T>,
): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      // A stub stays broken after its object failed.
      return await call(tally(site.id, shard));
    } catch (error) {
      if (attempt === RETRIES || isOverloaded(error)) {
        throw new Unavailable("tally", error, `the tally of shard ${shard} does not answer`);
      }
      await wait(FIRST_PAUSE_MS * 4 ** attempt * (0.5 + Math.random()));
    }
  }
}

/** The platform asks not to repeat these at once. */
function isOverloaded(error: unknown): boolean {
  return Object(error).overloaded === true;
}
