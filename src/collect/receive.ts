import { createHash } from "node:crypto";
import { hourOf } from "../calendar.ts";
import type { DropReason } from "../drops.ts";
import type { Hit, Outcome } from "../hit.ts";
import { LIMITS } from "../limits.ts";
import { type Site, shardsAt } from "../site.ts";
import { siteForBeacon } from "../store/site-cache.ts";
import { firstForwarded, normalAddress } from "./address.ts";
import { Agents } from "./agent.ts";
import type { Beacon } from "./beacon.ts";
import type { Platform } from "./deps.ts";
import { describe } from "./describe.ts";
import { Drops, newId } from "./drops.ts";
import { IdentityKeys } from "./identity-keys.ts";
import { LocalDays } from "./local-day.ts";
import { type Identity, pseudonymOf, shardOf } from "./pseudonym.ts";
import { record } from "./record.ts";
import { screen } from "./screen.ts";
import { mailReader, type Sender, senderOf, withoutPlace } from "./sender.ts";
import { parseReferrer, type Referrer } from "./source.ts";

/** What an isolate remembers between beacons. */
export class Memory {
  readonly agents = new Agents();
  readonly days = new LocalDays();
  readonly keys = new IdentityKeys();
  readonly drops = new Drops();
}

/** All that collecting needs beside the request. */
export interface CollectDeps extends Platform {
  memory: Memory;
  /** Whether a request brings a valid API key of a site; its `X-Forwarded-For` is believed then. Never throws. */
  authorize(request: Request, siteId: number): Promise<boolean>;
}

/** A beacon that was screened for each of its sites. */
export interface Reception {
  /** Why sites do not count it, one reason a site. */
  drops: DropReason[];
  /** How many sites do. */
  admitted: number;
  /** A backend told a visitor's address, and a site did not believe it: its key is none of the site's. */
  forwardedIgnored: boolean;
  /** Sends the hits; resolves when all are acknowledged, with one outcome a hit. To be called once. */
  record(): Promise<Outcome[]>;
}

/** A site that counts the beacon, and the sender as far as that site may know him. */
interface Admission {
  site: Site;
  sender: Sender;
  address: string;
}

/** Screens a beacon for each of its sites. What is dropped is counted; what is not awaits `record`. */
export async function receive(beacon: Beacon, request: Request, now: number, deps: CollectDeps): Promise<Reception> {
  const sites = await Promise.all(beacon.domains.map((domain) => siteForBeacon(deps.kv, domain, now)));
  const own = senderOf(request, deps.memory.agents);
  const sender = beacon.byMailProxy ? mailReader(own) : own;
  const referrer = parseReferrer(beacon.referrer);
  const drops: DropReason[] = [];
  const admissions: Admission[] = [];
  const forwards = request.headers.has("X-Forwarded-For") && request.headers.has("Authorization");
  let forwardedIgnored = false;
  for (const site of sites) {
    if (!site) {
      drops.push("unknown_site");
      continue;
    }
    const forwarded = forwards ? await forwardedAddress(request, site, deps) : null;
    if (forwards && forwarded === null) forwardedIgnored = true;
    // Where the platform sees a backend, its place is not the visitor's.
    const seen = forwarded === null ? sender : withoutPlace(sender);
    const reason = screen(site, beacon, referrer, seen);
    if (reason) {
      drops.push(reason);
      if (deps.memory.drops.add(site.id, reason, now)) deps.waitUntil(sendDrops(site, now, deps));
    } else {
      const address = forwarded ?? normalAddress(request.headers.get("CF-Connecting-IP") ?? "");
      admissions.push({ site, sender: seen, address });
    }
  }
  // An empty one names nothing, as of a client whose variable is not set.
  const key = request.headers.get("Idempotency-Key") || null;
  return {
    drops,
    admitted: admissions.length,
    forwardedIgnored,
    record: () => Promise.all(admissions.map((admission) => count(admission, beacon, referrer, key, now, deps))),
  };
}

/** The visitor's address as a backend with a key of the site tells it; null where there is none to be believed. */
async function forwardedAddress(request: Request, site: Site, deps: CollectDeps): Promise<string | null> {
  const address = normalAddress(firstForwarded(request.headers.get("X-Forwarded-For") ?? ""));
  return address !== "" && (await deps.authorize(request, site.id)) ? address : null;
}

/** Makes the hit and sends it, with the drops that have gathered. IP address and User-Agent end here. */
async function count(
  { site, sender, address }: Admission,
  beacon: Beacon,
  referrer: Referrer | null,
  idempotencyKey: string | null,
  now: number,
  deps: CollectDeps,
): Promise<Outcome> {
  const { days, keys, drops } = deps.memory;
  const { today, tomorrow, yesterday } = days.at(site, now);
  const identity: Identity = { siteId: site.id, address, userAgent: sender.userAgent };
  const current = await keys.current(site.id, today, now, deps);
  const previous =
    now < today.startsAt + LIMITS.overMidnightMs ? await keys.previous(site.id, yesterday(), now, deps) : null;
  const hit: Hit = {
    id: idempotencyKey === null ? newId() : derivedId(site.id, idempotencyKey),
    at: now,
    day: today,
    hour: hourOf(today, now),
    visitor: pseudonymOf(current.key, identity),
    ...(previous && { previousVisitor: pseudonymOf(previous, identity) }),
    ...(current.approximate && { approximate: true }),
    ...describe(site, beacon, referrer, sender),
  };
  const shards = shardsAt(site.shardRules, now);
  const shard = shardOf(identity, shards);
  const dropped = drops.take(site.id, now);
  const batch = { siteId: site.id, shard, shards, hits: [hit], today, tomorrow, ...(dropped && { drops: dropped }) };
  try {
    const [outcome = "counted"] = await record(batch, deps);
    return outcome;
  } catch (error) {
    if (dropped) drops.putBack(site.id, dropped);
    throw error;
  }
}

/** Sends the drops of a site that has no hits to send. Failures are logged, and the drops wait for the next hit. */
async function sendDrops(site: Site, now: number, deps: CollectDeps): Promise<void> {
  const { today, tomorrow } = deps.memory.days.at(site, now);
  const dropped = deps.memory.drops.take(site.id, now);
  if (!dropped) return;
  try {
    const shards = shardsAt(site.shardRules, now);
    await record({ siteId: site.id, shard: 0, shards, hits: [], today, tomorrow, drops: dropped }, deps);
  } catch {
    deps.memory.drops.putBack(site.id, dropped);
  }
}

/** A hit's id from the sender's `Idempotency-Key`, so that a repeated request is counted once: 32 hex digits. */
function derivedId(siteId: number, key: string, index = 0): string {
  return createHash("sha256").update(`${siteId}\0${key}\0${index}`).digest("hex").slice(0, 32);
}
