import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DIMENSIONS, PAIRS, pairName } from "../../src/dimensions.ts";
import type { PairCounts } from "../../src/hit.ts";
import { LIMITS } from "../../src/limits.ts";
import { pairCellCounts, pairCellJson } from "../../src/store/pair-cell.ts";
import { dayCounts } from "../../src/tally/day-counts.ts";
import { dayRows } from "../../src/tally/day-rows.ts";
import { apply } from "../../src/tally/machine.ts";
import { TallyState } from "../../src/tally/state.ts";
import { hitOf, start, step } from "./arbitrary.ts";
import { batchOf, UTC } from "./hits.ts";

describe("a pair's cell in D1", () => {
  it("stands for the columns it was made of", () => {
    const counts = fc.array(fc.nat({ max: 3 }), { maxLength: 6 }).map((columns) => {
      const cut = [...columns];
      while (cut.at(-1) === 0) cut.pop();
      return cut;
    });
    fc.assert(
      fc.property(counts, (columns) => {
        expect(pairCellCounts(JSON.parse(pairCellJson(columns)))).toEqual(columns);
      }),
    );
  });

  it.each([
    [[1, 1, 1], "1"],
    [[2, 2, 2, 2], "-2"],
    [[2, 2, 2, 1], "[2,2,2,1]"],
    [[1, 1, 1, 1, 5], "[1,1,1,1,5]"],
    [[0, 0, 1], "[0,0,1]"],
    [[], "[]"],
  ])("%j rests as %s", (columns, json) => {
    expect(pairCellJson(columns)).toBe(json);
  });
});

describe("the rows of a day", () => {
  it("say what the tally says", () => {
    fc.assert(
      fc.property(start, fc.array(step, { minLength: 1, maxLength: 40 }), (startAt, steps) => {
        const state = new TallyState(LIMITS);
        let now = startAt;
        for (const [i, one] of steps.entries()) {
          now += one.passesMs;
          apply(state, now, [batchOf(1, now, [hitOf(one, i, now, UTC)])]);
        }
        for (const day of state.days.values()) {
          const rows = new Map(
            [...dayRows(day, state.visits.values())].map(([name, json]) => [name, JSON.parse(json)]),
          );
          const { dimensions, pairs } = dayCounts(day, state.visits.values(), { dimensions: "all", pairs: "all" });
          const pages = rows.get("values:page") as string[];
          const value = (dimension: string, key: string) =>
            dimension === "page" || dimension === "entry_page" ? (pages[Number(key)] ?? "") : key;
          for (const [name, counts] of Object.entries(dimensions))
            expect([name, rows.get(name)]).toEqual([name, counts]);
          for (const [outer, inner] of PAIRS) {
            const name = pairName(outer, inner);
            const found = Object.entries(
              (rows.get(name) ?? {}) as Record<string, Record<string, number | number[]>>,
            ).map(([a, cells]): [string, [string, number[]][]] => [
              value(outer, a),
              Object.entries(cells).map(([b, cell]) => [value(inner, b), pairCellCounts(cell)]),
            ]);
            expect([name, sorted(found)]).toEqual([name, sorted(entriesOf(pairs[name] ?? {}))]);
          }
          const known = new Set<string>([
            ...DIMENSIONS.map(({ name }) => name),
            ...PAIRS.map((pair) => pairName(...pair)),
          ]);
          const others = [...rows.keys()].filter((name) => !known.has(name) && !name.startsWith("event:"));
          expect(others).toEqual(["values:page"]);
        }
      }),
      { numRuns: 100 },
    );
  });
});

function entriesOf(counts: PairCounts): [string, [string, number[]][]][] {
  return Object.entries(counts).map(([a, inner]) => [a, Object.entries(inner)]);
}

function sorted(entries: [string, [string, number[]][]][]): [string, [string, number[]][]][] {
  const byName = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : 1);
  return entries.map(([name, inner]): [string, [string, number[]][]] => [name, inner.sort(byName)]).sort(byName);
}
