/**
 * Spreadsheets take cells that begin so for formulas, which can fetch addresses and run programs; visitors' words must
 * not become any. An apostrophe before them makes them text. What begins with apostrophes and then so gets one more,
 * so that taking one away gives back what was: `=1` ↔ `'=1`, `'=1` ↔ `''=1`, and `'tis` stays `'tis` both ways.
 */
const RISKY = /^'*[=+\-@\t\r]/;

/** The text as a cell that is no formula. */
export function guarded(text: string): string {
  return RISKY.test(text) ? `'${text}` : text;
}

/** What `guarded` was given. Text that never went through it is changed only where it begins with `'=` or its like. */
export function unguarded(cell: string): string {
  return cell.startsWith("'") && RISKY.test(cell) ? cell.slice(1) : cell;
}
