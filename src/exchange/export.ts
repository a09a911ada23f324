/** Export: the counts of a site as a ZIP of CSV files, made while it is read. */

import { csvLine } from "./csv-write.ts";
import type { Values } from "./day-values.ts";
import { fileName } from "./file-name.ts";
import { PAIR_TABLE, pairRows } from "./pair-table.ts";
import { type CountsSource, type DayRange, type DimensionDay, storedDays } from "./stored-days.ts";
import { storedPairs } from "./stored-pairs.ts";
import { cellsOf, headerOf, TABLES, type Table } from "./tables.ts";
import { zipped } from "./zip-write.ts";

/** The ZIP of a range of days, piece by piece. */
export function exported(source: CountsSource, range: DayRange, now: number): AsyncGenerator<Uint8Array> {
  const files = TABLES.map((table) => ({
    name: fileName(table.file, range),
    content: table === PAIR_TABLE ? pairContent(source, range) : fileContent(table, source, range),
  }));
  return zipped(files, now);
}

async function* fileContent(table: Table, source: CountsSource, range: DayRange): AsyncGenerator<string> {
  yield csvLine(headerOf(table));
  const days = storedDays(source, table.dimensions, range);
  for await (const { day, dimensions } of table.isWhole ? wholeDays(days) : singly(days)) {
    let lines = "";
    for (const row of table.rows(dimensions)) {
      if (row[1].some((count) => count > 0)) lines += csvLine(cellsOf(table, day, row));
    }
    yield lines;
  }
}

async function* pairContent(source: CountsSource, range: DayRange): AsyncGenerator<string> {
  yield csvLine(headerOf(PAIR_TABLE));
  for await (const { day, pairs } of storedPairs(source, range)) {
    let lines = "";
    for (const [pair, counts] of pairs.pairs()) {
      for (const texts of pairRows(pair, counts)) lines += csvLine(cellsOf(PAIR_TABLE, day, [texts, []]));
    }
    yield lines;
  }
}

/** Dimensions of a day that become rows together. */
interface Part {
  day: string;
  dimensions: ReadonlyMap<string, Values>;
}

async function* singly(days: AsyncIterable<DimensionDay>): AsyncGenerator<Part> {
  for await (const { day, dimension, values } of days) yield { day, dimensions: new Map([[dimension, values]]) };
}

async function* wholeDays(days: AsyncIterable<DimensionDay>): AsyncGenerator<Part> {
  let part = { day: "", dimensions: new Map<string, Values>() };
  for await (const { day, dimension, values } of days) {
    if (part.day !== day) {
      if (part.day !== "") yield part;
      part = { day, dimensions: new Map() };
    }
    part.dimensions.set(dimension, values);
  }
  if (part.day !== "") yield part;
}

/** Makes a stream of what is produced; the next piece is produced when the reader wants it. */
export function streamOf(pieces: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      type: "bytes",
      pull: async (controller) => {
        const { value, done } = await pieces.next();
        if (done) {
          controller.close();
          controller.byobRequest?.respond(0);
        } else controller.enqueue(value);
      },
      cancel: async () => void (await pieces.return(undefined)),
    },
    { highWaterMark: 0 },
  );
}
