/** A 128-bit key as four 32-bit words, least significant first. */
export type SipKey = readonly [number, number, number, number];

/** The key that 32 hex digits spell. */
export function sipKey(hex: string): SipKey {
  const word = (at: number) => Number.parseInt(hex.slice(at, at + 8), 16) | 0;
  return [word(0), word(8), word(16), word(24)];
}

/**
 * SipHash-2-4 (Aumasson & Bernstein, 2012) of one 8-byte message, given as two 32-bit words, cut to 53 bits
 * so that it is an exact JavaScript number. A pseudo-random function: without the key, two results of one key
 * cannot be told from two of different keys. Never 0.
 */
export function sipHash53(key: SipKey, low: number, high: number): number {
  const [k0l, k0h, k1l, k1h] = key;
  let v0l = k0l ^ 0x70736575;
  let v0h = k0h ^ 0x736f6d65;
  let v1l = k1l ^ 0x6e646f6d;
  let v1h = k1h ^ 0x646f7261;
  let v2l = k0l ^ 0x6e657261;
  let v2h = k0h ^ 0x6c796765;
  let v3l = k1l ^ 0x79746573;
  let v3h = k1h ^ 0x74656462;
  // Two rounds for the message, two for the block with its length (8 bytes), four to finish.
  v3l ^= low;
  v3h ^= high;
  for (let round = 0; round < 8; round++) {
    if (round === 2) {
      v0l ^= low;
      v0h ^= high;
      v3h ^= 0x08000000;
    } else if (round === 4) {
      v0h ^= 0x08000000;
      v2l ^= 0xff;
    }
    // 64-bit additions: the low words' sum as a double shows the carry.
    let sum = (v0l >>> 0) + (v1l >>> 0);
    v0h = (v0h + v1h + (sum > 0xffffffff ? 1 : 0)) | 0;
    v0l = sum | 0;
    let keep = v1l;
    v1l = ((v1l << 13) | (v1h >>> 19)) ^ v0l;
    v1h = ((v1h << 13) | (keep >>> 19)) ^ v0h;
    keep = v0l;
    v0l = v0h;
    v0h = keep;

    sum = (v2l >>> 0) + (v3l >>> 0);
    v2h = (v2h + v3h + (sum > 0xffffffff ? 1 : 0)) | 0;
    v2l = sum | 0;
    keep = v3l;
    v3l = ((v3l << 16) | (v3h >>> 16)) ^ v2l;
    v3h = ((v3h << 16) | (keep >>> 16)) ^ v2h;

    sum = (v0l >>> 0) + (v3l >>> 0);
    v0h = (v0h + v3h + (sum > 0xffffffff ? 1 : 0)) | 0;
    v0l = sum | 0;
    keep = v3l;
    v3l = ((v3l << 21) | (v3h >>> 11)) ^ v0l;
    v3h = ((v3h << 21) | (keep >>> 11)) ^ v0h;

    sum = (v2l >>> 0) + (v1l >>> 0);
    v2h = (v2h + v1h + (sum > 0xffffffff ? 1 : 0)) | 0;
    v2l = sum | 0;
    keep = v1l;
    v1l = ((v1l << 17) | (v1h >>> 15)) ^ v2l;
    v1h = ((v1h << 17) | (keep >>> 15)) ^ v2h;
    keep = v2l;
    v2l = v2h;
    v2h = keep;
  }
  const resultLow = (v0l ^ v1l ^ v2l ^ v3l) >>> 0;
  const resultHigh = (v0h ^ v1h ^ v2h ^ v3h) >>> 0;
  return (resultHigh & 0x1fffff) * 0x100000000 + resultLow || 1;
}
