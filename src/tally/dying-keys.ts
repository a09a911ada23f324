import { randomBytes } from "node:crypto";

/** A key that is not there now, but may be on a repeated call: KV is away, or does not show it yet. */
export class KeyNotReady extends Error {
  readonly retryable = true;
}

/** 256 random bits. */
export type Key = Uint8Array<ArrayBuffer>;

/** KV refuses to expire anything sooner. */
export const SHORTEST_TTL_MS = 60_000;

/**
 * Random 256-bit keys that rest in KV alone and expire there: KV keeps no history, so an expired key is gone. In
 * memory they live no longer.
 */
export class DyingKeys {
  readonly #kv: KVNamespace;
  readonly #memory = new Map<string, { key: Key; until: number }>();

  constructor(kv: KVNamespace) {
    this.#kv = kv;
  }

  /** The key of a name if it is at hand and has not expired. `now` in ms since 1970. */
  known(name: string, now: number): Key | undefined {
    const found = this.#memory.get(name);
    return found && found.until > now ? found.key : undefined;
  }

  /**
   * The key of a name; null if KV shows none. `until`: when it expires, as far as is known.
   * @throws KeyNotReady if KV does not answer
   */
  async find(name: string, now: number, until: number): Promise<Key | null> {
    if (until <= now) return null;
    const known = this.known(name, now);
    if (known) return known;
    let text: string | null;
    try {
      text = await this.#kv.get(name);
    } catch {
      throw new KeyNotReady("KV does not answer");
    }
    if (text === null) return null;
    const key = new Uint8Array(Buffer.from(text, "base64"));
    this.#memory.set(name, { key, until });
    return key;
  }

  /**
   * Gives KV a key to keep until an instant at least a minute ahead: a new one, or one that is to live longer.
   * @throws KeyNotReady if KV does not take it
   */
  async put(name: string, now: number, until: number, key: Key = new Uint8Array(randomBytes(32))): Promise<Key> {
    try {
      const expirationTtl = Math.ceil((until - now) / 1000);
      await this.#kv.put(name, Buffer.from(key).toString("base64"), { expirationTtl });
    } catch {
      throw new KeyNotReady("KV does not take a key");
    }
    this.#memory.set(name, { key, until });
    return key;
  }

  /** Forgets what has expired. */
  sweep(now: number): void {
    for (const [name, { until }] of this.#memory) if (until <= now) this.#memory.delete(name);
  }
}
