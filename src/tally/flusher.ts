import { DAY_MS, HOUR_MS } from "../calendar.ts";
import { logFailure } from "../log.ts";
import { replaceCounts, revisionsOf } from "../store/counts.ts";
import type { Day } from "./day.ts";
import { dayRows } from "./day-rows.ts";
import { FIRST_RETRY_MS, retryDelayMs } from "./retry.ts";
import type { TallyState } from "./state.ts";
import type { Ledger, TallyStorage } from "./storage.ts";

/** An open day is flushed at most once in this time, and then only for enough hits to be worth some 90 rows… */
const FLUSH_EVERY_MS = HOUR_MS;
const FLUSH_HITS = 500;
/** …or after this time for any. Reports do not need it (they ask the tally): it guards against the tally's loss. */
const FLUSH_AT_LAST_MS = 6 * HOUR_MS;
/** How often it is looked up whether D1 still has the closed days it acknowledged. */
const HEAL_EVERY_MS = 6 * HOUR_MS;

/** Hands a tally's counts to D1, and again when D1 has lost them. */
export class Flusher {
  readonly #db: D1Database;
  readonly #storage: TallyStorage;
  readonly #ledger: Ledger;
  readonly #state: TallyState;
  readonly #readClosedDay: (date: string) => Day | undefined;
  #failures = 0;

  constructor(
    db: D1Database,
    storage: TallyStorage,
    ledger: Ledger,
    state: TallyState,
    readClosedDay: (date: string) => Day | undefined,
  ) {
    this.#db = db;
    this.#storage = storage;
    this.#ledger = ledger;
    this.#state = state;
    this.#readClosedDay = readClosedDay;
  }

  /** Closed days that D1 has not acknowledged. */
  closedUnflushed(): string[] {
    return Object.entries(this.#ledger.closed).flatMap(([date, { revision }]) => (revision === 0 ? [date] : []));
  }

  /** When there is something to do, in ms since 1970; Infinity for never. */
  nextDueAt(now: number): number {
    const due: number[] = [];
    for (const day of this.#state.days.values()) due.push(this.#openDayDueAt(day));
    if (this.closedUnflushed().length > 0) due.push(0);
    if (Object.keys(this.#ledger.closed).length > 0) due.push(this.#healDueAt(now));
    // Of a clock that was far ahead for a moment, nothing is believed.
    const retryAt = this.#ledger.flushRetryAt > now + DAY_MS + HOUR_MS ? 0 : this.#ledger.flushRetryAt;
    return Math.max(Math.min(...due), retryAt);
  }

  /** Does what is due. D1's failures are kept for a later try; they lose nothing. */
  async flushWhatIsDue(now: number): Promise<void> {
    if (now < this.nextDueAt(now)) return;
    let failure: unknown;
    const attempt = async (work: () => Promise<void>) => {
      try {
        await work();
      } catch (error) {
        failure = error;
        logFailure("a tally could not hand a day over to D1", {}, error);
      }
    };
    // Each on its own, so that a day that cannot be flushed holds up no other; D1 away holds up all, and is asked once.
    if (now >= this.#healDueAt(now)) await attempt(() => this.#heal(now));
    for (const date of this.closedUnflushed()) {
      if (!isUnavailable(failure)) await attempt(() => this.#flushClosed(date, now));
    }
    for (const day of [...this.#state.days.values()]) {
      if (now >= this.#openDayDueAt(day) && !isUnavailable(failure)) await attempt(() => this.#flushOpen(day, now));
    }
    if (failure === undefined) this.#failures = 0;
    else {
      this.#ledger.flushRetryAt = now + this.#retryDelayMs(failure, now);
      this.#storage.saveLedger(this.#ledger);
    }
  }

  #healDueAt(now: number): number {
    const { healedAt } = this.#ledger;
    return healedAt > now ? now : healedAt + HEAL_EVERY_MS;
  }

  #openDayDueAt(day: Day): number {
    const { at, hits } = this.#ledger.flushed[day.local.day] ?? { at: day.local.startsAt, hits: 0 };
    const since = day.hits - hits;
    if (since === 0) return Number.POSITIVE_INFINITY;
    return at + (since >= FLUSH_HITS ? FLUSH_EVERY_MS : FLUSH_AT_LAST_MS);
  }

  async #flushOpen(day: Day, now: number): Promise<void> {
    const hits = day.hits;
    await this.#replace(day, now);
    // Closed while D1 was working: then the closed day's own flush is still to come.
    if (this.#state.days.get(day.local.day) !== day) return;
    this.#ledger.flushed[day.local.day] = { at: now, hits };
    this.#storage.saveLedger(this.#ledger);
  }

  async #flushClosed(date: string, now: number): Promise<void> {
    const entry = this.#ledger.closed[date];
    const day = this.#readClosedDay(date);
    if (!entry || !day) return;
    const revision = await this.#replace(day, now);
    // Opened and closed again while D1 was working: what it has is not the last word.
    if (this.#ledger.closed[date] !== entry || this.#ledger.erased) return;
    entry.revision = revision;
    this.#storage.saveLedger(this.#ledger);
  }

  /** Replaces a day's rows, with a revision above any that D1 has. */
  async #replace(day: Day, now: number): Promise<number> {
    const { siteId, shard } = this.#ledger;
    const key = { siteId, period: day.local.day, writer: shard };
    for (;;) {
      // Milliseconds, so that it grows even if this object is restored to an earlier state.
      const revision = Math.max(this.#ledger.revision + 1, now);
      this.#ledger.revision = revision;
      const found = await replaceCounts(this.#db, key, revision, dayRows(day, this.#state.visits.values()));
      if (found <= revision) return revision;
      this.#ledger.revision = found;
    }
  }

  /** A restored D1 lacks what it once acknowledged: those days are flushed again. */
  async #heal(now: number): Promise<void> {
    const { siteId, shard, closed } = this.#ledger;
    const flushed = Object.entries(closed).filter(([, { revision }]) => revision > 0);
    if (flushed.length > 0) {
      const found = await revisionsOf(
        this.#db,
        siteId,
        shard,
        flushed.map(([date]) => date),
      );
      for (const [date, entry] of flushed) if (found.get(date) !== entry.revision) entry.revision = 0;
    }
    this.#ledger.healedAt = now;
    this.#storage.saveLedger(this.#ledger);
  }

  #retryDelayMs(error: unknown, now: number): number {
    const message = error instanceof Error ? error.message : "";
    // A spent daily quota comes back at 00:00 UTC; asking earlier only fails.
    if (/daily .*limit/i.test(message)) return DAY_MS - (now % DAY_MS) + FIRST_RETRY_MS;
    return retryDelayMs(++this.#failures);
  }
}

/** Whether D1 itself failed, and not the handling of one day. */
function isUnavailable(error: unknown): boolean {
  return error !== undefined && !(error instanceof RangeError);
}
