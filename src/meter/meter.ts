import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env.ts";
import { isToStore, NO_WINDOW, take, type Window } from "./window.ts";

/** The call a meter answers. */
export interface MeterApi {
  /** Counts a request of the caller, or its cost: null to let it through, or when the next one is (ms since 1970). */
  take(limit: number, now: number, cost?: number): Promise<number | null>;
  /** Forgets the caller. */
  erase(): Promise<void>;
}

const TABLE =
  "CREATE TABLE IF NOT EXISTS window (id INTEGER PRIMARY KEY CHECK (id = 1), started_at INTEGER, used INTEGER)";

/**
 * Counts the requests of one caller in all isolates. Named by the caller's kind and number alone (`k:12`, a key), because
 * the platform logs names; what it stores is one row of two numbers.
 *
 * The count is in memory. It is stored with every thirtieth part of the limit and when it is reached: 30 rows written
 * an hour instead of 600 (and two, once, for the table), for which an eviction forgets at most 19 requests of 600.
 */
export class Meter extends DurableObject<Env> implements MeterApi {
  #window: Window;
  #stored: Window;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const { sql } = ctx.storage;
    sql.exec(TABLE);
    const [row] = sql.exec<{ startedAt: number; used: number }>("SELECT started_at AS startedAt, used FROM window");
    this.#window = row ?? NO_WINDOW;
    this.#stored = this.#window;
  }

  async take(limit: number, now: number, cost = 1): Promise<number | null> {
    const { window, retryAt } = take(this.#window, limit, now, cost);
    this.#window = window;
    if (retryAt !== null || isToStore(window, this.#stored, limit)) this.#store();
    return retryAt;
  }

  async erase(): Promise<void> {
    await this.ctx.storage.deleteAll();
    this.#window = NO_WINDOW;
    this.#stored = NO_WINDOW;
  }

  #store(): void {
    const { startedAt, used } = this.#window;
    if (this.#stored.startedAt === startedAt && this.#stored.used === used) return;
    // `erase` took it away.
    this.ctx.storage.sql.exec(TABLE);
    this.ctx.storage.sql.exec("INSERT OR REPLACE INTO window VALUES (1, ?, ?)", startedAt, used);
    this.#stored = this.#window;
  }
}
