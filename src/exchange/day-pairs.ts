/** The pairs of one day as they are summed up. Pure. */

import { Buffer } from "node:buffer";
import { NUMBERED, numberedAs, OTHER, valuesName } from "../dimensions.ts";
import { LIMITS } from "../limits.ts";
import { pairCellJson } from "../store/pair-cell.ts";
import { addCounts, MOST_ROW_BYTES } from "./day-values.ts";
import { PAIRS_BY_NAME, type PairValues } from "./pair-table.ts";

/** The values of a numbered dimension, numbered in the order of their arrival, and what their list takes. */
interface List {
  numbers: Map<string, number>;
  bytes: number;
}

/** A pair's sums, and what they take. */
interface Sums {
  /** Of its two dimensions; null: it is not numbered. */
  lists: (List | null)[];
  byOuter: Map<string, Map<string, number[]>>;
  cells: number;
  bytes: number;
}

/** What a cell takes beside its values: quotes, and six numbers. */
const CELL_BYTES = 40;

/** Sums up pairs, within the bounds that a tally keeps to as well: what goes beyond is counted as `(other)`. */
export class DayPairs {
  readonly #pairs = new Map<string, Sums>();
  /** By the numbered dimension: one list for all pairs, which must fit in a row as well. */
  readonly #lists = new Map<string, List>(NUMBERED.map((name) => [name, { numbers: new Map(), bytes: 0 }]));
  readonly #flags = new Set<string>();
  #cells = 0;
  #bytes = 0;

  /** Adds counts to two values of a pair, which is one of `PAIRS_BY_NAME`. */
  add(pair: string, outer: string, inner: string, counts: readonly number[]): void {
    let sums = this.#pairs.get(pair);
    if (!sums) {
      sums = { lists: this.#listsOf(pair), byOuter: new Map(), cells: 0, bytes: 0 };
      this.#pairs.set(pair, sums);
    }
    const known = sums.byOuter.get(outer)?.get(inner);
    if (known) {
      addCounts(known, counts);
      return;
    }
    const isOther = outer === OTHER && inner === OTHER;
    const bytes = jsonBytes(outer) + jsonBytes(inner) + CELL_BYTES;
    const isFull =
      sums.cells >= LIMITS.cellsPerPair ||
      sums.bytes + bytes > LIMITS.cellBytesPerPair ||
      this.#cells >= LIMITS.exchangedValues ||
      this.#bytes + bytes > LIMITS.exchangedPairBytes ||
      !fits(sums.lists[0], outer) ||
      !fits(sums.lists[1], inner);
    if (isFull && !isOther) {
      this.#flags.add(`capped:${pair}`);
      this.add(pair, OTHER, OTHER, counts);
      return;
    }
    const byInner = sums.byOuter.get(outer);
    if (byInner) byInner.set(inner, [...counts]);
    else sums.byOuter.set(outer, new Map([[inner, [...counts]]]));
    sums.cells++;
    sums.bytes += bytes;
    this.#cells++;
    this.#bytes += bytes;
    for (const [index, text] of [outer, inner].entries()) number(sums.lists[index], text);
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
    if (this.#pairs.size === 0) return;
    const keyOf = (list: List | null | undefined, text: string) =>
      list ? `"${list.numbers.get(text)}"` : JSON.stringify(text);
    for (const [pair, { lists, byOuter }] of this.#pairs) {
      const [ofOuter, ofInner] = lists;
      const entries = [...byOuter].map(([value, byInner]) => {
        const cells = [...byInner].map(([text, counts]) => `${keyOf(ofInner, text)}:${pairCellJson(counts)}`);
        return `${keyOf(ofOuter, value)}:{${cells.join()}}`;
      });
      yield [pair, `{${entries.join()}}`];
    }
    // Of a day on which no page was seen, too: by this row it is known that the day has pairs.
    for (const name of NUMBERED) {
      yield [valuesName(name), JSON.stringify([...(this.#lists.get(name)?.numbers.keys() ?? [])])];
    }
  }

  #listsOf(pair: string): (List | null)[] {
    const dimensions = PAIRS_BY_NAME.get(pair);
    if (!dimensions) throw new Error(`no pair: ${pair}`);
    return dimensions.map((dimension) => this.#lists.get(numberedAs(dimension) ?? "") ?? null);
  }
}

/** Whether a value is in a list, or the list has room for it. */
function fits(list: List | null | undefined, text: string): boolean {
  return !list || list.numbers.has(text) || list.bytes + jsonBytes(text) <= MOST_ROW_BYTES;
}

function number(list: List | null | undefined, text: string): void {
  if (!list || list.numbers.has(text)) return;
  list.numbers.set(text, list.numbers.size);
  list.bytes += jsonBytes(text) + 1;
}

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}
