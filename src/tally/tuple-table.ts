import type { PackReader, PackWriter } from "./pack.ts";

/** Different rows of numbers of one width, numbered in order of arrival. */
export class TupleTable {
  readonly width: number;
  readonly #rows: number[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(width: number) {
    this.width = width;
  }

  get size(): number {
    return this.#numbers.size;
  }

  /** The number of a row, added if it is new. */
  number(row: readonly number[]): number {
    const key = row.join();
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(key, number);
      this.#rows.push(...row);
    }
    return number;
  }

  /** One number of a row. */
  at(number: number, column: number): number {
    return this.#rows[number * this.width + column] as number;
  }

  write(writer: PackWriter): void {
    writer.list(this.#rows, (value) => writer.integer(value));
  }

  read(reader: PackReader): this {
    const flat = reader.list(() => reader.integer());
    for (let at = 0; at < flat.length; at += this.width) this.number(flat.slice(at, at + this.width));
    return this;
  }
}
