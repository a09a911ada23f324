/** Erasing a site from D1 and KV. What its tallies hold they erase themselves. */

import { eq } from "drizzle-orm";
import { drizzle } from "drizzle-orm/d1";
import { answers, apiKeys, counts, imports, months, sharedLinks, sites } from "./schema.ts";
import { from } from "./unavailable.ts";

/**
 * Deletes every row of a site, in one transaction. D1's own history keeps them for 7 or 30 days more.
 * Throws `Unavailable`, and then nothing was deleted, or everything and the answer was lost.
 */
export async function eraseRows(db: D1Database, siteId: number): Promise<void> {
  const orm = drizzle(db);
  await from("D1", () =>
    orm.batch([
      orm.delete(counts).where(eq(counts.siteId, siteId)),
      orm.delete(answers).where(eq(answers.siteId, siteId)),
      orm.delete(months).where(eq(months.siteId, siteId)),
      orm.delete(imports).where(eq(imports.siteId, siteId)),
      orm.delete(apiKeys).where(eq(apiKeys.siteId, siteId)),
      orm.delete(sharedLinks).where(eq(sharedLinks.siteId, siteId)),
      orm.delete(sites).where(eq(sites.id, siteId)),
    ]),
  );
}

/** Deletes all KV keys that begin with `prefix`. Throws `Unavailable`; repeat to finish. */
export async function eraseKeys(kv: KVNamespace, prefix: string): Promise<void> {
  await from("KV", async () => {
    let cursor: string | undefined;
    do {
      const page = await kv.list({ prefix, ...(cursor ? { cursor } : {}) });
      await Promise.all(page.keys.map(({ name }) => kv.delete(name)));
      cursor = page.list_complete ? undefined : page.cursor;
    } while (cursor);
  });
}
