/** Reads the rows of a file of the exchange, and holds them to its rules. */

import { Buffer } from "node:buffer";
import { isDate } from "../calendar.ts";
import { LIMITS } from "../limits.ts";
import { COLUMN, COUNTED } from "../metrics.ts";
import { CsvFault, type CsvRecord, csvRecords, lineOf } from "./csv-read.ts";
import { unguarded } from "./formula.ts";
import { MOST_COUNTED } from "./pair-table.ts";
import { Refused } from "./refused.ts";
import type { DayRange } from "./stored-days.ts";
import type { Table } from "./tables.ts";

/** A row of a file. */
export interface FileRow {
  day: string;
  /** Its text cells, in the order of the table's. */
  texts: string[];
  /** In the order of `COUNTED`. */
  counts: number[];
  /** To say where a rule is broken that only the rows together show. */
  fault: (rule: string) => Refused;
}

export interface RowsFile extends DayRange {
  name: string;
  table: Table;
}

/**
 * The rows of a file, in its order.
 * @throws Refused naming file, line and column
 */
export function* rowsOf(file: RowsFile, pieces: Iterable<Uint8Array>): Generator<FileRow> {
  try {
    const records = csvRecords(textOf(pieces), { cellChars: LIMITS.csvCellChars });
    const header = records.next();
    if (header.done) throw new Refused(`${file.name}, line 1: must have the names of the columns`);
    const read = reader(file, header.value);
    for (const record of records) yield read(record);
  } catch (error) {
    if (error instanceof CsvFault) {
      throw new Refused(`${file.name}, line ${error.line}, column ${error.column}: ${error.message}`);
    }
    throw error;
  }
}

const NO_COUNTS: readonly number[] = COUNTED.map(() => 0);

/** What takes a record apart, by the header's order of columns. */
function reader(file: RowsFile, header: CsvRecord): (record: CsvRecord) => FileRow {
  const { table } = file;
  const names = header.cells.map((name) => name.trim());
  const known = new Map(table.columns.map((column) => [column.name, column]));
  for (const [index, name] of names.entries()) {
    const place = `${file.name}, line ${header.line}, column ${index + 1}`;
    if (name !== "date" && !known.has(name)) throw new Refused(`${place}: is not a column of this table`);
    if (names.indexOf(name) < index) throw new Refused(`${place}: must not be there twice`);
  }
  const places = ["date", ...known.keys()].map((name) => names.indexOf(name));
  const [dateAt = -1, ...columnsAt] = places;
  const missing =
    dateAt < 0 ? "date" : table.columns.find((column, i) => !column.isOptional && columnsAt[i] === -1)?.name;
  if (missing) throw new Refused(`${file.name}, line ${header.line}: must have the column ${missing}`);

  const textsAt = columnsAt.filter((_, index) => table.columns[index]?.kind === "text");
  const numbers = table.columns.flatMap(({ kind, isOptional }, index) => {
    const at = columnsAt[index] ?? -1;
    return kind === "text" || kind === "city" || at < 0 ? [] : [{ at, column: COLUMN[kind], isOptional }];
  });
  let dayBefore = "";

  return (record) => {
    const { cells } = record;
    const fault = (at: number, rule: string) =>
      new Refused(`${file.name}, line ${lineOf(record, at + 1)}, column ${at + 1} (${names[at]}): ${rule}`);
    if (cells.length !== names.length) {
      throw new Refused(`${file.name}, line ${record.line}: must have ${names.length} cells, as its first line has`);
    }
    const day = cells[dateAt] ?? "";
    if (day !== dayBefore) {
      if (!isDate(day)) throw fault(dateAt, "must be a date such as 2026-11-22");
      if (day < file.from || day > file.to) throw fault(dateAt, "must be within the days that the file's name says");
      dayBefore = day;
    }
    const texts = textsAt.map((at) => unguarded(cells[at] ?? ""));
    for (const at of textsAt) {
      const rule = textFault(cells[at] ?? "");
      if (rule) throw fault(at, rule);
    }
    const broken = table.fault?.(texts);
    if (broken) throw fault(textsAt[broken[0]] ?? 0, broken[1]);

    const counts = NO_COUNTS.slice();
    for (const { at, column, isOptional } of numbers) {
      const cell = cells[at] ?? "";
      // Plausible's database writes \N for nothing.
      if (isOptional && (cell === "" || cell === "\\N")) continue;
      if (!/^\d+$/.test(cell)) throw fault(at, "must be a whole number of 0 or more");
      const count = Number(cell);
      const most = column >= COLUMN.revenueThousandths ? Number.MAX_SAFE_INTEGER : MOST_COUNTED;
      if (!Number.isSafeInteger(count) || count > most) throw fault(at, `must be at most ${most}`);
      counts[column] = count;
    }
    return { day, texts, counts, fault: (rule) => fault(dateAt, rule) };
  };
}

function textFault(cell: string): string | null {
  if (cell.includes("\0")) return "must not contain NUL characters";
  return cell.isWellFormed() ? null : "must be UTF-8";
}

/** Stands for bytes that are no UTF-8: half of a pair, which no UTF-8 gives. */
const BROKEN = "\udc00";

/** The text of a file, with or without a byte order mark. */
function* textOf(pieces: Iterable<Uint8Array>): Generator<string> {
  const strict = () => new TextDecoder("utf-8", { fatal: true, ignoreBOM: false });
  let decoder = strict();
  for (const piece of pieces) {
    let text: string;
    try {
      text = decoder.decode(piece, { stream: true });
    } catch {
      decoder = strict();
      text = lenient(piece);
      // What is wrong may have begun in the piece before.
      if (!text.includes(BROKEN)) text = BROKEN + text;
    }
    yield text;
  }
  try {
    yield decoder.decode();
  } catch {
    yield BROKEN;
  }
}

/** Where bytes are wrong; a replacement character that was sent as one stays. */
function lenient(piece: Uint8Array): string {
  const latin: string = Buffer.from(piece).toString("latin1");
  return latin
    .split("\xef\xbf\xbd")
    .map((between) => Buffer.from(between, "latin1").toString().replaceAll("\ufffd", BROKEN))
    .join("\ufffd");
}
