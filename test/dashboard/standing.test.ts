import { describe, expect, it } from "vitest";
import { gathered } from "../../src/dashboard/site/notes.ts";
import { isEmpty, isFairlyCompared, refusalOfAll, withoutEmptyComparison } from "../../src/dashboard/site/standing.ts";
import type { Note, SummaryAnswer } from "../../src/report/summary-answer.ts";

const refused = { refused: { code: "three_facts", message: "no" } } as const;
const counted = (value: number | null) => ({ value, comparison_value: null, change: null });

describe("an answer", () => {
  const cases: [what: string, metrics: SummaryAnswer["metrics"], isRefused: boolean, hasNothing: boolean][] = [
    ["with counts", { visitors: counted(2), pageviews: counted(3), events: counted(3) }, false, false],
    ["of zeros", { visitors: counted(0), pageviews: counted(0), events: counted(0), visits: counted(0) }, false, true],
    ["with events alone", { visitors: counted(0), pageviews: counted(0), events: counted(1) }, false, false],
    ["that is refused as a whole", { visitors: refused, pageviews: refused }, true, false],
    ["that is refused in part", { visitors: counted(0), pageviews: refused }, false, false],
  ];
  it.each(cases)("%s", (_what, metrics, isRefused, hasNothing) => {
    expect(refusalOfAll({ metrics })).toEqual(isRefused ? refused.refused : null);
    expect(isEmpty({ metrics })).toBe(hasNothing);
  });
});

describe("a comparison", () => {
  const cases: [what: string, before: SummaryAnswer["compared_with"], firstDay: string | null, how: string][] = [
    ["with days that were counted", { from: "2026-10-01", to: "2026-10-31" }, "2026-10-01", "fair"],
    ["with days of which some were counted", { from: "2026-10-01", to: "2026-10-31" }, "2026-10-02", "unfair"],
    ["with the first day alone", { from: "2026-10-01", to: "2026-10-02" }, "2026-10-02", "unfair"],
    ["with days before the first", { from: "2026-10-01", to: "2026-10-31" }, "2026-11-01", "none"],
    ["of a site without counts", { from: "2026-10-01", to: "2026-10-31" }, null, "none"],
    ["that is off", null, "2026-10-01", "none"],
  ];
  it.each(cases)("%s", (_what, before, firstDay, how) => {
    const answer = {
      compared_with: before,
      compared_series: before && [],
      first_day: firstDay,
    } as unknown as SummaryAnswer;
    const { compared_with, compared_series } = withoutEmptyComparison(answer);
    const isThere = how !== "none";
    expect([compared_with, compared_series]).toEqual(isThere ? [before, []] : [null, null]);
    expect(isFairlyCompared(answer)).toBe(how === "fair");
  });
});

it("says each note once, with all that it is about", () => {
  const notes: Note[] = [
    { code: "upper_bound", message: "at most", metrics: ["visitors"], dimension: "event:page" },
    { code: "approximate", message: "about", days: ["2026-11-03", "2026-10-31", "2026-11-01"] },
    { code: "upper_bound", message: "at most", metrics: ["visits", "visitors"], dimension: "visit:os_version" },
    { code: "approximate", message: "about", days: ["2026-11-01", "2026-11-04"] },
  ];
  expect(gathered(notes)).toEqual([
    {
      code: "upper_bound",
      message: "at most",
      metrics: ["visitors", "visits"],
      dimensions: ["event:page", "visit:os_version"],
      days: [],
    },
    {
      code: "approximate",
      message: "about",
      metrics: [],
      dimensions: [],
      days: [
        { from: "2026-10-31", to: "2026-11-01" },
        { from: "2026-11-03", to: "2026-11-04" },
      ],
    },
  ]);
});
