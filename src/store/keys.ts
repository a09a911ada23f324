/** API keys in D1. What rests there is the SHA-256 of a key: whoever reads the database cannot use it. */

import { createHash } from "node:crypto";
import { and, asc, eq, getTableColumns, gt } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { apiKeys, type KeyScope, sites } from "./schema.ts";
import { from } from "./unavailable.ts";

/** A key as its owner may see it again: neither the key nor its hash. */
export interface ApiKey {
  id: number;
  name: string;
  /** null: every site. */
  siteId: number | null;
  /** The domain of that site. */
  domain: string | null;
  scopes: KeyScope[];
  /** ms since 1970 */
  createdAt: number;
}

/** SHA-256 of a key, 64 hex digits. The keys are 256 random bits, so that no salt and no slow hash is needed. */
export function hashOf(key: string): string {
  return createHash("sha256").update(key).digest("hex");
}

const { hash: _, ...columns } = { ...getTableColumns(apiKeys), domain: sites.domain };

/** The key of a hash, or null. Throws `Unavailable` while D1 is away, as all here. */
export async function keyByHash(db: D1Database, hash: string): Promise<Omit<ApiKey, "domain"> | null> {
  const { domain: _, ...own } = columns;
  const rows = await from("D1", () => drizzle(db).select(own).from(apiKeys).where(eq(apiKeys.hash, hash)));
  return rows[0] ?? null;
}

/** What a key's sessions are told by, or null. */
export async function keyById(db: D1Database, id: number): Promise<(Omit<ApiKey, "domain"> & { hash: string }) | null> {
  const { domain: _, ...own } = columns;
  const asked = drizzle(db)
    .select({ ...own, hash: apiKeys.hash })
    .from(apiKeys)
    .where(eq(apiKeys.id, id));
  const rows = await from("D1", () => asked);
  return rows[0] ?? null;
}

/** At most `limit` keys in order of their ids, from the one after `after` on; of one site alone where it is named. */
export async function listKeys(
  db: D1Database,
  { limit, after = 0, siteId }: { limit: number; after?: number | undefined; siteId?: number | undefined },
) {
  const page = drizzle(db)
    .select(columns)
    .from(apiKeys)
    .leftJoin(sites, eq(sites.id, apiKeys.siteId))
    .where(and(gt(apiKeys.id, after), siteId === undefined ? undefined : eq(apiKeys.siteId, siteId)))
    .orderBy(asc(apiKeys.id))
    .limit(limit);
  return from<ApiKey[]>("D1", () => page);
}

/** Stores a new key by its hash and returns its id. */
export async function insertKey(
  db: D1Database,
  key: { hash: string; name: string; siteId: number | null; scopes: KeyScope[]; createdAt: number },
): Promise<number> {
  return from("D1", async () => {
    const [row] = await drizzle(db).insert(apiKeys).values(key).returning({ id: apiKeys.id });
    if (!row) throw new Error("the insert returned no row");
    return row.id;
  });
}

/** Deletes a key; false where there was none. */
export async function deleteKey(db: D1Database, id: number): Promise<boolean> {
  const rows = await from("D1", () =>
    drizzle(db).delete(apiKeys).where(eq(apiKeys.id, id)).returning({ id: apiKeys.id }),
  );
  return rows.length > 0;
}
