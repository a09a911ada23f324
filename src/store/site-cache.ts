/** Site settings as the beacon path reads them: from KV, remembered by the isolate. D1 is never asked. */

import { LIMITS } from "../limits.ts";
import { completed, type Site } from "../site.ts";
import { siteKey } from "./sites.ts";

/** What the beacon path needs of Workers KV. */
export interface KeyValueReader {
  get(key: string): Promise<string | null>;
}

interface Entry {
  /** null: there is no such site. */
  site: Site | null;
  readAt: number;
  /** Until then another request is asking KV anew. */
  refreshingUntil: number;
  /** KV failed a moment ago: until then it is left alone. */
  failedUntil: number;
  /** It had no link key a moment ago: until then KV is not asked for one. */
  keylessUntil: number;
}

/** From this age on one request asks anew, while the others go on with what is known. */
const REFRESH_MS = LIMITS.siteKnownMs * 0.75;
const ASK_AGAIN_MS = 5_000;
const ENTRIES = 1_000;

/** In order of their reading, the oldest first. */
const entries = new Map<string, Entry>();
/** Grows with every change made in this isolate: what KV was asked before may be older than the change. */
let changes = 0;

/**
 * The site of a domain (lower case, without `www.`), or null. Known for at most 60 s, whether there is one or not;
 * while KV fails, what was known last.
 * @throws what KV threw, when nothing is known of the domain
 */
export async function siteForBeacon(kv: KeyValueReader, domain: string, now: number): Promise<Site | null> {
  // What no site can be named is not asked for: beacons say anything, and KV refuses long names.
  if (!/^[a-z0-9._-]{1,253}$/.test(domain)) return null;
  const known = entries.get(domain);
  if (known) {
    const age = now - known.readAt;
    if (age < REFRESH_MS || now < known.failedUntil) return known.site;
    if (age < LIMITS.siteKnownMs && now < known.refreshingUntil) return known.site;
    known.refreshingUntil = now + ASK_AGAIN_MS;
  }
  const before = changes;
  try {
    const site = parseSite(await kv.get(siteKey(domain)));
    if (changes === before) remember(domain, site, now);
    const entry = entries.get(domain);
    return entry ? entry.site : site;
  } catch (error) {
    if (!known) throw error;
    known.failedUntil = now + ASK_AGAIN_MS;
    return known.site;
  }
}

/**
 * As `siteForBeacon`, for those who follow a link. A site's first link may be followed as soon as it is made, also in an
 * isolate that remembers the site without a link key. So that memory is not believed, and KV is asked. Where KV has none
 * either, it is left alone for 5 s: whoever follows made-up links costs a read in 5 s, and only at sites without links.
 *
 * KV itself may show what an edge has read before for up to a minute. A site that was not there a moment ago, or is
 * deleted, is no exception to the minute either.
 * @throws what KV threw, when nothing is known of the domain, or its site is known without a link key
 */
export async function siteForLink(kv: KeyValueReader, domain: string, now: number): Promise<Site | null> {
  const known = entries.get(domain);
  if (!known?.site || known.site.linkKey !== null || now < known.keylessUntil) return siteForBeacon(kv, domain, now);
  const before = changes;
  const site = parseSite(await kv.get(siteKey(domain)));
  if (site && site.linkKey !== null) {
    if (changes === before) remember(domain, site, now);
    return site;
  }
  // Without a key KV's copy may be older than what is known here.
  known.keylessUntil = now + ASK_AGAIN_MS;
  return known.site;
}

/** To be called where a site was made or changed: this isolate knows it at once. */
export function rememberSite(site: Site, now = Date.now()): void {
  changes++;
  remember(site.domain, site, now);
}

/** To be called where a site was deleted or renamed: this isolate stops counting under the domain at once. */
export function forgetSite(domain: string, now = Date.now()): void {
  changes++;
  remember(domain, null, now);
}

function remember(domain: string, site: Site | null, now: number): void {
  entries.delete(domain);
  if (entries.size >= ENTRIES) {
    // Names that are no sites' give way first: anybody can ask for as many of them as he likes.
    const [oldest] = entries.keys();
    const unknown = entries.entries().find(([, entry]) => entry.site === null)?.[0];
    entries.delete(unknown ?? oldest ?? "");
  }
  entries.set(domain, { site, readAt: now, refreshingUntil: 0, failedUntil: 0, keylessUntil: 0 });
}

function parseSite(text: string | null): Site | null {
  if (text === null) return null;
  const site: Site | null = JSON.parse(text);
  // Only this product writes the key; but what is no site must not take the beacon path down.
  if (typeof site?.id !== "number" || !Array.isArray(site.zones)) throw new Error("a published site is malformed");
  return completed(site);
}
