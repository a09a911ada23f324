interface Entry<T> {
  /** null: there is no such thing. */
  value: T | null;
  until: number;
}

/**
 * What D1 said of things that requests name, remembered by the isolate for a while: the oldest give way, and before
 * them the names of nothing, which anybody can make up.
 */
export class Known<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #keptMs: number;
  readonly #most: number;
  /** Grows with every revocation: an answer of D1 that was on its way meanwhile is not kept. */
  #revocations = 0;

  constructor({ keptMs, most }: { keptMs: number; most: number }) {
    this.#keptMs = keptMs;
    this.#most = most;
  }

  /**
   * What a name stands for, asked of D1 where that is not known or no longer.
   * @param keepNone whether "nothing" is remembered as well: only where the name cannot stand for something later
   * @param staleOnError while D1 is away, what was known before serves on
   */
  async find(
    name: string,
    now: number,
    ask: () => Promise<T | null>,
    { keepNone = true, staleOnError = false } = {},
  ): Promise<T | null> {
    const entry = this.#entries.get(name);
    if (entry && entry.until > now) return entry.value;
    const before = this.#revocations;
    try {
      const value = await ask();
      if (this.#revocations === before && (value !== null || keepNone)) this.#keep(name, value, now + this.#keptMs);
      return value;
    } catch (error) {
      if (staleOnError && entry) return entry.value;
      throw error;
    }
  }

  /** To be called when something was deleted or changed: from now on D1 is asked again. */
  forget(matches: (value: T) => boolean): void {
    this.#revocations++;
    for (const [name, { value }] of this.#entries) if (value !== null && matches(value)) this.#entries.delete(name);
  }

  #keep(name: string, value: T | null, until: number): void {
    this.#entries.delete(name);
    if (this.#entries.size >= this.#most) {
      const [oldest] = this.#entries.keys();
      const none = this.#entries.entries().find(([, entry]) => entry.value === null)?.[0];
      this.#entries.delete(none ?? oldest ?? "");
    }
    this.#entries.set(name, { value, until });
  }
}
