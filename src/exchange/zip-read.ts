/**
 * Reads a ZIP by its directory (APPNOTE.TXT 4.3), which says where each entry is and how long, whatever stands between.
 * Entries are unpacked in small pieces, so that however well they are packed little is held at once.
 */

import { Buffer } from "node:buffer";
import { crc32 } from "node:zlib";
import { Inflate } from "fflate";
import { LIMITS } from "../limits.ts";
import { type Bytes, part, piecesOf } from "./bytes.ts";
import { Refused } from "./refused.ts";

export interface ZipEntry {
  name: string;
  isDirectory: boolean;
  /** What it holds, unpacked. Throws Refused where it is damaged or grows beyond the bounds. */
  pieces: () => Generator<Uint8Array>;
}

const END_BYTES = 22;
const MOST_COMMENT_BYTES = 65_535;
/** Names and other fields of all entries. */
const MOST_DIRECTORY_BYTES = 1_000_000;
const STORED = 0;
const DEFLATED = 8;
/** 4 kB of DEFLATE become 4 MB at most. */
const PACKED_PIECE_BYTES = 4_096;
/** The bound of the ratio is for what is long. */
const UNSUSPICIOUS_BYTES = 1_000_000;

const DAMAGED = "is damaged: it is not as long as its directory says, or not what was packed";

/** Whether bytes begin as a ZIP does; an empty one begins with its end. */
export function isZip(bytes: Bytes): boolean {
  const [p, k, a, b] = bytes.read(0, 4);
  return p === 0x50 && k === 0x4b && ((a === 3 && b === 4) || (a === 5 && b === 6));
}

/**
 * The entries of a ZIP, in the order of its directory.
 * @throws Refused
 */
export function zipEntries(zip: Bytes): ZipEntry[] {
  const tail = zip.read(Math.max(0, zip.size - END_BYTES - MOST_COMMENT_BYTES), END_BYTES + MOST_COMMENT_BYTES);
  const end: number = Buffer.from(tail).lastIndexOf("PK\x05\x06", undefined, "latin1");
  if (end < 0 || end + END_BYTES > tail.length) throw new Refused("body: the ZIP is cut off: its directory is missing");
  const count = uint16(tail, end + 10);
  const size = uint32(tail, end + 12);
  const at = uint32(tail, end + 16);
  if (count === 0xffff || size === 0xffff_ffff || at === 0xffff_ffff) {
    throw new Refused("body: must be a ZIP without the extension ZIP64");
  }
  if (count > LIMITS.importFiles) throw new Refused(`body: must hold at most ${LIMITS.importFiles} files`);
  if (size > MOST_DIRECTORY_BYTES) throw new Refused(`body: must have names of at most ${MOST_DIRECTORY_BYTES} bytes`);

  const directory = zip.read(at, size);
  const entries: ZipEntry[] = [];
  let next = 0;
  for (let number = 1; number <= count; number++) {
    const place = `body: entry ${number} of the ZIP`;
    if (directory.length < next + 46 || uint32(directory, next) !== 0x0201_4b50) {
      throw new Refused(`${place} ${DAMAGED}`);
    }
    const nameEnd = next + 46 + uint16(directory, next + 28);
    const name = new TextDecoder().decode(directory.subarray(next + 46, nameEnd));
    const packed: Packed = {
      zip,
      place,
      isEncrypted: (uint16(directory, next + 8) & 1) === 1,
      method: uint16(directory, next + 10),
      crc: uint32(directory, next + 16),
      packedBytes: uint32(directory, next + 20),
      bytes: uint32(directory, next + 24),
      at: uint32(directory, next + 42),
    };
    entries.push({ name, isDirectory: name.endsWith("/"), pieces: () => unpacked(packed) });
    next = nameEnd + uint16(directory, next + 30) + uint16(directory, next + 32);
  }
  return entries;
}

/** Little-endian, as all numbers of a ZIP. */
function uint16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

function uint32(bytes: Uint8Array, at: number): number {
  return (uint16(bytes, at) | (uint16(bytes, at + 2) << 16)) >>> 0;
}

interface Packed {
  zip: Bytes;
  place: string;
  isEncrypted: boolean;
  method: number;
  crc: number;
  packedBytes: number;
  bytes: number;
  /** Where its own header is. */
  at: number;
}

function* unpacked({ zip, place, isEncrypted, method, crc, packedBytes, bytes, at }: Packed): Generator<Uint8Array> {
  const damaged = new Refused(`${place} ${DAMAGED}`);
  if (isEncrypted || (method !== STORED && method !== DEFLATED)) {
    throw new Refused(`${place} must be stored or deflated, and not encrypted`);
  }
  const header = zip.read(at, 30);
  if (header.length < 30 || uint32(header, 0) !== 0x0403_4b50) throw damaged;
  const content = part(zip, at + 30 + uint16(header, 26) + uint16(header, 28), packedBytes);
  if (content.size !== packedBytes) throw damaged;

  let length = 0;
  let sum = 0;
  for (const piece of method === STORED ? piecesOf(content) : inflated(content, damaged)) {
    length += piece.length;
    if (length > UNSUSPICIOUS_BYTES && length > packedBytes * LIMITS.importUnpackedRatio) {
      throw new Refused(`${place} must be packed at most ${LIMITS.importUnpackedRatio}-fold`, 413);
    }
    sum = crc32(piece, sum);
    yield piece;
  }
  if (length !== bytes || sum !== crc) throw damaged;
}

function* inflated(content: Bytes, damaged: Refused): Generator<Uint8Array> {
  const ready: Uint8Array[] = [];
  const inflate = new Inflate((piece) => void ready.push(piece));
  let read = 0;
  for (const piece of piecesOf(content)) {
    for (let at = 0; at < piece.length; at += PACKED_PIECE_BYTES) {
      const packed = piece.subarray(at, at + PACKED_PIECE_BYTES);
      read += packed.length;
      try {
        inflate.push(packed, read === content.size);
      } catch {
        throw damaged;
      }
      yield* ready.splice(0);
    }
  }
}
