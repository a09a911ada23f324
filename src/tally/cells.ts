import type { PackReader, PackWriter } from "./pack.ts";

/** Slots for each row there is room for. */
const SLOTS_PER_ROW = 2;
const FEWEST_ROWS = 128;

/**
 * Counters addressed by (table, a, b): a hash table over typed arrays, because one hit touches some 150 of
 * them. A table is a dimension (b unused, 0) or a pair; a and b are numbers of values.
 */
export class CellTable {
  readonly width: number;
  size = 0;
  #slots = new Int32Array(FEWEST_ROWS * SLOTS_PER_ROW);
  #tables = new Int32Array(FEWEST_ROWS);
  #as = new Int32Array(FEWEST_ROWS);
  #bs = new Int32Array(FEWEST_ROWS);
  #counts: Float64Array;
  #inTable: number[] = [];

  constructor(width: number) {
    this.width = width;
    this.#counts = new Float64Array(FEWEST_ROWS * width);
  }

  /** About how much memory the table takes, between two doublings. */
  get memoryBytes(): number {
    return Math.ceil(this.size * (20 + 8 * this.width) * 1.5);
  }

  /** Cells of one table. */
  sizeOf(table: number): number {
    return this.#inTable[table] ?? 0;
  }

  /** The cell's row, or -1. */
  find(table: number, a: number, b: number): number {
    return (this.#slots[this.#slot(table, a, b)] as number) - 1;
  }

  /** The cell's row, made if need be. */
  row(table: number, a: number, b: number): number {
    let slot = this.#slot(table, a, b);
    const found = this.#slots[slot] as number;
    if (found) return found - 1;
    if (this.size === this.#tables.length) {
      this.#resize(this.size + 1);
      slot = this.#slot(table, a, b);
    }
    const row = this.size++;
    this.#slots[slot] = row + 1;
    this.#tables[row] = table;
    this.#as[row] = a;
    this.#bs[row] = b;
    this.#inTable[table] = this.sizeOf(table) + 1;
    return row;
  }

  add(row: number, column: number, delta: number): void {
    const at = row * this.width + column;
    this.#counts[at] = (this.#counts[at] as number) + delta;
  }

  count(row: number, column: number): number {
    return this.#counts[row * this.width + column] as number;
  }

  table(row: number): number {
    return this.#tables[row] as number;
  }
  a(row: number): number {
    return this.#as[row] as number;
  }
  b(row: number): number {
    return this.#bs[row] as number;
  }

  /**
   * A row's counts with trailing zeros cut. Never below zero: after an upgrade that counts a new pair, a visit opened
   * before may take back a bounce that was not counted there.
   */
  counts(row: number): number[] {
    let width = this.width;
    while (width > 0 && this.count(row, width - 1) <= 0) width--;
    return Array.from({ length: width }, (_, column) => Math.max(0, this.count(row, column)));
  }

  /** The rows of the tables that are wanted: table → a → rows. */
  grouped(isWanted: (table: number) => boolean): Map<number, Map<number, number[]>> {
    const groups = new Map<number, Map<number, number[]>>();
    for (let row = 0; row < this.size; row++) {
      const table = this.table(row);
      if (!isWanted(table)) continue;
      let byA = groups.get(table);
      if (!byA) {
        byA = new Map();
        groups.set(table, byA);
      }
      const rows = byA.get(this.a(row));
      if (rows) rows.push(row);
      else byA.set(this.a(row), [row]);
    }
    return groups;
  }

  write(writer: PackWriter): void {
    writer.integer(this.size);
    for (let row = 0; row < this.size; row++) {
      writer.integer(this.table(row)).integer(this.a(row)).integer(this.b(row));
      writer.list(this.counts(row), (count) => writer.integer(count));
    }
  }

  /** Reads what `write` wrote; `tableNow` maps the tables' old numbers, -1 for tables that are gone. */
  read(reader: PackReader, tableNow: (table: number) => number): this {
    const cells = reader.integer();
    this.#resize(cells);
    for (let i = 0; i < cells; i++) {
      const table = tableNow(reader.integer());
      const a = reader.integer();
      const b = reader.integer();
      const width = reader.integer();
      const row = table < 0 ? -1 : this.row(table, a, b);
      for (let column = 0; column < width; column++) {
        const count = reader.integer();
        // More columns than there are now: a later version wrote them, and was taken back.
        if (row >= 0 && column < this.width) this.add(row, column, count);
      }
    }
    return this;
  }

  #slot(table: number, a: number, b: number): number {
    const mask = this.#slots.length - 1;
    let hash = Math.imul(table + 1, 0x9e3779b1) ^ Math.imul(a + 1, 0x85ebca6b) ^ Math.imul(b + 1, 0xc2b2ae35);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    let slot = (hash ^ (hash >>> 13)) & mask;
    for (let row = this.#slots[slot] as number; row; row = this.#slots[slot] as number) {
      if (this.#tables[row - 1] === table && this.#as[row - 1] === a && this.#bs[row - 1] === b) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  /** Makes room for so many rows: the next power of two. */
  #resize(most: number): void {
    let rows = this.#tables.length;
    while (rows < most) rows *= 2;
    if (rows === this.#tables.length) return;
    const grow = (old: Int32Array) => {
      const grown = new Int32Array(rows);
      grown.set(old);
      return grown;
    };
    this.#tables = grow(this.#tables);
    this.#as = grow(this.#as);
    this.#bs = grow(this.#bs);
    const counts = new Float64Array(rows * this.width);
    counts.set(this.#counts);
    this.#counts = counts;
    this.#slots = new Int32Array(rows * SLOTS_PER_ROW);
    for (let row = 0; row < this.size; row++) {
      this.#slots[this.#slot(this.table(row), this.a(row), this.b(row))] = row + 1;
    }
  }
}
