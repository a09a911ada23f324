import { HOUR_MS, MINUTE_MS } from "../calendar.ts";

export const FIRST_RETRY_MS = MINUTE_MS;
const LAST_RETRY_MS = HOUR_MS;

/** How long to wait after so many failures in a row (1, 2, …): a minute, then twice as long each time, an hour at most. */
export function retryDelayMs(failures: number): number {
  return Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LAST_RETRY_MS);
}
