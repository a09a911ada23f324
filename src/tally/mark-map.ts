import type { PackReader, PackWriter } from "./pack.ts";

/** Share of the slots in use before the table doubles. */
const FULLEST = 0.62;
const FEWEST_SLOTS = 64;

/**
 * A hash table of 53-bit numbers (never 0), with or without a 32-bit value each, in typed arrays: 13 bytes a
 * mark (20 with a value) where a JavaScript Set needs 37 to 54. Keys are pseudo-random already, so they are
 * their own hash.
 */
export class MarkMap {
  size = 0;
  #keys: Float64Array;
  #values: Int32Array | null;
  readonly #most: number;

  /** `most`: entries it will hold; past that `add` remembers nothing. */
  constructor(options: { values: boolean; most: number }) {
    this.#keys = new Float64Array(FEWEST_SLOTS);
    this.#values = options.values ? new Int32Array(FEWEST_SLOTS) : null;
    this.#most = options.most;
  }

  get full(): boolean {
    return this.size >= this.#most;
  }

  /** About how much memory the map takes, between two doublings. */
  get memoryBytes(): number {
    return Math.ceil(this.size * (this.#values ? 12 : 8) * 2.2);
  }

  has(key: number): boolean {
    return this.#keys[this.#slot(key)] === key;
  }

  /** The value of a key, or -1. */
  get(key: number): number {
    const slot = this.#slot(key);
    return this.#keys[slot] === key && this.#values ? (this.#values[slot] as number) : -1;
  }

  /** Adds a key; false if it was there (its value then stays). A full map, or if it may not, says true and keeps nothing. */
  add(key: number, value = 0, mayAdd = true): boolean {
    let slot = this.#slot(key);
    if (this.#keys[slot] === key) return false;
    if (this.full || !mayAdd) return true;
    if (this.size + 1 > this.#keys.length * FULLEST) {
      this.#resize(this.#keys.length * 2);
      slot = this.#slot(key);
    }
    this.#keys[slot] = key;
    if (this.#values) this.#values[slot] = value;
    this.size++;
    return true;
  }

  write(writer: PackWriter): void {
    writer.integer(this.size);
    for (let slot = 0; slot < this.#keys.length; slot++) {
      const key = this.#keys[slot] as number;
      if (key === 0) continue;
      writer.float(key);
      if (this.#values) writer.integer(this.#values[slot] as number);
    }
  }

  read(reader: PackReader): this {
    const size = reader.integer();
    let slots = FEWEST_SLOTS;
    while (size + 1 > slots * FULLEST) slots *= 2;
    this.#resize(slots);
    for (let i = 0; i < size; i++) {
      const key = reader.float();
      const slot = this.#slot(key);
      this.#keys[slot] = key;
      if (this.#values) this.#values[slot] = reader.integer();
    }
    this.size = size;
    return this;
  }

  /** The slot that holds the key, or the free one where it belongs. */
  #slot(key: number): number {
    const keys = this.#keys;
    const mask = keys.length - 1;
    let slot = (key >>> 0) & mask;
    for (let found = keys[slot]; found !== key && found !== 0; found = keys[slot]) slot = (slot + 1) & mask;
    return slot;
  }

  #resize(slots: number): void {
    const keys = this.#keys;
    const values = this.#values;
    this.#keys = new Float64Array(slots);
    if (values) this.#values = new Int32Array(slots);
    for (let old = 0; old < keys.length; old++) {
      const key = keys[old] as number;
      if (key === 0) continue;
      const slot = this.#slot(key);
      this.#keys[slot] = key;
      if (values && this.#values) this.#values[slot] = values[old] as number;
    }
  }
}
