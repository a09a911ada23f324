/**
 * A Worker for the benchmark alone: a durable object that hosts the real `Tally` on its own real storage, on a
 * simulated clock, and bills what it writes. D1 and KV are real. Instances are dropped after 10 s of simulated
 * silence, as the platform does, and made anew by the next call or alarm. Every hit is a call of its own, as the
 * collector makes them, and hits gather by the tally's own timer.
 *
 * `POST` with a JSON command; see `Command`. A command runs to its end before it is answered.
 */

import { DurableObject } from "cloudflare:workers";
import { type LocalDay, localDayAt } from "../../src/calendar.ts";
import type { Outcome } from "../../src/hit.ts";
import { LIMITS } from "../../src/limits.ts";
import type { Site } from "../../src/site.ts";
import { unseal } from "../../src/tally/seal.ts";
import { TallyState } from "../../src/tally/state.ts";
import { TallyStorage } from "../../src/tally/storage.ts";
import { Tally } from "../../src/tally/tally.ts";
import { SimulatedClock } from "../simulation/clock.ts";
import { hitOf } from "../simulation/hits.ts";
import { type Alarm, type Bill, billedD1, meteredContext, meteredKv, newBill } from "../simulation/meter.ts";
import { Audience, hitsOf, type Step } from "../traffic/audience.ts";
import { type Random, seeded } from "../traffic/random.ts";

interface Env {
  DB: D1Database;
  KV: KVNamespace;
  HOST: DurableObjectNamespace<Host>;
}

export type Command =
  /** The site of this domain is in D1; hits begin at `from` and end at `until` (ms since 1970). */
  | {
      command: "begin";
      siteId: number;
      domain: string;
      timezone: string;
      seed: number;
      hitsPerSecond: number;
      from: number;
      until: number;
    }
  /** Goes on until `until` or, if it is given, from then on until the journal has so many rows, at the longest until `latest`. */
  | { command: "run"; until: number; journal?: { rows: number; latest: number } }
  /** Makes as many hits as a run would, and counts none. */
  | { command: "generate"; hits: number }
  /** Calls the instance at hand, or a new one that knows nothing yet. */
  | { command: "call"; fresh: boolean }
  | { command: "look" };

/** What a tally holds in memory, by the tally's own estimate. The rest of `memoryBytes` is counts and open visits. */
export interface StateSize {
  memoryBytes: number;
  visitorEntries: number;
  visitorBytes: number;
  marks: number;
  markBytes: number;
  ids: number;
  idBytes: number;
  openVisits: number;
}

/** What `look` answers. Sizes in bytes. */
export interface Look {
  bill: Bill;
  hits: number;
  counted: number;
  visitors: number;
  mostJournalRows: number;
  journalRows: number;
  journalBytes: number;
  checkpointBytes: number;
  /** Of the open days, as of the latest checkpoint. */
  state: StateSize | null;
  closedUnflushed: number;
}

/** Object and timers of an instance that is idle for this long are dropped. */
const HIBERNATES_AFTER_MS = 10_000;

export class Host extends DurableObject<Env> {
  readonly #bill = newBill();
  readonly #alarm: Alarm = { at: null };
  #clock!: SimulatedClock;
  #site!: Site;
  #random: Random = Math.random;
  #hits!: Generator<Step & { at: number }>;
  #next: (Step & { at: number }) | undefined;
  #audience!: Audience;

  #tally: Tally | null = null;
  #activeAt = 0;
  #waiting: Promise<unknown>[] = [];
  #sent = 0;
  #counted = 0;
  #mostJournalRows = 0;
  #today!: LocalDay;
  #tomorrow!: LocalDay;

  override async fetch(request: Request): Promise<Response> {
    const command = (await request.json()) as Command;
    if (command.command === "begin") await this.#begin(command);
    else if (command.command === "run") await this.#run(command);
    else if (command.command === "generate") this.#generate(command.hits);
    else if (command.command === "call") await this.#call(command.fresh);
    return Response.json(command.command === "look" ? await this.#look() : {});
  }

  async #begin({ siteId, domain, timezone, seed, hitsPerSecond, from, until }: Command & { command: "begin" }) {
    this.#clock = new SimulatedClock(from);
    this.#site = {
      id: siteId,
      domain,
      zones: [{ timezone, fromDay: "1970-01-01", fromAt: 0 }],
      allowedHosts: [],
      shardRules: [{ shards: 1, fromAt: 0 }],
      excludedPaths: [],
      excludedCountries: [],
      linkKey: null,
      goals: [],
      isPublic: false,
      badge: false,
      minVisitors: 3,
      detailDays: 0,
      retentionMonths: 0,
    };
    this.#random = seeded(seed);
    this.#audience = new Audience(this.#random, domain);
    this.#hits = hitsOf(this.#audience, this.#random, { from, until, hitsPerSecond });
    this.#next = this.#hits.next().value ?? undefined;
    this.#setDays(from);
    // An isolate of the collector asks for the day's identity key first.
    await this.#using(async (tally) => tally.identityKey(siteId, this.#today, true));
    await this.#settled();
  }

  async #run({ until, journal }: Command & { command: "run" }): Promise<void> {
    for (let events = 0; ; events++) {
      const hitAt = this.#next?.at ?? Number.POSITIVE_INFINITY;
      const alarmAt = this.#alarm.at ?? Number.POSITIVE_INFINITY;
      const at = Math.min(hitAt, alarmAt, this.#clock.nextTimerAt);
      if (at > (journal?.latest ?? until) || at === Number.POSITIVE_INFINITY) break;
      if (at > until && journal && this.#journal().rows >= journal.rows) break;
      this.#clock.set(at);
      if (this.#clock.nextTimerAt <= at) this.#clock.ring();
      else if (alarmAt <= at) await this.#ringAlarm();
      else this.#sendNext();
      await this.#settled();
      // The output gate and the event loop must have their turn now and then.
      if (events % 5_000 === 0) await this.ctx.storage.sync();
      if (events % 100 === 0) this.#mostJournalRows = Math.max(this.#mostJournalRows, this.#journal().rows);
    }
    this.#clock.set(until);
  }

  #generate(hits: number): void {
    const audience = new Audience(this.#random, this.#site.domain);
    const steps = hitsOf(audience, this.#random, { from: 0, until: Number.POSITIVE_INFINITY, hitsPerSecond: 200 });
    let chars = 0;
    for (const step of steps) {
      chars += hitOf(this.#site, this.#today, step, this.#random).page.length;
      if (--hits <= 0) break;
    }
    if (chars === 0) throw new Error("nothing was generated");
  }

  #sendNext(): void {
    const step = this.#next;
    if (!step) return;
    this.#next = this.#hits.next().value ?? undefined;
    if (step.at >= this.#today.endsAt) this.#setDays(step.at);
    const batch = {
      siteId: this.#site.id,
      shard: 0,
      shards: 1,
      hits: [hitOf(this.#site, this.#today, step, this.#random)],
      today: this.#today,
      tomorrow: this.#tomorrow,
    };
    this.#sent++;
    const count = (outcomes: Outcome[]) => {
      for (const outcome of outcomes) if (outcome === "counted") this.#counted++;
    };
    this.#waiting.push(this.#using(async (tally) => count(await tally.record(batch))));
  }

  async #ringAlarm(): Promise<void> {
    this.#alarm.at = null;
    await this.#using((tally) => tally.alarm());
  }

  async #call(fresh: boolean): Promise<void> {
    // Hits that wait for their commit: the platform would not evict an object that still has them, and here the old
    // instance would commit them behind the new one's back.
    while (this.#waiting.length > 0 && Number.isFinite(this.#clock.nextTimerAt)) {
      this.#clock.set(this.#clock.nextTimerAt);
      this.#clock.ring();
      await this.#settled();
    }
    const bill = { ...this.#bill };
    if (fresh) this.#tally = null;
    await this.#using((tally) => tally.live());
    // Nobody would have called.
    Object.assign(this.#bill, bill);
  }

  /** A call or an alarm, to the instance in memory or to a new one. */
  async #using(call: (tally: Tally) => Promise<unknown>): Promise<void> {
    const now = this.#clock.now;
    if (now - this.#activeAt >= HIBERNATES_AFTER_MS) this.#tally = null;
    if (!this.#tally) {
      this.#bill.instances++;
      const context = meteredContext(this.ctx.storage, this.#clock, this.#alarm, this.#bill, this.#waiting);
      const env = { DB: billedD1(this.env.DB, this.#bill), KV: meteredKv(this.env.KV, this.#bill) };
      this.#tally = new Tally(this.ctx, env as ConstructorParameters<typeof Tally>[1]);
      // The platform's base class takes a real context only.
      Object.defineProperty(this.#tally, "ctx", { value: context });
    }
    this.#activeAt = now;
    this.#bill.objectRequests++;
    await call(this.#tally);
    this.#activeAt = this.#clock.now;
  }

  /** Until all that was called has answered, or waits for a timer. */
  async #settled(): Promise<void> {
    const waiting = this.#waiting;
    const calls = waiting.length;
    let settled = false;
    const all = Promise.all(waiting).then(() => {
      settled = true;
    });
    await Promise.race([all, this.#clock.timerSet()]);
    // Calls that came together take the same number of turns to get to where they wait.
    for (let turn = 0; turn < 8; turn++) await null;
    if (settled && waiting.length === calls) waiting.length = 0;
  }

  #setDays(at: number): void {
    this.#today = localDayAt(this.#site.zones, at);
    this.#tomorrow = localDayAt(this.#site.zones, this.#today.endsAt);
  }

  #journal(): { rows: number; bytes: number } {
    const [journal] = this.ctx.storage.sql
      .exec<{ rows: number; bytes: number }>(
        "SELECT count(*) AS rows, coalesce(sum(length(sealed)), 0) AS bytes FROM journal",
      )
      .toArray();
    return journal ?? { rows: 0, bytes: 0 };
  }

  async #look(): Promise<Look> {
    const storage = new TallyStorage(this.ctx.storage);
    const { rows, bytes } = this.#journal();
    const [checkpoint] = this.ctx.storage.sql
      .exec<{ bytes: number }>("SELECT coalesce(sum(length(data)), 0) AS bytes FROM checkpoint")
      .toArray();
    return {
      bill: this.#bill,
      hits: this.#sent,
      counted: this.#counted,
      visitors: this.#audience.visitors,
      mostJournalRows: this.#mostJournalRows,
      journalRows: rows,
      journalBytes: bytes,
      checkpointBytes: checkpoint?.bytes ?? 0,
      state: await this.#state(storage),
      closedUnflushed: Object.values(storage.ledger()?.closed ?? {}).filter(({ revision }) => revision === 0).length,
    };
  }

  /** The state as of the latest checkpoint. */
  async #state(storage: TallyStorage): Promise<Look["state"]> {
    const keyName = storage.checkpointKeyName();
    const key = keyName && (await this.env.KV.get(keyName));
    if (!key) return null;
    const secrets = [...storage.checkpoint("secrets")].map((part) => unseal(Buffer.from(key, "base64"), part));
    const state = TallyState.read(storage.checkpoint("counts"), secrets, LIMITS);
    const days = [...state.days.values()];
    const sum = (of: (day: (typeof days)[number]) => number) => days.reduce((total, day) => total + of(day), 0);
    return {
      memoryBytes: state.memoryBytes,
      visitorEntries: sum((day) => day.visitors.size),
      visitorBytes: sum((day) => day.visitors.memoryBytes),
      marks: sum((day) => day.marks.size),
      markBytes: sum((day) => day.marks.memoryBytes),
      ids: state.ids.size + state.earlierIds.size,
      idBytes: state.ids.memoryBytes + state.earlierIds.memoryBytes,
      openVisits: state.visits.size,
    };
  }
}

export default {
  fetch: (request, env) => env.HOST.getByName("host").fetch(request as Request<unknown, IncomingRequestCfProperties>),
} satisfies ExportedHandler<Env>;
