import type { Platform } from "./deps.ts";

/** How long to wait for what another request has begun. */
const PATIENCE_MS = 1_000;

/**
 * Lets concurrent requests share one piece of work. A promise of another request never settles when that request is
 * cut off, so that nobody waits for ever: after a second, or when the shared work failed, each works on its own.
 */
export class SingleFlight<T> {
  readonly #flying = new Map<string, Promise<T>>();

  async run(key: string, platform: Pick<Platform, "clock" | "waitUntil">, work: () => Promise<T>): Promise<T> {
    const flying = this.#flying.get(key);
    if (flying) {
      const timer = platform.clock.timer(PATIENCE_MS);
      const shared = flying.then(
        (value) => ({ value }),
        () => null,
      );
      const result = await Promise.race([shared, timer.elapsed.then(() => null)]);
      timer.cancel();
      return result ? result.value : work();
    }
    const own = work();
    this.#flying.set(key, own);
    const done = () => {
      if (this.#flying.get(key) === own) this.#flying.delete(key);
    };
    // Goes on when this request's client hangs up.
    platform.waitUntil(own.then(done, done));
    return own;
  }
}
