import { Buffer } from "node:buffer";

/** An upload, to be read at any place of it. */
export interface Bytes {
  size: number;
  /** Bytes from `at` on: `length` of them, fewer at the end. */
  read: (at: number, length: number) => Uint8Array;
}

/** Pieces that are read at once. */
const PIECE_BYTES = 65_536;

/** A part of an upload, as an upload. Ends where the whole ends. */
export function part(whole: Bytes, from: number, size: number): Bytes {
  const bounded = Math.max(0, Math.min(size, whole.size - from));
  return {
    size: bounded,
    read: (at, length) => whole.read(from + at, Math.max(0, Math.min(length, bounded - at))),
  };
}

/** All of it, in pieces. */
export function* piecesOf(bytes: Bytes): Generator<Uint8Array> {
  for (let at = 0; at < bytes.size; at += PIECE_BYTES) yield bytes.read(at, PIECE_BYTES);
}

/** The first place from `from` on where `needle` stands; -1 where it does not. */
export function indexOf(bytes: Bytes, needle: Uint8Array, from: number): number {
  for (let at = from; at < bytes.size; at += PIECE_BYTES) {
    // With as much of the next piece as a needle on the border reaches into it.
    const found: number = Buffer.from(bytes.read(at, PIECE_BYTES + needle.length - 1)).indexOf(needle);
    if (found >= 0) return at + found;
  }
  return -1;
}
