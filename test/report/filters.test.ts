import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseFilters } from "../../src/report/filters.ts";
import { fits } from "../../src/report/pattern.ts";

describe("filters", () => {
  it.each([
    ["", null],
    [" ".repeat(10_000), null],
    ["visit:source==Google", { dimension: "visit:source", anyOf: [["Google"]] }],
    [" visit:source == Google | Bing ", { dimension: "visit:source", anyOf: [["Google"], ["Bing"]] }],
    ["visit:source!=Google", { not: { dimension: "visit:source", anyOf: [["Google"]] } }],
    ["event:page==/blog/*", { dimension: "event:page", anyOf: [["/blog/", ""]] }],
    ["event:page==**/a*b", { dimension: "event:page", anyOf: [["", "/a", "b"]] }],
    ["event:page==/a\\|b|/c", { dimension: "event:page", anyOf: [["/a|b"], ["/c"]] }],
    ["event:page==/a\\*b\\;c*", { dimension: "event:page", anyOf: [["/a*b;c", ""]] }],
    ["event:page==C:\\x", { dimension: "event:page", anyOf: [["C:\\x"]] }],
    ["event:page==/?a==b!=c", { dimension: "event:page", anyOf: [["/?a==b!=c"]] }],
    [
      "visit:source==A;visit:source!=B*",
      {
        and: [
          { dimension: "visit:source", anyOf: [["A"]] },
          { not: { dimension: "visit:source", anyOf: [["B", ""]] } },
        ],
      },
    ],
  ])("%s is understood", (text, expected) => {
    expect(parseFilters(text)).toEqual(expected);
  });

  it.each([
    "visit:source",
    "visit:source=Google",
    "==Google",
    "visit:source==",
    "visit:source==A|",
    "visit:source==A;",
    ";",
    `event:page==${"*a".repeat(6)}`,
    `event:page==${"*a*b*c*d*|".repeat(6)}x`,
    "a==b;".repeat(11),
    "(".repeat(10_000),
  ])("%s is refused", (text) => {
    expect(() => parseFilters(text)).toThrow(/^filters: /);
  });
});

describe("a pattern", () => {
  it.each([
    ["a*", "a", true],
    ["a*a", "a", false],
    ["a*a", "aa", true],
    ["*b*", "abc", true],
    ["a*b*c", "abbc", true],
    ["a*bc*c", "abc", false],
    ["*", "", true],
    ["a.c", "abc", false],
    ["*ab*ab*", "abab", true],
    ["*ab*ab*", "aba", false],
  ])("%s against %s: %s", (text, value, expected) => {
    expect(fits(text.split("*"), value)).toBe(expected);
  });

  it("says what the regular expression says", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
    fc.assert(
      fc.property(letters, fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 10 }), (pattern, text) => {
        const expected = new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(text);
        expect(fits(pattern.split("*"), text)).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });
});
