import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LIMITS } from "../src/limits.ts";
import { claimedDomain, type Link, signLink, verifyLink } from "../src/link-token.ts";

const KEY = Buffer.alloc(32, 7).toString("base64url");
const OTHER_KEY = Buffer.alloc(32, 8).toString("base64url");
const LINK: Link = { domain: "example.com", url: "https://example.com/shop?a=1&b=%20#c", name: "Spring sale" };
const TOKEN = signLink(LINK, KEY);
const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Any text, half characters too. */
const anyText = fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: "grapheme" }), fc.constant("\ud800"));
const anyLink: fc.Arbitrary<Link> = fc.record({ domain: anyText, url: anyText, name: anyText });
const anyKey = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("base64url"));

/** A token with a payload of ours under its right signature. */
function signed(payload: string, key = KEY): string {
  const hash = createHmac("sha256", Buffer.from(key, "base64url")).update(payload).digest();
  return `${payload}.${hash.subarray(0, 16).toString("base64url")}`;
}
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");

describe("a link's token", () => {
  it("says again whatever it was made of, under the key that signed it", () => {
    fc.assert(
      fc.property(anyLink, anyKey, (link, key) => {
        const token = signLink(link, key);
        expect(verifyLink(token, key)).toEqual(link);
        expect(claimedDomain(token)).toBe(link.domain);
        expect(token).toMatch(/^[\w-]+\.[\w-]{22}$/);
        expect(signLink(link, key)).toBe(token);
      }),
    );
  });

  it("is refused with any one character changed, left out or added", () => {
    const anyChange = fc.record({
      link: anyLink,
      place: fc.nat(),
      character: fc.oneof(
        fc.constantFrom(...BASE64URL, ".", "=", "+", "/", "%", " ", "\n"),
        fc.string({ minLength: 1 }),
      ),
      length: fc.constantFrom(0, 1),
    });
    fc.assert(
      fc.property(anyChange, ({ link, place, character, length }) => {
        const token = signLink(link, KEY);
        const at = place % (token.length + 1);
        const changed = token.slice(0, at) + character + token.slice(at + length);
        const without = token.slice(0, at) + token.slice(at + 1);
        for (const other of [changed, without]) if (other !== token) expect(verifyLink(other, KEY)).toBe(null);
      }),
      { numRuns: 500 },
    );
  });

  it("is refused with each of its characters changed to each other one, unused bits of base64 too", () => {
    const passed: string[] = [];
    for (let at = 0; at < TOKEN.length; at++) {
      for (const character of `${BASE64URL}.`) {
        const changed = TOKEN.slice(0, at) + character + TOKEN.slice(at + 1);
        if (changed !== TOKEN && verifyLink(changed, KEY)) passed.push(changed);
      }
    }
    expect(passed).toEqual([]);
  });

  it("is refused cut short, wherever", () => {
    const lengths = Array.from(TOKEN, (_, length) => length);
    expect(lengths.filter((length) => verifyLink(TOKEN.slice(0, length), KEY) !== null)).toEqual([]);
    expect(lengths.filter((length) => verifyLink(TOKEN.slice(length + 1), KEY) !== null)).toEqual([]);
  });

  it("is refused under any other key, and with the signature of another link", () => {
    expect(verifyLink(TOKEN, OTHER_KEY)).toBe(null);
    expect(verifyLink(TOKEN, "")).toBe(null);
    const evil = signLink({ ...LINK, url: "https://evil.test/" }, OTHER_KEY);
    expect(verifyLink(`${evil.split(".")[0]}.${TOKEN.split(".")[1]}`, KEY)).toBe(null);
    expect(verifyLink(`${TOKEN.split(".")[0]}.${evil.split(".")[1]}`, KEY)).toBe(null);
  });

  it.each<[string, unknown]>([
    ["of another version", [2, LINK.domain, LINK.url, LINK.name]],
    ["without a name", [1, LINK.domain, LINK.url]],
    ["with a number for a URL", [1, LINK.domain, 7, LINK.name]],
    ["with null for a domain", [1, null, LINK.url, LINK.name]],
    ["that is an object", { 0: 1, 1: LINK.domain, 2: LINK.url, 3: LINK.name }],
    ["that is null", null],
  ])("is none with a payload %s, though it is signed", (_, payload) => {
    const token = signed(encoded(payload));
    expect(claimedDomain(token)).toBe(null);
    expect(verifyLink(token, KEY)).toBe(null);
  });

  it.each([
    ["nothing", ""],
    ["a dot", "."],
    ["no signature", `${encoded([1, "example.com", "https://evil.test/", "x"])}.`],
    ["no payload", `.${TOKEN.split(".")[1]}`],
    ["no JSON", signed("AAAA")],
    ["a URL", "https://evil.test/"],
    ["a line's end behind it", `${TOKEN}\n`],
    ["padding behind it", `${TOKEN}==`],
    ["three parts", `${TOKEN}.${TOKEN.split(".")[1]}`],
  ])("is none of %s", (_, token) => {
    expect(verifyLink(token, KEY)).toBe(null);
  });

  it("is read up to 8,192 characters, which every link's fits in, and no further", () => {
    const longest = {
      domain: "d".repeat(253),
      url: "\\".repeat(LIMITS.urlBytes),
      name: "\u20ac".repeat(LIMITS.eventNameChars),
    };
    const token = signLink(longest, KEY);
    expect(token.length).toBeLessThan(6_500);
    expect(verifyLink(token, KEY)).toEqual(longest);

    const overlong = signLink({ ...LINK, url: "u".repeat(7_000) }, KEY);
    expect(overlong.length).toBeGreaterThan(LIMITS.linkTokenChars);
    expect(claimedDomain(overlong)).toBe(null);
    expect(verifyLink(overlong, KEY)).toBe(null);
  });
});
