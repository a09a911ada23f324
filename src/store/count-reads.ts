/**
 * Reads of `counts`: turns a read into SQL that sums where the rows are, so that an answer is as long as the report and
 * not as its data. All reads of a report are one round trip.
 */

import { valuesName } from "../dimensions.ts";
import { noFields, type Row } from "../report/read.ts";
import { answerKey, answersSince, answerTo, keepAnswer, stampOf } from "./answers.ts";
import { COUNTING, type CountsRead } from "./cells-sql.ts";
import { statementOf } from "./read-sql.ts";
import { from } from "./unavailable.ts";

/** From which day on there is anything: counts, and pairs (null: nothing); and the days whose counts another tool made. */
export interface Bounds {
  firstDay: string | null;
  firstPairDay: string | null;
  imported: readonly { from: string; to: string }[];
}

type StoredRow = Record<string, number | string | null> & { bucket: string; first: string | null; last: string | null };

/** Where answers are kept: the days that all reads lie within, which are over, and now. */
export interface Keeping {
  from: string;
  to: string;
  now: number;
  /** Whether an owner asks. */
  isOwners: boolean;
  /** Takes work that goes on after the answer. */
  later: (work: Promise<unknown>) => void;
}

/** Values read for an answer from which on it is kept: that costs a row. */
const WORTH_KEEPING_ROWS = 2_000;

/**
 * The rows of each read, and the first days.
 * @param answered `day:writer` of what must be left out
 * @param keeping where the answer may be an earlier one, and is kept
 * @param spent is told how many values and rows D1 looked at
 * @throws Unavailable while D1 is away
 */
export async function readCounts(
  db: D1Database,
  siteId: number,
  reads: readonly CountsRead[],
  answered: readonly string[],
  keeping: Keeping | null = null,
  spent: (rowsRead: number) => void = () => undefined,
): Promise<{ rows: Row[][]; bounds: Bounds }> {
  const leftOut = JSON.stringify(answered);
  const key = keeping && answerKey(siteId, keeping, reads);
  const guard = keeping && key ? { key: key.key, since: answersSince(keeping.now) } : null;
  const statements = reads.map((read) => {
    const { sql, values } = statementOf(read, siteId, leftOut, guard);
    return db.prepare(sql).bind(...values);
  });
  const bounds = db.prepare(BOUNDS).bind(siteId, valuesName("page"));
  const kept = key && keeping ? [answerTo(db, key, keeping.now), stampOf(db, key, keeping.now)] : [];
  const [found, ...others] = await from("D1", () => db.batch<StoredRow>([bounds, ...kept, ...statements]));
  const [known, stamp] = others.splice(0, kept.length);
  const { firstDay = null, firstPairDay = null, imported = "[]" } = (found?.results[0] ?? {}) as Partial<StoredBounds>;
  const summed = others.map(({ results: rows }, index) => rows.map((row) => rowOf(row, reads[index])));
  const answer = known?.results[0] ? unpacked(String(known.results[0].data), reads) : null;
  const readRows = others.reduce((sum, { meta }) => sum + (meta.rows_read ?? 0), 0);
  spent(readRows);
  const isWorthIt = readRows >= WORTH_KEEPING_ROWS && summed.some((rows) => rows.length > 0);
  if (key && keeping && !answer && stamp?.results[0] && isWorthIt) {
    const answer = {
      stamp: String(stamp.results[0].stamp),
      data: packed(summed, reads),
      isOwners: keeping.isOwners,
    };
    // An answer that is not kept is summed again, that is all.
    keeping.later(keepAnswer(db, key, answer, keeping.now).catch(() => undefined));
  }
  return {
    rows: answer ?? summed,
    bounds: {
      firstDay,
      firstPairDay,
      imported: JSON.parse(imported),
    },
  };
}

type StoredBounds = Omit<Bounds, "imported"> & { imported: string };

/** Two looks into the primary key, and the site's imports. What comes from another Footfall is as good as its own. */
const BOUNDS = `
  SELECT
    (SELECT period FROM counts
     WHERE site_id = ?1 AND dimension = 'site' AND ${COUNTING} AND length(period) = 10 ORDER BY period LIMIT 1)
      AS firstDay,
    (SELECT period FROM counts WHERE site_id = ?1 AND dimension = ?2 AND ${COUNTING} ORDER BY period LIMIT 1)
      AS firstPairDay,
    (SELECT json_group_array(json_object('from', from_day, 'to', to_day)) FROM imports
     WHERE site_id = ?1 AND state = 'done' AND source <> 'footfall') AS imported`;

function rowOf(row: StoredRow, read: CountsRead | undefined): Row {
  const fields = noFields();
  for (const name of read?.fields ?? []) fields[name] = Number(row[name]);
  const labels = (read?.groups ?? []).map((_, index) => String(row[`g${index}`]));
  return { bucket: row.bucket, labels, first: row.first, last: row.last, fields };
}

/** Rows as text: of each its bucket, labels, least and greatest value, and the fields that were asked for. */
function packed(rows: readonly (readonly Row[])[], reads: readonly CountsRead[]): string {
  return JSON.stringify(
    rows.map((of, index) =>
      of.map(({ bucket, labels, first, last, fields }) => [
        bucket,
        labels,
        first,
        last,
        (reads[index]?.fields ?? []).map((field) => fields[field]),
      ]),
    ),
  );
}

type PackedRow = [bucket: string, labels: string[], first: string | null, last: string | null, sums: number[]];

function unpacked(text: string, reads: readonly CountsRead[]): Row[][] {
  return (JSON.parse(text) as PackedRow[][]).map((rows, index) =>
    rows.map(([bucket, labels, first, last, sums]) => {
      const fields = noFields();
      for (const [place, field] of (reads[index]?.fields ?? []).entries()) fields[field] = sums[place] ?? 0;
      return { bucket, labels, first, last, fields };
    }),
  );
}
