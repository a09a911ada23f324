import { scryptSync } from "node:crypto";
import { expect, it } from "vitest";
import { hashPassword, isPassword } from "../../src/clerk/passwords.ts";

it("knows a password by its hash, and no other", () => {
  const hash = hashPassword("correct horse");
  expect(isPassword("correct horse", hash)).toBe(true);
  for (const other of ["correct hors", "Correct horse", "correct horse ", ""]) {
    expect(isPassword(other, hash), other).toBe(false);
  }
});

it("knows a password however its letters were composed", () => {
  expect(isPassword("cafe\u0301 \u212b", hashPassword("caf\u00e9 \u00c5"))).toBe(true);
});

it("hashes by scrypt at OWASP's strength for 16 MB, under a new salt each time, and says so in the hash", () => {
  const [one, other] = [hashPassword("password"), hashPassword("password")];
  const [, salt = "", hash = ""] = /^scrypt\$16384\$8\$5\$([\w-]{22})\$([\w-]{43})$/.exec(one) ?? [];
  const expected = scryptSync("password", Buffer.from(salt, "base64url"), 32, { N: 16_384, r: 8, p: 5 });
  expect(hash).toBe(expected.toString("base64url"));
  expect(other.split("$")[4]).not.toBe(salt);
});

it("stays within what Cloudflare allows of scrypt, which the local runtime does not check", () => {
  const [, n, r, p] = hashPassword("password").split("$").map(Number);
  expect((n ?? 0) * (r ?? 0) * (p ?? 0)).toBeLessThanOrEqual(2 ** 20);
});

it("goes on knowing a password by a hash of other settings", () => {
  const salt = Buffer.alloc(16, 7);
  const hash = scryptSync("password", salt, 32, { N: 1024, r: 4, p: 2 }).toString("base64url");
  expect(isPassword("password", `scrypt$1024$4$2$${salt.toString("base64url")}$${hash}`)).toBe(true);
});

it.each(["", "password", "scrypt$16384$8$5$$", `pbkdf2-sha256$1$${"A".repeat(22)}$${"A".repeat(43)}`])(
  "knows no password by what is no hash: %s",
  (stored) => {
    expect(isPassword("password", stored)).toBe(false);
  },
);
