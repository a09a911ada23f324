import type { Env } from "../env.ts";
import type { TallyApi } from "../hit.ts";
import { tallyName } from "../site.ts";

/**
 * The tally of a site's shard. A stub stays broken after its object failed: take a fresh one for every retry.
 *
 * The cast stands here once: the platform's stub type wraps every result so that it can be pipelined, which
 * reads as the plain promise of `TallyApi` and is one.
 */
export function tallyStub(env: Pick<Env, "TALLY">, siteId: number, shard: number): TallyApi {
  return env.TALLY.getByName(tallyName(siteId, shard)) as unknown as TallyApi;
}
