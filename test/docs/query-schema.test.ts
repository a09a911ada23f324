import { beforeAll, describe, expect, it } from "vitest";
import { METRICS } from "../../src/report/query.ts";
import { V2_QUERY } from "../../src/report/v2-schema.ts";
import { call } from "../manage/support.ts";
import { faultsOf } from "./json-schema.ts";

const LEAST = { site_id: "example.com", metrics: ["visitors"], date_range: "7d" };
const filtered = (...filters: unknown[]) => ({ ...LEAST, filters });
const including = (include: object) => ({ ...LEAST, include });

const GOOD: [string, object][] = [
  ["the least there is", LEAST],
  ["every metric", { ...LEAST, metrics: METRICS }],
  ...["day", "24h", "7d", "28d", "30d", "91d", "3d", "month", "6mo", "12mo", "2mo", "year", "all"].map(
    (date_range): [string, object] => [`the days ${date_range}`, { ...LEAST, date_range }],
  ),
  ["two dates", { ...LEAST, date_range: ["2026-11-01", "2026-11-20"] }],
  ["dimensions", { ...LEAST, dimensions: ["event:page", "visit:source", "time:day"] }],
  ["a dimension of ours", { ...LEAST, dimensions: ["visit:language"] }],
  ["a property", { ...LEAST, dimensions: ["event:props:plan"] }],
  ...["is", "is_not", "contains", "contains_not", "matches", "matches_not"].map((operator): [string, object] => [
    `the operator ${operator}`,
    filtered([operator, "event:page", ["/a", "/b"]]),
  ]),
  ["a number to compare with", filtered(["is", "event:props:n", [404]])],
  ["letters in either case", filtered(["contains", "event:page", ["/A"], { case_sensitive: false }])],
  [
    "filters joined",
    filtered([
      "or",
      [
        ["is", "visit:source", ["Google"]],
        ["not", ["is", "event:page", ["/"]]],
      ],
    ]),
  ],
  [
    "filters joined twice over",
    filtered([
      "and",
      [
        ["or", [["is", "visit:source", ["a"]]]],
        ["is", "visit:source", ["b"]],
      ],
    ]),
  ],
  [
    "an order",
    {
      ...LEAST,
      order_by: [
        ["visitors", "desc"],
        ["event:page", "asc"],
      ],
    },
  ],
  ["a page", { ...LEAST, pagination: { limit: 10_000, offset: 20 } }],
  [
    "what it may include",
    including({ imports: true, time_labels: true, total_rows: true, trim_relative_date_range: true }),
  ],
  ["a comparison", including({ comparisons: { mode: "previous_period" } })],
  ["a comparison of a year", including({ comparisons: { mode: "year_over_year" } })],
  ["a comparison with dates", including({ comparisons: { mode: "custom", date_range: ["2026-10-01", "2026-10-20"] } })],
];

const { site_id: _site, ...siteless } = LEAST;
const { metrics: _metrics, ...withoutMetrics } = LEAST;
const { date_range: _range, ...withoutRange } = LEAST;
const BAD: [string, unknown][] = [
  ["a list", []],
  ["text", "visitors"],
  ["no site", siteless],
  ["no metrics", withoutMetrics],
  ["no days", withoutRange],
  ["an empty list of metrics", { ...LEAST, metrics: [] }],
  ["an unknown metric", { ...LEAST, metrics: ["visitors", "baa"] }],
  ["an unknown key", { ...LEAST, date: "7d" }],
  ["unknown days", { ...LEAST, date_range: "yesterday" }],
  ["one date", { ...LEAST, date_range: ["2026-11-01"] }],
  ["three dates", { ...LEAST, date_range: ["2026-11-01", "2026-11-02", "2026-11-03"] }],
  ["no date of the calendar", { ...LEAST, date_range: ["2026-02-30", "2026-03-01"] }],
  ["four dimensions", { ...LEAST, dimensions: ["event:page", "visit:source", "visit:device", "time"] }],
  ["an unknown operator", filtered(["has_done", "event:page", ["/"]])],
  ["a filter without values", filtered(["is", "event:page", []])],
  ["values that are no list", filtered(["is", "event:page", "/"])],
  ["a filter in an object", filtered({ operator: "is" })],
  ["an unknown modifier", filtered(["is", "event:page", ["/"], { fuzzy: true }])],
  ["nothing to join", filtered(["and", []])],
  ["a wrong filter inside", filtered(["not", ["or", [["is", "event:page"]]]])],
  ["no direction", { ...LEAST, order_by: [["visitors"]] }],
  ["an unknown direction", { ...LEAST, order_by: [["visitors", "up"]] }],
  ["too many rows", { ...LEAST, pagination: { limit: 10_001 } }],
  ["half a row", { ...LEAST, pagination: { offset: 0.5 } }],
  ["an unknown thing to include", including({ cities: true })],
  ["an unknown comparison", including({ comparisons: { mode: "last_week" } })],
];

let schema: unknown;

beforeAll(async () => {
  const answer = await call("GET /api/docs/query/schema.json", { key: null });
  expect(answer.status).toBe(200);
  schema = JSON.parse(answer.body);
});

it("is there for everyone, and may be kept", async () => {
  const { headers } = await call("GET /api/docs/query/schema.json", { key: null });
  expect(headers.get("Content-Type")).toBe("application/schema+json");
  expect(headers.get("Cache-Control")).toBe("public, max-age=3600");
  expect(headers.get("Access-Control-Allow-Origin")).toBe("*");
});

it("says which JSON Schema it is of", () => {
  expect(schema).toMatchObject({ $schema: "https://json-schema.org/draft/2020-12/schema" });
});

describe("the schema takes what the API takes", () => {
  it.each(GOOD)("%s", (_, query) => {
    expect(V2_QUERY.safeParse(query).success).toBe(true);
    expect(faultsOf(query, schema)).toEqual([]);
  });
});

describe("the schema refuses what the API refuses", () => {
  it.each(BAD)("%s", (_, query) => {
    expect(V2_QUERY.safeParse(query).success).toBe(false);
    expect(faultsOf(query, schema)).not.toEqual([]);
  });
});
