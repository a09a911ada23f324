import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sipHash53, sipKey } from "../../src/tally/siphash.ts";

/** SipHash-2-4 of 8 bytes with 64-bit integers, straight from the paper. */
function sipHash(k0: bigint, k1: bigint, message: bigint): bigint {
  const mask = (1n << 64n) - 1n;
  const rotate = (x: bigint, by: bigint) => ((x << by) | (x >> (64n - by))) & mask;
  let [v0, v1, v2, v3] = [
    k0 ^ 0x736f6d6570736575n,
    k1 ^ 0x646f72616e646f6dn,
    k0 ^ 0x6c7967656e657261n,
    k1 ^ 0x7465646279746573n,
  ] as [bigint, bigint, bigint, bigint];
  const round = () => {
    v0 = (v0 + v1) & mask;
    v2 = (v2 + v3) & mask;
    v1 = rotate(v1, 13n) ^ v0;
    v3 = rotate(v3, 16n) ^ v2;
    v0 = rotate(v0, 32n);
    v2 = (v2 + v1) & mask;
    v0 = (v0 + v3) & mask;
    v1 = rotate(v1, 17n) ^ v2;
    v3 = rotate(v3, 21n) ^ v0;
    v2 = rotate(v2, 32n);
  };
  for (const block of [message, 8n << 56n]) {
    v3 ^= block;
    round();
    round();
    v0 ^= block;
  }
  v2 ^= 0xffn;
  for (let i = 0; i < 4; i++) round();
  return v0 ^ v1 ^ v2 ^ v3;
}

describe("sipHash53", () => {
  it("gives the published value of the message 00…07 under the key 00…0f, cut to 53 bits", () => {
    const key = [0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c] as const;
    expect(sipHash53(key, 0x03020100, 0x07060504)).toBe(Number(0x93f5f5799a932462n & ((1n << 53n) - 1n)));
  });

  it("agrees with 64-bit arithmetic on any key and message", () => {
    const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
    const wide = (low: number, high: number) => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
    fc.assert(
      fc.property(fc.tuple(word, word, word, word), word, word, (key, low, high) => {
        const expected = sipHash(wide(key[0], key[1]), wide(key[2], key[3]), wide(low, high));
        expect(sipHash53(key, low, high)).toBe(Number(expected & ((1n << 53n) - 1n)) || 1);
      }),
    );
  });

  it("reads all 128 bits of a key in hex", () => {
    expect(sipKey("000000010000000200000003ffffffff")).toEqual([1, 2, 3, -1]);
  });
});
