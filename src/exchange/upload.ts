/** Finds the files of the exchange in an upload: a ZIP, a form with CSV files and ZIPs, or one CSV file. */

import { LIMITS } from "../limits.ts";
import { type Bytes, piecesOf } from "./bytes.ts";
import { NAME_RULE, parseFileName } from "./file-name.ts";
import { boundaryOf, formFiles } from "./multipart.ts";
import { PAIR_TABLE } from "./pair-table.ts";
import { Refused } from "./refused.ts";
import type { DayRange } from "./stored-days.ts";
import { STORED_TABLE, type Table } from "./tables.ts";
import { isZip, zipEntries } from "./zip-read.ts";

/** A file to be read. */
export interface ExchangeFile extends DayRange {
  name: string;
  table: Table;
  pieces: () => Generator<Uint8Array>;
}

export interface Upload {
  source: "footfall" | "plausible";
  /** Those that are to be read: where Footfall's own are among them, these alone. In order of their days. */
  files: ExchangeFile[];
  /** Names of Plausible's files that hold nothing that can be stored. */
  ignored: string[];
}

interface Found {
  /** How errors call it where its name is none. */
  place: string;
  name: string;
  pieces: () => Generator<Uint8Array>;
}

/**
 * The files of an upload.
 * @param fileName of a lone CSV file
 * @throws Refused
 */
export function readUpload(body: Bytes, contentType: string, fileName: string | null): Upload {
  const files: ExchangeFile[] = [];
  const ignored: string[] = [];
  for (const { place, name, pieces } of filesOf(body, contentType, fileName)) {
    const named = parseFileName(name);
    if (!named) throw new Refused(`${place} ${NAME_RULE}`);
    if (named.table) files.push({ ...named, table: named.table, pieces });
    else ignored.push(named.name);
  }
  if (files.length === 0) throw new Refused("body: must hold a file of the exchange");
  const isOwn = files.some(({ table }) => table === STORED_TABLE);
  // Pairs go with the counts that they are of, and with no other tool's.
  const read = files.filter(({ table }) => isOwn === (table === STORED_TABLE || table === PAIR_TABLE));
  if (read.length === 0) throw new Refused(`body: must hold ${STORED_TABLE.file}_… with ${PAIR_TABLE.file}_…`);
  read.sort((a, b) => (a.from < b.from ? -1 : 1));
  for (const [index, file] of read.entries()) {
    if (read.slice(0, index).some((other) => other.table === file.table && other.to >= file.from)) {
      throw new Refused(`${file.name}: must not have days that another file of the same table has`);
    }
  }
  return { source: isOwn ? "footfall" : "plausible", files: read, ignored };
}

function filesOf(body: Bytes, contentType: string, fileName: string | null): Found[] {
  if (body.size === 0) throw new Refused("body: is required");
  if (/^multipart\//i.test(contentType)) {
    const boundary = boundaryOf(contentType);
    if (boundary === null) throw new Refused("Content-Type: must be multipart/form-data with a boundary");
    return formFiles(body, boundary).flatMap(({ name, content }, index) =>
      isZip(content) ? entriesOf(content) : fileOf(`body: file ${index + 1}`, name, content),
    );
  }
  if (isZip(body)) return entriesOf(body);
  if (fileName === null) throw new Refused("body: must be a ZIP, a form with files, or a CSV with ?filename=");
  return fileOf("filename:", fileName, body);
}

function fileOf(place: string, name: string, content: Bytes): Found[] {
  return [{ place, name, pieces: () => piecesOf(content) }];
}

function entriesOf(zip: Bytes): Found[] {
  return zipEntries(zip).flatMap(({ name, isDirectory, pieces }, index) => {
    // What macOS adds for itself.
    const isSystem = /(^|\/)(__MACOSX\/|\.)/.test(name);
    return isDirectory || isSystem ? [] : [{ place: `body: entry ${index + 1} of the ZIP`, name, pieces }];
  });
}

/** Stops where files unpacked become longer together than is read. */
export function* bounded(pieces: Iterable<Uint8Array>, used: { bytes: number }): Generator<Uint8Array> {
  for (const piece of pieces) {
    used.bytes += piece.length;
    if (used.bytes > LIMITS.importUnpackedBytes) {
      throw new Refused(`body: must be at most ${LIMITS.importUnpackedBytes} bytes long when unpacked`, 413);
    }
    yield piece;
  }
}
