/**
 * Who asks: the admin key or an API key in `Authorization: Bearer …`. Only the router and the beacon path (which
 * believes a backend's `X-Forwarded-For` if it brings a key) look at that header.
 */

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { MINUTE_MS } from "./calendar.ts";
import type { Env } from "./env.ts";
import type { Credential, Scope } from "./route.ts";
import { hashOf, keyByHash } from "./store/keys.ts";

type AuthEnv = Pick<Env, "DB" | "ADMIN_KEY">;

const ADMIN: Credential = { kind: "admin", scopes: ["admin", "stats", "sites"], siteId: null };

/** A deleted key goes on working in other isolates for at most this long. */
const KNOWN_FOR_MS = MINUTE_MS;
const KNOWN_MOST = 1_000;

/** What D1 said of a key's hash. An unknown key stays unknown for good (keys are random), so that "no" may be kept too. */
interface Known {
  id: number;
  credential: Credential | null;
  until: number;
}
const known = new Map<string, Known>();
/** Grows with every revocation: an answer of D1 that was on its way meanwhile is not kept. */
let revocations = 0;

/** A new API key: `ff_` and 256 random bits. */
export function newKey(): string {
  return `ff_${randomBytes(32).toString("base64url")}`;
}

/**
 * The credential a request brings; null without one, or with a wrong one.
 * Throws `Unavailable` where D1 would have to be asked and is away: that is no "wrong key".
 */
export async function authenticate(request: Request, env: AuthEnv, now = Date.now()): Promise<Credential | null> {
  return credentialOf(request, env, now, false);
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
  if (!request.headers.has("Authorization")) return false;
  try {
    const credential = await credentialOf(request, env, now, true);
    return credential !== null && (credential.siteId === null || credential.siteId === siteId);
  } catch {
    return false;
  }
}

/** Whether a credential has a scope. */
export function hasScope(credential: Credential, scope: Scope): boolean {
  return credential.scopes.includes(scope);
}

/** To be called when a key was deleted: from now on this isolate asks D1 again. */
export function forgetKey(id: number): void {
  forget((entry) => entry.id === id);
}

/** To be called when a site was deleted, and its keys with it. */
export function forgetKeysOf(siteId: number): void {
  forget((entry) => entry.credential?.siteId === siteId);
}

function forget(matches: (entry: Known) => boolean): void {
  revocations++;
  for (const [hash, entry] of known) if (matches(entry)) known.delete(hash);
}

async function credentialOf(
  request: Request,
  env: AuthEnv,
  now: number,
  staleOnError: boolean,
): Promise<Credential | null> {
  const key = bearer(request);
  if (key === null) return null;
  if (isAdminKey(key, env.ADMIN_KEY)) return ADMIN;
  if (!/^ff_[\w-]{43}$/.test(key)) return null;

  const hash = hashOf(key);
  const entry = known.get(hash);
  if (entry && entry.until > now) return entry.credential;
  const before = revocations;
  try {
    const row = await keyByHash(env.DB, hash);
    const credential: Credential | null = row && { kind: "key", scopes: row.scopes, siteId: row.siteId };
    if (revocations === before) remember(hash, { id: row?.id ?? 0, credential, until: now + KNOWN_FOR_MS });
    return credential;
  } catch (error) {
    if (staleOnError && entry) return entry.credential;
    throw error;
  }
}

/** Keeps an answer; the oldest gives way, and before it those of keys that are none, which anybody can make up. */
function remember(hash: string, entry: Known): void {
  known.delete(hash);
  if (known.size >= KNOWN_MOST) {
    const [oldest] = known.keys();
    const unknown = known.entries().find(([, other]) => other.credential === null)?.[0];
    known.delete(unknown ?? oldest ?? "");
  }
  known.set(hash, entry);
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
