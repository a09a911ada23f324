import type { Env } from "../env.ts";
import type { Site } from "../site.ts";
import { rememberSite } from "../store/site-cache.ts";
import { publishedSite, publishSite, siteById, unpublishSite } from "../store/sites.ts";

/**
 * Copies a site as it stands in D1 to KV, where the beacon path reads it, and into this isolate's cache.
 *
 * Two changes at once could reach KV in the wrong order, and a change could overtake a deletion. So the row is read
 * again after the copy was made: whoever copies last has seen the last row. A row that cannot be read again is no
 * failure, the copy is made.
 * @throws Unavailable where KV did not take the copy; doing the same change again publishes it
 */
export async function publish(env: Pick<Env, "DB" | "KV">, site: Site, now: number): Promise<void> {
  let copy = site;
  for (let attempt = 0; attempt < 5; attempt++) {
    await publishSite(env.KV, copy);
    const row = await siteById(env.DB, site.id).catch(() => copy);
    if (row === null) {
      await unpublishSite(env.KV, site.domain);
      return;
    }
    if (JSON.stringify(row) === JSON.stringify(copy)) break;
    copy = row;
  }
  rememberSite(copy, now);
}

/** As `publish`, where KV's copy differs. For what may be asked often: KV takes one write a second and few a day. */
export async function publishIfChanged(env: Pick<Env, "DB" | "KV">, site: Site, now: number): Promise<void> {
  const copy = await publishedSite(env.KV, site.domain);
  if (JSON.stringify(copy) !== JSON.stringify(site)) await publish(env, site, now);
}
