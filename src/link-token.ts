/**
 * The tokens of links in mails, `/r/<token>`: all that a link says, signed under its site's link key, so that no link
 * has to be stored and nobody else can make one. Pure.
 *
 * A token is `<payload>.<signature>`. The payload is base64url of the JSON `[1, domain, url, name]`, 1 being the version;
 * the signature base64url of HMAC-SHA-256 over the payload as it is written, cut to 128 bits (RFC 2104, section 5,
 * allows half of the hash). Base64 can write the same bytes in several ways: what is signed and compared is the text, so
 * that a link has one token, and no other text passes for it.
 */

import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { LIMITS } from "./limits.ts";

/** What a token says. */
export interface Link {
  /** The site whose key signs it. */
  domain: string;
  /** Where it leads. */
  url: string;
  /** What reports call it. */
  name: string;
}

const VERSION = 1;
const SIGNATURE_BYTES = 16;
/** 16 bytes are 22 characters of base64url. */
const TOKEN = /^(?<payload>[\w-]+)\.(?<signature>[\w-]{22})$/;

/**
 * The token of a link.
 * @param key the site's link key: 256 random bits in base64url
 */
export function signLink(link: Link, key: string): string {
  const payload = Buffer.from(JSON.stringify([VERSION, link.domain, link.url, link.name])).toString("base64url");
  return `${payload}.${signatureOf(payload, key)}`;
}

/**
 * The site whose link a token says it is, to find the key that tells whether that is true; null where it is no token.
 * Anybody can make a token say anything: nothing else of it may be looked at before `verifyLink`.
 */
export function claimedDomain(token: string): string | null {
  const parts = partsOf(token);
  return parts && (linkIn(parts.payload)?.domain ?? null);
}

/** What a token says; null where it is not exactly what was signed under this key. Takes the same time wherever it differs. */
export function verifyLink(token: string, key: string): Link | null {
  const parts = partsOf(token);
  if (!parts) return null;
  const expected = Buffer.from(signatureOf(parts.payload, key));
  return timingSafeEqual(Buffer.from(parts.signature), expected) ? linkIn(parts.payload) : null;
}

function signatureOf(payload: string, key: string): string {
  const hash = createHmac("sha256", Buffer.from(key, "base64url")).update(payload).digest();
  return hash.subarray(0, SIGNATURE_BYTES).toString("base64url");
}

function partsOf(token: string): { payload: string; signature: string } | null {
  if (token.length > LIMITS.linkTokenChars) return null;
  const { payload, signature } = TOKEN.exec(token)?.groups ?? {};
  return payload !== undefined && signature !== undefined ? { payload, signature } : null;
}

/** What a payload says, signed or not; null where it is none of this version. */
function linkIn(payload: string): Link | null {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(payload, "base64url").toString());
  } catch {
    return null;
  }
  if (!Array.isArray(parts)) return null;
  const [version, domain, url, name]: unknown[] = parts;
  if (typeof domain !== "string" || typeof url !== "string" || typeof name !== "string") return null;
  return version === VERSION ? { domain, url, name } : null;
}
