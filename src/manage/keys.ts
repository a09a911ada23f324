/**
 * API keys: `POST|GET /api/v1/keys`, `DELETE /api/v1/keys/:id`. For the admin alone: a key that could make keys could
 * give itself what it lacks.
 */

import { z } from "zod";
import { forgetKey, newKey } from "../auth.ts";
import type { Env } from "../env.ts";
import { check, ID_RULE, idField, json, pageField, readBody, refusal, textField } from "../http.ts";
import { forgetCaller } from "../meter/rate.ts";
import type { Context } from "../route.ts";
import type { Site } from "../site.ts";
import { deleteKey, hashOf, insertKey, listKeys } from "../store/keys.ts";
import { siteByDomain } from "../store/sites.ts";
import { domainOf } from "./domain.ts";

export const key = z.strictObject({
  name: textField(100),
  /** A domain; null or absent: every site. */
  site_id: textField(1_000).nullish(),
  scopes: z
    .array(z.enum(["stats", "sites"]))
    .min(1, 'must name at least one of "stats", "sites"')
    .max(10)
    .transform((scopes) => [...new Set(scopes)]),
});

/** With `site_id`, a domain: the keys bound to that site. */
export const page = pageField(idField).extend({ site_id: textField(1_000).optional() });

/** `POST /api/v1/keys {name, site_id?, scopes}` → `{id, name, site_id, scopes, key}`. The key is shown this once. */
export async function createKey(request: Request, { env, now }: Context): Promise<Response> {
  const body = await readBody(request, key);
  if (body instanceof Response) return body;
  const { name, scopes } = body;
  const site = typeof body.site_id === "string" ? await namedSite(env, body.site_id) : null;
  if (site instanceof Response) return site;
  const secret = newKey();
  const id = await insertKey(env.DB, { hash: hashOf(secret), name, siteId: site?.id ?? null, scopes, createdAt: now });
  return json({ id, name, site_id: site?.domain ?? null, scopes, key: secret });
}

/**
 * `GET /api/v1/keys?site_id&limit&after` → `{keys: [{id, name, site_id, scopes, created_at}], meta: {after, before, limit}}`,
 * of all sites or of one; keys for every site are no site's own.
 */
export async function getKeys(_request: Request, { env, url }: Context): Promise<Response> {
  const query = check(Object.fromEntries(url.searchParams), page);
  if (query instanceof Response) return query;
  const { limit, after, site_id } = query;
  const site = site_id === undefined ? undefined : await namedSite(env, site_id);
  if (site instanceof Response) return site;
  const found = await listKeys(env.DB, { limit: limit + 1, after, siteId: site?.id });
  const keys = found.slice(0, limit);
  const meta = { after: found.length > limit ? String(keys.at(-1)?.id) : null, before: null, limit };
  const shown = keys.map(({ id, name, domain, scopes, createdAt }) => ({
    id,
    name,
    site_id: domain,
    scopes,
    created_at: new Date(createdAt).toISOString(),
  }));
  return json({ keys: shown, meta });
}

/** The site of a name as it was written, or the refusal to answer. */
async function namedSite({ DB }: Pick<Env, "DB">, name: string): Promise<Site | Response> {
  const domain = domainOf(name);
  const site = domain === null ? null : await siteByDomain(DB, domain);
  return site ?? refusal(400, "site_id: no site of this name is set up here");
}

/** `DELETE /api/v1/keys/:id` → `{"deleted": true}`. Other isolates forget the key within a minute, this one at once. */
export async function removeKey(_request: Request, { env, ctx, params }: Context): Promise<Response> {
  const id = idField.safeParse(params.id);
  if (!id.success) return refusal(400, `id: ${ID_RULE}`);
  const deleted = await deleteKey(env.DB, id.data);
  forgetKey(id.data);
  if (deleted) ctx.waitUntil(forgetCaller(env, { kind: "key", id: id.data }));
  return deleted ? json({ deleted: true }) : refusal(404, "id: no such key");
}
