/**
 * What a shared link is asked by: its slug, `ffl_…`, or, where a password is set, the token `ffu_…` that whoever knew the
 * password was given. Pure, but for the randomness of a new slug.
 *
 * A token is `ffu_<id>.<expiry>.<signature>`: the link's id, the second since 1970 at which it ends, and base64url of
 * HMAC-SHA-256 over both. Nothing is stored for it. It is signed under a key made of the link's slug and of the hash of
 * its password, which rests in D1 alone and is salted anew with every password: another password, or none, ends it.
 */

import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { LIMITS } from "./limits.ts";

/** What of a link its tokens are made from. */
export interface Lock {
  id: number;
  slug: string;
  passwordHash: string;
}

const SLUG = /^ffl_[\w-]{43}$/;
const TOKEN = /^ffu_(?<id>[1-9]\d{0,14})\.(?<expiry>\d{1,12})\.(?<signature>[\w-]{43})$/;

/** A new slug: `ffl_` and 256 random bits. */
export function newSlug(): string {
  return `ffl_${randomBytes(32).toString("base64url")}`;
}

/** Whether a text has the form of a slug. */
export function isSlug(text: string): boolean {
  return SLUG.test(text);
}

/** The token for whoever knew a link's password, and when it ends (ms since 1970, a whole second). */
export function unlockToken(lock: Lock, now: number): { token: string; expiresAt: number } {
  const expiry = Math.floor((now + LIMITS.unlockedMs) / 1000);
  return { token: `ffu_${lock.id}.${expiry}.${signatureOf(lock, lock.id, expiry)}`, expiresAt: expiry * 1000 };
}

/**
 * The id of the link whose token this says it is; null where it is none, or has ended. Anybody can make a token say
 * anything: only `unlocks` tells whether it is true.
 */
export function claimedLinkId(token: string, now: number): number | null {
  const claim = claimOf(token);
  return claim && claim.expiry * 1000 > now ? claim.id : null;
}

/** Whether a token is one of this link's, as its password is now. Takes the same time wherever the token differs. */
export function unlocks(token: string, lock: Lock): boolean {
  const claim = claimOf(token);
  if (!claim || claim.id !== lock.id) return false;
  const expected = Buffer.from(signatureOf(lock, claim.id, claim.expiry));
  return timingSafeEqual(Buffer.from(claim.signature), expected);
}

function claimOf(token: string): { id: number; expiry: number; signature: string } | null {
  const { id, expiry, signature } = TOKEN.exec(token)?.groups ?? {};
  if (id === undefined || expiry === undefined || signature === undefined) return null;
  return { id: Number(id), expiry: Number(expiry), signature };
}

function signatureOf({ slug, passwordHash }: Lock, id: number, expiry: number): string {
  const key = createHash("sha256").update(`unlock\n${slug}\n${passwordHash}`).digest();
  return createHmac("sha256", key).update(`${id}.${expiry}`).digest("base64url");
}
