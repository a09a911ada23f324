/**
 * A clock of this isolate that stands still until it is set: `Date.now` and `setTimeout` follow it. Whatever awaits
 * real I/O (D1, KV) takes no time on it.
 */
export class SimulatedClock {
  #now: number;
  readonly #timers = new Map<number, { at: number; ring: () => void }>();
  #lastTimer = 0;
  #onTimer: (() => void) | null = null;

  constructor(now: number) {
    this.#now = now;
    Date.now = () => this.#now;
    const set = (ring: () => void, delayMs = 0) => {
      this.#timers.set(++this.#lastTimer, { at: this.#now + delayMs, ring });
      this.#onTimer?.();
      return this.#lastTimer;
    };
    const clear = (timer: number) => this.#timers.delete(timer);
    Object.assign(globalThis, { setTimeout: set, clearTimeout: clear });
  }

  get now(): number {
    return this.#now;
  }

  /** Never back. */
  set(now: number): void {
    this.#now = Math.max(this.#now, now);
  }

  /** When the next timer rings; Infinity for never. */
  get nextTimerAt(): number {
    let next = Number.POSITIVE_INFINITY;
    for (const { at } of this.#timers.values()) next = Math.min(next, at);
    return next;
  }

  /** Rings the timers that are due. */
  ring(): void {
    for (const [timer, { at, ring }] of this.#timers) {
      if (at > this.#now) continue;
      this.#timers.delete(timer);
      ring();
    }
  }

  /** Resolves once a timer is pending. */
  timerSet(): Promise<void> {
    if (this.#timers.size > 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onTimer = () => {
        this.#onTimer = null;
        resolve();
      };
    });
  }
}
