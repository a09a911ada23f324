/** Export and import as the clerk does them: what they reach out to, and how failures are answered. */

import { localDayAt, MINUTE_MS } from "../calendar.ts";
import type { Env } from "../env.ts";
import { json, refusal, retryLater } from "../http.ts";
import { firstKeptDay } from "../retention.ts";
import type { Site } from "../site.ts";
import { Unavailable } from "../store/unavailable.ts";
import { tallyStub } from "../tally/stub.ts";
import { exported, streamOf } from "./export.ts";
import { importUpload } from "./import.ts";
import { Refused } from "./refused.ts";
import { shownImport } from "./shown.ts";
import { stage, unstage } from "./staging.ts";
import { type CountsSource, type DayRange, firstDay, firstOwnDay } from "./stored-days.ts";
import { readUpload } from "./upload.ts";

export interface ExportRequest {
  site: Site;
  /** Where absent: from the first day with counts, to today. */
  range: Partial<DayRange>;
  /** Now, in ms since 1970. */
  now: number;
}

export interface ImportRequest {
  site: Site;
  contentType: string;
  /** Of a lone CSV file. */
  fileName: string | null;
  /** Now, in ms since 1970. */
  now: number;
}

/** The calls that a clerk answers. None rejects: what went wrong is in the answer. */
export interface ExchangeApi {
  exportCounts(request: ExportRequest): Promise<Response>;
  importCounts(body: ReadableStream<Uint8Array> | null, request: ImportRequest): Promise<Response>;
  /** Whether an import is under way here, and not only left behind in D1. */
  isImporting(): Promise<boolean>;
}

/** An upload left behind, because the object was moved while it read it, is forgotten after so long. */
const FORGET_MS = 60 * MINUTE_MS;

export class Exchange implements ExchangeApi {
  readonly #storage: DurableObjectStorage;
  readonly #env: Env;
  #isImporting = false;

  constructor(storage: DurableObjectStorage, env: Env) {
    this.#storage = storage;
    this.#env = env;
  }

  exportCounts({ site, range, now }: ExportRequest): Promise<Response> {
    return answering(async () => {
      const source = this.#source(site);
      const today = localDayAt(site.zones, now).day;
      const to = range.to ?? today;
      const from = range.from ?? ((await firstDay(source)) || today);
      const days = { from: from < to ? from : to, to };
      const pieces = exported(source, days, now);
      // What is away now can still be said; later the download can only break off.
      const first = await pieces.next();
      const name = `footfall_${site.domain}_${days.from}_${days.to}.zip`;
      return new Response(streamOf(after(first, pieces)), {
        headers: {
          "Content-Type": "application/zip",
          "Content-Disposition": `attachment; filename="${name}"`,
          "Cache-Control": "private, no-store",
        },
      });
    });
  }

  importCounts(
    body: ReadableStream<Uint8Array> | null,
    { site, contentType, fileName, now }: ImportRequest,
  ): Promise<Response> {
    return answering(async () => {
      // One upload rests in the storage, and one is held in memory.
      if (this.#isImporting) throw new Refused("domain: another import of this site is under way", 409);
      this.#isImporting = true;
      try {
        await this.#storage.setAlarm(now + FORGET_MS);
        const staged = await stage(this.#storage.sql, body ?? []);
        const upload = readUpload(staged, contentType, fileName);
        const today = localDayAt(site.zones, now).day;
        const { done, unchanged } = await importUpload(upload, {
          db: this.#env.DB,
          site,
          firstOwnDay: await firstOwnDay(this.#source(site)),
          today,
          keptFrom: firstKeptDay(site, today),
          now,
        });
        return json({ ...shownImport(done), ...(unchanged && { unchanged }) });
      } finally {
        this.#isImporting = false;
        await this.forgetUpload();
      }
    });
  }

  async isImporting(): Promise<boolean> {
    return this.#isImporting;
  }

  /** Forgets an upload, unless it is being read: then that will. */
  async forgetUpload(): Promise<void> {
    if (this.#isImporting) return;
    unstage(this.#storage.sql);
    await this.#storage.deleteAlarm();
  }

  #source(site: Site): CountsSource {
    return {
      site,
      db: this.#env.DB,
      tally: (siteId, shard) => tallyStub(this.#env, siteId, shard),
      wait: (ms) => scheduler.wait(ms),
    };
  }
}

async function* after(first: IteratorResult<Uint8Array>, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (!first.done) yield first.value;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}

async function answering(produce: () => Promise<Response>): Promise<Response> {
  try {
    return await produce();
  } catch (error) {
    if (error instanceof Refused) return refusal(error.status, error.message);
    if (error instanceof Unavailable) return retryLater(`${error.message}. Try again.`);
    throw error;
  }
}
