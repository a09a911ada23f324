/**
 * Import: reads an upload twice. First everything is held to its rules, which days it has is found out, and nothing is
 * written; then its days are summed up one after another, all tables of a day together, and written. It counts from the
 * moment its state says so.
 */

import { createHash } from "node:crypto";
import { LIMITS } from "../limits.ts";
import { COLUMN } from "../metrics.ts";
import {
  beginImport,
  completeImport,
  doneImports,
  type Import,
  ImportWriter,
  overlapping,
  removeLeftovers,
} from "../store/imports.ts";
import { DayPairs } from "./day-pairs.ts";
import { DayValues } from "./day-values.ts";
import { PAIR_TABLE, pairCells } from "./pair-table.ts";
import { Refused } from "./refused.ts";
import { type FileRow, rowsOf } from "./rows.ts";
import type { DayRange } from "./stored-days.ts";
import { TABLES } from "./tables.ts";
import { bounded, type ExchangeFile, type Upload } from "./upload.ts";

export interface ImportTarget {
  db: D1Database;
  site: { id: number; domain: string };
  /** The first day that the site itself counted: it and all after it are left out. null: it has counted nothing yet. */
  firstOwnDay: string | null;
  /** The site's day now, which is left out as well, for it is not over. */
  today: string;
  /** The first day whose counts the site keeps: earlier ones would be deleted within the hour. null: it keeps all. */
  keptFrom: string | null;
  /** Now, in ms since 1970. */
  now: number;
}

/**
 * Imports an upload. The same content again changes nothing.
 * @throws Refused, and then nothing counts that did not before; Unavailable, and then the same again finishes it
 */
export async function importUpload(
  upload: Upload,
  { db, site, firstOwnDay, today, keptFrom, now }: ImportTarget,
): Promise<{ done: Import; unchanged: boolean }> {
  await removeLeftovers(db, site.id);
  const found = inspect(upload, firstOwnDay ?? today);
  const known = (await doneImports(db, site.id)).find(({ contentHash }) => contentHash === found.hash);
  const { range, days, skipped } = found;
  // One whose first days the site kept no longer does not have what is sent: it is to be removed first.
  if (known && !(range && range.from < known.fromDay)) return { done: known, unchanged: true };
  if (range === null) {
    if (!skipped) throw new Refused("body: must hold counts of at least one day");
    throw new Refused(
      firstOwnDay === null
        ? `body: must hold days before ${today}, which is today: only days that are over can be imported`
        : `body: must hold days before ${firstOwnDay}, the first day that this site counted itself`,
      409,
    );
  }
  if (keptFrom !== null && range.from < keptFrom) {
    throw new Refused(
      `body: has days from ${range.from} on, and this site keeps none before ${keptFrom}: set its retention_months to 0 ` +
        "(for ever) or to more, or leave those days out",
      409,
    );
  }
  await refuseOverlap(db, site.id, range);

  const row: Omit<Import, "id" | "state"> = {
    siteId: site.id,
    source: upload.source,
    contentHash: found.hash,
    fromDay: range.from,
    toDay: range.to,
    summary: {
      days: days.length,
      visitors: found.visitors,
      pageviews: found.pageviews,
      tables: TABLES.filter((table) => upload.files.some((file) => file.table === table)).map(({ name }) => name),
      ignored: upload.ignored,
      skipped,
    },
    createdAt: now,
  };
  const id = await beginImport(db, row);
  const writer = new ImportWriter(db, site.id, id);
  const pairsOf = pairsByDay(upload, found.unsorted);
  for (const [day, values] of sumsOf(upload, days, found.unsorted, site.domain)) {
    const pairs = pairsOf(day);
    for (const [pair, json] of pairs.rows()) await writer.add(day, pair, json);
    for (const flag of pairs.flags) values.flag(flag);
    for (const [dimension, json] of values.rows()) await writer.add(day, dimension, json);
  }
  await writer.end();
  if (await completeImport(db, id)) return { done: { ...row, id, state: "done" }, unchanged: false };
  await removeLeftovers(db, site.id);
  await refuseOverlap(db, site.id, range);
  throw new Refused("domain: the site was deleted meanwhile", 404);
}

async function refuseOverlap(db: D1Database, siteId: number, range: DayRange): Promise<void> {
  const other = await overlapping(db, siteId, range);
  if (!other) return;
  throw new Refused(
    `body: days from ${range.from} to ${range.to} overlap import ${other.id}, from ${other.fromDay} to ${other.toDay}: ` +
      "remove that one first, or leave its days out",
    409,
  );
}

interface Inspected {
  /** SHA-256 of the files' contents, whatever they are called and in whatever order they come. */
  hash: string;
  /** The days to import, in order; their range is null where there are none. */
  days: string[];
  range: DayRange | null;
  skipped: { from: string; to: string; days: number } | null;
  visitors: number;
  pageviews: number;
  /** Files whose rows are not in order of their days. */
  unsorted: Set<ExchangeFile>;
}

/** Reads everything, and holds it to its rules. */
function inspect(upload: Upload, before: string): Inspected {
  const days = new Set<string>();
  const skippedDays = new Set<string>();
  const unsorted = new Set<ExchangeFile>();
  const hashes: string[] = [];
  const used = { bytes: 0 };
  const total = new DayValues();
  let unsortedBytes = 0;
  for (const file of upload.files) {
    const hash = createHash("sha256");
    const usedBefore = used.bytes;
    let dayBefore = "";
    let firstUnsorted: FileRow | null = null;
    for (const row of rowsOf(file, hashed(bounded(file.pieces(), used), hash))) {
      if (row.day < dayBefore) firstUnsorted ??= row;
      dayBefore = row.day;
      if (row.day >= before) skippedDays.add(row.day);
      else if (row.counts.some((count) => count > 0)) {
        days.add(row.day);
        if (isOfSite(file, row)) total.add("site", "", row.counts);
      }
    }
    hashes.push(hash.digest("hex"));
    if (!firstUnsorted) continue;
    unsorted.add(file);
    unsortedBytes += used.bytes - usedBefore;
    if (unsortedBytes > LIMITS.importUnsortedBytes) {
      throw firstUnsorted.fault(
        `must not be before the line above, in files of more than ${LIMITS.importUnsortedBytes} bytes: sort their lines by date`,
      );
    }
  }
  const kept = [...days].sort();
  const left = [...skippedDays].sort();
  const sums = total.dimensions.get("site")?.get("") ?? [];
  return {
    hash: createHash("sha256").update(hashes.sort().join()).digest("hex"),
    days: kept,
    range: rangeOf(kept),
    skipped: left.length > 0 ? { ...(rangeOf(left) as DayRange), days: left.length } : null,
    visitors: sums[COLUMN.visitors] ?? 0,
    pageviews: sums[COLUMN.pageviews] ?? 0,
    unsorted,
  };
}

function rangeOf(days: readonly string[]): DayRange | null {
  const [from] = days;
  const to = days.at(-1);
  return from !== undefined && to !== undefined ? { from, to } : null;
}

/** Whether a row is what the site as a whole had. */
function isOfSite({ table }: ExchangeFile, { texts }: FileRow): boolean {
  return table.name === "visitors" || (table.name === "footfall_counts" && texts[0] === "site");
}

function* hashed(
  pieces: Iterable<Uint8Array>,
  hash: { update: (piece: Uint8Array) => unknown },
): Generator<Uint8Array> {
  for (const piece of pieces) {
    hash.update(piece);
    yield piece;
  }
}

/** The counts of each day, all its tables summed up. Holds one day. */
function* sumsOf(
  upload: Upload,
  days: readonly string[],
  unsorted: ReadonlySet<ExchangeFile>,
  domain: string,
): Generator<[day: string, values: DayValues]> {
  const tables = TABLES.filter((table) => table !== PAIR_TABLE).map((table) => ({
    table,
    rows: allRows(
      upload.files.filter((file) => file.table === table),
      unsorted,
    ),
    next: undefined as FileRow | undefined,
  }));
  for (const each of tables) each.next = each.rows.next().value;
  for (const day of days) {
    const values = new DayValues();
    const context = { domain, hosts: new Map<string, string | null>() };
    for (const each of tables) {
      // Days without any count are not among those to import.
      while (each.next && each.next.day < day) each.next = each.rows.next().value;
      while (each.next?.day === day) {
        each.table.store(each.next.texts, each.next.counts, (...counted) => values.add(...counted), context);
        each.next = each.rows.next().value;
      }
    }
    yield [day, values];
  }
}

/** The pairs of each day, asked for in order. Those of days without any count are left out. */
function pairsByDay(upload: Upload, unsorted: ReadonlySet<ExchangeFile>): (day: string) => DayPairs {
  const rows = allRows(
    upload.files.filter(({ table }) => table === PAIR_TABLE),
    unsorted,
  );
  let next = rows.next().value;
  return (day) => {
    const pairs = new DayPairs();
    while (next && next.day < day) next = rows.next().value;
    for (; next?.day === day; next = rows.next().value) {
      const [pair = "", outer = "", cells = ""] = next.texts;
      for (const [inner, counts] of pairCells(cells) ?? []) pairs.add(pair, outer, inner, counts);
    }
    return pairs;
  };
}

/** The rows of a table's files, in order of their days. */
function* allRows(
  files: readonly ExchangeFile[],
  unsorted: ReadonlySet<ExchangeFile>,
): Generator<FileRow, undefined, undefined> {
  for (const file of files) {
    const rows = rowsOf(file, file.pieces());
    if (unsorted.has(file)) yield* [...rows].sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
    else yield* rows;
  }
}
