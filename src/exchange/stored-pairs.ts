/**
 * Reads the pairs of a site's closed days from D1. Those of open days are left out: tallies hold them, and an import
 * takes no day that is not over.
 */

import { NUMBERED, numberedAs, valuesName } from "../dimensions.ts";
import { pairCellCounts } from "../store/pair-cell.ts";
import { DayPairs } from "./day-pairs.ts";
import { PAIRS_BY_NAME } from "./pair-table.ts";
import { type CountsSource, type DayRange, openDates, type StoredRow, storedRows } from "./stored-days.ts";

/** One pair of one day, over all shards and imports. */
export interface PairDay {
  day: string;
  pairs: DayPairs;
}

/** Numbered dimension and writer → the values by number. */
type Names = Map<string, string[]>;

/**
 * The pairs of days, in order of day and pair.
 * @throws Unavailable while D1 or a tally is away
 */
export async function* storedPairs(source: CountsSource, range: DayRange): AsyncGenerator<PairDay> {
  const open = await openDates(source);
  const namesOn = namesByDay(source, range);
  let sum: (PairDay & { pair: string; names: Names }) | null = null;
  for await (const { period, dimension, writer, data } of storedRows(source, [...PAIRS_BY_NAME.keys()], range, [])) {
    if (open.has(period)) continue;
    if (!sum || sum.day !== period || sum.pair !== dimension) {
      const before = sum;
      if (before) yield before;
      const names: Names = before?.day === period ? before.names : await namesOn(period);
      sum = { day: period, pair: dimension, names, pairs: new DayPairs() };
    }
    addRow(sum.pairs, dimension, data, (list) => sum?.names.get(`${list}:${writer}`) ?? []);
  }
  if (sum) yield sum;
}

/**
 * The names of each day, asked for in order. They are read beside the pairs, in pieces of many days: asked for day by day,
 * an export of 91 days asked D1 206 times, and not 26, of the 50 times there are on the free plan.
 */
function namesByDay(source: CountsSource, range: DayRange): (day: string) => Promise<Names> {
  const lists = new Map<string, string>(NUMBERED.map((list) => [valuesName(list), list]));
  const rows = storedRows(source, [...lists.keys()], range, []);
  let next: IteratorResult<StoredRow> | null = null;
  return async (day) => {
    const names: Names = new Map();
    next ??= await rows.next();
    for (; !next.done && next.value.period <= day; next = await rows.next()) {
      const { period, dimension, writer, data } = next.value;
      if (period === day) names.set(`${lists.get(dimension)}:${writer}`, JSON.parse(data) as string[]);
    }
    return names;
  };
}

function addRow(pairs: DayPairs, pair: string, data: string, namesOf: (list: string) => readonly string[]): void {
  const [outerName, innerName] = PAIRS_BY_NAME.get(pair) ?? [];
  if (!outerName || !innerName) return;
  const [outers, inners] = [outerName, innerName].map((dimension) => {
    const list = numberedAs(dimension);
    return list && namesOf(list);
  });
  for (const [outer, byInner] of Object.entries(
    JSON.parse(data) as Record<string, Record<string, number | number[]>>,
  )) {
    for (const [inner, cell] of Object.entries(byInner)) {
      const [first, second] = [textOf(outer, outers), textOf(inner, inners)];
      if (first !== undefined && second !== undefined) pairs.add(pair, first, second, pairCellCounts(cell));
    }
  }
}

/** The value that a key stands for. */
function textOf(key: string, names: readonly string[] | null | undefined): string | undefined {
  return names ? names[Number(key)] : key;
}
