/**
 * Which site a request is about, and whether its credential covers that site. Returns the site to go on, or the
 * answer to stop with, so that no handler decides about access itself.
 */

import { hasScope, PUBLIC } from "../auth.ts";
import { refusal, unauthorized } from "../http.ts";
import { overRate } from "../meter/rate.ts";
import type { Context, Credential } from "../route.ts";
import type { Site } from "../site.ts";
import { listSites, publishedSite, siteByDomain, siteById } from "../store/sites.ts";
import { DOMAIN_RULE, domainOf } from "./domain.ts";

/** What is said to whoever brings no key, or a wrong one. */
export const KEY_REQUIRED = "Authorization: a valid key is required (Authorization: Bearer …)";

/**
 * The site a report is asked of. A site that does not exist and one the key does not cover are answered alike, with
 * 401 (as the Stats API does), so that a key tells nothing about sites of others. So are, to whoever brings no key, one
 * that does not exist and one whose counts are not public. A browser that is signed in with a key that does not cover a
 * public site reads it as the public does: its cookie comes along unasked.
 * The requests of a site's public are counted here, so that each is to ask once.
 * While D1 is away the published copy serves, so that reports of open days go on.
 * @param domain as the caller wrote it
 */
export async function siteForCredential(context: Context, domain: string): Promise<Site | Response> {
  const name = domainOf(domain);
  const site = name === null ? null : await siteOrCopy(context, name);
  if (site?.isPublic && context.credential?.bySession && !mayRead(context.credential, site))
    context.credential = PUBLIC;
  const isPublic = context.credential?.kind === "public";
  if (site && mayRead(context.credential, site)) {
    const refused = isPublic ? await overRate(context.env, { kind: "public", id: site.id }, context.now) : null;
    return refused ?? site;
  }
  if (isPublic) return unauthorized(KEY_REQUIRED);
  return unauthorized("site_id: no such site, or this key does not cover it");
}

/**
 * For whom a report is made. Values of fewer than `minVisitors` visitors must not be told apart to him: 0 for the
 * owner's own keys.
 */
export function audience(credential: Credential | null, site: Site): { minVisitors: number; isOwner: boolean } {
  const isOwner = credential?.kind === "admin" || credential?.kind === "key";
  return { minVisitors: isOwner ? 0 : site.minVisitors, isOwner };
}

/**
 * The sites that a key covers, in order of their domains: at most `limit` of those after `after`.
 * @returns them, and the last of their domains where there are more; else null
 */
export async function coveredSites(
  { env, credential }: Context,
  { limit, after }: { limit: number; after?: string | undefined },
): Promise<{ sites: Site[]; after: string | null }> {
  if (managesAll(credential)) {
    const found = await listSites(env.DB, { limit: limit + 1, after });
    const sites = found.slice(0, limit);
    return { sites, after: found.length > limit ? (sites.at(-1)?.domain ?? null) : null };
  }
  const own = credential?.siteId == null ? null : await siteById(env.DB, credential.siteId);
  return { sites: own && own.domain > (after ?? "") ? [own] : [], after: null };
}

/** Whether a credential may change the settings of a site. */
export function mayChange(credential: Credential | null, site: Site): boolean {
  return credential !== null && hasScope(credential, "sites") && mayManage(credential, site);
}

/**
 * The site to be managed: of `/api/v1/sites/:domain`, or the one that a body names. A key bound to one site is answered
 * 403 for every other name, existing or not; 404 for an unknown site.
 * @param domain as the caller wrote it
 * @param field where he wrote it, as errors name it
 */
export async function managedSite(
  context: Context,
  domain = context.params.domain ?? "",
  field = "domain",
): Promise<Site | Response> {
  const name = domainOf(domain);
  const site = name === null ? null : await siteByDomain(context.env.DB, name);
  if (!mayManage(context.credential, site)) {
    return refusal(403, `${field}: this key does not cover this site`);
  }
  if (name === null) return refusal(400, `${field}: ${DOMAIN_RULE}`);
  return site ?? refusal(404, `${field}: no site of this name is set up here`);
}

/** Refuses a key that is bound to one site, for what concerns all; null to go on. */
export function needsAllSites(context: Context): Response | null {
  return managesAll(context.credential) ? null : refusal(403, "this needs a key for all sites");
}

function mayRead(credential: Credential | null, site: Site): boolean {
  if (credential === null) return false;
  if (credential.kind === "public") return site.isPublic;
  return credential.siteId === null || credential.siteId === site.id;
}

/** Links and the public manage nothing, as the router sees to by their scopes; it is not left to that alone. */
function mayManage(credential: Credential | null, site: Site | null): boolean {
  if (managesAll(credential)) return true;
  return site !== null && credential?.kind === "key" && credential.siteId === site.id;
}

function managesAll(credential: Credential | null): boolean {
  return credential !== null && credential.kind !== "public" && credential.siteId === null;
}

async function siteOrCopy({ env }: Context, domain: string): Promise<Site | null> {
  try {
    return await siteByDomain(env.DB, domain);
  } catch (error) {
    const copy = await publishedSite(env.KV, domain).catch(() => null);
    if (copy) return copy;
    throw error;
  }
}
