import { expect, it } from "vitest";
import { claimedLinkId, isSlug, type Lock, newSlug, unlocks, unlockToken } from "../src/shared-link.ts";

const NOW = Date.UTC(2026, 10, 22, 12);
const DAY = 86_400_000;
const lock = (changes: Partial<Lock> = {}): Lock => ({ id: 7, slug: newSlug(), passwordHash: "hash", ...changes });

it("makes slugs of 256 random bits", () => {
  const slugs = Array.from({ length: 100 }, newSlug);
  expect(new Set(slugs).size).toBe(100);
  for (const slug of slugs) expect(isSlug(slug), slug).toBe(true);
  expect(isSlug(`${slugs[0]}x`)).toBe(false);
  expect(isSlug("ff_".padEnd(46, "A"))).toBe(false);
});

it("gives a token for a day, which tells its link and opens it", () => {
  const one = lock();
  const { token, expiresAt } = unlockToken(one, NOW);
  expect(expiresAt).toBe(NOW + DAY);
  expect(claimedLinkId(token, NOW)).toBe(7);
  expect(unlocks(token, one)).toBe(true);
  expect(claimedLinkId(token, NOW + DAY - 1)).toBe(7);
  expect(claimedLinkId(token, NOW + DAY)).toBeNull();
});

it("opens nothing else, nor the same link under another password", () => {
  const one = lock();
  const { token } = unlockToken(one, NOW);
  expect(unlocks(token, { ...one, id: 8 })).toBe(false);
  expect(unlocks(token, { ...one, passwordHash: "another" })).toBe(false);
  expect(unlocks(token, { ...one, slug: newSlug() })).toBe(false);
});

it("cannot be given another link or a later end, nor be changed in any character", () => {
  const one = lock();
  const { token } = unlockToken(one, NOW);
  const [, expiry = "", signature = ""] = token.split(".");
  expect(unlocks(`ffu_8.${expiry}.${signature}`, { ...one, id: 8 })).toBe(false);
  const later = `ffu_7.${Number(expiry) + 1}.${signature}`;
  expect(claimedLinkId(later, NOW)).toBe(7);
  expect(unlocks(later, one)).toBe(false);
  for (let at = 0; at < token.length; at++) {
    const changed = `${token.slice(0, at)}${token[at] === "A" ? "B" : "A"}${token.slice(at + 1)}`;
    expect(unlocks(changed, one), changed).toBe(false);
  }
  expect(unlocks(`ffu_07.${expiry}.${signature}`, one)).toBe(false);
});

it.each(["", "ffu_", "ffu_7", "ffu_7.1", `ffu_0.9999999999.${"A".repeat(43)}`, `ffu_-1.9999999999.${"A".repeat(43)}`])(
  "takes for no token: %j",
  (text) => {
    expect(claimedLinkId(text, NOW)).toBeNull();
    expect(unlocks(text, lock())).toBe(false);
  },
);
