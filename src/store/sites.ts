/** Sites: their rows in D1, and the copies in KV that the beacon path reads. */

import { and, asc, eq, getTableColumns, gt, isNull, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import type { Goal } from "../goals.ts";
import { completed, type Site } from "../site.ts";
import { sites } from "./schema.ts";
import { from } from "./unavailable.ts";

/** What of a site can change. */
export type SiteChanges = Partial<Omit<Site, "id" | "domain" | "linkKey">>;

const { createdAt: _createdAt, nextGoalId: _nextGoalId, ...columns } = getTableColumns(sites);

/** The site of a domain (lower case, without `www.`), or null. Throws `Unavailable` while D1 is away, as all here. */
export async function siteByDomain(db: D1Database, domain: string): Promise<Site | null> {
  const rows = await from("D1", () => drizzle(db).select(columns).from(sites).where(eq(sites.domain, domain)));
  return rows[0] ?? null;
}

/** The site of an id, or null. */
export async function siteById(db: D1Database, id: number): Promise<Site | null> {
  const rows = await from("D1", () => drizzle(db).select(columns).from(sites).where(eq(sites.id, id)));
  return rows[0] ?? null;
}

/** At most `limit` sites in order of their domains, from the one after `after` on. */
export async function listSites(db: D1Database, { limit, after = "" }: { limit: number; after?: string | undefined }) {
  const page = drizzle(db).select(columns).from(sites).where(gt(sites.domain, after)).orderBy(asc(sites.domain));
  return from<Site[]>("D1", () => page.limit(limit));
}

/** Stores a new site and returns it with its id; null where the domain is taken. */
export async function insertSite(
  db: D1Database,
  site: Omit<Site, "id" | "linkKey" | "goals">,
  now: number,
): Promise<Site | null> {
  const insert = drizzle(db)
    .insert(sites)
    .values({ ...site, createdAt: now })
    .onConflictDoNothing()
    .returning(columns);
  const rows = await from("D1", () => insert);
  return rows[0] ?? null;
}

/**
 * Changes a site and returns it as it is now; null where its zones, shards or goals changed since `before` was read (or
 * the site is gone): read it again and decide again. Without that check the owner's new timezone and the tally's new
 * shards could overwrite each other, and so could two new goals.
 */
export async function updateSite(db: D1Database, before: Site, changes: SiteChanges): Promise<Site | null> {
  const update = drizzle(db).update(sites).set(changes).where(isAsBefore(before)).returning(columns);
  const rows = await from("D1", () => update);
  return rows[0] ?? null;
}

/** Adds a goal, and gives it an id that no goal of the site has had; null as `updateSite`. */
export async function addGoal(db: D1Database, before: Site, goal: Omit<Goal, "id">): Promise<Site | null> {
  const { nextGoalId } = sites;
  const made = sql`json_set(${JSON.stringify({ id: 0, ...goal })}, '$.id', ${nextGoalId})`;
  const update = drizzle(db)
    .update(sites)
    .set({ goals: sql`json_insert(${sites.goals}, '$[#]', ${made})`, nextGoalId: sql`${nextGoalId} + 1` })
    .where(isAsBefore(before))
    .returning(columns);
  const rows = await from("D1", () => update);
  return rows[0] ?? null;
}

function isAsBefore({ id, zones, shardRules, goals }: Site) {
  return and(eq(sites.id, id), eq(sites.zones, zones), eq(sites.shardRules, shardRules), eq(sites.goals, goals));
}

/**
 * Gives a site a link key unless it has one: of several at once one wins, and what it signed stays good.
 * @returns the site as it is then; null where it is gone
 */
export async function giveLinkKey(db: D1Database, id: number, linkKey: string): Promise<Site | null> {
  const keyless = and(eq(sites.id, id), isNull(sites.linkKey));
  await from("D1", async () => drizzle(db).update(sites).set({ linkKey }).where(keyless));
  return siteById(db, id);
}

/** The KV key under which the beacon path finds a site: a JSON of `Site`. */
export function siteKey(domain: string): string {
  return `site:${domain}`;
}

/** KV takes one write of a key a second, and refuses more with 429. */
const KV_PAUSE_MS = 1_100;

/** Copies a site to KV. Edges see it within a minute. `wait` is for tests. */
export async function publishSite(
  kv: Pick<KVNamespace, "put">,
  site: Site,
  wait: (ms: number) => Promise<void> = (ms) => scheduler.wait(ms),
): Promise<void> {
  const put = () => kv.put(siteKey(site.domain), JSON.stringify(site));
  await from("KV", async () => {
    try {
      await put();
    } catch (error) {
      if (!/\b429\b/.test(String(error))) throw error;
      await wait(KV_PAUSE_MS);
      await put();
    }
  });
}

/** The published copy of a site, or null: for reports while D1 is away. */
export async function publishedSite(kv: KVNamespace, domain: string): Promise<Site | null> {
  const copy = await from("KV", () => kv.get<Site>(siteKey(domain), "json"));
  return copy && completed(copy);
}

/** Takes the published copy of a site away. */
export async function unpublishSite(kv: KVNamespace, domain: string): Promise<void> {
  await from("KV", () => kv.delete(siteKey(domain)));
}
