/**
 * Links for mails: `POST /api/v1/links`. Nothing of a link is stored: its address says it all, signed. It can be followed
 * once it is answered, wherever KV shows what was just written. An edge that has read the site's settings a moment
 * before may show the key that the site's first link made up to a minute later; later links have no such wait.
 */

import { randomBytes } from "node:crypto";
import { z } from "zod";
import type { Env } from "../env.ts";
import { json, readBody, refusal, textField } from "../http.ts";
import { LIMITS } from "../limits.ts";
import { signLink } from "../link-token.ts";
import type { Context } from "../route.ts";
import type { Site } from "../site.ts";
import { giveLinkKey } from "../store/sites.ts";
import { publishIfChanged } from "./publish.ts";
import { managedSite } from "./site-access.ts";

/** A web address in full, in the form in which `URL` writes it: then what is signed is what browsers make of it. */
const targetField = textField(LIMITS.apiBytes)
  // `URL` would also read "https:x" and "https:/x": slips of the pen, with a path for a host.
  .refine(
    (text) => /^https?:\/\//i.test(text) && URL.canParse(text),
    'must be a whole URL that begins with "http://" or "https://"',
  )
  .transform((text) => new URL(text))
  .refine(({ username, password }) => username === "" && password === "", "must not hold a user name or password")
  .transform(({ href }) => href)
  // What `URL` writes is ASCII: a character is a byte.
  .refine(({ length }) => length <= LIMITS.urlBytes, `must be at most ${LIMITS.urlBytes} bytes long, percent-encoded`);

export const link = z.strictObject({
  /** A domain. */
  site_id: textField(1_000),
  url: targetField,
  name: textField(LIMITS.eventNameChars),
});

/**
 * `POST /api/v1/links {site_id, url, name}` → `{url, site_id, name, target}`: `url` is what to write into the mail, and
 * leads to `target`, which is the `url` sent as browsers write it. The same question has the same answer for as long as
 * the site is there.
 */
export async function createLink(request: Request, context: Context): Promise<Response> {
  const body = await readBody(request, link);
  if (body instanceof Response) return body;
  const site = await managedSite(context, body.site_id, "site_id");
  if (site instanceof Response) return site;
  const { domain } = site;
  const { name, url: target } = body;
  const key = await publishedLinkKey(context.env, site, context.now);
  if (key === null) return refusal(404, "site_id: the site was deleted meanwhile");
  const token = signLink({ domain, url: target, name }, key);
  return json({ url: `${context.url.origin}/r/${token}`, site_id: domain, name, target });
}

/**
 * The key that signs a site's links, made where there is none; null where the site is gone. Whoever follows a link finds
 * the key in KV: without it there the link would be dead, so that it has to be there first.
 * @throws Unavailable while D1 or KV is away; asking again finishes what was begun
 */
async function publishedLinkKey(env: Pick<Env, "DB" | "KV">, site: Site, now: number): Promise<string | null> {
  const keyed = site.linkKey === null ? await giveLinkKey(env.DB, site.id, newLinkKey()) : site;
  if (!keyed) return null;
  await publishIfChanged(env, keyed, now);
  return keyed.linkKey;
}

/** 256 random bits. */
function newLinkKey(): string {
  return randomBytes(32).toString("base64url");
}
