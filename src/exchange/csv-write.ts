import { quoted } from "../csv-quoted.ts";
import { guarded } from "./formula.ts";

/** A line of CSV (RFC 4180) with its line break. Text is quoted, always, and never a formula; numbers stand as they are. */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map((cell) => (typeof cell === "number" ? cell : quoted(guarded(cell)))).join()}\r\n`;
}
