/** A site whose closed days are in the real D1 and whose tallies are told what to answer. */

import { env } from "cloudflare:workers";
import type { Live, OpenDay, TallyApi } from "../../src/hit.ts";
import type { Access } from "../../src/report/face.ts";
import type { Context } from "../../src/route.ts";
import type { Site } from "../../src/site.ts";

/** 2026-11-22, a Sunday, 12:00 in Riga (UTC+2). */
export const NOON = Date.parse("2026-11-22T10:00:00Z");

export type Cells = Record<string, number[]>;

export function siteOf(id: number, { shards = 1, timezone = "Europe/Riga" } = {}): Site {
  return {
    id,
    domain: "example.com",
    zones: [{ timezone, fromDay: "2020-01-01", fromAt: Date.parse("2020-01-01T00:00:00Z") }],
    allowedHosts: [],
    shardRules: [{ shards, fromAt: 0 }],
    excludedPaths: [],
    excludedCountries: [],
    linkKey: null,
    goals: [],
    isPublic: false,
    badge: false,
    minVisitors: 3,
  };
}

/** Stores a row as a tally's flush would. */
export async function store(site: Site, day: string, dimension: string, cells: Cells, writer = 0): Promise<void> {
  await env.DB.prepare("INSERT INTO counts VALUES (?, ?, ?, ?, 1, jsonb(?))")
    .bind(site.id, dimension, day, writer, JSON.stringify(cells))
    .run();
}

export function openDay(day: string, dimensions: Record<string, Cells>): OpenDay {
  return { day, dimensions, pairs: {} };
}

export interface FakeTally {
  days?: OpenDay[];
  live?: Live;
  /** Runs before each answer; may throw. */
  before?: () => void | Promise<void>;
}

export interface World {
  context: (path: string, params?: Record<string, string>) => Context;
  access: Access;
  /** Calls of the tallies, in order. */
  calls: { shard: number; dimensions: string[] | "all" | "live" }[];
  pauses: number[];
}

/** All that a report reaches, around one site. `tallies` by shard. */
export function world(site: Site, tallies: FakeTally[] = [], { now = NOON, db = env.DB } = {}): World {
  const calls: World["calls"] = [];
  const pauses: number[] = [];
  const tally = (siteId: number, shard: number): Pick<TallyApi, "open" | "live"> => {
    if (siteId !== site.id) throw new Error(`tally of site ${siteId}`);
    const fake = tallies[shard] ?? {};
    return {
      open: async ({ dimensions }) => {
        calls.push({ shard, dimensions });
        await fake.before?.();
        return (fake.days ?? []).map((day) => ({
          ...day,
          dimensions: Object.fromEntries(
            Object.entries(day.dimensions).filter(([name]) => dimensions === "all" || dimensions.includes(name)),
          ),
        }));
      },
      live: async () => {
        calls.push({ shard, dimensions: "live" });
        await fake.before?.();
        return fake.live ?? { visitors: 0, minutes: [] };
      },
    };
  };
  return {
    calls,
    pauses,
    context: (path, params = {}) => ({
      env: { ...env, DB: db },
      ctx: { waitUntil: () => {} },
      params,
      url: new URL(path, "https://footfall.test"),
      credential: { kind: "admin", id: 0, scopes: ["admin", "stats", "sites"], siteId: null },
      now,
    }),
    access: {
      siteFor: async (_context, domain) =>
        domain === site.domain ? site : Response.json({ error: "site_id: no such site" }, { status: 401 }),
      tally: (_env, siteId, shard) => tally(siteId, shard),
      wait: async (ms) => {
        pauses.push(ms);
      },
    },
  };
}

/** A D1 that is away. */
export const NO_D1 = {
  prepare: () => ({ bind: () => ({}) }),
  batch: async () => {
    throw new Error("D1_ERROR: Network connection lost.");
  },
} as unknown as D1Database;

/** A D1 that must not be asked. */
export const UNTOUCHED_D1 = new Proxy({} as D1Database, {
  get: () => {
    throw new TypeError("D1 was asked");
  },
});
