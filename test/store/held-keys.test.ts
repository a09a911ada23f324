import { describe, expect, it } from "vitest";
import type { Source, Term, Where } from "../../src/report/read.ts";
import { heldKeys, isHeldToPages } from "../../src/store/held-keys.ts";

const BLANK = "(none)";
const GOALS = { Signup: "Sign up!", Buy: "Buy", Sale: "Buy" };

/** Terms 0–5 of a source: three of its first key, one of its second, names of the first, and a fixed one. */
const TERMS: Term[] = [
  { key: 0, rule: "whole", blank: BLANK },
  { key: 0, rule: "path", blank: BLANK },
  { key: 0, rule: "host", blank: BLANK },
  { key: 1, rule: "whole", blank: BLANK },
  { key: 0, rule: "whole", blank: "", names: GOALS },
  { as: "pageview" },
];
const SOURCE: Source = { at: { pair: ["source", "page"] }, terms: TERMS, columns: {} };
const [WHOLE, PATH, HOST, SECOND, NAMED, FIXED] = [0, 1, 2, 3, 4, 5];

const is = (term: number, ...labels: string[]): Where => ({ term, anyOf: labels.map((label) => [label]) });
const many = (count: number) => is(WHOLE, ...Array.from({ length: count }, (_, index) => `v${index}`));

describe("the keys that conditions hold a key to", () => {
  it.each<[string, Where | null, 0 | 1, string[] | null]>([
    ["none, where there are no conditions", null, 0, null],
    ["a label", is(WHOLE, "a"), 0, ["a"]],
    ["one of labels, each once", is(WHOLE, "a", "b", "a"), 0, ["a", "b"]],
    ["the label of blanks, which another value may have", is(WHOLE, BLANK), 0, [BLANK, ""]],
    ["beyond the bound", is(WHOLE, "(other)"), 0, ["(other)"]],
    ["the other key", is(SECOND, "a"), 0, null],
    ["the second key", is(SECOND, "a"), 1, ["a"]],
    ["nothing", { term: WHOLE, anyOf: [] }, 0, []],
    ["a pattern", { term: WHOLE, anyOf: [["a", ""]] }, 0, null],
    ["a label or a pattern", { term: WHOLE, anyOf: [["a"], ["b", ""]] }, 0, null],
    ["all but a label", { not: is(WHOLE, "a") }, 0, null],
    ["a part of what is stored", is(PATH, "/a"), 0, null],
    ["whatever all have", is(FIXED, "pageview"), 0, null],
    ["a name of several", is(NAMED, "Buy"), 0, ["Buy", "Sale"]],
    ["a pattern of names", { term: NAMED, anyOf: [["S", ""]] }, 0, ["Signup"]],
    ["a name of none", is(NAMED, "Signup"), 0, []],
    ["one of several that must hold", { and: [{ not: is(WHOLE, "c") }, is(WHOLE, "a"), is(SECOND, "x")] }, 0, ["a"]],
    ["the fewest of several", { and: [is(WHOLE, "a", "b"), { and: [is(WHOLE, "a")] }] }, 0, ["a"]],
    ["either of two", { or: [is(WHOLE, "a"), { and: [is(WHOLE, "b"), is(SECOND, "x")] }] }, 0, ["a", "b"]],
    ["one, or the other key", { or: [is(WHOLE, "a"), is(SECOND, "x")] }, 0, null],
    ["none of no alternatives", { or: [] }, 0, []],
    ["few", many(10), 0, Array.from({ length: 10 }, (_, index) => `v${index}`)],
    ["more than a few", many(11), 0, null],
    ["text that JSON tells differently", is(WHOLE, "a\0b"), 0, null],
    ["half a character", is(WHOLE, "\ud83d"), 0, null],
  ])("are %s", (_, where, key, keys) => {
    expect(heldKeys(where, SOURCE, key)).toEqual(keys);
  });

  it.each<[string, Where | null, boolean]>([
    ["a path", is(PATH, "/a"), true],
    ["a page", is(WHOLE, "example.com/a"), true],
    ["a host, of which all pages are", is(HOST, "example.com"), false],
    ["a path of a host", { and: [is(HOST, "example.com"), is(PATH, "/a")] }, true],
    ["all but a path", { not: is(PATH, "/a") }, false],
    ["what begins so", { term: PATH, anyOf: [["/a", ""]] }, false],
    ["nothing asked for", null, false],
  ])("may be few pages: %s", (_, where, isHeld) => {
    expect(isHeldToPages(where, SOURCE, 0)).toBe(isHeld);
  });
});
