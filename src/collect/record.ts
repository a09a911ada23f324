import type { Outcome, RecordBatch } from "../hit.ts";
import { LIMITS } from "../limits.ts";
import { logFailure } from "../log.ts";
import type { Platform } from "./deps.ts";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 4_000;
/** An overloaded tally is not asked again at once: that would keep it overloaded. */
const OVERLOADED_PAUSE_MS = 1_500;

/**
 * Sends a batch to its tally until it is acknowledged, with the same ids, so that a repeated hit is counted once.
 * Each attempt takes a fresh stub; pauses double and vary, so that the isolates do not come back all at once.
 * @throws the last error, after 25 s
 */
export async function record(batch: RecordBatch, { tally, clock }: Platform): Promise<Outcome[]> {
  const giveUpAt = clock.now() + LIMITS.retryMs;
  for (let attempt = 0; ; attempt++) {
    try {
      return await tally(batch.siteId, batch.shard).record(batch);
    } catch (error) {
      const longest = Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS);
      const pause = (isOverloaded(error) ? OVERLOADED_PAUSE_MS : 0) + longest * (0.5 + clock.random() / 2);
      if (clock.now() + pause >= giveUpAt) {
        logFailure(
          "a tally did not take hits",
          { siteId: batch.siteId, shard: batch.shard, hits: batch.hits.length, attempts: attempt + 1 },
          error,
        );
        throw error;
      }
      await clock.timer(pause).elapsed;
    }
  }
}

function isOverloaded(error: unknown): boolean {
  return typeof error === "object" && error !== null && "overloaded" in error && error.overloaded === true;
}
