import type { ZoneRule } from "./calendar.ts";
import type { Goal } from "./goals.ts";
import { FOR_EVER } from "./retention.ts";

/** How many shards a site's hits are spread over, and from which instant on. */
export interface ShardRule {
  /** A power of two, 1–256. */
  shards: number;
  /** A local midnight of the site, in ms since 1970. */
  fromAt: number;
}

/** `minVisitors` of a site whose owner has not said otherwise: one or two visitors are persons rather than a count. */
export const MIN_VISITORS = 3;

/** What the beacon path and reports must know about a site. Lives in D1 (`sites`), copied to KV under `site:<domain>`. */
export interface Site {
  /** Never reused. */
  id: number;
  domain: string;
  /** In order of `fromAt`; the last is the current or coming one. */
  zones: ZoneRule[];
  /** Hosts whose pages may count, besides `domain` and its subdomains where the list is empty. `*.x.org` = subdomains of x.org. */
  allowedHosts: string[];
  shardRules: ShardRule[];
  /** Not counted: path patterns (`*` within a segment, `**` across), ISO countries. */
  excludedPaths: string[];
  excludedCountries: string[];
  /**
   * Signs the site's links (`link-token.ts`): 256 random bits in base64url, never shown; null before its first link.
   */
  linkKey: string | null;
  /** In order of their ids. */
  goals: Goal[];
  /** Anyone may read its counts. */
  isPublic: boolean;
  /** Its visitors are told by a badge, which any page may show. */
  badge: boolean;
  /** To readers without a key, values of fewer visitors are not shown apart. 0–1000; see `audience`. */
  minVisitors: number;
  /** Pairs of so many days before today are kept; 0: all. See `retention.ts`. */
  detailDays: number;
  /** Counts of so many months are kept, this one among them; 0: all. */
  retentionMonths: number;
}

/**
 * A site as it was read from KV: copies from before a setting existed lack it. In the order of the columns in D1, so
 * that the copy is written as the row is.
 */
export function completed(copy: Site): Site {
  return {
    ...copy,
    linkKey: copy.linkKey ?? null,
    goals: copy.goals ?? [],
    isPublic: copy.isPublic ?? false,
    badge: copy.badge ?? false,
    minVisitors: copy.minVisitors ?? MIN_VISITORS,
    detailDays: copy.detailDays ?? FOR_EVER,
    retentionMonths: copy.retentionMonths ?? FOR_EVER,
  };
}

/** The number of shards in effect at an instant. */
export function shardsAt(rules: readonly ShardRule[], at: number): number {
  let shards = rules[0]?.shards ?? 1;
  for (const rule of rules) if (rule.fromAt <= at) shards = rule.shards;
  return shards;
}

/** All shards that may hold anything of the site: `0 … n-1`. */
export function everyShard(rules: readonly ShardRule[]): number[] {
  const most = rules.reduce((max, rule) => Math.max(max, rule.shards), 1);
  return Array.from({ length: most }, (_, shard) => shard);
}

/** The name of a tally: numbers alone, because the platform logs names. */
export function tallyName(siteId: number, shard: number): string {
  return `${siteId}:${shard}`;
}
