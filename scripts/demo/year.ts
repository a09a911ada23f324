/** The demo's year as the ZIP that another Footfall would have exported, and what it holds. */

import { setImmediate } from "node:timers/promises";
import { localDayAt } from "../../src/calendar.ts";
import { csvLine } from "../../src/exchange/csv-write.ts";
import { fileName } from "../../src/exchange/file-name.ts";
import { PAIR_TABLE, pairRows } from "../../src/exchange/pair-table.ts";
import { cellsOf, headerOf, STORED_TABLE } from "../../src/exchange/tables.ts";
import { zipped } from "../../src/exchange/zip-write.ts";
import { COLUMN } from "../../src/metrics.ts";
import type { Site } from "../../src/site.ts";
import { type CountedDay, Counter } from "./count.ts";
import { chanceOf, datesBefore, stepsOf } from "./days.ts";

export interface YearPlan {
  site: Site;
  /** The day that the year ends before, `2026-11-22`. */
  today: string;
  months: number;
  seed: number;
  /** Of so many days before `today` there are pairs. */
  detailDays: number;
  /** Of as many visits as usual. */
  share?: number | undefined;
}

/** Sums of all days. */
export interface Totals {
  visitors: number;
  visits: number;
  pageviews: number;
}

export interface Year extends Totals {
  zip: Uint8Array<ArrayBuffer>;
  from: string;
  to: string;
  days: number;
}

/** Counts the days before today, and packs them. The same for the same plan. */
export async function makeYear({ site, today, months, seed, detailDays, share }: YearPlan): Promise<Year> {
  const counter = new Counter(site);
  const dates = datesBefore(today, months);
  const counts = [csvLine(headerOf(STORED_TABLE))];
  const pairs = [csvLine(headerOf(PAIR_TABLE))];
  const totals: Totals = { visitors: 0, visits: 0, pageviews: 0 };
  for (const [index, date] of dates.entries()) {
    // Others have their turn: signals, and connections that the other side closed meanwhile.
    await setImmediate();
    const local = localDayAt(site.zones, Date.parse(`${date}T12:00:00Z`));
    const steps = stepsOf(site.domain, date, today, local, seed, share);
    const withPairs = dates.length - index <= detailDays;
    const day = counter.count(steps, local, chanceOf(~seed, date), withPairs);
    counts.push(countLines(day));
    if (withPairs) pairs.push(pairLines(day));
    const columns = day.dimensions.site?.[""] ?? [];
    for (const name of Object.keys(totals) as (keyof Totals)[]) totals[name] += columns[COLUMN[name]] ?? 0;
  }
  const from = dates[0] ?? today;
  const to = dates.at(-1) ?? today;
  const file = (name: string, lines: readonly string[]) => ({
    name: fileName(name, { from, to }),
    content: each(lines),
  });
  const packed: Uint8Array[] = [];
  const files = [file(STORED_TABLE.file, counts), file(PAIR_TABLE.file, pairs)];
  for await (const piece of zipped(files, Date.parse(`${today}T00:00:00Z`))) packed.push(piece);
  return { zip: joined(packed), from, to, days: dates.length, ...totals };
}

function countLines({ day, dimensions }: CountedDay): string {
  const lines: string[] = [];
  for (const [dimension, values] of Object.entries(dimensions)) {
    for (const [value, counts] of Object.entries(values)) {
      lines.push(csvLine(cellsOf(STORED_TABLE, day, [[dimension, value], counts])));
    }
  }
  return lines.join("");
}

function pairLines({ day, pairs }: CountedDay): string {
  const lines: string[] = [];
  for (const [pair, counts] of Object.entries(pairs)) {
    const byOuter = new Map(Object.entries(counts).map(([value, inner]) => [value, new Map(Object.entries(inner))]));
    for (const texts of pairRows(pair, byOuter)) lines.push(csvLine(cellsOf(PAIR_TABLE, day, [texts, []])));
  }
  return lines.join("");
}

async function* each(lines: readonly string[]): AsyncGenerator<string> {
  yield* lines;
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
