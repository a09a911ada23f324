import type { LocalDay } from "../calendar.ts";
import { DIMENSIONS, type Dimension, OTHER, PAIRS, pairName } from "../dimensions.ts";
import type { Limits } from "../limits.ts";
import { COLUMN, COUNTED, PAIR_COLUMNS } from "../metrics.ts";
import { CellTable } from "./cells.ts";
import { MarkMap } from "./mark-map.ts";
import type { PackReader, PackWriter } from "./pack.ts";
import { SLOT, SLOTS, VALUES_SLOT, VISIT_SLOTS, VISITOR_SLOTS } from "./slots.ts";
import { OTHER_TUPLE, TupleTable } from "./tuple-table.ts";
import { OTHER_VALUE, ValueTable } from "./values.ts";

/** Slots that have a table of values of their own. */
const OWN_VALUES = VALUES_SLOT.filter((valuesSlot, slot) => valuesSlot === slot);

const PAIR_NAMES = PAIRS.map(([a, b]) => pairName(a, b));

/** Single cells of properties are numbered from here on; below are the slots of the dimensions. */
export const PROPERTY_TABLES = 1_000;

/**
 * One local day of one shard: the counts, and what tells a visitor's first hit from the rest. The counts may
 * rest in the clear; everything else (`visitors`, `marks`, and the tuples, which join facts) only sealed.
 */
export class Day {
  local: LocalDay;
  readonly limits: Limits;
  /** Whether values, cells, tuples and marks that are new may be remembered. */
  mayGrow = true;

  /** Values by slot; dimensions that share values share the table. */
  readonly values: ValueTable[];
  /** Names of properties, and the values of each. */
  readonly properties: ValueTable;
  readonly propertyValues: ValueTable[] = [];
  readonly singles = new CellTable(COUNTED.length);
  readonly pairs = new CellTable(PAIR_COLUMNS);
  readonly #pairBytes: number[] = [];
  #propertyValues = 0;

  /** Visitor → tuple of constants; (visitor, k) → tuple of the k-th different visit. */
  readonly visitors: MarkMap;
  readonly marks: MarkMap;
  readonly visitorTuples: TupleTable;
  readonly visitTuples: TupleTable;

  constructor(local: LocalDay, limits: Limits, dayBefore?: Day) {
    this.local = local;
    this.limits = limits;
    const bounds = { values: limits.valuesPerDimension, bytes: limits.valueBytesPerDimension };
    this.values = [];
    for (const [slot, valuesSlot] of VALUES_SLOT.entries()) {
      this.values[slot] =
        slot === valuesSlot
          ? new ValueTable(bounds, dayBefore?.mostFrequent(slot, limits.reservedValues))
          : (this.values[valuesSlot] as ValueTable);
    }
    this.properties = new ValueTable({ values: limits.propertiesPerSite, bytes: limits.valueBytesPerDimension });
    this.propertyValues[OTHER_VALUE] = this.#propertyTable();
    this.visitors = new MarkMap({ values: true, most: limits.visitorsPerDay });
    this.marks = new MarkMap({ values: false, most: limits.marksPerDay });
    this.visitorTuples = new TupleTable(VISITOR_SLOTS.length, limits.visitorTuplesPerDay);
    this.visitTuples = new TupleTable(VISIT_SLOTS.length, limits.visitTuplesPerDay);
  }

  /** About how much memory the day takes. The same after a checkpoint was read, so that bounds act the same. */
  get memoryBytes(): number {
    let bytes = 0;
    for (const slot of OWN_VALUES) bytes += (this.values[slot] as ValueTable).memoryBytes;
    for (const table of this.propertyValues) bytes += table?.memoryBytes ?? 0;
    for (const part of [this.singles, this.pairs, this.visitors, this.marks, this.visitorTuples, this.visitTuples]) {
      bytes += part.memoryBytes;
    }
    return bytes;
  }

  /** Page views and custom events counted so far, and beacons dropped. */
  get hits(): number {
    let hits = 0;
    for (const [slot, columns] of [
      [SLOT.hour, [COLUMN.pageviews, COLUMN.customEvents]],
      [SLOT.dropped, [COLUMN.customEvents]],
    ] as const) {
      for (let number = 0; number < (this.values[slot] as ValueTable).size; number++) {
        const row = this.singles.find(slot, number, 0);
        if (row >= 0) for (const column of columns) hits += this.singles.count(row, column);
      }
    }
    return hits;
  }

  /** Number of a value of a dimension; a value beyond the bound is `(other)` and the day is flagged. */
  number(slot: number, value: string): number {
    const number = (this.values[slot] as ValueTable).number(value, this.mayGrow);
    if (number === OTHER_VALUE && value !== OTHER) this.flag(`capped:${SLOTS[slot]?.name}`);
    return number;
  }

  /** Numbers of a property and of its value. */
  propertyNumbers(name: string, value: string): { property: number; value: number } {
    const property = this.properties.number(name, this.mayGrow);
    let table = this.propertyValues[property];
    if (!table) {
      table = this.#propertyTable();
      this.propertyValues[property] = table;
    }
    const before = table.size;
    const mayAdd = this.mayGrow && this.#propertyValues < this.limits.valuesOfProperties;
    const number = property === OTHER_VALUE ? OTHER_VALUE : table.number(value, mayAdd);
    this.#propertyValues += table.size - before;
    if (number === OTHER_VALUE) this.flag("capped:properties");
    return { property, value: number };
  }

  /** Adds to a single cell. */
  add(table: number, value: number, column: number, delta: number): void {
    this.singles.add(this.singles.row(table, value, 0), column, delta);
  }

  /** The number of a tuple of a visit's or a visitor's values; past the bound that of `(other)` everywhere. */
  tupleNumber(kind: "visit" | "visitor", row: readonly number[]): number {
    const number = (kind === "visit" ? this.visitTuples : this.visitorTuples).number(row, this.mayGrow);
    if (number === OTHER_TUPLE && row.some((value) => value !== OTHER_VALUE)) this.flag(`capped:${kind}`);
    return number;
  }

  /** The row of a pair's cell; past the bound that of (other, other). */
  pairRow(pair: number, a: number, b: number, aSlot: number, bSlot: number): number {
    const found = this.pairs.find(pair, a, b);
    if (found >= 0) return found;
    const size = (this.values[aSlot] as ValueTable).jsonBytes(a) + (this.values[bSlot] as ValueTable).jsonBytes(b) + 40;
    const bytes = (this.#pairBytes[pair] ?? 0) + size;
    const { cellsPerPair, cellBytesPerPair } = this.limits;
    if (!this.mayGrow || this.pairs.sizeOf(pair) >= cellsPerPair || bytes > cellBytesPerPair) {
      const [first, second] = PAIRS[pair] as (typeof PAIRS)[number];
      this.flag(`capped:${pairName(first, second)}`);
      return this.pairs.row(pair, OTHER_VALUE, OTHER_VALUE);
    }
    this.#pairBytes[pair] = bytes;
    return this.pairs.row(pair, a, b);
  }

  /** Notes that something about the day is not exact; shown by reports. */
  flag(name: string): void {
    this.add(SLOT.flags, (this.values[SLOT.flags] as ValueTable).number(name), COLUMN.customEvents, 1);
  }

  /** The values of a dimension with the most visits, page views and events. */
  mostFrequent(slot: number, most: number): string[] {
    const found: { value: string; weight: number }[] = [];
    const table = this.values[slot] as ValueTable;
    for (let number = 1; number < table.size; number++) {
      const row = this.singles.find(slot, number, 0);
      if (row < 0) continue;
      const weight =
        this.singles.count(row, COLUMN.visits) +
        this.singles.count(row, COLUMN.pageviews) +
        this.singles.count(row, COLUMN.customEvents);
      found.push({ value: table.text(number), weight });
    }
    // A stable order, so that replay reserves the same places.
    found.sort((a, b) => b.weight - a.weight);
    return found.slice(0, most).map(({ value }) => value);
  }

  /** The counts alone. */
  writeCounts(writer: PackWriter): void {
    writer.text(this.local.day).float(this.local.startsAt).float(this.local.endsAt);
    // Names, because the numbers of dimensions and pairs shift when the tables are changed by an upgrade.
    writer.list(DIMENSIONS, ({ name }) => writer.text(name));
    writer.list(PAIR_NAMES, (name) => writer.text(name));
    writer.list(OWN_VALUES, (slot) => {
      writer.text((SLOTS[slot] as Dimension).name);
      (this.values[slot] as ValueTable).write(writer);
    });
    this.properties.write(writer);
    writer.integer(this.propertyValues.length);
    for (let property = 0; property < this.propertyValues.length; property++) {
      (this.propertyValues[property] ?? this.#propertyTable()).write(writer);
    }
    this.singles.write(writer);
    this.pairs.write(writer);
  }

  static readCounts(reader: PackReader, limits: Limits): Day {
    const day = new Day({ day: reader.text(), startsAt: reader.float(), endsAt: reader.float() }, limits);
    const names = reader.list(() => reader.text());
    const slotNow = names.map((name) => SLOTS.findIndex((dimension) => dimension.name === name));
    const pairs = reader.list(() => reader.text());
    const pairNow = pairs.map((name) => PAIR_NAMES.indexOf(name));
    reader.list(() => {
      const name = reader.text();
      const slot = OWN_VALUES.find((own) => SLOTS[own]?.name === name);
      (slot === undefined ? day.#propertyTable() : (day.values[slot] as ValueTable)).read(reader);
    });
    // Visits that go on were counted by the old tables, and go on being counted by the new ones.
    if (names.join() !== SLOTS.map(({ name }) => name).join() || pairs.join() !== PAIR_NAMES.join()) {
      day.flag("approximate");
    }
    day.properties.read(reader);
    const properties = reader.integer();
    for (let property = 0; property < properties; property++) {
      const table = day.#propertyTable().read(reader);
      day.propertyValues[property] = table;
      day.#propertyValues += table.size - 1;
    }
    day.singles.read(reader, (table) => (table < PROPERTY_TABLES ? (slotNow[table] ?? -1) : table));
    day.pairs.read(reader, (pair) => pairNow[pair] ?? -1);
    for (let row = 0; row < day.pairs.size; row++) {
      const pair = day.pairs.table(row);
      const [a, b] = PAIRS[pair] as (typeof PAIRS)[number];
      const size =
        (day.values[SLOT[a]] as ValueTable).jsonBytes(day.pairs.a(row)) +
        (day.values[SLOT[b]] as ValueTable).jsonBytes(day.pairs.b(row));
      day.#pairBytes[pair] = (day.#pairBytes[pair] ?? 0) + size + 40;
    }
    return day;
  }

  /** What must be sealed: everything that is not a plain count. */
  writeSecrets(writer: PackWriter): void {
    this.visitors.write(writer);
    this.marks.write(writer);
    this.visitorTuples.write(writer);
    this.visitTuples.write(writer);
  }

  readSecrets(reader: PackReader): void {
    this.visitors.read(reader);
    this.marks.read(reader);
    this.visitorTuples.read(reader);
    this.visitTuples.read(reader);
  }

  #propertyTable(): ValueTable {
    return new ValueTable({ values: this.limits.valuesPerProperty, bytes: this.limits.valueBytesPerDimension });
  }
}
