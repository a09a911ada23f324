/** Reports as CSV (RFC 4180), safe to open in a spreadsheet. */

import { quoted } from "../csv-quoted.ts";
import type { Value } from "./answer.ts";
import type { Money } from "./money.ts";

/** Whether a request asks for CSV: by `Accept`, or by an address that ends in `.csv`. */
export function wantsCsv(request: Request, url: URL): boolean {
  if (url.pathname.endsWith(".csv")) return true;
  const accepted = (request.headers.get("Accept") ?? "").split(",").map((type) => type.split(";")[0]?.trim());
  return accepted.includes("text/csv") && !accepted.includes("application/json");
}

/** A CSV file as an answer. `name`: without its ending. */
export function csvAnswer(
  name: string,
  header: readonly string[],
  rows: Iterable<readonly Value[] | readonly Cell[]>,
): Response {
  return new Response(csvText(header, rows), {
    headers: {
      "Content-Type": "text/csv; charset=utf-8; header=present",
      "Content-Disposition": `attachment; filename="${name.replace(/[^\w. -]/g, "_")}.csv"`,
      "Cache-Control": "private, no-store",
    },
  });
}

type Cell = string | Value;

/** Lines of cells, each line ended by CRLF. */
export function csvText(header: readonly string[], rows: Iterable<readonly Cell[]>): string {
  let text = csvLine(header);
  for (const row of rows) text += csvLine(row);
  return text;
}

function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join()}\r\n`;
}

function amountText({ currency, value }: Pick<Money, "currency" | "value">): string {
  return `${currency} ${value}`;
}

/**
 * A cell. Values are visitors' words: one that a spreadsheet would run as a formula gets an apostrophe in front (OWASP,
 * "CSV Injection"), by which it is shown as text. Some take the full-width forms of Japanese keyboards for the signs.
 */
function csvCell(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  // The currency first: then no amount looks like a formula, and none goes without.
  if (typeof cell === "object") return csvCell([cell, ...(cell.others ?? [])].map(amountText).join("; "));
  const safe = /^[=+\-@＝＋－＠\t\r\n]/.test(cell) ? `'${cell}` : cell;
  // Where a comma is the sign of decimals, spreadsheets part cells by semicolons, and some by tabs.
  return /[",;\t\r\n]/.test(safe) ? quoted(safe) : safe;
}
