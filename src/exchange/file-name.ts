import { isDate } from "../calendar.ts";
import type { DayRange } from "./stored-days.ts";
import { LEFT_OUT, TABLES, type Table } from "./tables.ts";

/** `imported_pages_20251101_20251130.csv`: what the file holds, and its first and last day. */
export function fileName(file: string, { from, to }: DayRange): string {
  return `${file}_${from.replaceAll("-", "")}_${to.replaceAll("-", "")}.csv`;
}

export interface NamedFile extends DayRange {
  /** null: a file of Plausible's that is left out. */
  table: Table | null;
  /** The name in its one form, fit to be shown. */
  name: string;
}

export const NAME_RULE =
  "must be named imported_<table>_YYYYMMDD_YYYYMMDD.csv or footfall_<counts or pairs>_YYYYMMDD_YYYYMMDD.csv";

/** What a file is by its name, without folders; null where it is none of the exchange. Browsers add ` (1)` to a second one. */
export function parseFileName(path: string): NamedFile | null {
  const match = /^(.*[\\/])?([a-z_]+)_(\d{8})_(\d{8})(?: ?\(\d+\))?\.csv$/i.exec(path);
  const file = match?.[2]?.toLowerCase() ?? "";
  const [from, to] = [dateOf(match?.[3]), dateOf(match?.[4])];
  const table = TABLES.find((table) => table.file === file) ?? null;
  if (!from || !to || from > to) return null;
  if (!table && !LEFT_OUT.some((name) => file === `imported_${name}`)) return null;
  return { table, from, to, name: fileName(file, { from, to }) };
}

function dateOf(digits = ""): string | null {
  const date = digits.replace(/^(\d{4})(\d{2})(\d{2})$/, "$1-$2-$3");
  return isDate(date) ? date : null;
}
