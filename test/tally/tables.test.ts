import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OTHER } from "../../src/dimensions.ts";
import { CellTable } from "../../src/tally/cells.ts";
import { MarkMap } from "../../src/tally/mark-map.ts";
import { PackReader, type PackWriter, packed } from "../../src/tally/pack.ts";
import { seal, unseal } from "../../src/tally/seal.ts";
import { TupleTable } from "../../src/tally/tuple-table.ts";
import { ValueTable } from "../../src/tally/values.ts";

function again<T extends { write(writer: PackWriter): void }>(from: T, read: (reader: PackReader) => T): T {
  return read(new PackReader(packed((writer) => from.write(writer))));
}

describe("pack", () => {
  it("reads back what it wrote", () => {
    const count = fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constantFrom(0, 127, 128, 16383, 16384, 2 ** 31, 2 ** 53 - 1));
    const item = fc.oneof(
      count,
      fc.double({ noNaN: true }).map((float) => ({ float })),
      fc.string({ unit: "binary", maxLength: 300 }),
      fc.string({ unit: "grapheme", maxLength: 9000 }),
    );
    fc.assert(
      fc.property(fc.array(item), (items) => {
        const parts = packed((writer) => {
          for (const one of items) {
            if (typeof one === "number") writer.integer(one);
            else if (typeof one === "string") writer.text(one);
            else writer.float(one.float);
          }
        });
        const reader = new PackReader(parts);
        const read = items.map((one) => {
          if (typeof one === "number") return reader.integer();
          return typeof one === "string" ? reader.text() : { float: reader.float() };
        });
        expect(read).toEqual(items);
      }),
    );
  });

  it("refuses what is no count, and bytes that end too early", () => {
    for (const wrong of [-1, 0.5, Number.NaN, 2 ** 53])
      expect(() => packed((writer) => writer.integer(wrong))).toThrow(RangeError);
    expect(() => new PackReader([new Uint8Array([128])]).integer()).toThrow(RangeError);
    expect(() => new PackReader([]).text()).toThrow(RangeError);
  });

  it("comes in parts of about a megabyte, and no item is split", () => {
    const texts = Array.from({ length: 3000 }, (_, i) => `${i} `.repeat(300));
    const parts = packed((writer) => writer.list(texts, (text) => writer.text(text)));
    expect(parts.length).toBeGreaterThan(3);
    for (const part of parts) expect(part.length).toBeLessThan(1_010_000);
    const reader = new PackReader(parts.values());
    expect(reader.list(() => reader.text())).toEqual(texts);
  });
});

describe("a mark map", () => {
  const keys = fc.array(fc.integer({ min: 1, max: 2 ** 53 - 1 }), { maxLength: 500 });

  it("does what a Map does, before and after it was packed", () => {
    fc.assert(
      fc.property(keys, keys, (added, asked) => {
        const marks = new MarkMap({ values: true, most: 10_000 });
        const map = new Map<number, number>();
        for (const [i, key] of added.entries()) {
          expect(marks.add(key, i)).toBe(!map.has(key));
          if (!map.has(key)) map.set(key, i);
        }
        const packed = again(marks, (reader) => new MarkMap({ values: true, most: 10_000 }).read(reader));
        for (const table of [marks, packed]) {
          expect(table.size).toBe(map.size);
          for (const key of [...added, ...asked]) {
            expect(table.has(key)).toBe(map.has(key));
            expect(table.get(key)).toBe(map.get(key) ?? -1);
          }
        }
      }),
    );
  });

  it("keeps nothing beyond its bound, and says that it is new", () => {
    const marks = new MarkMap({ values: false, most: 2 });
    expect([marks.add(5), marks.add(6), marks.add(7), marks.add(7), marks.add(5)]).toEqual([
      true,
      true,
      true,
      true,
      false,
    ]);
    expect([marks.full, marks.size, marks.has(7)]).toEqual([true, 2, false]);
  });
});

describe("a table of values", () => {
  it("numbers values in order of arrival and counts what is beyond its bound as (other)", () => {
    const table = new ValueTable({ values: 2, bytes: 1000 });
    expect(["a", "b", "a", "c", OTHER].map((value) => table.number(value))).toEqual([1, 2, 1, 0, 0]);
    expect([0, 1, 2, 3].map((number) => table.text(number))).toEqual([OTHER, "a", "b", OTHER]);
  });

  it("keeps places for reserved values, also after it was packed", () => {
    const bounds = { values: 3, bytes: 1000 };
    let table = new ValueTable(bounds, ["x", "y"]);
    expect(["a", "b"].map((value) => table.number(value))).toEqual([1, 0]);
    table = again(table, (reader) => new ValueTable(bounds).read(reader));
    expect(["b", "y", "x", "c"].map((value) => table.number(value))).toEqual([0, 2, 3, 0]);
  });

  it("keeps the bytes of reserved values too, whatever comes before them", () => {
    const table = new ValueTable({ values: 100, bytes: 20 }, ["12345678"]);
    expect(["abcdefgh", "x", "12345678", "y"].map((value) => table.number(value))).toEqual([1, 0, 2, 0]);
  });

  it("is bounded in bytes of JSON too", () => {
    const table = new ValueTable({ values: 100, bytes: 20 });
    expect(["12345678", '""""', "é", "abc"].map((value) => table.number(value))).toEqual([1, 2, 0, 0]);
    expect(table.jsonBytesOfAll).toBe(20);
  });
});

describe("a cell table", () => {
  it("counts as a map of (table, a, b) does, before and after it was packed", () => {
    const small = fc.nat({ max: 40 });
    const change = fc.tuple(fc.nat({ max: 3 }), small, small, fc.nat({ max: 4 }), fc.nat({ max: 1e12 }));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 600 }), (changes) => {
        const cells = new CellTable(5);
        const map = new Map<string, number[]>();
        for (const [table, a, b, column, delta] of changes) {
          cells.add(cells.row(table, a, b), column, delta);
          const key = `${table} ${a} ${b}`;
          const counts = map.get(key) ?? [0, 0, 0, 0, 0];
          counts[column] = (counts[column] as number) + delta;
          map.set(key, counts);
        }
        const packed = again(cells, (reader) => new CellTable(5).read(reader, (table) => table));
        for (const each of [cells, packed]) {
          expect(each.size).toBe(map.size);
          for (const [key, counts] of map) {
            const [table = 0, a = 0, b = 0] = key.split(" ").map(Number);
            const row = each.find(table, a, b);
            expect(counts.map((_, column) => each.count(row, column))).toEqual(counts);
          }
          expect(each.find(9, 9, 9)).toBe(-1);
        }
      }),
      { numRuns: 50 },
    );
  });

  it("leaves out tables that are gone and renumbers the others", () => {
    const cells = new CellTable(2);
    cells.add(cells.row(1, 5, 6), 0, 7);
    cells.add(cells.row(2, 5, 6), 0, 8);
    const read = again(cells, (reader) => new CellTable(2).read(reader, (table) => (table === 1 ? -1 : 9)));
    expect([read.size, read.counts(read.find(9, 5, 6))]).toEqual([1, [8]]);
  });
});

describe("a cell table of another version", () => {
  const wrote = (columns: number) => {
    const cells = new CellTable(columns);
    for (const value of [5, 6])
      for (let column = 0; column < columns; column++) cells.add(cells.row(0, value, 0), column, 7);
    return cells;
  };

  it.each([
    ["fewer columns, and the others are zero", 2, 4, [7, 7]],
    ["more columns, and those are left out", 4, 2, [7, 7]],
  ])("is read: %s", (_, before, now, expected) => {
    const read = again(wrote(before), (reader) => new CellTable(now).read(reader, (table) => table));
    expect([5, 6].map((value) => read.counts(read.find(0, value, 0)))).toEqual([expected, expected]);
  });
});

describe("a table of tuples", () => {
  it("gives equal rows one number, also after it was packed", () => {
    const table = new TupleTable(2, 3);
    expect([table.number([1, 23]), table.number([12, 3]), table.number([1, 23])]).toEqual([1, 2, 1]);
    const packed = again(table, (reader) => new TupleTable(2, 3).read(reader));
    expect([packed.number([12, 3]), packed.at(1, 1), packed.size]).toEqual([2, 23, 3]);
  });

  it("gives rows beyond its bound the number of the row of zeros", () => {
    const table = new TupleTable(2, 2);
    expect([table.number([1, 1]), table.number([2, 2]), table.number([0, 0])]).toEqual([1, 0, 0]);
    expect([table.at(0, 0), table.at(0, 1)]).toEqual([0, 0]);
  });
});

describe("a seal", () => {
  const key = new Uint8Array(32).fill(7);
  const plain = new TextEncoder().encode("https://example.com/secret-page");

  it("opens with its key and hides what is in it", () => {
    const sealed = seal(key, plain);
    expect(unseal(key, sealed)).toEqual(plain);
    expect(new TextDecoder("latin1").decode(sealed)).not.toContain("secret");
    expect(seal(key, plain)).not.toEqual(sealed);
  });

  it("opens with no other key, and not when a bit has changed", () => {
    const sealed = seal(key, plain);
    expect(() => unseal(new Uint8Array(32), sealed)).toThrow();
    for (const at of [0, 12, sealed.length - 1]) {
      const changed = sealed.slice();
      changed[at] = (changed[at] as number) ^ 1;
      expect(() => unseal(key, changed)).toThrow();
    }
  });
});
