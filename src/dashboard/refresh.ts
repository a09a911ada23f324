/** Asking for the same again and again: how often, and how long to leave alone who does not answer. Knows no page. */

/** Why there is no answer. */
export interface Failed {
  kind: string;
  /** What the server asks for. */
  retryAfterSeconds?: number | null;
}

const LONGEST_MS = 5 * 60_000;

/** How long to wait: longer each time that it fails, and at least as long as the server asks for. */
export function waitMs(everyMs: number, failures: number, retryAfterSeconds: number | null): number {
  if (failures === 0) return everyMs;
  return Math.max(Math.min(everyMs * 2 ** failures, Math.max(LONGEST_MS, everyMs)), (retryAfterSeconds ?? 0) * 1000);
}

export interface Repetition {
  /**
   * How often to ask, in ms; null: not now. What is older than that when it is called is asked for at once: as after a
   * while in the background.
   */
  pace: (everyMs: number | null) => void;
  /** What is asked for is known as of now. */
  isFresh: () => void;
}

/** @param ask gives why there is no answer, or null; does not throw */
export function repeating(ask: () => Promise<Failed | null>): Repetition {
  let everyMs: number | null = null;
  let knownAt = Date.now();
  let failures = 0;
  let retryAfterSeconds: number | null = null;
  let isAsking = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const arrange = () => {
    clearTimeout(timer);
    if (everyMs === null || isAsking) return;
    const wait = waitMs(everyMs, failures, retryAfterSeconds);
    // A clock that is set back must not keep it waiting for longer.
    timer = setTimeout(run, Math.min(wait, Math.max(0, knownAt + wait - Date.now())));
  };
  const run = async () => {
    isAsking = true;
    const failure = await ask();
    isAsking = false;
    failures = failure ? failures + 1 : 0;
    retryAfterSeconds = failure?.retryAfterSeconds ?? null;
    knownAt = Date.now();
    arrange();
  };
  return {
    pace: (ms) => {
      everyMs = ms;
      arrange();
    },
    isFresh: () => {
      knownAt = Date.now();
      failures = 0;
      arrange();
    },
  };
}

/** What decides how often the figures of a page are asked for. */
export interface Watching {
  /** The page is looked at, and there is a connection. */
  isSeen: boolean;
  /** Today, or what is there now, is what the page is about. */
  isOfToday: boolean;
  /** The period has not ended yet. */
  isGoingOn: boolean;
  /** Strangers share one allowance of requests an hour. */
  isOwner: boolean;
}

/** How often to ask who is there now, in ms; null: not at all. That stands on the page whatever its period. */
export function livePace({ isSeen, isOfToday, isGoingOn, isOwner }: Watching): number | null {
  if (!isSeen) return null;
  if (!isOwner) return 60_000;
  if (isOfToday) return 15_000;
  return isGoingOn ? 30_000 : 60_000;
}

/** How often to ask for the whole summary again, in ms; null: not at all. */
export function summaryPace({ isSeen, isOfToday, isOwner }: Watching): number | null {
  if (!isSeen || !isOfToday) return null;
  return isOwner ? 60_000 : 120_000;
}
