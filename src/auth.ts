/**
 * Who asks: the admin key, an API key or a shared link in `Authorization: Bearer …`; of reports a shared link also in
 * `?auth=…`; or the cookie of a browser that is signed in. Only the router and the beacon path (which believes a
 * backend's `X-Forwarded-For` if it brings a key) look there.
 */

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { MINUTE_MS } from "./calendar.ts";
import type { Env } from "./env.ts";
import { Known } from "./known.ts";
import type { Credential, Scope } from "./route.ts";
import { claimedKeyId, isFromItself, isSessionOf, sessionToken, tokenInCookie } from "./session.ts";
import { claimedLinkId, isSlug, unlocks } from "./shared-link.ts";
import { type ApiKey, hashOf, keyByHash, keyById } from "./store/keys.ts";
import { linkById, linkBySlug, type SharedLink } from "./store/shared-links.ts";

type AuthEnv = Pick<Env, "DB" | "ADMIN_KEY">;

const ADMIN: Credential = { kind: "admin", id: 0, scopes: ["admin", "stats", "sites"], siteId: null };
/** Whoever brings nothing. */
export const PUBLIC: Credential = { kind: "public", id: 0, scopes: ["stats"], siteId: null };

/** A deleted key or link goes on working in other isolates for at most this long. */
const KNOWN = { keptMs: MINUTE_MS, most: 1_000 };

/** An unknown key or slug stays unknown for good (they are random), so that "no" may be kept too. */
const keys = new Known<Omit<ApiKey, "domain">>(KNOWN);
/** Those of sessions. Ids are given out in a row: of one that is no key's yet, nothing is kept. */
const keysById = new Known<Omit<ApiKey, "domain"> & { hash: string }>(KNOWN);
const linksBySlug = new Known<SharedLink>(KNOWN);
/** Ids are given out in a row: of one that is no link's yet, nothing is kept. */
const linksById = new Known<SharedLink>(KNOWN);

/** A new API key: `ff_` and 256 random bits. */
export function newKey(): string {
  return `ff_${randomBytes(32).toString("base64url")}`;
}

/**
 * The credential a request brings; null where what it brings is wrong, `"locked"` where it is a shared link that opens
 * only with its password, `"cross-site"` where a browser that may be signed in was made to ask by a page that is not
 * this Worker's. Who brings nothing is the public, and so is who brings a cookie that is no session's (any more).
 * Throws `Unavailable` where D1 would have to be asked and is away: that is no "wrong key".
 * @param query where `auth=` may name a shared link, if the request has no Authorization header; null: nowhere
 */
export async function authenticate(
  request: Request,
  env: AuthEnv,
  now = Date.now(),
  query: URLSearchParams | null = null,
): Promise<Credential | "locked" | "cross-site" | null> {
  if (!request.headers.has("Authorization")) {
    const auth = query?.get("auth") ?? null;
    return auth === null ? sessionCredential(request, env, now) : linkCredential(auth, env, now);
  }
  const token = bearer(request);
  if (token === null) return null;
  return (await keyCredential(token, env, now, false)) ?? linkCredential(token, env, now);
}

/**
 * Whether a request brings a key that covers a site, with whatever scope. For the beacon path: never throws. While D1
 * is away a key known before stays believed, as site settings do: else all visitors a backend reports would become one.
 */
export async function keyAllowsSite(
  request: Request,
  env: AuthEnv,
  siteId: number,
  now = Date.now(),
): Promise<boolean> {
  const token = bearer(request);
  if (token === null) return false;
  try {
    const credential = await keyCredential(token, env, now, true);
    return credential !== null && (credential.siteId === null || credential.siteId === siteId);
  } catch {
    return false;
  }
}

/**
 * Signs a browser in.
 * @param key the admin key or an API key
 * @returns whose it is, with the token for the browser's cookie; null where the key is wrong, or there is no admin key to
 * sign with
 */
export async function signIn(
  key: string,
  env: AuthEnv,
  now: number,
): Promise<{ credential: Credential; token: string } | null> {
  const credential = await keyCredential(key, env, now, false);
  if (!credential || !env.ADMIN_KEY) return null;
  const { id, kind } = credential;
  const seal = { id, keyHash: kind === "admin" ? "" : hashOf(key), adminKey: env.ADMIN_KEY };
  return { credential, token: sessionToken(seal, now).token };
}

/** Whether a text opens a site's shared link, or would with its password. For pages: never throws. */
export async function linkLeadsTo(siteId: number, auth: string, env: AuthEnv, now: number): Promise<boolean> {
  try {
    if (isSlug(auth)) return (await knownLink(env, auth, now))?.siteId === siteId;
    const credential = await linkCredential(auth, env, now);
    return credential !== null && credential !== "locked" && credential.siteId === siteId;
  } catch {
    return false;
  }
}

/** Whether a credential has a scope. */
export function hasScope(credential: Credential, scope: Scope): boolean {
  return credential.scopes.includes(scope);
}

/** The shared link of a slug, or null. Known as long as keys are. */
export async function knownLink(env: Pick<Env, "DB">, slug: string, now: number): Promise<SharedLink | null> {
  return linksBySlug.find(slug, now, () => linkBySlug(env.DB, slug));
}

/** To be called when a key was deleted: from now on this isolate asks D1 again. */
export function forgetKey(id: number): void {
  for (const known of [keys, keysById]) known.forget((key) => key.id === id);
}

/** To be called when a shared link was deleted, or its password changed. */
export function forgetLink(id: number): void {
  for (const links of [linksBySlug, linksById]) links.forget((link) => link.id === id);
}

/** To be called when a site was deleted, and its keys and links with it. */
export function forgetKeysOf(siteId: number): void {
  for (const owned of [keys, keysById, linksBySlug, linksById]) owned.forget((one) => one.siteId === siteId);
}

async function keyCredential(
  token: string,
  env: AuthEnv,
  now: number,
  staleOnError: boolean,
): Promise<Credential | null> {
  if (isAdminKey(token, env.ADMIN_KEY)) return ADMIN;
  if (!/^ff_[\w-]{43}$/.test(token)) return null;
  const hash = hashOf(token);
  const key = await keys.find(hash, now, () => keyByHash(env.DB, hash), { staleOnError });
  return key && { kind: "key", id: key.id, scopes: key.scopes, siteId: key.siteId };
}

/** Of the browser's cookie. A page of another site may neither change anything by it nor learn what it would be shown. */
async function sessionCredential(request: Request, env: AuthEnv, now: number): Promise<Credential | "cross-site"> {
  const url = new URL(request.url);
  const token = tokenInCookie(request, url);
  const { ADMIN_KEY: adminKey } = env;
  if (token === null || !adminKey) return PUBLIC;
  if (request.method !== "GET" && request.method !== "HEAD") {
    if (!isFromItself(request, url, false)) return "cross-site";
  } else if (!["same-origin", "none", null].includes(request.headers.get("Sec-Fetch-Site"))) return PUBLIC;

  const id = claimedKeyId(token, now);
  if (id === null) return PUBLIC;
  if (id === 0) return isSessionOf(token, { id, keyHash: "", adminKey }) ? { ...ADMIN, bySession: true } : PUBLIC;
  const key = await keysById.find(`${id}`, now, () => keyById(env.DB, id), { keepNone: false });
  if (!key || !isSessionOf(token, { id, keyHash: key.hash, adminKey })) return PUBLIC;
  return { kind: "key", id, scopes: key.scopes, siteId: key.siteId, bySession: true };
}

/** Of a shared link by its slug, or by the token of one that was unlocked. */
async function linkCredential(token: string, env: AuthEnv, now: number): Promise<Credential | "locked" | null> {
  if (isSlug(token)) {
    const link = await knownLink(env, token, now);
    return link && (link.passwordHash === null ? credentialOf(link) : "locked");
  }
  const id = claimedLinkId(token, now);
  if (id === null) return null;
  const link = await linksById.find(`${id}`, now, () => linkById(env.DB, id), { keepNone: false });
  // A link whose password was taken away opens by its slug again.
  if (!link || link.passwordHash === null) return null;
  return unlocks(token, { ...link, passwordHash: link.passwordHash }) ? credentialOf(link) : null;
}

function credentialOf({ id, siteId }: SharedLink): Credential {
  return { kind: "link", id, scopes: ["stats"], siteId };
}

/** The token of `Authorization: Bearer <token>` (RFC 6750), or null. */
function bearer(request: Request): string | null {
  return /^Bearer +([!-~]{1,512}) *$/i.exec(request.headers.get("Authorization") ?? "")?.[1] ?? null;
}

/** Compares hashes, in constant time: neither the length nor the first wrong character shows in the time it takes. */
function isAdminKey(key: string, adminKey: string | undefined): boolean {
  if (!adminKey) return false;
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(key), digest(adminKey));
}
