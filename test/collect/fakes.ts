import type { LocalDay } from "../../src/calendar.ts";
import type { Clock, TallyStub, Timer } from "../../src/collect/deps.ts";
import { type CollectDeps, Memory } from "../../src/collect/receive.ts";
import type { Hit, Outcome, RecordBatch } from "../../src/hit.ts";
import type { Site } from "../../src/site.ts";

/** 2026-11-22 12:00 in Riga. */
export const NOON = Date.parse("2026-11-22T10:00:00Z");

export const RIGA = [{ timezone: "Europe/Riga", fromDay: "2026-01-01", fromAt: Date.parse("2025-12-31T22:00:00Z") }];

export const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

let sites = 100;

export function site(changes: Partial<Site> = {}): Site {
  return {
    id: sites++,
    domain: "example.com",
    zones: RIGA,
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
    ...changes,
  };
}

/** A clock that jumps to the end of every timeout at once. */
export class LeapingClock implements Clock {
  at: number;
  /** The timeouts asked for, in ms. */
  readonly pauses: number[] = [];

  constructor(at = NOON) {
    this.at = at;
  }
  now(): number {
    return this.at;
  }
  random(): number {
    return 0.5;
  }
  timer(ms: number): Timer {
    this.pauses.push(ms);
    this.at += ms;
    return { elapsed: Promise.resolve(), cancel: () => {} };
  }
}

/** A clock that stands still until `pass` is called. */
export class StandingClock implements Clock {
  at: number;
  #timers: { at: number; fire: () => void }[] = [];
  #awaited: (() => void)[] = [];

  constructor(at = NOON) {
    this.at = at;
  }
  now(): number {
    return this.at;
  }
  random(): number {
    return 0.5;
  }
  timer(ms: number): Timer {
    const due = this.at + ms;
    let entry: { at: number; fire: () => void } | undefined;
    const elapsed = new Promise<void>((resolve) => {
      entry = { at: due, fire: resolve };
      this.#timers.push(entry);
    });
    for (const go of this.#awaited.splice(0)) go();
    return { elapsed, cancel: () => this.#drop(entry) };
  }
  /** Resolves when the next timeout is asked for: reading a request's body is real input and takes a while. */
  nextTimer(): Promise<void> {
    return new Promise((resolve) => this.#awaited.push(resolve));
  }
  get timers(): number {
    return this.#timers.length;
  }
  /** Lets time pass, and what waits for it go on. */
  async pass(ms: number): Promise<void> {
    const until = this.at + ms;
    for (;;) {
      await settle();
      const next = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.at = next.at;
      this.#drop(next);
      next.fire();
    }
    this.at = until;
    await settle();
  }
  #drop(entry: { at: number; fire: () => void } | undefined): void {
    this.#timers = this.#timers.filter((other) => other !== entry);
  }
}

/** Lets everything go on that waits for nothing but its turn. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

/** A tally that keeps what it is sent. */
export class FakeTally implements TallyStub {
  readonly batches: RecordBatch[] = [];
  /** Called before a batch is taken; may throw. */
  before: (batch: RecordBatch) => void | Promise<void> = () => {};
  outcome: Outcome = "counted";
  keys: (day: LocalDay, make: boolean) => string | null | Promise<string | null> = (day) => keyFor(day.day);

  async record(batch: RecordBatch): Promise<Outcome[]> {
    await this.before(batch);
    this.batches.push(batch);
    return batch.hits.map(() => this.outcome);
  }
  async identityKey(_siteId: number, day: LocalDay, make: boolean): Promise<string | null> {
    return this.keys(day, make);
  }
  get hits(): Hit[] {
    return this.batches.flatMap((batch) => batch.hits);
  }
  get drops(): Record<string, number> {
    const total: Record<string, number> = {};
    for (const { drops } of this.batches) {
      for (const { reason, count } of drops?.counts ?? []) total[reason] = (total[reason] ?? 0) + count;
    }
    return total;
  }
}

/** Base64 of 32 bytes that differ from day to day. */
export function keyFor(day: string): string {
  return Buffer.from(day.padEnd(32, "k")).toString("base64");
}

/** All that collecting needs, faked: a tally, sites in KV, a clock that stands still. */
export function fakeWorld(...known: Site[]) {
  const clock = new StandingClock();
  const tally = new FakeTally();
  const kv = new Map(known.map((one) => [`site:${one.domain}`, JSON.stringify(one)]));
  const asked: string[] = [];
  const waiting: Promise<unknown>[] = [];
  const keys: { authorized: boolean; asked: number } = { authorized: false, asked: 0 };
  const deps: CollectDeps = {
    kv: {
      get: async (key) => {
        asked.push(key);
        return kv.get(key) ?? null;
      },
    },
    tally: (siteId, shard) => {
      asked.push(`${siteId}:${shard}`);
      return tally;
    },
    clock,
    waitUntil: (work) => void waiting.push(work),
    memory: new Memory(),
    authorize: async () => {
      keys.asked++;
      return keys.authorized;
    },
  };
  return { clock, tally, kv, asked, waiting, keys, deps };
}

export type FakeWorld = ReturnType<typeof fakeWorld>;
