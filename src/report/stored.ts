/**
 * What D1 knows. Days that are over and of which no tally has anything are settled: what a question reads of them is
 * summed once a day and kept (`src/store/answers.ts`). The days since are read each time, where not all tallies answer for
 * them.
 */

import { addDays, addMonths } from "../calendar.ts";
import type { OpenDay } from "../hit.ts";
import type { CountsRead } from "../store/cells-sql.ts";
import { type Bounds, readCounts } from "../store/count-reads.ts";
import type { Read, Row } from "./read.ts";

/** What the tally of a shard answered for. */
export interface Answered {
  shard: number;
  days: readonly OpenDay[];
}

/** Where counts are stored, and for when they are asked. */
export interface Stored {
  db: D1Database;
  siteId: number;
  /** The site's day, and the instant. */
  today: string;
  now: number;
  isOwners: boolean;
  later: (work: Promise<unknown>) => void;
  spent: (rowsRead: number) => void;
}

/** Of a part of the days, at least so many of the greatest rows are read, so that those of other days can be added. */
const PART_ROWS = 500;

/** A part of a read: the days up to the last settled one, or those after it. */
interface Part {
  index: number;
  read: Read;
}

/**
 * D1's part of each read; empty where the tallies answer for everything, and null where that is so of all reads.
 * @param open the rows that the tallies have for each read
 * @throws Unavailable while D1 is away
 */
export async function readStored(
  reads: readonly Read[],
  open: readonly (readonly Row[])[],
  answers: readonly Answered[],
  stored: Stored,
): Promise<{ rows: Row[][]; bounds: Bounds } | null> {
  const { db, siteId, today, now, isOwners, later, spent } = stored;
  const openFrom = answers.flatMap(({ days }) => days.map(({ day }) => day)).reduce((a, b) => (a < b ? a : b), today);
  const { settled, fresh } = split(reads, openFrom);
  const needed = fresh.filter(({ read }) => needsD1(read, answers, today));
  if (settled.length === 0 && needed.length === 0) return null;

  const answered = answers.flatMap(({ shard, days }) => days.map(({ day }) => `${day}:${shard}`));
  const asked = (read: Read, also: readonly Row[]): CountsRead => ({
    ...read,
    alsoLabels: also.map(({ labels }) => labels),
    months: monthsFor(read, answers, today),
  });
  const span = spanOf(settled.map(({ read }) => read));
  const isSplit = (index: number) => settled.some((part) => part.index === index);
  const [old, recent] = await Promise.all([
    settled.length > 0
      ? readCounts(
          db,
          siteId,
          settled.map(({ read }) => asked(keepable(read), [])),
          [],
          { ...span, now, isOwners, later },
          spent,
        )
      : null,
    needed.length > 0
      ? readCounts(
          db,
          siteId,
          needed.map(({ read, index }) => asked(isSplit(index) ? keepable(read) : read, open[index] ?? [])),
          answered,
          null,
          spent,
        )
      : null,
  ]);
  const rows: Row[][] = reads.map(() => []);
  for (const [place, { index }] of needed.entries()) rows[index]?.push(...(recent?.rows[place] ?? []));
  const short: number[] = [];
  for (const [place, { index, read }] of settled.entries()) {
    const found = old?.rows[place] ?? [];
    const since = rows[index] ?? [];
    if (isWhole(read, since) && suffices(read, found, [...(open[index] ?? []), ...since])) rows[index]?.push(...found);
    else short.push(index);
  }
  if (short.length > 0) {
    // Among very many values some that the days since have are not among the greatest of the days before, or the reverse.
    const whole = short.map((index) => ({ index, read: reads[index] })).filter((part): part is Part => !!part.read);
    const reread = whole.map(({ read, index }) => asked(read, open[index] ?? []));
    const again = await readCounts(db, siteId, reread, answered, null, spent);
    for (const [place, { index }] of whole.entries()) rows[index] = again.rows[place] ?? [];
  }
  const bounds = (old ?? recent)?.bounds;
  return bounds ? { rows, bounds } : null;
}

function split(reads: readonly Read[], openFrom: string): { settled: Part[]; fresh: Part[] } {
  const lastSettled = addDays(openFrom, -1);
  const settled: Part[] = [];
  const fresh: Part[] = [];
  for (const [index, read] of reads.entries()) {
    if (read.to <= lastSettled) settled.push({ index, read });
    // Of hours, the first and the last day of the whole count.
    else if (read.from > lastSettled || read.hours) fresh.push({ index, read });
    else {
      settled.push({ index, read: { ...read, to: lastSettled } });
      fresh.push({ index, read: { ...read, from: openFrom } });
    }
  }
  return { settled, fresh };
}

/** The read of a part: of more rows than are asked for, so that those of the other part can be added to them. */
function keepable(read: Read): Read {
  return read.top ? { ...read, top: { ...read.top, count: Math.max(read.top.count, PART_ROWS) } } : read;
}

/** Whether all rows of a part were found, not the greatest only. */
function isWhole({ top }: Read, found: readonly Row[]): boolean {
  return !top || found.length < Math.max(top.count, PART_ROWS);
}

/**
 * Whether the greatest rows of the settled days, with others added, have the greatest of all among them: they are all
 * rows, or have every label of the others, and as many more as those may fall behind.
 */
function suffices(read: Read, found: readonly Row[], others: readonly Row[]): boolean {
  const { top } = read;
  if (!top || isWhole(read, found) || others.length === 0) return true;
  const kept = Math.max(top.count, PART_ROWS);
  const known = new Set(found.map(({ labels }) => JSON.stringify(labels)));
  return top.count + others.length <= kept && others.every(({ labels }) => known.has(JSON.stringify(labels)));
}

/** Whether D1 may have something: of earlier days another shard or an import, of today what a silent tally handed over. */
function needsD1({ from, to }: Read, answers: readonly Answered[], today: string): boolean {
  if (from > today) return false;
  return from < today || (to >= today && !answers.every(({ days }) => days.some(({ day }) => day === today)));
}

/** Whole months of a read that are over and of which no tally has a day: the rows of such a month may stand for its days. */
function monthsFor(read: Read, answers: readonly Answered[], today: string): string[] {
  const isByMonth = read.bucket === "all" || read.bucket === "month";
  // Pairs have no months; hours are not told apart in them; flags are of days.
  const isCounted = read.sources.every(({ at }) => !("pair" in at) && !("single" in at && at.single === "flags"));
  if (!isByMonth || !isCounted || read.hours) return [];
  const open = new Set(answers.flatMap(({ days }) => days.map(({ day }) => day.slice(0, 7))));
  const months: string[] = [];
  const first = addMonths(read.from, 0);
  for (let month = first === read.from ? first : addMonths(first, 1); ; month = addMonths(month, 1)) {
    const last = addDays(addMonths(month, 1), -1);
    if (last > read.to || last >= today) return months;
    if (!open.has(month.slice(0, 7))) months.push(month.slice(0, 7));
  }
}

/** The days within which all reads lie. */
export function spanOf(reads: readonly Read[]): { from: string; to: string } {
  const first = reads.map((read) => read.from).sort();
  const last = reads.map((read) => read.to).sort();
  return { from: first[0] ?? "", to: last.at(-1) ?? "" };
}
