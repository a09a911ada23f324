import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import { type LocalDay, MINUTE_MS } from "../calendar.ts";
import { LIMITS } from "../limits.ts";
import { identityKeyName } from "../tally/keyring.ts";
import type { Platform } from "./deps.ts";
import { SingleFlight } from "./single-flight.ts";

/** A day's identity key. */
export interface IdentityKey {
  key: Uint8Array;
  /** This isolate's own, because no real one was to be had: what is counted with it is approximate. */
  approximate: boolean;
}

interface Entry {
  /** null: that day has none. */
  key: Uint8Array | null;
  approximate: boolean;
  /** The end of the key's day. */
  endsAt: number;
  /** From then on a real one is looked for again; never for a real one. */
  retryAt: number;
}

const KEY_BYTES = 32;
const ENTRIES = 2_000;
/** Before a key is given up for now, the tally is asked again after these pauses: it may be about to wake. */
const PAUSES_MS = [100, 400];

/**
 * Identity keys as this isolate knows them: from memory, else from KV, else from the site's first tally, which makes
 * them. Forgotten 45 minutes after their day, as everywhere.
 */
export class IdentityKeys {
  readonly #entries = new Map<string, Entry>();
  readonly #flights = new SingleFlight<Entry>();
  #sweepAt = 0;

  /** The key of a day that is not over. There always is one; see `approximate`. */
  async current(siteId: number, day: LocalDay, now: number, platform: Platform): Promise<IdentityKey> {
    let entry = this.#known(siteId, day, now);
    // Where the day was asked of before and had none, it is made now.
    if (!entry?.key) entry = await this.#find(siteId, day, true, now, platform);
    return { key: entry.key ?? randomBytes(KEY_BYTES), approximate: entry.approximate || !entry.key };
  }

  /** The key of the day before, or null: nobody was counted that day, or it cannot be had now. */
  async previous(siteId: number, day: LocalDay, now: number, platform: Platform): Promise<Uint8Array | null> {
    const entry = this.#known(siteId, day, now) ?? (await this.#find(siteId, day, false, now, platform));
    return entry.key;
  }

  /** How many days' keys are known; for tests. */
  get size(): number {
    return this.#entries.size;
  }

  #known(siteId: number, day: LocalDay, now: number): Entry | undefined {
    if (now >= this.#sweepAt) this.#sweep(now);
    const entry = this.#entries.get(identityKeyName(siteId, day.day));
    return entry && now < entry.retryAt ? entry : undefined;
  }

  #sweep(now: number): void {
    this.#sweepAt = now + MINUTE_MS;
    for (const [name, entry] of this.#entries) {
      if (now >= entry.endsAt + LIMITS.closeDelayMs) this.#entries.delete(name);
    }
  }

  #find(siteId: number, day: LocalDay, make: boolean, now: number, platform: Platform): Promise<Entry> {
    const name = identityKeyName(siteId, day.day);
    return this.#flights.run(`${name}:${make}`, platform, async () => {
      const entry = await this.#lookUp(siteId, day, make, now, platform);
      this.#entries.delete(name);
      const [oldest] = this.#entries.keys();
      if (this.#entries.size >= ENTRIES && oldest !== undefined) this.#entries.delete(oldest);
      this.#entries.set(name, entry);
      return entry;
    });
  }

  async #lookUp(siteId: number, day: LocalDay, make: boolean, now: number, platform: Platform): Promise<Entry> {
    const { endsAt } = day;
    try {
      const key =
        (await fromKv(siteId, day, platform)) ?? (await fromTally(siteId, day, make, make ? PAUSES_MS : [], platform));
      if (key || !make) return { key, approximate: false, endsAt, retryAt: Number.POSITIVE_INFINITY };
    } catch {
      // Nothing is to be had for now. Errors of the platform are not logged for each beacon.
    }
    const known = this.#entries.get(identityKeyName(siteId, day.day));
    const key = known?.key ?? (make ? new Uint8Array(randomBytes(KEY_BYTES)) : null);
    return { key, approximate: make, endsAt, retryAt: now + LIMITS.keyRetryMs };
  }
}

async function fromKv(siteId: number, day: LocalDay, { kv }: Platform): Promise<Uint8Array | null> {
  try {
    return decode(await kv.get(identityKeyName(siteId, day.day)));
  } catch {
    return null;
  }
}

async function fromTally(
  siteId: number,
  day: LocalDay,
  make: boolean,
  pausesMs: readonly number[],
  { tally, clock }: Platform,
): Promise<Uint8Array | null> {
  for (let attempt = 0; ; attempt++) {
    try {
      return decode(await tally(siteId, 0).identityKey(siteId, day, make));
    } catch (error) {
      const pause = pausesMs[attempt];
      if (pause === undefined) throw error;
      await clock.timer(pause * (0.5 + clock.random())).elapsed;
    }
  }
}

function decode(text: string | null): Uint8Array | null {
  const key = text === null ? null : new Uint8Array(Buffer.from(text, "base64"));
  return key?.byteLength === KEY_BYTES ? key : null;
}
