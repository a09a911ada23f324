/**
 * Settings that shape keys and days (timezone, shards) change at a local midnight of the site, so that no visitor
 * gets two pseudonyms within a day and no instant belongs to two days. Pure.
 */

import { addDays, localDayAt, MINUTE_MS, type ZoneRule } from "../calendar.ts";
import type { ShardRule, Site } from "../site.ts";

/**
 * A change must be known everywhere before it takes effect: isolates keep settings for a minute, KV's edges another.
 * A midnight nearer than this is too near; the one after it is taken.
 */
export const SETTLE_MS = 5 * MINUTE_MS;

/** The timezone whose turn has not come yet, or null. */
export function pendingZone(zones: readonly ZoneRule[], now: number): ZoneRule | null {
  const last = zones.at(-1);
  return zones.length > 1 && last && last.fromAt > now ? last : null;
}

/**
 * A site's rules once its owner asked for `timezone`. It takes over at the next local midnight of the timezone in
 * effect, in place of any other that is pending; asking for the one in effect withdraws the pending one. Shard rules
 * yet to come move to a midnight of the new calendar.
 */
export function withTimezone(site: Site, timezone: string, now: number): Pick<Site, "zones" | "shardRules"> {
  const settled = now + SETTLE_MS;
  const pending = site.zones.at(-1);
  if (pending?.timezone === timezone) return { zones: site.zones, shardRules: site.shardRules };
  const inEffect = site.zones.filter((zone, index) => index === 0 || zone.fromAt <= settled);
  const zones = [...inEffect];
  if (inEffect.at(-1)?.timezone !== timezone) {
    const day = localDayAt(inEffect, settled);
    zones.push({ timezone, fromDay: addDays(day.day, 1), fromAt: day.endsAt });
  }
  const shardRules = site.shardRules.map((rule) =>
    rule.fromAt > settled ? { ...rule, fromAt: midnightFrom(zones, rule.fromAt) } : rule,
  );
  return { zones, shardRules };
}

/**
 * A site's shard rules once its tally asked for `shards` from the local midnight `fromAt` on, or the first one after
 * it that leaves time for the news to spread. Shards never become fewer: what an old shard counted must be found.
 */
export function withShards(site: Site, shards: number, fromAt: number, now: number): ShardRule[] {
  const rules = site.shardRules;
  if (rules.some((rule) => rule.shards >= shards)) return rules;
  const settled = now + SETTLE_MS;
  const last = rules.at(-1);
  const from = Math.max(midnightFrom(site.zones, Math.max(fromAt, settled)), last?.fromAt ?? 0);
  // One that has not begun yet gives way where both would begin at once.
  const kept = last && last.fromAt === from ? rules.slice(0, -1) : rules;
  return [...kept, { shards, fromAt: from }];
}

/** The first local midnight at or after an instant. */
function midnightFrom(zones: readonly ZoneRule[], at: number): number {
  const day = localDayAt(zones, at);
  return day.startsAt === at ? at : day.endsAt;
}
