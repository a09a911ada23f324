/** Who is signed in with a browser: `POST|GET|DELETE /api/session`. What the cookie holds is in `../session.ts`. */

import { z } from "zod";
import { hasScope, signIn } from "../auth.ts";
import { json, readBody, refusal, textField, unauthorized } from "../http.ts";
import { LIMITS } from "../limits.ts";
import { overTries } from "../meter/rate.ts";
import type { Context, Credential } from "../route.ts";
import { isFromItself, sessionCookie } from "../session.ts";
import { siteById } from "../store/sites.ts";

export const signingIn = z.strictObject({ key: textField(512) });

/**
 * `POST /api/session {key}`, for everyone → `{kind, manages, site}` as `getSession`, and the cookie. 401 for a wrong key,
 * 429 after too many wrong ones where the admin key is short, 503 where none is set.
 */
export async function openSession(request: Request, { env, url, now }: Context): Promise<Response> {
  // Else another site's page could sign its visitor in with a key of its own, and watch what he adds.
  if (!isFromItself(request, url, true)) return refusal(403, NOT_FROM_HERE);
  const body = await readBody(request, signingIn);
  if (body instanceof Response) return body;
  if (!env.ADMIN_KEY)
    return refusal(503, "Nobody can sign in before ADMIN_KEY is set: npx wrangler secret put ADMIN_KEY");
  // API keys are 256 random bits: nobody guesses one, and nobody is kept from signing in with his.
  const isGuess = !/^ff_[\w-]{43}$/.test(body.key) && env.ADMIN_KEY.length < LIMITS.guessableKeyChars;
  const refused = isGuess ? await overTries(env, now) : null;
  if (refused) return refused;
  const session = await signIn(body.key, env, now);
  if (!session) return unauthorized("key: is neither the admin key nor an API key");
  const cookie = sessionCookie(url, session.token);
  return json(await shown(session.credential, env.DB), 200, { "Set-Cookie": cookie });
}

/**
 * `GET /api/session` → `{kind, manages, site}`: who asks (`admin`, `key`, `link`), whether he may change sites, and the
 * domain of the one site he may see (null: all).
 */
export async function getSession(_request: Request, { env, credential }: Context): Promise<Response> {
  return credential ? json(await shown(credential, env.DB)) : unauthorized("session: there is none");
}

/** `DELETE /api/session`, for everyone → `{"deleted": true}`: signs this browser out. */
export function endSession(request: Request, { url }: Context): Response {
  if (!isFromItself(request, url, true)) return refusal(403, NOT_FROM_HERE);
  return json({ deleted: true }, 200, { "Set-Cookie": sessionCookie(url, null) });
}

const NOT_FROM_HERE = "Sec-Fetch-Site: must be same-origin (or else Origin that of this Worker)";

async function shown(credential: Credential, db: D1Database) {
  const { kind, siteId } = credential;
  const site = siteId === null ? null : ((await siteById(db, siteId))?.domain ?? null);
  return { kind, manages: hasScope(credential, "sites"), site };
}
