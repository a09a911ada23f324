import { describe, expect, it } from "vitest";
import type { ViewFilter } from "../../src/dashboard/address.ts";
import {
  isChosen,
  valueMeant,
  withFilter,
  withoutValue,
  withToggled,
  withValue,
} from "../../src/dashboard/site/filters.ts";

const google: ViewFilter = { operator: "is", dimension: "visit:source", values: ["Google"] };
const both: ViewFilter = { ...google, values: ["Google", "Bing"] };
const notBing: ViewFilter = { operator: "is_not", dimension: "visit:source", values: ["Bing"] };
const latvia: ViewFilter = { operator: "is", dimension: "visit:country", values: ["LV"] };

describe("a click on a value", () => {
  const cases: [what: string, before: ViewFilter[], dimension: string, value: string, after: ViewFilter[]][] = [
    ["chooses it", [], "visit:source", "Google", [google]],
    ["chooses it beside others of its dimension", [latvia, google], "visit:source", "Bing", [latvia, both]],
    ["adds a filter for another dimension", [google], "visit:country", "LV", [google, latvia]],
    ["leaves it out again where it was chosen", [both, latvia], "visit:source", "Bing", [google, latvia]],
    ["removes the filter with its last value", [google, latvia], "visit:source", "Google", [latvia]],
    ["adds nothing to a filter that excludes", [notBing], "visit:source", "Google", [notBing, google]],
    ["adds to the first of two filters alike", [google, google], "visit:source", "Bing", [both, google]],
    [
      "leaves it out of each of two filters alike",
      [google, both],
      "visit:source",
      "Google",
      [{ ...google, values: ["Bing"] }],
    ],
  ];
  it.each(cases)("%s", (_what, before, dimension, value, after) => {
    const kept = structuredClone(before);
    expect(withToggled(before, dimension, value)).toEqual(after);
    expect(before).toEqual(kept);
  });
});

it("tells which values are chosen", () => {
  const filters = [both, latvia, notBing];
  expect(isChosen(filters, "visit:source", "Bing")).toBe(true);
  expect(isChosen(filters, "visit:source", "bing")).toBe(false);
  expect(isChosen(filters, "visit:country", "Bing")).toBe(false);
  expect(isChosen([notBing], "visit:source", "Bing")).toBe(false);
});

it("changes, removes and adds a filter at its place", () => {
  expect(withFilter([google, latvia], 0, both)).toEqual([both, latvia]);
  expect(withFilter([google, latvia], 0, null)).toEqual([latvia]);
  expect(withFilter([google], 1, latvia)).toEqual([google, latvia]);
});

it("adds a value once, and takes it away", () => {
  expect(withValue(google, "Bing")).toEqual(both);
  expect(withValue(both, "Bing")).toEqual(both);
  expect(withoutValue(both, "Bing")).toEqual(google);
});

describe("a typed text means", () => {
  const known = [
    { value: "DE", name: "Germany" },
    { value: "LV", name: "Latvia" },
    { value: "Germany", name: "A town of this name" },
  ];
  it.each([
    ["what is called so", " latvia ", "LV"],
    ["the value itself", "de", "DE"],
    ["rather the value itself than what is called so", "Germany", "Germany"],
    ["itself where nothing is known of it", " Google ", "Google"],
  ])("%s", (_what, text, value) => expect(valueMeant(text, known)).toBe(value));
});
