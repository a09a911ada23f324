import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseFilters } from "../../src/report/filters.ts";
import { fits } from "../../src/report/pattern.ts";

describe("filters", () => {
  it.each([
    ["", []],
    [" ".repeat(10_000), []],
    ["visit:source==Google", [["visit:source", false, [["Google"]]]]],
    [" visit:source == Google | Bing ", [["visit:source", false, [["Google"], ["Bing"]]]]],
    ["visit:source!=Google", [["visit:source", true, [["Google"]]]]],
    ["event:page==/blog/*", [["event:page", false, [["/blog/", ""]]]]],
    ["event:page==**/a*b", [["event:page", false, [["", "/a", "b"]]]]],
    ["event:page==/a\\|b|/c", [["event:page", false, [["/a|b"], ["/c"]]]]],
    ["event:page==/a\\*b\\;c*", [["event:page", false, [["/a*b;c", ""]]]]],
    ["event:page==C:\\x", [["event:page", false, [["C:\\x"]]]]],
    ["event:page==/?a==b!=c", [["event:page", false, [["/?a==b!=c"]]]]],
    [
      "visit:source==A;visit:source!=B*",
      [
        ["visit:source", false, [["A"]]],
        ["visit:source", true, [["B", ""]]],
      ],
    ],
  ])("%s is understood", (text, expected) => {
    const found = parseFilters(text).map(({ property, negate, values }) => [property, negate, values]);
    expect(found).toEqual(expected);
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
