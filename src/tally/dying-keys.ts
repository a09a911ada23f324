import { randomBytes } from "node:crypto";

/** A key that is not there now, but may be on a repeated call: KV is away, or does not show it yet. */
export class KeyNotReady extends Error {
  readonly retryable = true;
}

/** How long KV may go on saying that a new key is missing. */
const VISIBLE_AFTER_MS = 2 * 60_000;
/** KV refuses to expire anything sooner. */
const SHORTEST_TTL_MS = 60_000;

/** How a key that is missing is made. */
export interface MakeOptions {
  /** When it was made before, as far as is known. */
  madeAt: number | undefined;
  /** When KV is to delete it, in ms since 1970. */
  expiresAt: number;
  /** Called before a new key is given out. */
  onMade: () => void;
  /** Ask KV even if the key was never made as far as is known. Not asking spares a miss, which KV remembers for a minute. */
  looksFirst: boolean;
}

/**
 * Random 256-bit keys that rest in KV alone and expire there: KV keeps no history, so an expired key is gone.
 * The maker (one tally) remembers which names it made, never the keys.
 */
export class DyingKeys {
  readonly #kv: KVNamespace;
  readonly #memory = new Map<string, Uint8Array>();
  readonly #pending = new Map<string, Promise<Uint8Array | null>>();

  constructor(kv: KVNamespace) {
    this.#kv = kv;
  }

  /** The key if it is at hand without asking KV. */
  known(name: string): Uint8Array | undefined {
    return this.#memory.get(name);
  }

  /**
   * The key of a name; null if there is none. `madeAt`: when it was made (ms since 1970), as far as is known.
   * @throws KeyNotReady if KV does not answer, or does not show a key that was made
   */
  async find(name: string, now: number, madeAt: number | undefined): Promise<Uint8Array | null> {
    const known = this.#memory.get(name);
    if (known) return known;
    let text: string | null;
    try {
      text = await this.#kv.get(name);
    } catch {
      throw new KeyNotReady("KV does not answer");
    }
    if (text !== null) return this.#remember(name, new Uint8Array(Buffer.from(text, "base64")));
    if (madeAt !== undefined && now < madeAt + VISIBLE_AFTER_MS)
      throw new KeyNotReady("KV does not show a new key yet");
    return null;
  }

  /**
   * The key of a name, made if there is none; null if it would have expired already.
   * @throws KeyNotReady as `find`, or if KV does not take the new key
   */
  findOrMake(name: string, now: number, options: MakeOptions): Promise<Uint8Array | null> {
    const pending = this.#pending.get(name);
    if (pending) return pending;
    const made = this.#findOrMake(name, now, options).finally(() => this.#pending.delete(name));
    this.#pending.set(name, made);
    return made;
  }

  async #findOrMake(
    name: string,
    now: number,
    { madeAt, expiresAt, onMade, looksFirst }: MakeOptions,
  ): Promise<Uint8Array | null> {
    const found = looksFirst || madeAt !== undefined ? await this.find(name, now, madeAt) : null;
    if (found) return found;
    if (expiresAt < now + SHORTEST_TTL_MS) return null;
    const key = new Uint8Array(randomBytes(32));
    try {
      await this.#kv.put(name, Buffer.from(key).toString("base64"), {
        expirationTtl: Math.ceil((expiresAt - now) / 1000),
      });
    } catch {
      throw new KeyNotReady("KV does not take a new key");
    }
    onMade();
    return this.#remember(name, key);
  }

  /** Forgets keys in memory whose names are not wanted any more. */
  forget(isGone: (name: string) => boolean): void {
    for (const name of this.#memory.keys()) if (isGone(name)) this.#memory.delete(name);
  }

  #remember(name: string, key: Uint8Array): Uint8Array {
    this.#memory.set(name, key);
    return key;
  }
}

/** KV name of a site's identity key of a local day. */
export function identityKeyName(siteId: number, day: string): string {
  return `identity:${siteId}:${day}`;
}

/** KV name of a tally's journal key of a UTC date. */
export function journalKeyName(siteId: number, shard: number, date: string): string {
  return `journal:${siteId}:${shard}:${date}`;
}
