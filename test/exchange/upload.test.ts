import { Zip, ZipDeflate, ZipPassThrough } from "fflate";
import { describe, expect, it } from "vitest";
import { type Bytes, indexOf, part, piecesOf } from "../../src/exchange/bytes.ts";
import { boundaryOf, formFiles } from "../../src/exchange/multipart.ts";
import { bounded, readUpload } from "../../src/exchange/upload.ts";
import { isZip, zipEntries } from "../../src/exchange/zip-read.ts";
import { LIMITS } from "../../src/limits.ts";
import { zipOf } from "./support.ts";

const VISITORS = "imported_visitors_20260101_20260131.csv";
const PAGES = "imported_pages_20260101_20260131.csv";

function bytesOf(content: Uint8Array | string): Bytes {
  const all = typeof content === "string" ? new TextEncoder().encode(content) : content;
  return { size: all.length, read: (at, length) => all.subarray(at, at + length) };
}

function textOf(pieces: Iterable<Uint8Array>): string {
  return Buffer.concat([...pieces]).toString();
}

/** The message and status of what a call refuses. */
function refusalOf(call: () => unknown): [status: number, message: string] {
  try {
    call();
  } catch (error) {
    const { status, message } = error as { status: number; message: string };
    return [status, message];
  }
  throw new Error("nothing was refused");
}

const unzipped = (zip: Uint8Array) => zipEntries(bytesOf(zip)).map(({ pieces }) => textOf(pieces()));

describe("a ZIP", () => {
  it("is read entry by entry", () => {
    const long = "abc,".repeat(100_000);
    const zip = zipOf({ "a.csv": "x\n", "b/": "", "b/c.csv": long });
    expect(isZip(bytesOf(zip))).toBe(true);
    expect(zipEntries(bytesOf(zip)).map(({ name, isDirectory }) => [name, isDirectory])).toEqual([
      ["a.csv", false],
      ["b/", true],
      ["b/c.csv", false],
    ]);
    expect(unzipped(zip)).toEqual(["x\n", "", long]);
  });

  it("may have been made as a stream, stored or deflated, as Plausible makes it", () => {
    const chunks: Uint8Array[] = [];
    const zip = new Zip((_, chunk) => void chunks.push(chunk));
    for (const entry of [new ZipPassThrough("a.csv"), new ZipDeflate("b.csv")]) {
      zip.add(entry);
      // A signature of ZIPs within the content must not mislead.
      entry.push(new TextEncoder().encode("1,PK\x07\x08,PK\x03\x04\n"));
      entry.push(new Uint8Array(0), true);
    }
    zip.end();
    expect(unzipped(Buffer.concat(chunks))).toEqual(["1,PK\x07\x08,PK\x03\x04\n", "1,PK\x07\x08,PK\x03\x04\n"]);
  });

  it("may be empty", () => {
    expect(isZip(bytesOf(zipOf({})))).toBe(true);
    expect(zipEntries(bytesOf(zipOf({})))).toEqual([]);
  });

  const whole = Buffer.from(zipOf({ "a.csv": "some,text\n".repeat(50) }));
  const changed = (change: (zip: Buffer) => void) => {
    const zip = Buffer.from(whole);
    change(zip);
    return zip;
  };
  const directory = whole.readUInt32LE(whole.length - 6);
  it.each<[string, Buffer, string]>([
    ["cut off", whole.subarray(0, -10), "body: the ZIP is cut off: its directory is missing"],
    ["whose directory is not there", changed((zip) => zip.writeUInt8(0, directory)), "is damaged"],
    ["whose entry is not there", changed((zip) => zip.writeUInt32LE(5, directory + 42)), "is damaged"],
    ["whose entry is elsewhere", changed((zip) => zip.writeUInt32LE(90_000, directory + 42)), "is damaged"],
    ["of another length than said", changed((zip) => zip.writeUInt32LE(7, directory + 24)), "is damaged"],
    ["whose content changed", changed((zip) => zip.writeUInt32LE(7, directory + 16)), "is damaged"],
    ["that does not unpack", changed((zip) => zip.fill(255, 40, 50)), "is damaged"],
    ["packed otherwise", changed((zip) => zip.writeUInt16LE(14, directory + 10)), "must be stored or deflated"],
    [
      "encrypted",
      changed((zip) => zip.writeUInt16LE(1, directory + 8)),
      "must be stored or deflated, and not encrypted",
    ],
    ["of 64 bits", changed((zip) => zip.writeUInt16LE(0xffff, zip.length - 12)), "without the extension ZIP64"],
    ["of too many files", changed((zip) => zip.writeUInt16LE(201, zip.length - 12)), "must hold at most 200 files"],
  ])("%s is refused", (_, zip, message) => {
    const [status, refused] = refusalOf(() => unzipped(zip));
    expect(status).toBe(400);
    expect(refused).toContain(message);
  });

  it("that is a bomb is refused before it went off", () => {
    const bomb = zipOf({ "a.csv": new Uint8Array(50_000_000) });
    expect(bomb.length).toBeLessThan(60_000);
    let unpacked = 0;
    const [status, message] = refusalOf(() => {
      for (const { pieces } of zipEntries(bytesOf(bomb))) for (const piece of pieces()) unpacked += piece.length;
    });
    expect([status, message]).toEqual([413, "body: entry 1 of the ZIP must be packed at most 200-fold"]);
    // At most what one piece of 4 kB unpacks to beyond the bound.
    expect(unpacked).toBeLessThan(15_000_000);
  });

  it("of files that are too long together is refused", () => {
    const used = { bytes: LIMITS.importUnpackedBytes - 10 };
    expect(textOf(bounded([Buffer.from("0123456789")], used))).toBe("0123456789");
    expect(refusalOf(() => [...bounded([Buffer.from("x")], used)])).toEqual([
      413,
      `body: must be at most ${LIMITS.importUnpackedBytes} bytes long when unpacked`,
    ]);
  });
});

describe("a form", () => {
  const form = (...parts: [header: string, content: string][]) =>
    `${parts.map(([header, content]) => `--XX\r\n${header}\r\n\r\n${content}\r\n`).join("")}--XX--\r\n`;
  const file = (name: string) =>
    `Content-Disposition: form-data; name="f"; filename="${name}"\r\nContent-Type: text/csv`;

  it("is taken apart", () => {
    const body = form(
      [file("a.csv"), "x\r\n--X\r\n"],
      [file("é.csv"), ""],
      ['Content-Disposition: form-data; name="q"', "1"],
    );
    expect(formFiles(bytesOf(body), "XX").map(({ name, content }) => [name, textOf(piecesOf(content))])).toEqual([
      ["a.csv", "x\r\n--X\r\n"],
      ["é.csv", ""],
      ["", "1"],
    ]);
  });

  it("is found however long its files are, wherever pieces end", () => {
    for (const length of [65_470, 65_500, 65_520, 65_530, 65_536, 131_000, 131_072, 131_100]) {
      const body = form([file("a.csv"), "x".repeat(length)], [file("b.csv"), "y"]);
      expect(formFiles(bytesOf(body), "XX").map(({ content }) => content.size)).toEqual([length, 1]);
    }
  });

  it.each([
    ["", "nothing"],
    ["x", "no boundary"],
    ["--XX\r\n\r\nno header", "no end of the header"],
    [`--XX\r\n${file("a.csv")}\r\n\r\nabc`, "no end"],
    [`--XX\r\n${file("a.csv")}\r\n\r\nabc\r\n--XXX`, "another boundary"],
  ])("that is none is refused: %j (%s)", (body) => {
    expect(refusalOf(() => formFiles(bytesOf(body), "XX"))[0]).toBe(400);
  });

  it.each([
    ["multipart/form-data; boundary=abc", "abc"],
    ['multipart/form-data; charset=utf-8; boundary="a b"', "a b"],
    ["Multipart/Form-Data;boundary=abc", "abc"],
    ["multipart/form-data", null],
    ["multipart/mixed; boundary=abc", null],
    ["text/csv", null],
  ])("has the boundary that its content type says: %s", (type, boundary) => {
    expect(boundaryOf(type)).toBe(boundary);
  });
});

describe("bytes", () => {
  const text = bytesOf("0123456789");
  it("are read in parts that end where the whole ends", () => {
    expect(textOf(piecesOf(part(text, 3, 4)))).toBe("3456");
    expect(textOf(piecesOf(part(part(text, 3, 4), 2, 9)))).toBe("56");
    expect(textOf(piecesOf(part(text, 12, 4)))).toBe("");
  });

  it("are searched", () => {
    expect(indexOf(text, Buffer.from("89"), 3)).toBe(8);
    expect(indexOf(text, Buffer.from("12"), 3)).toBe(-1);
  });
});

describe("an upload", () => {
  const names = (body: Uint8Array | string, contentType = "", fileName: string | null = null) => {
    const { source, files, ignored } = readUpload(bytesOf(body), contentType, fileName);
    return { source, files: files.map(({ name }) => name), ignored };
  };

  it("may be a ZIP, with folders and what macOS adds", () => {
    const zip = zipOf({
      [`export/${PAGES}`]: "a",
      "export/.DS_Store": "b",
      [`__MACOSX/export/._${PAGES}`]: "c",
      [VISITORS]: "d",
      "imported_custom_props_20260101_20260131.csv": "e",
    });
    expect(names(zip)).toEqual({
      source: "plausible",
      files: [PAGES, VISITORS],
      ignored: ["imported_custom_props_20260101_20260131.csv"],
    });
  });

  it("may be a form with files and ZIPs", () => {
    const head = Buffer.from(
      `--XX\r\nContent-Disposition: form-data; name="a"; filename="${VISITORS}"\r\n\r\nx\r\n--XX\r\nContent-Disposition: form-data; name="b"; filename="any.zip"\r\n\r\n`,
    );
    const body = Buffer.concat([head, zipOf({ [PAGES]: "y" }), Buffer.from("\r\n--XX--\r\n")]);
    expect(names(body, "multipart/form-data; boundary=XX")).toMatchObject({ files: [VISITORS, PAGES] });
  });

  it("may be one CSV file whose name is told", () => {
    expect(names("x", "text/csv", VISITORS)).toMatchObject({ files: [VISITORS] });
  });

  it("is Footfall's own file alone, where it is among others", () => {
    const own = "footfall_counts_20260101_20260131.csv";
    expect(names(zipOf({ [VISITORS]: "a", [own]: "b" }))).toEqual({ source: "footfall", files: [own], ignored: [] });
  });

  it("may have several files of a table, in order of their days", () => {
    const next = "imported_pages_20260201_20260228.csv";
    expect(names(zipOf({ [next]: "a", [PAGES]: "b" })).files).toEqual([PAGES, next]);
  });

  it.each<[string, Uint8Array | string, string, string | null, string]>([
    ["nothing", "", "", null, "body: is required"],
    [
      "a CSV without a name",
      "date",
      "text/csv",
      null,
      "body: must be a ZIP, a form with files, or a CSV with ?filename=",
    ],
    ["JSON", "{}", "application/json", null, "body: must be a ZIP, a form with files, or a CSV with ?filename="],
    [
      "a ZIP that was packed again by gzip",
      new Uint8Array([0x1f, 0x8b, 8, 0]),
      "",
      null,
      "body: must be a ZIP, a form",
    ],
    ["a CSV of a strange name", "date", "text/csv", "data.csv", "filename: must be named imported_<table>_"],
    ["a form without boundary", "x", "multipart/form-data", null, "Content-Type: must be multipart/form-data with a"],
    ["an empty ZIP", zipOf({}), "", null, "body: must hold a file of the exchange"],
    [
      "a ZIP of other things",
      zipOf({ [PAGES]: "", "notes.txt": "" }),
      "",
      null,
      "body: entry 2 of the ZIP must be named",
    ],
    [
      "the same days twice",
      zipOf({ [PAGES]: "", "imported_pages_20260131_20260228.csv": "" }),
      "",
      null,
      "imported_pages_20260131_20260228.csv: must not have days that another file of the same table has",
    ],
  ])("is refused: %s", (_, body, contentType, fileName, message) => {
    const [status, refused] = refusalOf(() => names(body, contentType, fileName));
    expect(status).toBe(400);
    expect(refused).toContain(message);
  });
});
