/** The pairs of one day as they are summed up. Pure. */

import { Buffer } from "node:buffer";
import { type DimensionName, numberedAs, OTHER, valuesName } from "../dimensions.ts";
import { LIMITS } from "../limits.ts";
import { pairCellJson } from "../store/pair-cell.ts";
import { addCounts } from "./day-values.ts";
import { PAIRS_BY_NAME, type PairValues } from "./pair-table.ts";

/** A pair's sums, and what they take. */
interface Sums {
  byOuter: Map<string, Map<string, number[]>>;
  cells: number;
  bytes: number;
}

/** What a cell takes beside its values: quotes, and six numbers. */
const CELL_BYTES = 40;

/** Sums up pairs, within the bounds that a tally keeps to as well: what goes beyond is counted as `(other)`. */
export class DayPairs {
  readonly #pairs = new Map<string, Sums>();
  readonly #flags = new Set<string>();
  #cells = 0;

  /** Adds counts to two values of a pair, which is one of `PAIRS_BY_NAME`. */
  add(pair: string, outer: string, inner: string, counts: readonly number[]): void {
    let sums = this.#pairs.get(pair);
    if (!sums) {
      sums = { byOuter: new Map(), cells: 0, bytes: 0 };
      this.#pairs.set(pair, sums);
    }
    const known = sums.byOuter.get(outer)?.get(inner);
    if (known) {
      addCounts(known, counts);
      return;
    }
    const isOther = outer === OTHER && inner === OTHER;
    const bytes = sums.bytes + Buffer.byteLength(outer) + Buffer.byteLength(inner) + CELL_BYTES;
    const isFull =
      sums.cells >= LIMITS.cellsPerPair || bytes > LIMITS.cellBytesPerPair || this.#cells >= LIMITS.exchangedValues;
    if (isFull && !isOther) {
      this.#flags.add(`capped:${pair}`);
      this.add(pair, OTHER, OTHER, counts);
      return;
    }
    const byInner = sums.byOuter.get(outer);
    if (byInner) byInner.set(inner, [...counts]);
    else sums.byOuter.set(outer, new Map([[inner, [...counts]]]));
    sums.cells++;
    sums.bytes = bytes;
    this.#cells++;
  }

  /** The counts of each pair by its stored name. */
  *pairs(): Generator<[pair: string, counts: PairValues]> {
    for (const [pair, { byOuter }] of this.#pairs) yield [pair, byOuter];
  }

  /** Of pairs with more values than are kept apart. */
  get flags(): ReadonlySet<string> {
    return this.#flags;
  }

  /** The rows as they rest in D1, as `dayRows` of the tally writes them; those of values that pairs number come last. */
  *rows(): Generator<[dimension: string, json: string]> {
    const lists = new Map<ReturnType<typeof numberedAs>, Map<string, number>>();
    const keysOf = (dimension: DimensionName): ((text: string) => string) => {
      const list = numberedAs(dimension);
      if (list === null) return JSON.stringify;
      const numbers = lists.get(list) ?? new Map<string, number>();
      lists.set(list, numbers);
      return (text) => {
        const number = numbers.get(text) ?? numbers.size;
        numbers.set(text, number);
        return `"${number}"`;
      };
    };
    for (const [pair, { byOuter }] of this.#pairs) {
      const [outer, inner] = PAIRS_BY_NAME.get(pair) ?? [];
      if (!outer || !inner) throw new Error(`no pair: ${pair}`);
      const [outerKey, innerKey] = [keysOf(outer), keysOf(inner)];
      const entries = [...byOuter].map(([value, byInner]) => {
        const cells = [...byInner].map(([text, counts]) => `${innerKey(text)}:${pairCellJson(counts)}`);
        return `${outerKey(value)}:{${cells.join()}}`;
      });
      yield [pair, `{${entries.join()}}`];
    }
    for (const [list, numbers] of lists) if (list) yield [valuesName(list), JSON.stringify([...numbers.keys()])];
  }
}
