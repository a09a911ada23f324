/**
 * Shared links: `PUT|GET|DELETE /api/v1/sites/shared-links`. A link shows one site's counts to whoever has it, and no
 * more; `POST /api/v1/shared-links/unlock` opens one that has a password. `GET /share/:domain` is where it leads.
 */

import { z } from "zod";
import { forgetLink, knownLink } from "../auth.ts";
import { clerkStub } from "../clerk/stub.ts";
import { check, idField, json, pageField, readBody, refusal, textField, unauthorized } from "../http.ts";
import { forgetCaller, overRate } from "../meter/rate.ts";
import type { Context } from "../route.ts";
import { isSlug, newSlug, unlockToken } from "../shared-link.ts";
import type { Site } from "../site.ts";
import { deleteLink, linkByName, listLinks, putLink, type SharedLink } from "../store/shared-links.ts";
import { from } from "../store/unavailable.ts";
import { managedSite } from "./site-access.ts";

/** As it is typed: neither trimmed nor cut. */
const passwordField = z
  .string()
  .refine((text) => text.isWellFormed(), "must not contain lone surrogates")
  .max(1_000);

const siteField = textField(1_000);
const nameField = textField(100);
export const link = z.strictObject({
  /** A domain. */
  site_id: siteField,
  name: nameField,
  /** null: none from now on; absent: what it was. */
  password: passwordField.min(8).nullish(),
});
export const named = z.strictObject({ site_id: siteField, name: nameField });
export const page = pageField(idField).extend({ site_id: siteField });
export const unlocking = z.strictObject({ auth: textField(100), password: passwordField });

/**
 * `PUT /api/v1/sites/shared-links {site_id, name, password?}` → `{name, url, has_password}`: finds the site's link of
 * this name, or makes it. A password that is named is set, `null` takes it away; either ends what the former one had
 * opened. The same request again changes nothing.
 */
export async function putSharedLink(request: Request, context: Context): Promise<Response> {
  const body = await readBody(request, link);
  if (body instanceof Response) return body;
  const site = await managedSite(context, body.site_id, "site_id");
  if (site instanceof Response) return site;
  const { env, now } = context;
  const { name, password } = body;

  const found = await linkByName(env.DB, site.id, name);
  const current = found?.passwordHash ?? null;
  const passwordHash =
    typeof password === "string"
      ? await from("clerk", () => clerkStub(env, site.id).passwordHash(password, current))
      : password;
  if (found && (passwordHash === undefined || passwordHash === current)) return json(shown(found, site, context));

  const stored = await putLink(env.DB, { siteId: site.id, name, slug: newSlug(), passwordHash, createdAt: now });
  forgetLink(stored.id);
  return json(shown(stored, site, context));
}

/**
 * `GET /api/v1/sites/shared-links?site_id&limit&after` → `{shared_links: [{name, url, has_password, created_at}], meta:
 * {after, before, limit}}`; `after` is null on the last page.
 */
export async function getSharedLinks(_request: Request, context: Context): Promise<Response> {
  const query = check(Object.fromEntries(context.url.searchParams), page);
  if (query instanceof Response) return query;
  const site = await managedSite(context, query.site_id, "site_id");
  if (site instanceof Response) return site;
  const { limit, after } = query;
  const found = await listLinks(context.env.DB, site.id, { limit: limit + 1, after });
  const links = found.slice(0, limit);
  const meta = { after: found.length > limit ? String(links.at(-1)?.id) : null, before: null, limit };
  const list = links.map((link) => ({
    ...shown(link, site, context),
    created_at: new Date(link.createdAt).toISOString(),
  }));
  return json({ shared_links: list, meta });
}

/**
 * `DELETE /api/v1/sites/shared-links {site_id, name}`, in the body or, as not every client sends one, in the query →
 * `{"deleted": true}`. Other isolates forget the link within a minute, this one at once.
 */
export async function deleteSharedLink(request: Request, context: Context): Promise<Response> {
  const asked = request.body
    ? await readBody(request, named)
    : check(Object.fromEntries(context.url.searchParams), named);
  if (asked instanceof Response) return asked;
  const site = await managedSite(context, asked.site_id, "site_id");
  if (site instanceof Response) return site;
  const deleted = await deleteLink(context.env.DB, site.id, asked.name);
  if (deleted === null) return refusal(404, "name: this site has no shared link of this name");
  forgetLink(deleted);
  context.ctx.waitUntil(forgetCaller(context.env, { kind: "link", id: deleted }));
  return json({ deleted: true });
}

/**
 * `POST /api/v1/shared-links/unlock {auth, password}`, for everyone → `{token, expires_at}`: the token stands for the link
 * wherever the link itself would, were there no password. 401 for a wrong password; 429 after too many.
 */
export async function unlockSharedLink(request: Request, { env, now }: Context): Promise<Response> {
  const body = await readBody(request, unlocking);
  if (body instanceof Response) return body;
  const { auth, password } = body;
  const link = isSlug(auth) ? await knownLink(env, auth, now) : null;
  if (!link) return unauthorized("auth: there is no such link");
  const { id, siteId, slug, passwordHash } = link;
  if (passwordHash === null) return refusal(400, "auth: this link needs no password");
  const refused = await overRate(env, { kind: "link", id }, now);
  if (refused) return refused;

  const answer = await from("clerk", () =>
    clerkStub(env, siteId).guess({ linkId: id, password, hash: passwordHash, now }),
  );
  if (answer.verdict === "shut") {
    const seconds = Math.ceil((answer.until - now) / 1000);
    return refusal(429, `password: too many wrong ones. Try again in ${seconds} s.`, { "Retry-After": `${seconds}` });
  }
  if (answer.verdict === "wrong") return unauthorized("password: is wrong");
  const { token, expiresAt } = unlockToken({ id, slug, passwordHash }, now);
  return json({ token, expires_at: new Date(expiresAt).toISOString() });
}

/** A link as its site's owner sees it. */
function shown({ name, slug, passwordHash }: SharedLink, { domain }: Site, { url }: Context) {
  return { name, url: `${url.origin}/share/${domain}?auth=${slug}`, has_password: passwordHash !== null };
}
