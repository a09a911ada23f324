import { NUMBERED, PAIRS, pairName, valuesName } from "../dimensions.ts";
import { pairCellJson } from "../store/pair-cell.ts";
import type { Day } from "./day.ts";
import { dayCounts } from "./day-counts.ts";
import { SLOT } from "./slots.ts";
import type { ValueTable } from "./values.ts";
import type { Visit } from "./visit.ts";

/**
 * The rows of a day as they rest in D1: stored name and JSON text, one at a time, because all of them together may
 * take as much memory as the day. Pairs name the values of numbered dimensions by number; the row `values:…` that
 * lists them comes last, so that it lists all that the pairs use.
 */
export function* dayRows(day: Day, openVisits: Iterable<Visit>): Generator<[dimension: string, json: string]> {
  const { dimensions } = dayCounts(day, openVisits, { dimensions: "all", pairs: [] });
  for (const [name, counts] of Object.entries(dimensions)) yield [name, JSON.stringify(counts)];

  for (const [pair, byOuter] of day.pairs.grouped(() => true)) {
    const [outer, inner] = PAIRS[pair] as (typeof PAIRS)[number];
    const outerKey = keysOf(day, outer);
    const innerKey = keysOf(day, inner);
    const entries = [...byOuter].map(([value, rows]) => {
      const cells = rows.map((row) => `${innerKey(day.pairs.b(row))}:${pairCellJson(day.pairs.counts(row))}`);
      return `${outerKey(value)}:{${cells.join()}}`;
    });
    yield [pairName(outer, inner), `{${entries.join()}}`];
  }
  for (const name of NUMBERED) {
    const table = day.values[SLOT[name]] as ValueTable;
    const texts = Array.from({ length: table.size }, (_, number) => table.text(number));
    yield [valuesName(name), JSON.stringify(texts)];
  }
}

/** How a pair's JSON spells the values of a dimension. */
function keysOf(day: Day, dimension: (typeof PAIRS)[number][number]): (number: number) => string {
  const table = day.values[SLOT[dimension]] as ValueTable;
  const isNumbered = NUMBERED.some((name) => day.values[SLOT[name]] === table);
  return isNumbered ? (number) => `"${number}"` : (number) => JSON.stringify(table.text(number));
}
