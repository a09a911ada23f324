/** How many wrong passwords a link was tried with. Pure. */

import { LIMITS } from "../limits.ts";

/**
 * Counts wrong guesses in windows that begin with the first: `LIMITS.wrongPasswords` in `LIMITS.wrongPasswordsMs`. Past
 * them no guess is looked at, right or wrong, until the window ends. A right guess before does not begin a new one:
 * else every reader with the password would give a stranger ten more.
 */
export class Guesses {
  readonly #wrong = new Map<number, { count: number; endsAt: number }>();

  /** When the next guess may be made; null: now. */
  shutUntil(linkId: number, now: number): number | null {
    const tried = this.#wrong.get(linkId);
    return tried && tried.endsAt > now && tried.count >= LIMITS.wrongPasswords ? tried.endsAt : null;
  }

  countWrong(linkId: number, now: number): void {
    for (const [id, { endsAt }] of this.#wrong) if (endsAt <= now) this.#wrong.delete(id);
    const tried = this.#wrong.get(linkId) ?? { count: 0, endsAt: now + LIMITS.wrongPasswordsMs };
    this.#wrong.set(linkId, { ...tried, count: tried.count + 1 });
  }
}
