import { DurableObject } from "cloudflare:workers";
import type { Env } from "../env.ts";
import { Exchange, type ExchangeApi, type ExportRequest, type ImportRequest } from "../exchange/exchange.ts";
import type { Range } from "../report/period.ts";
import type { Site } from "../site.ts";
import type { Part } from "../store/unavailable.ts";
import { Guesses } from "./guesses.ts";
import { hashPassword, isPassword } from "./passwords.ts";
import { zipOfPeriod } from "./period-zip.ts";

/** What became of a guessed password. `shut`: it was not looked at, and none is before `until` (ms since 1970). */
export type Verdict = { verdict: "right" | "wrong" } | { verdict: "shut"; until: number };

/** A period of a site's reports, as whoever asks may see it. */
export interface PeriodQuestion {
  site: Site;
  range: Range;
  /** Values of fewer are not shown apart. */
  minVisitors: number;
  now: number;
}

/**
 * `away`: what did not answer. An error's class does not survive the way back. `rowsRead`: how many values and rows D1
 * looked at.
 */
export type PeriodZip = ({ zip: Uint8Array } | { away: Part }) & { rowsRead: number };

/** The calls a clerk answers. */
export interface ClerkApi {
  /** The hash to store for a password: `current` where that is one of it already, else a new one. */
  passwordHash(password: string, current: string | null): Promise<string>;
  /** Whether a password is the one of a link's hash. */
  guess(guess: { linkId: number; password: string; hash: string; now: number }): Promise<Verdict>;
  /** All reports of a period, as CSV files in a ZIP. */
  periodZip(question: PeriodQuestion): Promise<PeriodZip>;
  /** Forgets an upload, and that there was a site. */
  erase(): Promise<void>;
}

/**
 * Does for one site what takes more CPU than a Worker's request has (10 ms on the free plan; an object has 30 s).
 * Named by the site's id; stores nothing but an upload while it is read.
 *
 * Wrong passwords are counted in memory alone. The platform evicts an object after one or two minutes of silence, and
 * the count with it: who is patient gets ten guesses in about that time instead of in 15 minutes, some 10,000 a day.
 * That rules out going through a dictionary, and is no matter for a password of any length.
 */
export class Clerk extends DurableObject<Env> implements ClerkApi, ExchangeApi {
  readonly #exchange = new Exchange(this.ctx.storage, this.env);
  readonly #guesses = new Guesses();

  exportCounts(request: ExportRequest): Promise<Response> {
    return this.#exchange.exportCounts(request);
  }

  importCounts(body: ReadableStream<Uint8Array> | null, request: ImportRequest): Promise<Response> {
    return this.#exchange.importCounts(body, request);
  }

  isImporting(): Promise<boolean> {
    return this.#exchange.isImporting();
  }

  override alarm(): Promise<void> {
    return this.#exchange.forgetUpload();
  }

  async passwordHash(password: string, current: string | null): Promise<string> {
    return current !== null && isPassword(password, current) ? current : hashPassword(password);
  }

  async guess({ linkId, password, hash, now }: Parameters<ClerkApi["guess"]>[0]): Promise<Verdict> {
    const until = this.#guesses.shutUntil(linkId, now);
    if (until !== null) return { verdict: "shut", until };
    // Nothing is awaited in between: of guesses that come at once, each meets the count of those before it.
    if (isPassword(password, hash)) return { verdict: "right" };
    this.#guesses.countWrong(linkId, now);
    return { verdict: "wrong" };
  }

  periodZip(question: PeriodQuestion): Promise<PeriodZip> {
    return zipOfPeriod(question, this.env);
  }

  async erase(): Promise<void> {
    await this.ctx.storage.deleteAlarm();
    await this.ctx.storage.deleteAll();
  }
}
