/** A site whose closed days are in the real D1 and whose tallies are told what to answer. */

import { env } from "cloudflare:workers";
import { OTHER, PAIRS, pairName, valuesName } from "../../src/dimensions.ts";
import type { Goal } from "../../src/goals.ts";
import type { Live, OpenDay, PairCounts, TallyApi } from "../../src/hit.ts";
import type { Access, ReadCall } from "../../src/report/face.ts";
import type { Context } from "../../src/route.ts";
import type { Site } from "../../src/site.ts";
import type { ImportSource, ImportState } from "../../src/store/imports.ts";
import { pairCellJson } from "../../src/store/pair-cell.ts";

/** 2026-11-22, a Sunday, 12:00 in Riga (UTC+2). */
export const NOON = Date.parse("2026-11-22T10:00:00Z");

export type Cells = Record<string, number[]>;

export function siteOf(id: number, { shards = 1, timezone = "Europe/Riga", goals = [] as Goal[] } = {}): Site {
  return {
    id,
    domain: "example.com",
    zones: [{ timezone, fromDay: "2020-01-01", fromAt: Date.parse("2020-01-01T00:00:00Z") }],
    allowedHosts: [],
    shardRules: [{ shards, fromAt: 0 }],
    excludedPaths: [],
    excludedCountries: [],
    linkKey: null,
    goals,
    isPublic: false,
    badge: false,
    minVisitors: 3,
    detailDays: 0,
    retentionMonths: 0,
  };
}

/** Stores a row as a tally's flush would. */
export async function store(site: Site, day: string, dimension: string, cells: Cells, writer = 0): Promise<void> {
  await storeRows(site, day, [[dimension, JSON.stringify(cells)]], writer);
}

/**
 * Stores a whole day as a tally's flush would: in pairs, pages are numbers in a list of their own, and the commonest
 * cells are numbers.
 */
export async function storeDay(site: Site, { day, dimensions, pairs }: OpenDay, writer = 0): Promise<void> {
  const pages = [OTHER];
  const keyOf = (dimension: string | undefined, value: string): string => {
    if (dimension !== "page" && dimension !== "entry_page") return JSON.stringify(value);
    if (!pages.includes(value)) pages.push(value);
    return `"${pages.indexOf(value)}"`;
  };
  const rows = Object.entries(dimensions).map(([name, cells]): [string, string] => [name, JSON.stringify(cells)]);
  for (const [name, counts] of Object.entries(pairs)) {
    const [outer, inner] = PAIRS.find((pair) => pairName(...pair) === name) ?? [];
    const text = Object.entries(counts).map(([value, cells]) => {
      const inside = Object.entries(cells).map(([value, columns]) => `${keyOf(inner, value)}:${pairCellJson(columns)}`);
      return `${keyOf(outer, value)}:{${inside.join()}}`;
    });
    rows.push([name, `{${text.join()}}`]);
  }
  if (Object.keys(pairs).length > 0) rows.push([valuesName("page"), JSON.stringify(pages)]);
  await storeRows(site, day, rows, writer);
}

async function storeRows({ id }: Site, day: string, rows: [string, string][], writer: number): Promise<void> {
  const insert = env.DB.prepare("INSERT INTO counts VALUES (?, ?, ?, ?, 1, jsonb(?))");
  await env.DB.batch(rows.map(([dimension, json]) => insert.bind(id, dimension, day, writer, json)));
}

/** Gives a site an import. Rows of the writer `-id` are its. */
export async function storeImport(
  { id: siteId }: Site,
  id: number,
  { from = "2026-10-01", to = "2026-11-30", state = "done" as ImportState, source = "plausible" as ImportSource } = {},
): Promise<void> {
  await env.DB.batch([
    env.DB.prepare(
      "INSERT OR IGNORE INTO sites (id, domain, zones, shard_rules, created_at) VALUES (?1, ?2, '', '', 0)",
    ).bind(siteId, `${siteId}.example`),
    env.DB.prepare("INSERT INTO imports VALUES (?, ?, ?, '', ?, ?, ?, '{}', 0)").bind(
      id,
      siteId,
      source,
      from,
      to,
      state,
    ),
  ]);
}

export function openDay(
  day: string,
  dimensions: Record<string, Cells>,
  pairs: Record<string, PairCounts> = {},
): OpenDay {
  return { day, dimensions, pairs };
}

/** A goal of the site, made before any day of the tests. */
export function goalOf(type: Goal["type"], name: string, rest: Partial<Goal> = {}): Goal {
  return { id: 1, type, name, currency: null, createdAt: Date.parse("2020-01-01T00:00:00Z"), ...rest };
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
  calls: { shard: number; dimensions: string[] | "all" | "live" | "pulse"; pairs?: string[] }[];
  pauses: number[];
}

/** All that a report reaches, around one site. `tallies` by shard. */
export function world(site: Site, tallies: FakeTally[] = [], { now = NOON, db = env.DB } = {}): World {
  const calls: World["calls"] = [];
  const pauses: number[] = [];
  const tally = (siteId: number, shard: number): Pick<TallyApi, ReadCall> => {
    if (siteId !== site.id) throw new Error(`tally of site ${siteId}`);
    const fake = tallies[shard] ?? {};
    return {
      open: async ({ dimensions, pairs = [], properties = false, from = "", to = "9999" }) => {
        calls.push({ shard, dimensions, pairs });
        await fake.before?.();
        return (fake.days ?? [])
          .filter(({ day }) => day >= from && day <= to)
          .map((day) => ({
            day: day.day,
            dimensions: only(day.dimensions, (name) => dimensions === "all" || dimensions.includes(name)),
            pairs: only(day.pairs, (name) => pairs.includes(name)),
            ...(properties && { properties: Object.keys(day.dimensions).filter((name) => name.startsWith("event:")) }),
          }));
      },
      live: async () => {
        calls.push({ shard, dimensions: "live" });
        await fake.before?.();
        return fake.live ?? { visitors: 0, minutes: [] };
      },
      pulse: async ({ from }) => {
        calls.push({ shard, dimensions: "pulse" });
        await fake.before?.();
        const days = (fake.days ?? [])
          .filter(({ day }) => day >= from)
          .map((day) => ({
            ...day,
            dimensions: only(day.dimensions, (name) => ["site", "dropped"].includes(name)),
            pairs: {},
          }));
        return { ...(fake.live ?? { visitors: 0, minutes: [] }), days };
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

function only<T>(record: Record<string, T>, isWanted: (name: string) => boolean): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => isWanted(name)));
}

/** A D1 that is away. */
export const NO_D1 = {
  prepare: () => ({ bind: () => ({}) }),
  batch: async () => {
    throw new Error("D1_ERROR: Network connection lost.");
  },
} as unknown as D1Database;

/** The real D1, whose batches are run by `around`. */
export function d1Around(around: (run: () => Promise<D1Result[]>) => Promise<D1Result[]>): D1Database {
  return new Proxy(env.DB, {
    get(target, name) {
      if (name === "batch") return (statements: D1PreparedStatement[]) => around(() => target.batch(statements));
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

/** The real D1, which says to have read so many rows that any answer is worth keeping. */
export const DEAR_D1 = d1Around(async (run) => {
  const results = await run();
  return results.map((result) => ({ ...result, meta: { ...result.meta, rows_read: 1_000_000 } }));
});

/** A D1 that must not be asked. */
export const UNTOUCHED_D1 = new Proxy({} as D1Database, {
  get: () => {
    throw new TypeError("D1 was asked");
  },
});
