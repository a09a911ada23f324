/** Reads CSV (RFC 4180; lines end with CRLF or LF) as it comes, and knows where it is. Holds one record at a time. */

/** Where CSV breaks a rule. Lines and columns count from 1. */
export class CsvFault extends Error {
  override readonly name = "CsvFault";
  readonly line: number;
  readonly column: number;

  constructor(line: number, column: number, rule: string) {
    super(rule);
    this.line = line;
    this.column = column;
  }
}

export interface CsvRecord {
  /** The line on which it begins. */
  line: number;
  cells: string[];
}

/** The line on which a cell begins: cells before it may hold line breaks. */
export function lineOf({ line, cells }: CsvRecord, column: number): number {
  return cells.slice(0, column - 1).reduce((sum, cell) => sum + breaksIn(cell), line);
}

/**
 * The records of a text that comes in pieces. Blank lines are skipped.
 * @throws CsvFault
 */
export function* csvRecords(pieces: Iterable<string>, bounds: { cellChars: number }): Generator<CsvRecord> {
  const mostChars = bounds.cellChars * 20;
  let text = "";
  let line = 1;
  for (const piece of pieces) {
    text += piece;
    let at = 0;
    for (;;) {
      const record = recordAt(text, at, line, bounds.cellChars, false);
      if (!record) break;
      if (!isBlank(record)) yield { line, cells: record.cells };
      line += breaksIn(text.slice(at, record.end));
      at = record.end;
    }
    text = text.slice(at);
    if (text.length > mostChars) throw new CsvFault(line, 1, "must not be so long a line");
  }
  if (text === "") return;
  const record = recordAt(text, 0, line, bounds.cellChars, true);
  if (record && !isBlank(record)) yield { line, cells: record.cells };
}

interface Parsed {
  cells: string[];
  /** Where the next one begins. */
  end: number;
  /** Whether the first cell stands in quotes: a lone one that does not is a blank line. */
  isQuoted: boolean;
}

function isBlank({ cells, isQuoted }: Parsed): boolean {
  return cells.length === 1 && cells[0] === "" && !isQuoted;
}

/** The record that begins at a place; null where its end has not come yet. With `isAll` nothing comes after the text. */
function recordAt(text: string, start: number, line: number, mostChars: number, isAll: boolean): Parsed | null {
  const cells: string[] = [];
  let isQuoted = false;
  let at = start;
  const fault = (rule: string) => new CsvFault(lineOf({ line, cells }, cells.length + 1), cells.length + 1, rule);
  for (;;) {
    if (text[at] === '"') {
      if (cells.length === 0) isQuoted = true;
      const close = closingQuote(text, at, isAll);
      if (close === null) {
        if (isAll) throw fault("must have a closing quote");
        return null;
      }
      const raw = text.slice(at + 1, close);
      if (raw.length > mostChars) throw fault(`must be at most ${mostChars} characters long`);
      at = close + 1;
      const after = text[at];
      if (after === undefined && !isAll) return null;
      if (after === "\r" && text[at + 1] === undefined && !isAll) return null;
      if (after !== undefined && after !== "," && after !== "\n" && !(after === "\r" && text[at + 1] === "\n")) {
        throw fault("must end with its closing quote; quotes within are doubled");
      }
      cells.push(raw.includes('"') ? raw.replaceAll('""', '"') : raw);
      if (after === ",") at++;
      else return { cells, end: at + (after === undefined ? 0 : after === "\r" ? 2 : 1), isQuoted };
      continue;
    }
    let end = at;
    while (end < text.length && text[end] !== "," && text[end] !== "\n") {
      if (text[end] === '"') throw fault("must stand in quotes, as it holds one");
      end++;
    }
    if (end - at > mostChars) throw fault(`must be at most ${mostChars} characters long`);
    if (end === text.length && !isAll) return null;
    const isEnd = text[end] !== ",";
    cells.push(text.slice(at, isEnd && text[end - 1] === "\r" && end > at ? end - 1 : end));
    if (isEnd) return { cells, end: Math.min(end + 1, text.length), isQuoted };
    at = end + 1;
  }
}

/** The place of the quote that closes the one at `open`; null where it has not come, or might be doubled by what comes. */
function closingQuote(text: string, open: number, isAll: boolean): number | null {
  for (let from = open + 1; ; ) {
    const quote = text.indexOf('"', from);
    if (quote < 0 || (quote === text.length - 1 && !isAll)) return null;
    if (text[quote + 1] !== '"') return quote;
    from = quote + 2;
  }
}

function breaksIn(text: string): number {
  let breaks = 0;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) breaks++;
  return breaks;
}
