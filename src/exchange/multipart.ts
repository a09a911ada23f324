/** Reads `multipart/form-data` (RFC 7578) that rests somewhere, without holding its files. */

import { Buffer } from "node:buffer";
import { LIMITS } from "../limits.ts";
import { type Bytes, indexOf, part } from "./bytes.ts";
import { Refused } from "./refused.ts";

export interface FormFile {
  /** As sent; empty for a field that is no file. */
  name: string;
  content: Bytes;
}

const MOST_HEADER_BYTES = 8_192;

/** The boundary that a content type names; null where it is of another kind or names none. */
export function boundaryOf(contentType: string): string | null {
  const match = /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(contentType);
  return match?.[1] ?? match?.[2] ?? null;
}

/**
 * The parts of a form.
 * @throws Refused
 */
export function formFiles(body: Bytes, boundary: string): FormFile[] {
  const files: FormFile[] = [];
  // The line break before a boundary is the boundary's; the first one has none.
  const delimiter: Uint8Array = Buffer.from(`\r\n--${boundary}`);
  const broken = new Refused("body: must be the multipart/form-data that its content type says");
  let at = Buffer.from(body.read(0, delimiter.length - 2)).equals(delimiter.subarray(2)) ? delimiter.length - 2 : -1;
  while (at >= 0) {
    const after: string = Buffer.from(body.read(at, 2)).toString("latin1");
    if (after === "--") return files;
    if (after !== "\r\n") throw broken;
    const header = Buffer.from(body.read(at, MOST_HEADER_BYTES));
    const headerEnd: number = header.indexOf("\r\n\r\n");
    if (headerEnd < 0) throw broken;
    const contentAt = at + headerEnd + 4;
    // An empty part's boundary follows its header at once.
    const end = indexOf(body, delimiter, contentAt - 2);
    if (end < 0) throw broken;
    files.push({
      name: nameOf(header.toString("utf8", 0, headerEnd)),
      content: part(body, contentAt, end - contentAt),
    });
    if (files.length > LIMITS.importFiles) throw new Refused(`body: must hold at most ${LIMITS.importFiles} files`);
    at = end + delimiter.length;
  }
  throw broken;
}

function nameOf(header: string): string {
  const match = /^content-disposition:[^\r\n]*?\bfilename="((?:[^"\\\r\n]|\\.)*)"/im.exec(header);
  return match?.[1] ?? "";
}
