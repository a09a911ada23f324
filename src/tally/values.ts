import { OTHER } from "../dimensions.ts";
import type { PackReader, PackWriter } from "./pack.ts";

/** The number under which every table counts what is beyond its bound. */
export const OTHER_VALUE = 0;

const encoder = new TextEncoder();

/**
 * The different values of a dimension on one day, numbered in order of arrival, within a bound. Places are
 * reserved for the values that were most frequent the day before, so that a flood of junk cannot push them out.
 */
export class ValueTable {
  readonly #values: string[] = [OTHER];
  readonly #numbers = new Map<string, number>([[OTHER, OTHER_VALUE]]);
  /** Bytes of each value in JSON. */
  readonly #sizes: number[] = [OTHER.length + 2];
  #bytes = 0;
  #reserved: Set<string>;
  /** Bytes that the reserved values will take. */
  #reservedBytes = 0;
  readonly #mostValues: number;
  readonly #mostBytes: number;

  constructor(bounds: { values: number; bytes: number }, reserved: Iterable<string> = []) {
    this.#mostValues = bounds.values;
    this.#mostBytes = bounds.bytes;
    this.#reserved = this.#reserve(reserved);
  }

  /** Values in the table, `(other)` included. */
  get size(): number {
    return this.#values.length;
  }

  /** Bytes of the values in JSON. */
  get jsonBytesOfAll(): number {
    return this.#bytes;
  }

  /** About how much memory the table takes: a string, its place in a list and in a map. */
  get memoryBytes(): number {
    return this.#values.length * 120 + this.#bytes * 2;
  }

  text(number: number): string {
    return this.#values[number] ?? OTHER;
  }

  /** Bytes that a value takes as JSON. */
  jsonBytes(number: number): number {
    return this.#sizes[number] ?? 0;
  }

  /** The number of a value, added if it may be and there is room; else that of `(other)`. */
  number(value: string, mayAdd = true): number {
    const known = this.#numbers.get(value);
    if (known !== undefined) return known;
    if (!mayAdd) return OTHER_VALUE;
    const bytes = sizeOf(value);
    if (this.#reserved.delete(value)) this.#reservedBytes -= bytes;
    else {
      if (this.#values.length + this.#reserved.size > this.#mostValues) return OTHER_VALUE;
      if (this.#bytes + this.#reservedBytes + bytes > this.#mostBytes) return OTHER_VALUE;
    }
    const number = this.#values.length;
    this.#values.push(value);
    this.#numbers.set(value, number);
    this.#sizes.push(bytes);
    this.#bytes += bytes;
    return number;
  }

  write(writer: PackWriter): void {
    writer.list(this.#values.slice(1), (value) => writer.text(value));
    writer.list([...this.#reserved], (value) => writer.text(value));
  }

  /** Reads what `write` wrote into an empty table of the same bounds. */
  read(reader: PackReader): this {
    const values = reader.list(() => reader.text());
    // Bounds may have been lowered since: what was accepted stays, or numbers would shift.
    for (const value of values) {
      const bytes = sizeOf(value);
      this.#numbers.set(value, this.#values.length);
      this.#values.push(value);
      this.#sizes.push(bytes);
      this.#bytes += bytes;
    }
    this.#reserved = this.#reserve(reader.list(() => reader.text()));
    return this;
  }

  #reserve(values: Iterable<string>): Set<string> {
    const reserved = new Set(values);
    this.#reservedBytes = 0;
    for (const value of reserved) this.#reservedBytes += sizeOf(value);
    return reserved;
  }
}

function sizeOf(value: string): number {
  return encoder.encode(JSON.stringify(value)).length;
}
