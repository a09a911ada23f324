/**
 * API keys: `POST|GET /api/v1/keys`, `DELETE /api/v1/keys/:id`. For the admin alone: a key that could make keys could
 * give itself what it lacks.
 */

import { z } from "zod";
import { forgetKey, newKey } from "../auth.ts";
import { check, ID_RULE, idField, json, pageField, readBody, refusal, textField } from "../http.ts";
import { forgetCaller } from "../meter/rate.ts";
import type { Context } from "../route.ts";
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

export const page = pageField(idField);

/** `POST /api/v1/keys {name, site_id?, scopes}` → `{id, name, site_id, scopes, key}`. The key is shown this once. */
export async function createKey(request: Request, { env, now }: Context): Promise<Response> {
  const body = await readBody(request, key);
  if (body instanceof Response) return body;
  const { name, scopes } = body;
  let site = null;
  if (typeof body.site_id === "string") {
    const domain = domainOf(body.site_id);
    site = domain === null ? null : await siteByDomain(env.DB, domain);
    if (!site) return refusal(400, "site_id: no site of this name is set up here");
  }
  const secret = newKey();
  const id = await insertKey(env.DB, { hash: hashOf(secret), name, siteId: site?.id ?? null, scopes, createdAt: now });
  return json({ id, name, site_id: site?.domain ?? null, scopes, key: secret });
}

/** `GET /api/v1/keys?limit&after` → `{keys: [{id, name, site_id, scopes, created_at}], meta: {after, before, limit}}`. */
export async function getKeys(_request: Request, { env, url }: Context): Promise<Response> {
  const query = check(Object.fromEntries(url.searchParams), page);
  if (query instanceof Response) return query;
  const { limit, after } = query;
  const found = await listKeys(env.DB, { limit: limit + 1, after });
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

/** `DELETE /api/v1/keys/:id` → `{"deleted": true}`. Other isolates forget the key within a minute, this one at once. */
export async function removeKey(_request: Request, { env, ctx, params }: Context): Promise<Response> {
  const id = idField.safeParse(params.id);
  if (!id.success) return refusal(400, `id: ${ID_RULE}`);
  const deleted = await deleteKey(env.DB, id.data);
  forgetKey(id.data);
  if (deleted) ctx.waitUntil(forgetCaller(env, { kind: "key", id: id.data }));
  return deleted ? json({ deleted: true }) : refusal(404, "id: no such key");
}
