/**
 * Passwords as hashes: `scrypt$<N>$<r>$<p>$<salt>$<hash>`, salt (128 bits) and hash (256 bits) in base64url. A hash says
 * how it was made, so that others may be made in another way later.
 *
 * scrypt (RFC 7914) and not PBKDF2. Cloudflare refuses PBKDF2 of more than 100,000 rounds, in WebCrypto and in
 * `node:crypto` alike (workerd's `DEFAULT_MAX_PBKDF2_ITERATIONS`), a sixth of the 600,000 that OWASP's Password Storage
 * Cheat Sheet asks for; the local runtime has no such limit, and would hide it. scrypt it allows up to N·r·p = 2²⁰. Of
 * the settings that OWASP calls equally strong, this one takes the least memory, 16 MB of an isolate's 128, which the
 * site's tallies may share. Measured in workerd on an Intel Xeon: 128 ms; PBKDF2 of 600,000 rounds 72 ms.
 */

import { randomBytes, scryptSync, timingSafeEqual } from "node:crypto";

const N = 16_384;
const R = 8;
const P = 5;
const SALT_BYTES = 16;
const HASH_BYTES = 32;

const FORM = /^scrypt\$(?<n>\d{1,7})\$(?<r>\d{1,2})\$(?<p>\d{1,2})\$(?<salt>[\w-]{22})\$(?<hash>[\w-]{43})$/;

/** A new hash of a password, under a new salt. */
export function hashPassword(password: string): string {
  const salt = randomBytes(SALT_BYTES);
  const hash = derive(password, salt, { N, r: R, p: P });
  return `scrypt$${N}$${R}$${P}$${salt.toString("base64url")}$${hash.toString("base64url")}`;
}

/** Whether a password is the one of a hash; false for what is no hash. Takes the same time wherever they differ. */
export function isPassword(password: string, stored: string): boolean {
  const { n, r, p, salt, hash } = FORM.exec(stored)?.groups ?? {};
  if (n === undefined || salt === undefined || hash === undefined) return false;
  const options = { N: Number(n), r: Number(r), p: Number(p) };
  const derived = derive(password, Buffer.from(salt, "base64url"), options);
  return timingSafeEqual(derived, Buffer.from(hash, "base64url"));
}

/** One password has one form, however a keyboard composed its letters (NIST SP 800-63B, 5.1.1.2: NFKC). */
function derive(password: string, salt: Buffer, options: { N: number; r: number; p: number }): Buffer {
  return scryptSync(password.normalize("NFKC"), salt, HASH_BYTES, options);
}
