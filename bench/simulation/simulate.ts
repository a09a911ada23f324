import { join } from "node:path";
import { applyMigrations } from "../../scripts/local/migrations.ts";
import { HOUR_MS, localDayAt, MINUTE_MS } from "../../src/calendar.ts";
import { usageOf } from "../machine.ts";
import { benchWorker, PROJECT } from "../runtime.ts";
import type { Command, Look } from "../workers/simulation.ts";

/** A site and how busy it is, from the beginning of its day on. */
export interface SimulationPlan {
  hitsPerSecond: number;
  /** Counted from local midnight. */
  hours: number;
}

export interface Simulation {
  hits: number;
  /** At the end of the hits, with a long journal, before the day is closed. */
  open: Look;
  /** When the day was closed and D1 has it. */
  closed: Look;
  /** What rests in D1 of this day: rows with their keys, and what the database file grew by. In bytes. */
  d1RowBytes: number;
  d1FileBytes: number;
  /** From a call to an instance that knows nothing to its answer, less what a call takes anyway; median of five. */
  wakeMs: number;
  /** Processor time of the tally for one hit (with checkpoints and wake-ups), in ms; null where it cannot be told. */
  cpuMsPerHit: number | null;
  rssGrowth: number | null;
  /** What the machine took. */
  tookMs: number;
}

const DAY = "2026-11-25";
const TIMEZONE = "Europe/Riga";
const DOMAIN = "site.example";
/** The last hits of the day are left for the moment at which wake-ups are measured. */
const REST_MS = 30 * MINUTE_MS;
const STEPS = 8;
/** Hits made for nothing, to know what making them costs. */
const GENERATED = 20_000;
const WAKE_UPS = 5;

/** Runs the hits of a site's day through the real tally on a simulated clock, and closes the day. */
export async function simulate(
  directory: string,
  { hitsPerSecond, hours }: SimulationPlan,
  say: (text: string) => void,
): Promise<Simulation> {
  const worker = await benchWorker("simulation", directory, "Host");
  const { miniflare, pid } = worker;
  try {
    const command = async (body: Command): Promise<Look> => {
      const response = await miniflare.dispatchFetch("http://bench/", { method: "POST", body: JSON.stringify(body) });
      const text = await response.text();
      if (!response.ok) throw new Error(text);
      return JSON.parse(text) as Look;
    };
    const db = await miniflare.getD1Database("DB");
    await applyMigrations(db as unknown as Parameters<typeof applyMigrations>[0], join(PROJECT, "migrations"));
    const zones = [{ timezone: TIMEZONE, fromDay: "1970-01-01", fromAt: 0 }];
    const inserted = await db
      .prepare("INSERT INTO sites (domain, zones, shard_rules, created_at) VALUES (?1, ?2, ?3, 0)")
      .bind(DOMAIN, JSON.stringify(zones), JSON.stringify([{ shards: 1, fromAt: 0 }]))
      .run();
    const siteId = inserted.meta.last_row_id;
    const emptyBytes = inserted.meta.size_after;

    const { startsAt, endsAt } = localDayAt(zones, Date.parse(`${DAY}T12:00:00Z`));
    const until = Math.min(startsAt + hours * HOUR_MS, endsAt);
    const began = performance.now();
    const at = { siteId, domain: DOMAIN, timezone: TIMEZONE, seed: 1, hitsPerSecond, from: startsAt, until };
    await command({ command: "begin", ...at });
    const before = usageOf(pid);
    const measuredUntil = until - Math.min(REST_MS, (until - startsAt) / 10);
    for (let step = 1; step <= STEPS; step++) {
      const stepUntil = startsAt + ((measuredUntil - startsAt) * step) / STEPS;
      await command({ command: "run", until: stepUntil });
      say(`${hitsPerSecond.toFixed(2)} hits a second: ${((stepUntil - startsAt) / MINUTE_MS).toFixed(0)} minutes`);
    }
    const after = usageOf(pid);
    const { mostJournalRows, hits } = await command({ command: "look" });
    // A wake-up takes the longer the more there is to replay: at well over half of the longest journal.
    const journal = { rows: Math.floor(mostJournalRows * 0.6), latest: until };
    await command({ command: "run", until: measuredUntil, journal });
    const open = await command({ command: "look" });

    const idle = usageOf(pid);
    await command({ command: "generate", hits: GENERATED });
    const generated = usageOf(pid);
    const cpuMsPerHit =
      before && after && idle && generated
        ? (after.cpuMs - before.cpuMs) / hits - (generated.cpuMs - idle.cpuMs) / GENERATED
        : null;

    const time = async (fresh: boolean) => {
      const from = performance.now();
      await command({ command: "call", fresh });
      return performance.now() - from;
    };
    await time(false);
    const calls: number[] = [];
    const wakeUps: number[] = [];
    for (let i = 0; i < WAKE_UPS; i++) {
      wakeUps.push(await time(true));
      calls.push(await time(false));
    }

    await command({ command: "run", until: endsAt + HOUR_MS });
    const closed = await command({ command: "look" });
    if (closed.counted !== closed.hits) throw new Error(`${closed.hits} hits sent, ${closed.counted} acknowledged`);
    if (closed.closedUnflushed > 0) throw new Error("the day was closed, but D1 does not have it");
    const rests = await db
      .prepare(
        `SELECT sum(length(data) + length(dimension) + length(period)) AS bytes,
           (SELECT sum(pageviews + custom_events) FROM totals WHERE dimension = 'site' AND period = ?1) AS hits
         FROM counts WHERE period = ?1`,
      )
      .bind(DAY)
      .first<{ bytes: number; hits: number }>();
    if (rests?.hits !== closed.hits) throw new Error(`${closed.hits} hits sent, ${rests?.hits} in D1`);
    return {
      hits: closed.hits,
      open,
      closed,
      d1RowBytes: rests.bytes,
      d1FileBytes: closed.bill.d1Bytes - emptyBytes,
      wakeMs: Math.max(median(wakeUps) - median(calls), 0),
      cpuMsPerHit,
      rssGrowth: before && after && after.rssBytes - before.rssBytes,
      tookMs: performance.now() - began,
    };
  } finally {
    await worker.stop();
  }
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1] ?? 0;
}
