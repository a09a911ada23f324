/** How many requests of an hour a caller has made. Pure. */

import { HOUR_MS } from "../calendar.ts";

/** A fixed window: it begins with a caller's first request, and the next one with his first after it. */
export interface Window {
  /** ms since 1970 */
  startedAt: number;
  /** Requests that were let through since, and what they cost more. */
  used: number;
}

/** Before the first request. */
export const NO_WINDOW: Window = { startedAt: 0, used: 0 };

/**
 * One more request, or what one that was let through turns out to have cost: it may cost more than is left. A window being fixed, a caller can make twice the limit around its end; over any longer time it is
 * exact.
 * @param limit requests an hour, at least 1
 * @param now ms since 1970. Callers' clocks differ a little: a moment before its start belongs to a window too
 * @param cost in requests
 * @returns the window after it, and where the request is refused, when the next one is let through
 */
export function take(window: Window, limit: number, now: number, cost = 1): { window: Window; retryAt: number | null } {
  const isCurrent = Math.abs(now - window.startedAt) < HOUR_MS;
  const current = isCurrent ? window : { startedAt: now, used: 0 };
  if (current.used >= limit) return { window: current, retryAt: current.startedAt + HOUR_MS };
  return { window: { ...current, used: current.used + cost }, retryAt: null };
}

/** Whether a window is to be stored: after every thirtieth part of the limit (of 600, every 20th), so 30 times an hour. */
export function isToStore(window: Window, stored: Window, limit: number): boolean {
  const every = Math.ceil(limit / 30);
  const before = stored.startedAt === window.startedAt ? stored.used : 0;
  return Math.floor(window.used / every) > Math.floor(before / every);
}
