/**
 * What a signed-in browser is known by: the token `ffs_…` in a cookie, which stands for the key that was shown at the
 * door. Pure.
 *
 * A token is `ffs_<id>.<expiry>.<signature>`: the key's id (0: the admin key), the second since 1970 at which it ends, and
 * base64url of HMAC-SHA-256 over both. Nothing is stored for it. It is signed under a key made of the admin key and of the
 * API key's hash. Whoever reads the database knows the hash, but not the admin key, which rests there nowhere, and can
 * make no token. Deleting the API key ends all its sessions, and another admin key ends all there are.
 *
 * Whoever has a session could try admin keys against its signature on a machine of his own: one reason more for an admin
 * key that nobody guesses.
 */

import { createHmac, timingSafeEqual } from "node:crypto";
import { LIMITS } from "./limits.ts";

/** What a key's tokens are made from. */
export interface Seal {
  /** Of the API key; 0: the admin key. */
  id: number;
  /** SHA-256 of the API key in hex, as it rests in D1; empty for the admin key. */
  keyHash: string;
  /** The admin key, not empty. */
  adminKey: string;
}

const TOKEN = /^ffs_(?<id>0|[1-9]\d{0,14})\.(?<expiry>[1-9]\d{0,11})\.(?<signature>[\w-]{43})$/;

/** A token for whoever showed a key, and when it ends (ms since 1970, a whole second). */
export function sessionToken(seal: Seal, now: number): { token: string; expiresAt: number } {
  const expiry = Math.floor((now + LIMITS.sessionMs) / 1000);
  return { token: `ffs_${seal.id}.${expiry}.${signatureOf(seal, seal.id, expiry)}`, expiresAt: expiry * 1000 };
}

/**
 * The id of the key that a token says it stands for; null where it is none, or has ended. Anybody can make a token say
 * anything: only `isSessionOf` tells whether it is true.
 */
export function claimedKeyId(token: string, now: number): number | null {
  const claim = claimOf(token);
  return claim && claim.expiry * 1000 > now ? claim.id : null;
}

/** Whether a token was made from this. Takes the same time wherever the token differs. */
export function isSessionOf(token: string, seal: Seal): boolean {
  const claim = claimOf(token);
  if (!claim || claim.id !== seal.id || seal.adminKey === "") return false;
  const expected = Buffer.from(signatureOf(seal, claim.id, claim.expiry));
  return timingSafeEqual(Buffer.from(claim.signature), expected);
}

/** The token of a request's cookie, or null. */
export function tokenInCookie(request: Request, url: URL): string | null {
  const name = cookieName(url);
  for (const pair of request.headers.get("Cookie")?.split(";") ?? []) {
    const [key, value] = pair.trim().split("=", 2);
    if (key === name && value) return value;
  }
  return null;
}

/** `Set-Cookie` for a token; without one, to forget it. */
export function sessionCookie(url: URL, token: string | null): string {
  const age = token === null ? 0 : Math.floor(LIMITS.sessionMs / 1000);
  const secure = url.protocol === "https:" ? "; Secure" : "";
  return `${cookieName(url)}=${token ?? ""}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Strict${secure}`;
}

/**
 * Whether a browser says that a page of this Worker itself made the request: by `Sec-Fetch-Site`, or by `Origin` where it
 * sends no such header (Safari before 16.4).
 * @param silent what to take for the answer where neither header is there, as from programs that are no browsers
 */
export function isFromItself(request: Request, url: URL, silent: boolean): boolean {
  const site = request.headers.get("Sec-Fetch-Site");
  if (site !== null) return site === "same-origin";
  const origin = request.headers.get("Origin");
  return origin === null ? silent : origin === url.origin;
}

/** No page of another host can set a cookie of the first name, which browsers take only with `Secure`. */
function cookieName(url: URL): string {
  return url.protocol === "https:" ? "__Host-footfall" : "footfall";
}

function claimOf(token: string): { id: number; expiry: number; signature: string } | null {
  const { id, expiry, signature } = TOKEN.exec(token)?.groups ?? {};
  if (id === undefined || expiry === undefined || signature === undefined) return null;
  return { id: Number(id), expiry: Number(expiry), signature };
}

function signatureOf({ keyHash, adminKey }: Seal, id: number, expiry: number): string {
  const key = createHmac("sha256", adminKey).update(`session\n${keyHash}`).digest();
  return createHmac("sha256", key).update(`${id}.${expiry}`).digest("base64url");
}
