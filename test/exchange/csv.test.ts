import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CsvFault, csvRecords, lineOf } from "../../src/exchange/csv-read.ts";
import { csvLine } from "../../src/exchange/csv-write.ts";
import { guarded, unguarded } from "../../src/exchange/formula.ts";

const BOUNDS = { cellChars: 1_000 };

function read(...pieces: string[]): string[][] {
  return [...csvRecords(pieces, BOUNDS)].map(({ cells }) => cells);
}

/** Text of the characters that mean something to CSV or to spreadsheets, and of any others. */
const cell = fc.oneof(
  fc.string({ unit: fc.constantFrom(..."\"',\r\n\t=+-@a1 "), maxLength: 8 }),
  fc.string({ unit: "grapheme", maxLength: 8 }),
);

describe("a text as a cell", () => {
  it.each([
    ["=1+1", "'=1+1"],
    ["+1", "'+1"],
    ["-1", "'-1"],
    ["@name", "'@name"],
    ["\tx", "'\tx"],
    ["\rx", "'\rx"],
    ["'=1", "''=1"],
    ["''@", "'''@"],
  ])("is made harmless: %j", (text, safe) => {
    expect(guarded(text)).toBe(safe);
    expect(unguarded(safe)).toBe(text);
  });

  it.each(["'tis", "'", "''", "a=b", "", "Google", "1-2"])("stays as it is: %j", (text) => {
    expect(guarded(text)).toBe(text);
    expect(unguarded(text)).toBe(text);
  });

  it("comes back, and never begins as a formula", () => {
    fc.assert(
      fc.property(cell, (text) => {
        expect(unguarded(guarded(text))).toBe(text);
        expect(guarded(text)).not.toMatch(/^[=+\-@\t\r]/);
      }),
    );
  });
});

describe("lines", () => {
  it("are read as they were written, in whatever pieces they come", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { maxLength: 5 }),
        fc.array(fc.nat(60), { maxLength: 6 }),
        (records, cuts) => {
          const text = records.map((cells) => csvLine(cells)).join("");
          const places = [0, ...cuts.map((cut) => Math.min(cut, text.length)).sort((a, b) => a - b), text.length];
          const pieces = places.slice(1).map((end, index) => text.slice(places[index], end));
          expect(read(...pieces).map((cells) => cells.map(unguarded))).toEqual(records);
        },
      ),
    );
  });

  it("quote text and leave numbers", () => {
    expect(csvLine(["2026-11-22", 'say "hi"', "", 7, 0])).toBe('"2026-11-22","say ""hi""","",7,0\r\n');
  });
});

describe("reading", () => {
  it.each<[string, string, string[][]]>([
    [
      "line feeds",
      "a,b\n1,2\n",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    [
      "carriage returns and line feeds",
      "a,b\r\n1,2\r\n",
      [
        ["a", "b"],
        ["1", "2"],
      ],
    ],
    ["no line break at the end", "a\r\n1", [["a"], ["1"]]],
    ["a return at the end", "a\n1\r", [["a"], ["1"]]],
    ["blank lines", "a\n\n\r\n1\n\n", [["a"], ["1"]]],
    ["blank cells", ',""\n', [["", ""]]],
    ["a lone blank cell in quotes", '""\n', [[""]]],
    ["line breaks and commas in quotes", '"a\r\nb","c,d"\n', [["a\r\nb", "c,d"]]],
    ["doubled quotes", '"""a""",""""\n', [['"a"', '"']]],
    ["an apostrophe", "'a\n", [["'a"]]],
    ["nothing", "", []],
  ])("understands %s", (_, text, records) => {
    expect(read(text)).toEqual(records);
    expect(read(...text)).toEqual(records);
  });

  it.each<[string, string, number, number, string]>([
    ["a quote within", 'a\nb,c"d\n', 2, 2, "must stand in quotes, as it holds one"],
    ["text after the closing quote", '"a"b\n', 1, 1, "must end with its closing quote; quotes within are doubled"],
    ["a lone carriage return after it", '"a"\rb\n', 1, 1, "must end with its closing quote; quotes within are doubled"],
    ["no closing quote", 'a,b\n"x\ny",z\n1,"2\n', 4, 2, "must have a closing quote"],
    ["a line break before in the record", '"x\ny",z"\n', 2, 2, "must stand in quotes, as it holds one"],
    ["a long cell", `a\n${"x".repeat(1_001)}\n`, 2, 1, "must be at most 1000 characters long"],
    ["a long cell in quotes", `"${"x".repeat(1_001)}"`, 1, 1, "must be at most 1000 characters long"],
    ["a line without end", "x,".repeat(15_000), 1, 1, "must not be so long a line"],
  ])("says where it is wrong: %s", (_, text, line, column, rule) => {
    const fault = (() => {
      try {
        return read(text);
      } catch (error) {
        return error;
      }
    })();
    expect(fault).toBeInstanceOf(CsvFault);
    expect(fault).toMatchObject({ line, column, message: rule });
  });

  it("knows on which line a record and each of its cells begin", () => {
    const records = [...csvRecords(['a,b\n\n"x\ny","z\n",w\n', "1,2,3\n"], BOUNDS)];
    expect(records.map(({ line }) => line)).toEqual([1, 3, 6]);
    const [, second] = records;
    expect(second && [1, 2, 3].map((column) => lineOf(second, column))).toEqual([3, 4, 5]);
  });

  it("does not wait for the end of what never ends", () => {
    function* endless(): Generator<string> {
      for (let pieces = 0; ; pieces++) {
        if (pieces > 100) throw new Error("read on for ever");
        yield `"${"x".repeat(1_000)}`.slice(pieces ? 1 : 0);
      }
    }
    expect(() => [...csvRecords(endless(), BOUNDS)]).toThrow(CsvFault);
  });
});
