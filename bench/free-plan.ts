import type { Simulation } from "./simulation/simulate.ts";

/** What the free plan gives a day (Cloudflare's price lists of November 2026). */
const LIMITS = {
  "Worker requests": 100_000,
  "Durable Object requests": 100_000,
  "Durable Object rows written": 100_000,
  "D1 rows written": 100_000,
  "KV writes": 1_000,
  "KV reads": 100_000,
} as const;

type LimitName = keyof typeof LIMITS;

/** Reports looked at a day; each asks the tally three times. */
const REPORTS = 100;
const CALLS_PER_REPORT = 3;
/** Isolates at work all day; each reads the site's settings every 45 s, and the day's identity key. */
const ISOLATES = 10;
const SETTINGS_READS = (86_400 / 45) * ISOLATES;

/** Beacons a day that one limit allows. */
export interface Allowance {
  limit: LimitName;
  beacons: number;
}

/**
 * Beacons a day that each limit allows, the lowest first, at a simulated day's figures: what it took for each beacon,
 * and what a day takes whatever comes. A busier site takes less for each.
 */
export function freePlan({ hits, closed: { bill } }: Simulation): Allowance[] {
  const needs: Record<LimitName, { perBeacon: number; perDay: number }> = {
    "Worker requests": { perBeacon: 1, perDay: REPORTS },
    "Durable Object requests": { perBeacon: bill.objectRequests / hits, perDay: REPORTS * CALLS_PER_REPORT },
    "Durable Object rows written": { perBeacon: bill.tallyRows / hits, perDay: 0 },
    "D1 rows written": { perBeacon: bill.d1Rows / hits, perDay: 0 },
    // Two or three keys a day and shard, however many hits.
    "KV writes": { perBeacon: 0, perDay: bill.kvWrites },
    "KV reads": { perBeacon: bill.kvReads / hits, perDay: SETTINGS_READS },
  };
  const allowances = Object.entries(needs).map(([limit, { perBeacon, perDay }]) => ({
    limit: limit as LimitName,
    beacons: Math.max(LIMITS[limit as LimitName] - perDay, 0) / perBeacon,
  }));
  return allowances.sort((a, b) => a.beacons - b.beacons);
}
