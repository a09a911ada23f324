/**
 * Binary encoding of a tally's state. Integers take one byte for each seven bits, so that counts, which are
 * mostly small, stay small; strings are UTF-8 with their length. What is written comes out in parts that fit a
 * row of storage, so that a large state is never held twice.
 */

/** The size at which a part is handed on. No item is split, so a part may exceed it by one item. */
const PART_BYTES = 1_000_000;

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true });

export class PackWriter {
  #bytes = new Uint8Array(4096);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  readonly #onPart: (part: Uint8Array<ArrayBuffer>) => void;

  /** `onPart` is handed each part once; it must not keep it. */
  constructor(onPart: (part: Uint8Array<ArrayBuffer>) => void) {
    this.#onPart = onPart;
  }

  /** A whole number from 0 to 2^53 - 1. */
  integer(value: number): this {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`cannot pack ${value} as a count`);
    this.#room(8);
    let rest = value;
    while (rest > 0x7fffffff) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest > 127) {
      this.#bytes[this.#length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
    return this;
  }

  /** Any number, in eight bytes. */
  float(value: number): this {
    this.#room(8);
    this.#view.setFloat64(this.#length, value);
    this.#length += 8;
    return this;
  }

  text(value: string): this {
    const bytes = encoder.encode(value);
    this.integer(bytes.length);
    this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  list<T>(values: Iterable<T> & { readonly length: number }, write: (value: T) => void): this {
    this.integer(values.length);
    for (const value of values) write(value);
    return this;
  }

  /** Hands on the last part. */
  finish(): void {
    if (this.#length > 0) this.#onPart(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
  }

  /** Room for the next item, in this part or a new one. */
  #room(bytes: number): void {
    if (this.#length >= PART_BYTES) this.finish();
    this.#grow(bytes);
  }

  #grow(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + bytes));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** What `write` writes, in parts of their own. */
export function packed(write: (writer: PackWriter) => void): Uint8Array<ArrayBuffer>[] {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const writer = new PackWriter((part) => parts.push(part.slice()));
  write(writer);
  writer.finish();
  return parts;
}

export class PackReader {
  readonly #parts: Iterator<Uint8Array>;
  #bytes: Uint8Array = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);
  #at = 0;

  /** `parts`: what a writer handed on, in order. */
  constructor(parts: Iterable<Uint8Array>) {
    this.#parts = parts[Symbol.iterator]();
  }

  integer(): number {
    this.#next();
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new RangeError("packed state ends too early");
      if (byte < 128) return value + byte * scale;
      value += (byte & 127) * scale;
    }
  }

  float(): number {
    this.#next();
    const value = this.#view.getFloat64(this.#at);
    this.#at += 8;
    return value;
  }

  text(): string {
    const length = this.integer();
    const value = decoder.decode(this.#bytes.subarray(this.#at, this.#at + length));
    this.#at += length;
    return value;
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: this.integer() }, read);
  }

  /** Goes on with the next part where this one ends. */
  #next(): void {
    if (this.#at < this.#bytes.length) return;
    const { value, done } = this.#parts.next();
    if (done) throw new RangeError("packed state ends too early");
    this.#bytes = value;
    this.#view = new DataView(value.buffer, value.byteOffset, value.byteLength);
    this.#at = 0;
  }
}
