/**
 * Which site a request is about, and whether its credential covers that site. Returns the site to go on, or the
 * answer to stop with, so that no handler decides about access itself.
 */

import { refusal } from "../http.ts";
import type { Context } from "../route.ts";
import type { Site } from "../site.ts";
import { publishedSite, siteByDomain } from "../store/sites.ts";
import { DOMAIN_RULE, domainOf } from "./domain.ts";

/**
 * The site a report is asked of. A site that does not exist and one the key does not cover are answered alike, with
 * 401 (as the Stats API does), so that a key tells nothing about sites of others.
 * While D1 is away the published copy serves, so that reports of open days go on.
 * @param domain as the caller wrote it
 */
export async function siteForCredential(context: Context, domain: string): Promise<Site | Response> {
  const name = domainOf(domain);
  const site = name === null ? null : await siteOrCopy(context, name);
  if (!site || !covers(context, site.id)) {
    return refusal(401, "site_id: no such site, or this key does not cover it", { "WWW-Authenticate": "Bearer" });
  }
  return site;
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
  if (context.credential?.siteId !== null && !(site && covers(context, site.id))) {
    return refusal(403, `${field}: this key does not cover this site`);
  }
  if (name === null) return refusal(400, `${field}: ${DOMAIN_RULE}`);
  return site ?? refusal(404, `${field}: no site of this name is set up here`);
}

/** Refuses a key that is bound to one site, for what concerns all; null to go on. */
export function needsAllSites(context: Context): Response | null {
  return context.credential?.siteId === null ? null : refusal(403, "this needs a key for all sites");
}

function covers({ credential }: Context, siteId: number): boolean {
  return credential !== null && (credential.siteId === null || credential.siteId === siteId);
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
