/**
 * The file of pairs: a row for each day, pair and value of the pair's first dimension, with the values of the second and
 * their counts in one cell, as JSON. With a row for each two values it would have nine times the rows and twice the
 * length. Pure.
 */

import { PAIRS, pairName } from "../dimensions.ts";
import { LIMITS } from "../limits.ts";
import { PAIR_COLUMNS } from "../metrics.ts";
import { pairCellCounts, pairCellJson } from "../store/pair-cell.ts";
import type { Table } from "./tables.ts";

/** The counts of a pair: first value → second value → columns. */
export type PairValues = ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>;

/** The pairs that are counted, by their stored names. */
export const PAIRS_BY_NAME = new Map(PAIRS.map(([outer, inner]) => [pairName(outer, inner), [outer, inner] as const]));

export const PAIR_TABLE: Table = {
  file: "footfall_pairs",
  name: "footfall_pairs",
  columns: ["pair", "value", "cells"].map((name) => ({ name, kind: "text", isOptional: false })),
  // Neither are its rows those of a dimension, nor do they count for one: see `storedPairs` and `DayPairs`.
  dimensions: [],
  rows: () => [],
  store: () => undefined,
  fault: pairFault,
};

/** The JSON of one cell, so that it keeps to the bound of a cell though each of its characters be a quote, doubled. */
const CELL_CHARS = LIMITS.csvCellChars / 2;

/** The text cells of the rows of a pair. Values with very many others take several rows. */
export function* pairRows(pair: string, counts: PairValues): Generator<[pair: string, value: string, cells: string]> {
  for (const [value, byInner] of counts) {
    let entries: string[] = [];
    let chars = 0;
    for (const [inner, columns] of byInner) {
      const entry = `${JSON.stringify(inner)}:${pairCellJson(columns)}`;
      if (chars + entry.length > CELL_CHARS && entries.length > 0) {
        yield [pair, value, `{${entries.join()}}`];
        entries = [];
        chars = 0;
      }
      entries.push(entry);
      chars += entry.length + 1;
    }
    if (entries.length > 0) yield [pair, value, `{${entries.join()}}`];
  }
}

/** Second values and their columns of a row's `cells`; null where they are not as `pairRows` writes them. */
export function pairCells(cells: string): [inner: string, columns: number[]][] | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(cells);
  } catch {
    return null;
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) return null;
  const found: [string, number[]][] = [];
  for (const [inner, cell] of Object.entries(parsed)) {
    const columns = typeof cell === "number" || isNumbers(cell) ? pairCellCounts(cell) : null;
    if (!columns || columns.length > PAIR_COLUMNS || !columns.every(isCount)) return null;
    // Half a character, as an escape in JSON can be, would rest in D1 as another text.
    if (CONTROL.test(inner) || !inner.isWellFormed()) return null;
    found.push([inner, columns]);
  }
  return found;
}

/** More of anything nobody had on a day; SQLite's sums of ten years of such counts are whole numbers still. */
export const MOST_COUNTED = 10 ** 11;

const CONTROL = /\p{Cc}/u;

function isCount(count: number): boolean {
  return Number.isSafeInteger(count) && count >= 0 && count <= MOST_COUNTED;
}

function isNumbers(cell: unknown): cell is number[] {
  return Array.isArray(cell) && cell.every((count) => typeof count === "number");
}

function pairFault([pair = "", value = "", cells = ""]: readonly string[]): [text: number, rule: string] | null {
  if (!PAIRS_BY_NAME.has(pair)) return [0, "must be a pair that Footfall counts, such as country*page"];
  if (CONTROL.test(value)) return [1, "must not contain control characters"];
  return pairCells(cells) ? null : [2, 'must be JSON such as {"/":-2,"/blog":[3,4,9]}, with whole numbers'];
}
