import type { TallyApi } from "../hit.ts";
import type { KeyValueReader } from "../store/site-cache.ts";

/** What collecting needs of a tally. */
export type TallyStub = Pick<TallyApi, "record" | "identityKey">;

/** A fresh stub of a site's shard: a stub stays broken after its object failed. */
export type TallyOf = (siteId: number, shard: number) => TallyStub;

/** A timeout that can be given up. */
export interface Timer {
  elapsed: Promise<void>;
  cancel(): void;
}

/** Clock, chance and timeouts, so that tests need to wait for none of them. */
export interface Clock {
  /** ms since 1970 */
  now(): number;
  /** 0 ≤ n < 1 */
  random(): number;
  timer(ms: number): Timer;
}

/** The parts of the platform that collecting reaches. */
export interface Platform {
  kv: KeyValueReader;
  tally: TallyOf;
  clock: Clock;
  /** Keeps the request alive until a promise settles. */
  waitUntil(work: Promise<unknown>): void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  timer(ms) {
    let handle: ReturnType<typeof setTimeout> | undefined;
    const elapsed = new Promise<void>((resolve) => {
      handle = setTimeout(resolve, ms);
    });
    return { elapsed, cancel: () => clearTimeout(handle) };
  },
};
