import { beforeAll, describe, expect, it } from "vitest";
import type { OpenList } from "../../src/dashboard/address.ts";
import {
  fileName,
  fileQuery,
  foundIn,
  joinedCsv,
  listQuery,
  metricsOf,
  refusalOf,
  rowsOf,
  rowsOfCsv,
  saidBy,
  shownMetrics,
  sortBy,
} from "../../src/dashboard/site/list-query.ts";
import { en } from "../../src/dashboard/texts/en.ts";
import { speak } from "../../src/dashboard/texts.ts";
import type { SummaryAnswer } from "../../src/report/summary-answer.ts";
import { V2_QUERY } from "../../src/report/v2-schema.ts";

beforeAll(() => speak("en"));

const answer = {
  site: "example.com",
  period: { name: "custom", from: "2026-11-01", to: "2026-11-22" },
  dimensions: {
    "event:page": { metrics: ["visitors", "pageviews"], rows: [], more: true },
    "visit:source": { refused: { code: null, message: "no" } },
  },
} as unknown as SummaryAnswer;
const view = { filters: [{ operator: "is" as const, dimension: "visit:source", values: ["Google"] }] };
const list = (dimension: string, rest: Partial<OpenList> = {}): OpenList => ({
  dimension,
  search: "",
  page: 1,
  ...rest,
});
const insensitive = { case_sensitive: false };

describe("a full list", () => {
  it("asks for a page, filtered as the view is", () => {
    expect(listQuery(answer, view, list("event:page", { page: 3 }), ["visitors", "pageviews"])).toEqual({
      site_id: "example.com",
      metrics: ["visitors", "pageviews"],
      date_range: ["2026-11-01", "2026-11-22"],
      dimensions: ["event:page"],
      filters: [["is", "visit:source", ["Google"]]],
      order_by: [["visitors", "desc"]],
      include: { total_rows: true },
      pagination: { limit: 100, offset: 200 },
    });
  });

  it.each([
    ["event:page", "Blog ", [["contains", "event:page", ["Blog"], insensitive]]],
    ["event:page", "  ", []],
    ["visit:region", "rīga", [["contains", "visit:region_name", ["rīga"], insensitive]]],
    ["visit:browser_version", "safari", [["contains", "visit:browser", ["safari"], insensitive]]],
    ["visit:browser_version", "14", [["contains", "visit:browser_version", ["14"], insensitive]]],
    [
      "visit:browser_version",
      "Mobile Safari 27",
      [
        ["contains", "visit:browser", ["Mobile Safari"], insensitive],
        ["contains", "visit:browser_version", ["27"], insensitive],
      ],
    ],
    ["visit:country", "latvia", []],
  ])("of %s searches for “%s”", (dimension, search, filters) => {
    expect(listQuery(answer, { filters: [] }, list(dimension, { search }), ["visitors"]).filters).toEqual(filters);
  });

  it("asks for what a value says nothing without", () => {
    const asked = (dimension: string) => {
      const sort = { by: dimension, direction: "asc" as const };
      const { dimensions, order_by } = listQuery(answer, view, list(dimension, { sort }), ["visitors"]);
      return [dimensions, order_by.map(([name]) => name)];
    };
    expect(asked("visit:os_version")).toEqual([
      ["visit:os", "visit:os_version"],
      ["visit:os", "visit:os_version"],
    ]);
    expect(asked("visit:region")).toEqual([["visit:region", "visit:region_name"], ["visit:region"]]);
  });

  it("asks nothing that v2 does not take", () => {
    for (const dimension of ["event:page", "visit:os_version", "visit:region", "visit:country", "event:props:plan"]) {
      const open = list(dimension, { search: "a 1", page: 2, sort: { by: dimension, direction: "asc" } });
      expect(V2_QUERY.safeParse(listQuery(answer, view, open, ["visitors"])).error).toBeUndefined();
      expect(V2_QUERY.safeParse(fileQuery(answer, view, open, ["visitors"], ["LV"])).error).toBeUndefined();
    }
  });

  it("finds translated values among all of them", () => {
    const open = list("visit:country", { search: "latv", page: 2 });
    expect(listQuery(answer, view, open, ["visitors"]).pagination).toEqual({ limit: 10_000, offset: 0 });
    const rows = ["LV", "EE", "(not set)"].map((value) => ({ value }));
    expect(foundIn(rows, "visit:country", " LATV ")).toEqual([{ value: "LV" }]);
    expect(fileQuery(answer, { filters: [] }, open, ["visitors"], ["LV"])).toMatchObject({
      filters: [["is", "visit:country", ["LV"]]],
      pagination: { limit: 10_000, offset: 0 },
    });
  });

  it("of what is found shows no share, which would be one of just that", () => {
    const metrics = ["visitors", "percentage"] as const;
    expect(shownMetrics(list("visit:browser"), metrics)).toEqual(metrics);
    expect(shownMetrics(list("visit:browser", { search: "fire" }), metrics)).toEqual(["visitors"]);
    expect(shownMetrics(list("visit:country", { search: "latv" }), metrics)).toEqual(metrics);
    const found = list("visit:country", { search: "latv" });
    expect(fileQuery(answer, view, found, metrics, ["LV"]).metrics).toEqual(["visitors"]);
    expect(fileQuery(answer, view, list("visit:country"), metrics, ["LV"]).metrics).toEqual(metrics);
  });

  it.each([
    ["event:props:plan", [], false],
    ["event:props:plan", ["event:name", "event:goal", "event:props:plan"], false],
    ["event:props:plan", ["event:name", "visit:country"], true],
    ["event:props:plan", ["event:props:place"], true],
    ["event:name", ["visit:country"], false],
  ])("of %s under filters by %o is refused: %s", (dimension, others, isRefused) => {
    const filters = others.map((other) => ({ operator: "is" as const, dimension: other, values: ["a"] }));
    expect(refusalOf(dimension, filters) !== null).toBe(isRefused);
  });

  it("has the metrics of its panel", () => {
    expect(metricsOf(answer, "event:page")).toEqual(["visitors", "pageviews"]);
    expect(metricsOf(answer, "event:props:plan")).toEqual(["visitors", "events"]);
    expect(metricsOf(answer, "nonsense")).toEqual(["visitors"]);
  });

  it("turns round by a second click on a column", () => {
    const first = sortBy({ by: "visitors", direction: "desc" }, "event:page", true);
    expect(first).toEqual({ by: "event:page", direction: "asc" });
    expect(sortBy(first, "event:page", true)).toEqual({ by: "event:page", direction: "desc" });
    expect(sortBy(first, "pageviews", false)).toEqual({ by: "pageviews", direction: "desc" });
  });
});

describe("its answer", () => {
  it.each([
    ["event:page", ["/a"], { value: "/a", visitors: 3 }],
    ["visit:os_version", ["Windows", "11"], { value: "Windows 11", parts: ["Windows", "11"], visitors: 3 }],
    [
      "visit:os_version",
      ["(not set)", "(not set)"],
      { value: "(not set)", parts: ["(not set)", "(not set)"], visitors: 3 },
    ],
    ["visit:region", ["LV-RIX", "Rīga"], { value: "LV-RIX", name: "Rīga", visitors: 3 }],
    ["visit:region", ["(not set)", "(not set)"], { value: "(not set)", visitors: 3 }],
  ])("has rows as panels do: %s %o", (dimension, dimensions, row) => {
    expect(rowsOf(dimension, ["visitors"], { results: [{ dimensions, metrics: [3] }], meta: {} })).toEqual([row]);
  });

  it("tells which metrics are upper bounds, and what else is to be said", () => {
    const warnings = {
      visitors: { code: "upper_bound", warning: "x" },
      visits: { code: "not_known_here", warning: "Some words" },
      events: { code: "goal_since", codes: ["goal_since", "upper_bound"], warning: "y" },
    };
    const said = saidBy({ results: [], meta: { metric_warnings: warnings } });
    expect([...said.bounds]).toEqual(["visitors", "events"]);
    expect(said.texts).toEqual([en.notes.upper_bound, "Some words", en.notes.goal_since]);
  });
});

it("names files by the site, the dimension and the days", () => {
  expect(fileName(answer, "event:page")).toBe("example.com-page-2026-11-01-2026-11-22.csv");
  expect(fileName(answer, "event:props:a/b c")).toBe("example.com-a_b_c-2026-11-01-2026-11-22.csv");
});

it("is put together from the parts of a long list, with the names of the columns once", () => {
  const parts = ["page,visitors\n/,2\n/a,1\n", "page,visitors\n/b,1\n"];
  expect(parts.map(rowsOfCsv)).toEqual([2, 1]);
  expect(joinedCsv(parts)).toBe("page,visitors\n/,2\n/a,1\n/b,1\n");
});
