import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { matchesPath } from "../../src/collect/path-pattern.ts";

/** The definition, tried out letter by letter. */
function naive(pattern: string, path: string): boolean {
  if (pattern === "") return path === "";
  const across = /^\*\*+/.exec(pattern)?.[0];
  if (across || pattern[0] === "*") {
    const rest = pattern.slice(across?.length ?? 1);
    for (let length = 0; length <= path.length; length++) {
      if (!across && path.slice(0, length).includes("/")) break;
      if (naive(rest, path.slice(length))) return true;
    }
    return false;
  }
  return pattern[0] === path[0] && naive(pattern.slice(1), path.slice(1));
}

describe("a path pattern", () => {
  it.each([
    ["/admin", "/admin", true],
    ["/admin", "/admin/", false],
    ["/admin", "/adminx", false],
    ["/admin/*", "/admin/users", true],
    ["/admin/*", "/admin/", true],
    ["/admin/*", "/admin/users/1", false],
    ["/admin/**", "/admin/users/1", true],
    ["/admin/**", "/admin", false],
    ["/admin**", "/admin", true],
    ["/*/edit", "/posts/edit", true],
    ["/*/edit", "/a/b/edit", false],
    ["/**/edit", "/a/b/edit", true],
    ["**", "", true],
    ["**", "/x/y", true],
    ["*", "/x", false],
    ["**.pdf", "/files/a.pdf", true],
    ["/a*b*c", "/aXbYc", true],
    ["/a*b**c", "/aXbY/c", true],
    ["/a.b", "/aXb", false],
    ["/a?b+(c)[d]", "/a?b+(c)[d]", true],
    ["/ü*", "/ünder", true],
    ["", "", true],
    ["", "/", false],
    ["/***", "/x/y", true],
  ])("%s and %s: %s", (pattern, path, expected) => {
    expect(matchesPath(pattern, path)).toBe(expected);
    expect(naive(pattern, path)).toBe(expected);
  });

  it("matches as its definition says", () => {
    const piece = fc.constantFrom("/", "a", "b", "*", "**");
    const patterns = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
    const paths = fc.string({ unit: fc.constantFrom("/", "a", "b"), maxLength: 10 });
    fc.assert(
      fc.property(patterns, paths, (pattern, path) => {
        expect(matchesPath(pattern, path)).toBe(naive(pattern, path));
      }),
      { numRuns: 5000 },
    );
  });

  it("takes no longer than its length times the path's", () => {
    // As a regular expression with backtracking this would not end.
    expect(matchesPath(`/${"*a".repeat(200)}b`, `/${"a".repeat(499)}`)).toBe(false);
    expect(matchesPath(`/${"**a".repeat(150)}b`, `/${"a".repeat(499)}`)).toBe(false);
  });
});
