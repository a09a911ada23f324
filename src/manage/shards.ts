import type { Env } from "../env.ts";
import { LIMITS } from "../limits.ts";
import type { Site } from "../site.ts";
import { siteById, updateSite } from "../store/sites.ts";
import { Unavailable } from "../store/unavailable.ts";
import { withShards } from "./midnight.ts";
import { publishIfChanged } from "./publish.ts";

/**
 * Gives a site more shards, from the local midnight `fromAt` (ms since 1970) on, or from the next one that leaves time
 * for the news to spread. Asking again, or for fewer than there are, changes nothing but publishes what an earlier
 * call could not.
 * @param shards a power of two, at most 256
 * @returns the site as it is now; null where it is gone
 * @throws Unavailable while D1 or KV is away: ask again
 */
export async function growShards(
  env: Pick<Env, "DB" | "KV">,
  siteId: number,
  shards: number,
  fromAt: number,
  now = Date.now(),
): Promise<Site | null> {
  if (!Number.isInteger(Math.log2(shards)) || shards < 1 || shards > LIMITS.shards) {
    throw new RangeError(`shards must be a power of two from 1 to ${LIMITS.shards}`);
  }
  for (let attempt = 0; attempt < 5; attempt++) {
    const site = await siteById(env.DB, siteId);
    if (!site) return null;
    const shardRules = withShards(site, shards, fromAt, now);
    const grown = shardRules === site.shardRules ? site : await updateSite(env.DB, site, { shardRules });
    if (!grown) continue;
    await publishIfChanged(env, grown, now);
    return grown;
  }
  throw new Unavailable("D1", null, "the site's settings keep changing");
}
