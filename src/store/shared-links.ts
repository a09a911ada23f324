/**
 * Shared links in D1. The slug rests readable: "finds or makes" has to show it again, and all it opens are counts, which
 * whoever reads the database has before him anyway. Passwords rest as hashes alone.
 */

import { and, asc, eq, getTableColumns, gt, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { sharedLinks } from "./schema.ts";
import { from } from "./unavailable.ts";

export interface SharedLink {
  id: number;
  siteId: number;
  name: string;
  /** `ffl_…`, what opens it. */
  slug: string;
  /** null: the slug suffices. */
  passwordHash: string | null;
  /** ms since 1970 */
  createdAt: number;
}

const columns = getTableColumns(sharedLinks);

/** The link of a slug, or null. Throws `Unavailable` while D1 is away, as all here. */
export async function linkBySlug(db: D1Database, slug: string): Promise<SharedLink | null> {
  const rows = await from("D1", () => drizzle(db).select(columns).from(sharedLinks).where(eq(sharedLinks.slug, slug)));
  return rows[0] ?? null;
}

/** The link of an id, or null. */
export async function linkById(db: D1Database, id: number): Promise<SharedLink | null> {
  const rows = await from("D1", () => drizzle(db).select(columns).from(sharedLinks).where(eq(sharedLinks.id, id)));
  return rows[0] ?? null;
}

/** A site's link of a name, or null. */
export async function linkByName(db: D1Database, siteId: number, name: string): Promise<SharedLink | null> {
  const rows = await from("D1", () => drizzle(db).select(columns).from(sharedLinks).where(named(siteId, name)));
  return rows[0] ?? null;
}

/** At most `limit` links of a site in order of their ids, from the one after `after` on. */
export async function listLinks(
  db: D1Database,
  siteId: number,
  { limit, after = 0 }: { limit: number; after?: number | undefined },
): Promise<SharedLink[]> {
  const page = drizzle(db)
    .select(columns)
    .from(sharedLinks)
    .where(and(eq(sharedLinks.siteId, siteId), gt(sharedLinks.id, after)))
    .orderBy(asc(sharedLinks.id))
    .limit(limit);
  return from("D1", () => page);
}

/**
 * Stores a link, or finds the one that has its name: that one keeps its slug, and its password unless one is named.
 * @param link with `passwordHash` undefined: what it was, or none
 * @returns the link as it is then
 */
export async function putLink(
  db: D1Database,
  link: Omit<SharedLink, "id" | "passwordHash"> & { passwordHash: string | null | undefined },
): Promise<SharedLink> {
  const { passwordHash } = link;
  const insert = drizzle(db)
    .insert(sharedLinks)
    .values({ ...link, passwordHash: passwordHash ?? null })
    .onConflictDoUpdate({
      target: [sharedLinks.siteId, sharedLinks.name],
      set: passwordHash === undefined ? { name: sql`excluded.name` } : { passwordHash },
    })
    .returning(columns);
  return from("D1", async () => {
    const [row] = await insert;
    if (!row) throw new Error("the insert returned no row");
    return row;
  });
}

/** Deletes a site's link and returns its id; null where there was none. */
export async function deleteLink(db: D1Database, siteId: number, name: string): Promise<number | null> {
  const rows = await from("D1", () =>
    drizzle(db).delete(sharedLinks).where(named(siteId, name)).returning({ id: sharedLinks.id }),
  );
  return rows[0]?.id ?? null;
}

function named(siteId: number, name: string) {
  return and(eq(sharedLinks.siteId, siteId), eq(sharedLinks.name, name));
}
