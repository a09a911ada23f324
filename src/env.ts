import type { Clerk } from "./clerk/clerk.ts";
import type { Meter } from "./meter/meter.ts";
import type { Tally } from "./tally/tally.ts";

/** What wrangler.toml and the secrets bind to the Worker. */
export interface Env {
  /** Sites, keys and counts. */
  DB: D1Database;
  /** Site settings for the beacon path; identity and journal keys. KV keeps no history: what expires is gone. */
  KV: KVNamespace;
  /** One object per site and shard, named `<site id>:<shard>`. */
  TALLY: DurableObjectNamespace<Tally>;
  /** One object per site, named by its id, for work that takes much CPU. */
  CLERK: DurableObjectNamespace<Clerk>;
  /** One object per caller of the API, named by its kind and number: `k:12` a key, `l:5` a link, `p:7` a site's public, `b:7` its badges, `s:0` all who try to sign in. */
  METER: DurableObjectNamespace<Meter>;
  /** The static files: the shell of the dashboard's pages. Absent where the Worker runs without its files. */
  ASSETS?: Fetcher;
  /** Requests an hour of a key, and a tenth of those of readers without one (`meter/rate.ts`); 0: no limit. Unset: `LIMITS.apiRequestsPerHour`. */
  API_REQUESTS_PER_HOUR?: string | number;
  /** The owner's key for everything. Unset or empty: no admin. */
  ADMIN_KEY?: string;
}

type Bindings = Env;

declare global {
  namespace Cloudflare {
    interface Env extends Bindings {}
  }
}
