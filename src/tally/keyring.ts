import { randomBytes } from "node:crypto";
import { DAY_MS, HOUR_MS, type LocalDay } from "../calendar.ts";
import { LIMITS } from "../limits.ts";
import { type DyingKeys, type Key, KeyNotReady, SHORTEST_TTL_MS } from "./dying-keys.ts";
import type { Ledger, TallyStorage } from "./storage.ts";

const JOURNAL_KEY_TTL_MS = 48 * HOUR_MS;
/** While KV takes no new key, the old one goes on sealing if it lives so much longer. */
const JOURNAL_KEY_RESERVE_MS = 12 * HOUR_MS;
/** How long KV may go on saying that a new key is missing. */
const VISIBLE_AFTER_MS = 2 * 60_000;
/** Tomorrow's identity key is made this long ahead, for KV to spread it. */
const KEY_AHEAD_MS = HOUR_MS;

/** KV name of a site's identity key of a local day. */
export function identityKeyName(siteId: number, day: string): string {
  return `identity:${siteId}:${day}`;
}

/** The keys of one tally: made here, kept in KV. Which were made is in the ledger; they themselves rest nowhere here. */
export class Keyring {
  readonly #keys: DyingKeys;
  readonly #storage: TallyStorage;
  readonly #ledger: Ledger;
  readonly #pending = new Map<string, Promise<Key | null>>();

  constructor(keys: DyingKeys, storage: TallyStorage, ledger: Ledger) {
    this.#keys = keys;
    this.#storage = storage;
    this.#ledger = ledger;
  }

  /** The key to seal with, if it is at hand. */
  journalKey(now: number): { name: string; key: Key } | null {
    const name = this.#ledger.journalKey;
    const key = this.#keys.known(name, now);
    return key ? { name, key } : null;
  }

  /**
   * Sees to it that `journalKey` has a key: each UTC date gets one of its own.
   * @throws KeyNotReady if there is none to be had
   */
  async haveJournalKey(now: number): Promise<void> {
    const { journalKey: name, keysMade } = this.#ledger;
    const isOfToday = name.includes(`:${utcDate(now)}:`);
    if (isOfToday && this.#keys.known(name, now)) return;
    await this.#once("journal", async () => {
      const { until } = keysMade[name] ?? { until: 0 };
      const old = await this.#keys.find(name, now, until).catch(() => null);
      if (old && isOfToday) return old;
      try {
        return await this.#makeJournalKey(now);
      } catch (error) {
        if (old && until >= now + JOURNAL_KEY_RESERVE_MS) return old;
        throw error;
      }
    });
  }

  /** The key that sealed something; null if it has expired for good. */
  async keyThatSealed(name: string, now: number): Promise<Key | null> {
    const { until } = this.#ledger.keysMade[name] ?? { until: 0 };
    const key = await this.#keys.find(name, now, until);
    if (!key && until > now) throw new KeyNotReady("KV does not show a key that has not expired");
    return key;
  }

  /**
   * The identity key of a day; null if there is none and none is to be made, or the day is over. The key of a day
   * that has become longer (the owner moved the timezone) is kept longer.
   * @throws KeyNotReady if it may be there and cannot be had now
   */
  identityKey(siteId: number, day: LocalDay, now: number, make: boolean): Promise<Key | null> {
    const name = identityKeyName(siteId, day.day);
    return this.#once(name, async () => {
      const until = day.endsAt + LIMITS.closeDelayMs;
      const made = this.#ledger.keysMade[name];
      const key = await this.#keys.find(name, now, until);
      if (key && made && until > made.until) return this.#keep(name, now, until, key);
      if (key) return key;
      if (made && now < made.at + VISIBLE_AFTER_MS) throw new KeyNotReady("KV does not show a new key yet");
      if (!make || until < now + SHORTEST_TTL_MS) return null;
      return this.#keep(name, now, until);
    });
  }

  /** When tomorrow's identity key is to be made, in ms since 1970; Infinity if there is nothing to make. */
  nextKeyDueAt(): number {
    const { shard, tomorrow, siteId, keysMade } = this.#ledger;
    if (shard !== 0 || !tomorrow || keysMade[identityKeyName(siteId, tomorrow.day)]) return Number.POSITIVE_INFINITY;
    return tomorrow.startsAt - KEY_AHEAD_MS;
  }

  /** Forgets what has expired, and that it was made. */
  sweep(now: number): void {
    this.#keys.sweep(now);
    const { keysMade } = this.#ledger;
    // Kept a while, for sealed rows that come up again to be known as expired.
    for (const [name, { until }] of Object.entries(keysMade)) if (until < now - DAY_MS) delete keysMade[name];
  }

  /** The random end makes each name one key's for ever, even if a dead instance's call to KV comes late. */
  async #makeJournalKey(now: number): Promise<Key> {
    const { siteId, shard } = this.#ledger;
    const name = `journal:${siteId}:${shard}:${utcDate(now)}:${randomBytes(6).toString("hex")}`;
    const until = now + JOURNAL_KEY_TTL_MS;
    const key = await this.#keys.put(name, now, until);
    this.#ledger.keysMade[name] = { at: now, until };
    this.#ledger.journalKey = name;
    this.#storage.saveLedger(this.#ledger);
    return key;
  }

  async #keep(name: string, now: number, until: number, key?: Key): Promise<Key> {
    const kept = await this.#keys.put(name, now, until, key);
    this.#ledger.keysMade[name] = { at: now, until };
    this.#storage.saveLedger(this.#ledger);
    return kept;
  }

  /** Calls that come while one of the same name is under way share its result. */
  #once(name: string, work: () => Promise<Key | null>): Promise<Key | null> {
    let pending = this.#pending.get(name);
    if (!pending) {
      pending = work().finally(() => this.#pending.delete(name));
      this.#pending.set(name, pending);
    }
    return pending;
  }
}

function utcDate(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
