import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOUR_MS, localDayAt, type ZoneRule } from "../../src/calendar.ts";
import type { Hit, Outcome, RecordBatch } from "../../src/hit.ts";
import { LIMITS, type Limits } from "../../src/limits.ts";
import { COLUMN } from "../../src/metrics.ts";
import { Day } from "../../src/tally/day.ts";
import { dayCounts } from "../../src/tally/day-counts.ts";
import { advance, apply, closeDay, daysToClose } from "../../src/tally/machine.ts";
import { PackReader, packed } from "../../src/tally/pack.ts";
import { TallyState } from "../../src/tally/state.ts";
import { hitOf, type Step, start, step, timezone } from "./arbitrary.ts";
import { type Counts, NaiveCounter } from "./naive.ts";

const zonesOf = (timezone: string): ZoneRule[] => [{ timezone, fromDay: "1970-01-01", fromAt: 0 }];

/** A shard without its object: the machine, a journal, checkpoints, and days put away when they close. */
class Shard {
  state: TallyState;
  readonly closed = new Map<string, Uint8Array[]>();
  readonly #limits: Limits;
  #checkpoint: { counts: Uint8Array[]; secrets: Uint8Array[] } | null = null;
  #journal: [number, RecordBatch[]][] = [];

  constructor(limits: Limits) {
    this.#limits = limits;
    this.state = new TallyState(limits, this.#reopen);
  }

  record(now: number, batch: RecordBatch): Outcome[] {
    this.#journal.push([now, structuredClone([batch])]);
    return apply(this.state, now, [batch])[0] as Outcome[];
  }

  checkpoint(): void {
    this.#checkpoint = {
      counts: packed((writer) => this.state.writeCounts(writer)),
      secrets: packed((writer) => this.state.writeSecrets(writer)),
    };
    this.#journal = [];
  }

  /** Loses its memory and wakes from the checkpoint and the journal. */
  wake(): void {
    this.state = this.#checkpoint
      ? TallyState.read(this.#checkpoint.counts, this.#checkpoint.secrets, this.#limits, this.#reopen)
      : new TallyState(this.#limits, this.#reopen);
    for (const [now, batches] of this.#journal) apply(this.state, now, batches);
  }

  closeDueDays(now: number): void {
    const due = daysToClose(this.state, now);
    if (due.length > 0) advance(this.state, now);
    for (const { local } of due) {
      const day = closeDay(this.state, local.day);
      if (day)
        this.closed.set(
          local.day,
          packed((writer) => day.writeCounts(writer)),
        );
    }
    if (due.length > 0) this.checkpoint();
  }

  counts(): Counts {
    const days = [...this.state.days.values()].map((day) => ({
      day: day.local.day,
      ...dayCounts(day, this.state.visits.values(), { dimensions: "all", pairs: "all" }),
    }));
    for (const [date, bytes] of this.closed) {
      if (this.state.days.has(date)) continue;
      days.push({ day: date, ...dayCounts(Day.readCounts(new PackReader(bytes), this.#limits), []) });
    }
    const counts: Counts = new Map();
    for (const { day, dimensions, pairs } of days) {
      for (const [name, values] of Object.entries(dimensions)) {
        for (const [value, row] of Object.entries(values)) counts.set([day, name, value].join("|"), row);
      }
      for (const [name, outer] of Object.entries(pairs)) {
        for (const [a, inner] of Object.entries(outer)) {
          for (const [b, row] of Object.entries(inner)) counts.set([day, name, a, b].join("|"), row);
        }
      }
    }
    return counts;
  }

  readonly #reopen = (date: string): Day | undefined => {
    const bytes = this.closed.get(date);
    return bytes && Day.readCounts(new PackReader(bytes), this.#limits);
  };
}

function batchOf(hits: Hit[], now: number, zones: ZoneRule[]): RecordBatch {
  const today = localDayAt(zones, now);
  return { siteId: 1, shard: 0, shards: 1, hits, today, tomorrow: localDayAt(zones, today.endsAt) };
}

/** Rows without trailing zeros, and none that are all zeros, in order of their names. */
function tidy(counts: Counts): Record<string, number[]> {
  const rows: [string, number[]][] = [];
  for (const [name, row] of counts) {
    const cut = [...row];
    while (cut.at(-1) === 0) cut.pop();
    if (cut.length > 0) rows.push([name, cut]);
  }
  return Object.fromEntries(rows.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sum(...all: Counts[]): Counts {
  const total: Counts = new Map();
  for (const counts of all) {
    for (const [name, row] of counts) {
      const into = total.get(name) ?? [];
      for (const [column, count] of row.entries()) into[column] = (into[column] ?? 0) + count;
      total.set(name, into);
    }
  }
  return total;
}

const interruption = fc.constantFrom("", "", "", "wake", "checkpoint", "checkpoint and wake", "close");
const life = fc.record({
  timezone,
  start,
  steps: fc.array(fc.tuple(step, interruption), { minLength: 1, maxLength: 60 }),
  shards: fc.constantFrom(1, 1, 2, 4),
});

/** Lives a random life in shards and in a naive counter; both see the same hits at the same instants. */
function live(
  {
    timezone,
    start,
    steps,
    shards: count,
  }: { timezone: string; start: number; steps: [Step, string][]; shards: number },
  limits: Limits,
): { tally: Counts; naive: Counts; shards: Shard[] } {
  const zones = zonesOf(timezone);
  const shards = Array.from({ length: count }, () => new Shard(limits));
  const naive = new NaiveCounter(limits);
  let now = start;
  let again: { hit: Hit; shard: Shard } | undefined;
  for (const [i, [one, interrupted]] of steps.entries()) {
    now += one.passesMs;
    const shard = shards[one.person % count] as Shard;
    const hit = hitOf(one, i, now, zones);
    const sent = one.repeats === 1 ? [hit, structuredClone(hit)] : [hit];
    for (const each of sent) shard.record(now, batchOf([each], now, zones));
    naive.add(hit, now);
    if (again) again.shard.record(now, batchOf([again.hit], now, zones));
    again = one.repeats === 2 ? { hit, shard } : undefined;
    if (one.passesMs > limits.idsKnownMs) again = undefined;
    for (const each of shards) {
      if (interrupted === "close") each.closeDueDays(now);
      if (interrupted.startsWith("checkpoint")) each.checkpoint();
      if (interrupted.endsWith("wake")) each.wake();
    }
  }
  return { tally: sum(...shards.map((shard) => shard.counts())), naive: naive.counts(), shards };
}

const LIVES = 1500;

describe("the tally as a machine", { timeout: 120_000 }, () => {
  it("counts every metric of every dimension and pair as a counter that keeps every hit", () => {
    fc.assert(
      fc.property(life, (random) => {
        const { tally, naive } = live(random, LIMITS);
        expect(tidy(tally)).toEqual(tidy(naive));
      }),
      { numRuns: LIVES },
    );
  });

  it("drops what goes beyond the rate as the naive counter does", () => {
    fc.assert(
      fc.property(life, (random) => {
        const { tally, naive } = live(random, { ...LIMITS, rateHits: 3 });
        expect(tidy(tally)).toEqual(tidy(naive));
      }),
      { numRuns: LIVES / 3 },
    );
  });

  it("never has a negative count and keeps every total whatever the clocks, bounds and interruptions are", () => {
    const wild = fc.record({
      timezone,
      start,
      steps: fc.array(
        fc.tuple(step, interruption, fc.integer({ min: -40, max: 40 }), fc.integer({ min: -40, max: 40 })),
        { minLength: 1, maxLength: 50 },
      ),
    });
    const tight: Limits = {
      ...LIMITS,
      valuesPerDimension: 3,
      reservedValues: 1,
      cellsPerPair: 3,
      propertiesPerSite: 2,
    };
    const tiny: Limits = { ...tight, pagesPerVisit: 1, marksPerDay: 20, visitorsPerDay: 2, openVisits: 2, rateHits: 5 };
    fc.assert(
      fc.property(wild, fc.constantFrom(LIMITS, tight, tiny), ({ timezone, start, steps }, limits) => {
        const zones = zonesOf(timezone);
        const shard = new Shard(limits);
        let now = start;
        const expected = { pageviews: 0, events: 0, dropped: 0 };
        for (const [i, [one, interrupted, hitJump, clockJump]] of steps.entries()) {
          now += one.passesMs;
          const hit = hitOf(one, i, now + hitJump * HOUR_MS, zones);
          const outcomes = shard.record(now + clockJump * HOUR_MS, batchOf([hit], now, zones));
          for (const outcome of outcomes) {
            if (outcome !== "counted") expected.dropped++;
            else if (hit.kind === "pageview") expected.pageviews++;
            else if (hit.kind === "event") expected.events++;
          }
          if (interrupted === "close") shard.closeDueDays(now + clockJump * HOUR_MS);
          if (interrupted.startsWith("checkpoint")) shard.checkpoint();
          if (interrupted.endsWith("wake")) shard.wake();
        }
        const found = { pageviews: 0, events: 0, dropped: 0 };
        const byDimension = new Map<string, number>();
        for (const [name, row] of shard.counts()) {
          for (const count of row) if (count < 0) throw new Error(`${name} is ${row}`);
          const [, dimension] = name.split("|");
          if (dimension === "site") {
            found.pageviews += row[COLUMN.pageviews] ?? 0;
            found.events += row[COLUMN.customEvents] ?? 0;
          }
          if (dimension === "dropped") found.dropped += row[COLUMN.customEvents] ?? 0;
          const total = (byDimension.get(String(dimension)) ?? 0) + (row[COLUMN.pageviews] ?? 0);
          byDimension.set(String(dimension), total);
        }
        expect(found).toEqual(expected);
        for (const dimension of ["hour", "page", "entry_page", "source", "location", "device*page", "hour*page"]) {
          expect([dimension, byDimension.get(dimension) ?? 0]).toEqual([dimension, expected.pageviews]);
        }
      }),
      { numRuns: LIVES },
    );
  });

  it("is after a checkpoint and a replay what it would be without", () => {
    fc.assert(
      fc.property(life, (random) => {
        const undisturbed = live({ ...random, steps: random.steps.map(([one]) => [one, ""]) }, LIMITS);
        const disturbed = live(
          { ...random, steps: random.steps.map(([one, how]) => [one, how === "close" ? "" : how]) },
          LIMITS,
        );
        for (const [i, shard] of disturbed.shards.entries()) {
          shard.wake();
          const other = undisturbed.shards[i] as Shard;
          const counts = ({ state }: Shard) => packed((writer) => state.writeCounts(writer));
          expect(counts(shard)).toEqual(counts(other));
          expect(shard.state.memoryBytes).toBe(other.state.memoryBytes);
          expect([...shard.state.visits.values()].map(({ presence, ...visit }) => visit)).toEqual(
            [...other.state.visits.values()].map(({ presence, ...visit }) => visit),
          );
        }
      }),
      { numRuns: LIVES / 3 },
    );
  });
});
