import { createHmac } from "node:crypto";
import { expect, it } from "vitest";
import { type Identity, pseudonymOf, shardOf } from "../../src/collect/pseudonym.ts";

const KEY = new Uint8Array(32).fill(7);
const ONE: Identity = { siteId: 7, address: "203.0.113.7", userAgent: "Firefox" };

it("a pseudonym is the first half of an HMAC-SHA256 under the day's key", () => {
  const expected = createHmac("sha256", KEY).update("7\x00203.0.113.7\x00Firefox").digest("hex").slice(0, 32);
  expect(pseudonymOf(KEY, ONE)).toBe(expected);
  expect(pseudonymOf(KEY, { ...ONE })).toBe(expected);
});

it.each<[string, Partial<Identity>]>([
  ["site", { siteId: 8 }],
  ["address", { address: "203.0.113.8" }],
  ["User-Agent", { userAgent: "Chrome" }],
])("another %s is another visitor", (_, change) => {
  expect(pseudonymOf(KEY, { ...ONE, ...change })).not.toBe(pseudonymOf(KEY, ONE));
});

it("another day's key makes another visitor of everybody, in the same shard", () => {
  expect(pseudonymOf(new Uint8Array(32), ONE)).not.toBe(pseudonymOf(KEY, ONE));
  expect(shardOf(ONE, 16)).toBe(shardOf({ ...ONE }, 16));
});

it("visitors are spread over all shards, and stay in order when the shards double", () => {
  const identities = Array.from({ length: 4000 }, (_, n) => ({ ...ONE, address: `10.0.${n >> 8}.${n & 255}` }));
  const filled = new Map<number, number>();
  for (const identity of identities) {
    const shard = shardOf(identity, 8);
    filled.set(shard, (filled.get(shard) ?? 0) + 1);
    expect(shardOf(identity, 16) % 8).toBe(shard);
    expect(shardOf(identity, 1)).toBe(0);
  }
  expect([...filled.keys()].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  for (const count of filled.values()) expect(count).toBeGreaterThan(400);
});
