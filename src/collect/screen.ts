import type { DropReason } from "../drops.ts";
import type { Site } from "../site.ts";
import type { Beacon } from "./beacon.ts";
import { pagePath, withoutWww } from "./page-url.ts";
import { matchesPath } from "./path-pattern.ts";
import type { Sender } from "./sender.ts";
import type { Referrer } from "./source.ts";
import { isSpamHost } from "./spam-referrers.ts";

/** Why a beacon of a known site is not counted, or null: the first reason in the order of `DROP_REASONS`. */
export function screen(site: Site, beacon: Beacon, referrer: Referrer | null, sender: Sender): DropReason | null {
  if (beacon.page.host !== null && !isHostOf(site, beacon.page.host)) return "host_not_allowed";
  if (sender.optsOut) return "opt_out";
  if (sender.prefetches) return "prefetch";
  // Mail services fetch for a reader, and say that they are machines.
  if (sender.agent.bot && !beacon.byMailProxy) return "bot";
  if (referrer && isSpamHost(referrer.host)) return "spam_referrer";
  if (site.excludedPaths.length > 0) {
    const path = pagePath(beacon.page, beacon.hashMode);
    if (site.excludedPaths.some((pattern) => matchesPath(pattern, path))) return "excluded_path";
  }
  if (site.excludedCountries.includes(sender.country)) return "excluded_country";
  return null;
}

/** On a developer's machine the site `localhost` is often opened by its address, or as a file, which has no host. */
const LOOPBACK = new Set(["127.0.0.1", "[::1]", ""]);

/**
 * Whether pages of a host count for a site: the listed hosts (`*.x.org`: subdomains of x.org), or without a list the
 * domain and its subdomains. A leading `www.` makes no difference.
 */
export function isHostOf(site: Pick<Site, "domain" | "allowedHosts">, host: string): boolean {
  const bare = withoutWww(host);
  if (bare === site.domain && site.allowedHosts.length === 0) return true;
  if (site.domain === "localhost" && LOOPBACK.has(bare)) return true;
  if (site.allowedHosts.length === 0) return host.endsWith(`.${site.domain}`);
  return site.allowedHosts.some((allowed) =>
    allowed.startsWith("*.") ? host.endsWith(allowed.slice(1)) : withoutWww(allowed) === bare,
  );
}
