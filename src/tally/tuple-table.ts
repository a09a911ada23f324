import type { PackReader, PackWriter } from "./pack.ts";

/** The number of the row of zeros, which stands for every row beyond the bound. */
export const OTHER_TUPLE = 0;

/** Different rows of numbers of one width, numbered in order of arrival, within a bound. */
export class TupleTable {
  readonly width: number;
  readonly #most: number;
  readonly #rows: number[];
  readonly #numbers = new Map<string, number>();

  constructor(width: number, most: number) {
    this.width = width;
    this.#most = most;
    this.#rows = new Array(width).fill(0);
    this.#numbers.set(this.#rows.join(), OTHER_TUPLE);
  }

  get size(): number {
    return this.#numbers.size;
  }

  /** About how much memory the table takes: the row, its text, their place in a map. */
  get memoryBytes(): number {
    return this.size * (this.width * 14 + 80);
  }

  /** The number of a row, added if it may be and there is room; else that of zeros. */
  number(row: readonly number[], mayAdd = true): number {
    const key = row.join();
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    if (!mayAdd || this.size >= this.#most) return OTHER_TUPLE;
    const number = this.#numbers.size;
    this.#numbers.set(key, number);
    this.#rows.push(...row);
    return number;
  }

  /** One number of a row. */
  at(number: number, column: number): number {
    return this.#rows[number * this.width + column] as number;
  }

  write(writer: PackWriter): void {
    writer.list(this.#rows.slice(this.width), (value) => writer.integer(value));
  }

  /** Reads what `write` wrote into an empty table. */
  read(reader: PackReader): this {
    const flat = reader.list(() => reader.integer());
    for (let at = 0; at < flat.length; at += this.width) {
      const row = flat.slice(at, at + this.width);
      // Beyond the bound too, should that have been lowered since: numbers must not shift.
      this.#numbers.set(row.join(), this.#numbers.size);
      this.#rows.push(...row);
    }
    return this;
  }
}
