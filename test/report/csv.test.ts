import { expect, it } from "vitest";
import { csvText } from "../../src/report/csv.ts";

it.each([..."=+-@＝＋－＠"])("writes a value that begins with %s as text, which no spreadsheet runs", (sign) => {
  expect(csvText(["page"], [[`${sign}1`]])).toBe(`page\r\n'${sign}1\r\n`);
});

it("leaves a sign that does not begin a value as it is", () => {
  expect(csvText(["page"], [["/a=b"]])).toBe("page\r\n/a=b\r\n");
});
