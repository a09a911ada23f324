/**
 * Reads all that a site has counted of some dimensions, day by day: closed days and done imports from D1, open days
 * from the tallies. The tallies are asked first, and rows of D1 for which one answered are left out, so that a day that
 * closes meanwhile is counted once (as in `report/gather.ts`). D1 is read in pieces of bounded size.
 */

import { DIMENSIONS, OTHER } from "../dimensions.ts";
import { LIMITS } from "../limits.ts";
import { everyShard } from "../site.ts";
import { COUNTING } from "../store/cells-sql.ts";
import { from as fromPart } from "../store/unavailable.ts";
import { askTally, type Tallies } from "../tally/ask.ts";
import { addCounts, type Values } from "./day-values.ts";

/** Where a site's counts are. */
export interface CountsSource extends Tallies<"open"> {
  db: D1Database;
}

/** First and last day. */
export interface DayRange {
  from: string;
  to: string;
}

/** What one dimension has on one day, over all shards and imports. */
export interface DimensionDay {
  day: string;
  dimension: string;
  values: Values;
}

/** Stored bytes that are read at once. Parsed they take some ten times as much. */
export const PIECE_BYTES = 2_000_000;

/** Days, not months; of the dimensions ?2; from day ?3 to ?4; without what tallies answered for, ?5. */
const WANTED = `counts.site_id = ?1 AND ${COUNTING}
  AND (dimension IN (SELECT value FROM json_each(?2))
    -- ';' is what follows ':'
    OR (?6 AND dimension > 'event:' AND dimension < 'event;'))
  AND period BETWEEN ?3 AND ?4 AND length(period) = 10
  AND period || ':' || writer NOT IN (SELECT value FROM json_each(?5))`;

/**
 * The days of some dimensions, in order of day and dimension.
 * @throws Unavailable while D1 or a tally is away
 */
export async function* storedDays(
  source: CountsSource,
  dimensions: readonly string[] | "all",
  range: DayRange,
  pieceBytes = PIECE_BYTES,
): AsyncGenerator<DimensionDay> {
  const { answered, days } = await openDays(source, dimensions, range);
  let next = 0;
  for await (const stored of closedDays(source, dimensions, range, answered, pieceBytes)) {
    for (let open = days[next]; open && isBefore(open, stored); open = days[++next]) yield open;
    const open = days[next];
    if (open && !isBefore(stored, open)) {
      addValues(stored.values, open.values);
      next++;
    }
    yield stored;
  }
  yield* days.slice(next);
}

/** The first day on which anything is counted, own or imported; null for a site without counts. */
export async function firstDay(source: CountsSource): Promise<string | null> {
  const { days } = await openDays(source, ["site"], { from: "", to: "9999" });
  const row = await fromPart("D1", () =>
    source.db
      .prepare(
        `SELECT min(period) AS day FROM counts WHERE site_id = ?1 AND ${COUNTING} AND dimension = 'site' AND length(period) = 10`,
      )
      .bind(source.site.id)
      .first<{ day: string | null }>(),
  );
  const found = [days[0]?.day, row?.day].filter((day) => typeof day === "string");
  return found.sort()[0] ?? null;
}

/**
 * The first day that the site itself counted anything on: imports must end before it; null where there is none. Days
 * of nothing but drops do not matter.
 */
export async function firstOwnDay(source: CountsSource): Promise<string | null> {
  const { days } = await openDays(source, ["site"], { from: "", to: "9999" });
  const row = await fromPart("D1", () =>
    source.db
      .prepare(
        `SELECT min(period) AS period FROM counts
         WHERE site_id = ?1 AND dimension = 'site' AND writer >= 0 AND data <> jsonb('{}')`,
      )
      .bind(source.site.id)
      .first<{ period: string | null }>(),
  );
  // Days may have gone and left their month's row.
  const stored = row?.period && (row.period.length === 7 ? `${row.period}-01` : row.period);
  const found = [days.find(({ values }) => values.size > 0)?.day, stored].filter((day) => typeof day === "string");
  return found.sort()[0] ?? null;
}

/** The days that tallies still answer for. */
export async function openDates(source: CountsSource): Promise<Set<string>> {
  const { answered } = await openDays(source, ["site"], { from: "", to: "9999" });
  return new Set(answered.map((answer) => answer.slice(0, answer.indexOf(":"))));
}

/** What the tallies answer for: the open days, summed over them and in order, and which rows of D1 they stand for. */
async function openDays(
  source: CountsSource,
  dimensions: readonly string[] | "all",
  range: DayRange,
): Promise<{ days: DimensionDay[]; answered: string[] }> {
  const answered: string[] = [];
  const days = new Map<string, DimensionDay>();
  const wanted = { dimensions: dimensions === "all" ? dimensions : [...dimensions], ...range };
  // One after another: all of a busy site's at once would fill the memory.
  for (const shard of everyShard(source.site.shardRules)) {
    for (const { day, dimensions: counted } of await askTally(source, shard, (tally) => tally.open(wanted))) {
      answered.push(`${day}:${shard}`);
      for (const [dimension, counts] of Object.entries(counted)) {
        const key = `${day}\n${dimension}`;
        const sum = days.get(key) ?? { day, dimension, values: new Map() };
        days.set(key, sum);
        addValues(sum.values, Object.entries(counts));
      }
    }
  }
  return { days: [...days.values()].sort((a, b) => (isBefore(a, b) ? -1 : 1)), answered };
}

/** A row of D1. */
export interface StoredRow {
  period: string;
  dimension: string;
  writer: number;
  data: string;
}

async function* closedDays(
  source: CountsSource,
  dimensions: readonly string[] | "all",
  range: DayRange,
  answered: readonly string[],
  pieceBytes: number,
): AsyncGenerator<DimensionDay> {
  let sum: DimensionDay | null = null;
  for await (const { period, dimension, data } of storedRows(source, dimensions, range, answered, pieceBytes)) {
    if (sum && (sum.day !== period || sum.dimension !== dimension)) {
      yield sum;
      sum = null;
    }
    sum ??= { day: period, dimension, values: new Map() };
    addValues(sum.values, Object.entries(JSON.parse(data) as Record<string, number[]>));
  }
  if (sum) yield sum;
}

/** The rows of D1, in order of day, dimension and writer. `answered`: `day:writer` of what is left out. */
export async function* storedRows(
  { site, db }: Pick<CountsSource, "site" | "db">,
  dimensions: readonly string[] | "all",
  range: DayRange,
  answered: readonly string[],
  pieceBytes = PIECE_BYTES,
): AsyncGenerator<StoredRow> {
  const names = dimensions === "all" ? SINGLES : dimensions;
  const wanted = (from: string, to: string) =>
    [site.id, JSON.stringify(names), from, to, JSON.stringify(answered), Number(dimensions === "all")] as const;
  const rows = async <T>(sql: string, from: string, to: string, ...more: (string | number)[]): Promise<T[]> => {
    const found = await fromPart("D1", () =>
      db
        .prepare(sql)
        .bind(...wanted(from, to), ...more)
        .all<T>(),
    );
    return found.results;
  };

  for (const piece of await piecesOf(range, pieceBytes, rows)) {
    yield* await rows<StoredRow>(piece.sql, piece.from, piece.to, ...piece.more);
  }
}

const SINGLES = DIMENSIONS.filter(({ stored }) => stored).map(({ name }) => name);

const READ = `SELECT period, dimension, writer, json(data) AS data FROM counts WHERE ${WANTED}`;
const IN_ORDER = "ORDER BY period, dimension, writer";

/** A read of D1 that answers with about as much as may be held at once. */
interface Piece extends DayRange {
  sql: string;
  more: (string | number)[];
}

/** Divides a range of days: several small days make one piece, one great day several. */
async function piecesOf(
  range: DayRange,
  pieceBytes: number,
  rows: <T>(sql: string, from: string, to: string) => Promise<T[]>,
): Promise<Piece[]> {
  const days = await rows<{ period: string; bytes: number }>(
    `SELECT period, sum(length(data)) AS bytes FROM counts WHERE ${WANTED} GROUP BY period ORDER BY period`,
    range.from,
    range.to,
  );
  const pieces: Piece[] = [];
  let bytes = 0;
  for (const day of days) {
    if (day.bytes > pieceBytes) {
      pieces.push(...(await piecesOfDay(day.period, pieceBytes, rows)));
      bytes = pieceBytes;
      continue;
    }
    bytes += day.bytes;
    const last = pieces.at(-1);
    if (last && bytes <= pieceBytes) last.to = day.period;
    else {
      pieces.push({ from: day.period, to: day.period, sql: `${READ} ${IN_ORDER}`, more: [] });
      bytes = day.bytes;
    }
  }
  return pieces;
}

async function piecesOfDay(
  day: string,
  pieceBytes: number,
  rows: <T>(sql: string, from: string, to: string) => Promise<T[]>,
): Promise<Piece[]> {
  const found = await rows<{ dimension: string; writer: number; bytes: number }>(
    `SELECT dimension, writer, length(data) AS bytes FROM counts WHERE ${WANTED} ORDER BY dimension, writer`,
    day,
    day,
  );
  const pieces: Piece[] = [];
  let bytes = 0;
  for (const row of found) {
    bytes += row.bytes;
    const last = pieces.at(-1);
    if (last && bytes <= pieceBytes) last.more.splice(2, 2, row.dimension, row.writer);
    else {
      const sql = `${READ} AND (dimension, writer) >= (?7, ?8) AND (dimension, writer) <= (?9, ?10) ${IN_ORDER}`;
      pieces.push({ from: day, to: day, sql, more: [row.dimension, row.writer, row.dimension, row.writer] });
      bytes = row.bytes;
    }
  }
  return pieces;
}

function addValues(sum: Values, values: Iterable<readonly [string, readonly number[]]>): void {
  for (const [value, counts] of values) {
    const name = sum.size < LIMITS.exchangedValues || sum.has(value) ? value : OTHER;
    const known = sum.get(name);
    if (known) addCounts(known, counts);
    else sum.set(name, [...counts]);
  }
}

function isBefore(a: DimensionDay, b: DimensionDay): boolean {
  return a.day < b.day || (a.day === b.day && a.dimension < b.dimension);
}
