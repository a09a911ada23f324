import { createHash, createHmac } from "node:crypto";

/** What makes a visitor the same one: never kept, never sent on. */
export interface Identity {
  siteId: number;
  /** In normal form; IPv6 cut to its /64. */
  address: string;
  userAgent: string;
}

function textOf({ siteId, address, userAgent }: Identity): string {
  // Neither part can contain a NUL, so that no two identities share a text.
  return `${siteId}\0${address}\0${userAgent}`;
}

/** The visitor's pseudonym under a day's identity key (HMAC-SHA256): 32 hex digits. */
export function pseudonymOf(key: Uint8Array, identity: Identity): string {
  return createHmac("sha256", key).update(textOf(identity)).digest("hex").slice(0, 32);
}

/**
 * The shard a visitor lives in, the same over midnight: a few bits of a plain hash, too few to tell anybody by.
 * @param shards a power of two, at most 256
 */
export function shardOf(identity: Identity, shards: number): number {
  if (shards <= 1) return 0;
  const [byte = 0] = createHash("sha256")
    .update(`shard\0${textOf(identity)}`)
    .digest();
  return byte & (shards - 1);
}
