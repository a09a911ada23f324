/** What the Stats API v2 refuses, and how it names the place. */
import { env } from "cloudflare:workers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { call, makeKey } from "../manage/support.ts";
import { makeSite, NOW, query, SITE, TODAY } from "./story.ts";

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  vi.setSystemTime(NOW);
  await makeSite(SITE);
});
afterAll(() => void vi.useRealTimers());

const A = ["is", "visit:source", ["a"]];
const inNot = (times: number, filter: unknown): unknown => (times === 0 ? filter : ["not", inNot(times - 1, filter)]);
const SHAPES = String.raw`must be \[operator, dimension, \[values\]\]`;

describe("a query is refused", () => {
  it.each<[string, object]>([
    ["#/site_id: is required", { site_id: undefined }],
    ["#/site_id: must be a string", { site_id: 5 }],

    ["#/metrics: is required", { metrics: undefined }],
    ["#/metrics: must have at least 1", { metrics: [] }],
    ["#/metrics: must be a list", { metrics: "visitors" }],
    ['#/metrics/1: Invalid metric "baa"$', { metrics: ["visitors", "baa"] }],
    ["#/metrics/0: Invalid metric 3$", { metrics: [3] }],
    ["#/metrics/0: Invalid metric null$", { metrics: [null] }],
    ["#/metrics: must not name a metric twice", { metrics: ["visitors", "visits", "visitors"] }],

    ["#/date_range: is required", { date_range: undefined }],
    ['#/date_range: Invalid date range "bad_period": must be "day", "24h"', { date_range: "bad_period" }],
    ["#/date_range: Invalid date range 7: must be", { date_range: 7 }],
    ["#/date_range: Invalid date range \\[\\]: must be", { date_range: [] }],
    ["#/date_range: Invalid date range \\[.*\\]: must be", { date_range: [TODAY] }],
    ["#/date_range: Invalid date range \\[.*\\]: must be", { date_range: [TODAY, TODAY, TODAY] }],
    ['#/date_range: must be "day"', { date_range: "0d" }],
    ['#/date_range: must be "day"', { date_range: "9999d" }],
    ['#/date_range: must be "day"', { date_range: "121mo" }],
    ["#/date_range/0: must be a date of the calendar", { date_range: ["2040-02-30", TODAY] }],
    ["#/date_range/1: must be a date of the calendar", { date_range: [TODAY, "tomorrow"] }],
    ["#/date_range: must not begin after it ends", { date_range: [TODAY, "2040-11-21"] }],
    ["#/date_range: must not span more than 10 years", { date_range: ["2030-11-22", TODAY] }],
    ["#/date_range: must lie between 1970-01-01 and 2999-12-31", { date_range: ["0001-01-01", "0001-01-02"] }],

    ["#/dimensions: must be a list", { dimensions: "visit:source" }],
    ["#/dimensions/0: must be a string", { dimensions: [1] }],
    ["#/dimensions/0: must be a property", { dimensions: ["badproperty"] }],
    ["#/dimensions/1: must be a property", { dimensions: ["visit:source", "event:props:"] }],
    ["#/dimensions/0: must be a property", { dimensions: ["time:minute"] }],
    ["#/dimensions/0: must be a property", { dimensions: ["constructor"] }],
    ["#/dimensions/0: cities are never collected; ask for visit:region", { dimensions: ["visit:city"] }],
    ["#/dimensions/0: cities are never collected", { dimensions: ["visit:city_name"] }],
    ["#/dimensions/1: must not name one twice", { dimensions: ["visit:source", "visit:source"] }],
    ["#/dimensions/1: must name at most one of time", { dimensions: ["time:day", "time:hour"] }],
    ["#/dimensions: must have at most 3", { dimensions: ["visit:os", "visit:device", "visit:source", "time:day"] }],
    ["#/dimensions: hours are shown of at most 92 days", { dimensions: ["time:hour"], date_range: "93d" }],

    ["#/filters: must be a list", { filters: "x" }],
    [`#/filters/0: ${SHAPES}`, { filters: ["x"] }],
    [`#/filters/0: ${SHAPES}`, { filters: [null] }],
    [`#/filters/0: ${SHAPES}`, { filters: [[]] }],
    [`#/filters/1: ${SHAPES}`, { filters: [A, ["is"]] }],
    [`#/filters/0: ${SHAPES}`, { filters: [["is", "visit:source"]] }],
    [`#/filters/0: ${SHAPES}`, { filters: [["isnt", "visit:source", ["a"]]] }],
    [`#/filters/0: ${SHAPES}`, { filters: [[...A, { case_sensitive: false }, 1]] }],
    ["#/filters/0/1: must be a string", { filters: [["is", 5, ["a"]]] }],
    ["#/filters/0/2: must be a list", { filters: [["is", "visit:source", "a"]] }],
    ["#/filters/0/2: must have at least 1", { filters: [["is", "visit:source", []]] }],
    ["#/filters/0/2/1: must be a string or a number", { filters: [["is", "visit:source", ["a", {}]]] }],
    ["#/filters/0/2/0: must be at most 2000", { filters: [["is", "visit:source", ["x".repeat(2001)]]] }],
    ["#/filters/0/2: must have at most 1000", { filters: [["is", "visit:source", Array(1001).fill("a")]] }],
    ["#/filters/0/3/case: is not a known field", { filters: [[...A, { case: 1 }]] }],
    ["#/filters/0/3/case_sensitive: must be a boolean", { filters: [[...A, { case_sensitive: "no" }]] }],
    ["#/filters/0/1: must be a property", { filters: [["is", "visit:nothing", ["a"]]] }],
    ["#/filters/0/1: must be a property", { filters: [["is", "time:day", [TODAY]]] }],
    ["#/filters/0/1: must be a property", { filters: [["is", "segment", [1]]] }],
    ["#/filters/0/1: cities are never collected", { filters: [["is", "visit:city", [4_347_778]]] }],
    ["#/filters/0/1: must be a goal of the site", { filters: [["is", "event:goal", ["Nope"]]] }],
    ["#/filters/0/1: must be a regular expression", { filters: [["matches", "visit:source", ["("]]] }],
    ["#/filters/0/1: must be a regular expression", { filters: [["matches", "visit:source", ["a(?=b)"]]] }],
    ["#/filters/0/1: must have at least 1", { filters: [["and", []]] }],
    [`#/filters/0/1/0: ${SHAPES}`, { filters: [["and", A]] }],
    ["#/filters/0/1/1/1: must be a property", { filters: [["or", [A, ["is", "visit:nothing", ["a"]]]]] }],
    ["#/filters/0/1/1/2/0: must be a string or a number", { filters: [["or", [A, ["is", "visit:source", [null]]]]] }],
    [`#/filters/0/1: ${SHAPES}`, { filters: [["not", [A]]] }],
    ["#/filters/0/1/1: cities are never collected", { filters: [["not", ["is", "visit:city_name", ["a"]]]] }],
    ["#/filters/0: has_done and has_not_done cannot be told", { filters: [["has_done", A]] }],
    ["#/filters/0/1/0: has_done and has_not_done cannot be told", { filters: [["and", [["has_not_done", A]]]] }],
    ["#/filters: must have at most 10", { filters: Array(11).fill(A) }],
    ["#/filters: must have at most 20 conditions", { filters: Array(3).fill(["and", Array(7).fill(A)]) }],
    ["#/filters: must have at most 25 wildcards", { filters: [["contains", "visit:source", Array(13).fill("a")]] }],
    ["#/filters/0(/1){5}: must not be joined more than 5 times over", { filters: [inNot(6, A)] }],
    ["#/filters/0(/1){5}: must not be joined more than 5 times over", { filters: [inNot(6_000, ["is"])] }],

    ["#/order_by: must be a list", { order_by: "visitors" }],
    ['#/order_by/0: must be \\[metric or dimension, "asc" or "desc"\\]', { order_by: ["visitors"] }],
    ['#/order_by/0: must be \\[metric or dimension, "asc" or "desc"\\]', { order_by: [["visitors"]] }],
    ["#/order_by/0/1: must be one of asc, desc", { order_by: [["visitors", "up"]] }],
    ["#/order_by/0/0: must be one of the query's metrics or dimensions", { order_by: [["visits", "desc"]] }],
    ["#/order_by/0/0: must be one of the query's metrics or dimensions", { order_by: [["visit:os", "desc"]] }],

    ["#/include: must be a JSON object", { include: [] }],
    ["#/include/nothing: is not a known field", { include: { nothing: true } }],
    ["#/include/imports: must be a boolean", { include: { imports: "yes" } }],
    ["#/include/total_rows: must be a boolean", { include: { total_rows: 1 } }],
    ["#/include/time_labels: needs a time dimension", { include: { time_labels: true } }],
    [
      "#/include/comparisons/date_range/0: must be a date",
      { include: { comparisons: { mode: "custom", date_range: ["x", "y"] } } },
    ],

    ["#/pagination: must be a JSON object", { pagination: 3 }],
    ["#/pagination/limit: must be at least 1", { pagination: { limit: 0 } }],
    ["#/pagination/limit: must be at most 10000", { pagination: { limit: 10_001 } }],
    ["#/pagination/limit: must be a whole number", { pagination: { limit: 1.5 } }],
    ["#/pagination/offset: must be at least 0", { pagination: { offset: -1 } }],
    ["#/pagination/page: is not a known field", { pagination: { page: 1 } }],

    ["#/period: is not a known field", { period: "7d" }],
    ["#/a~1b~0c: is not a known field", { "a/b~c": 1 }],
  ])("%s: %j", async (message, asked) => {
    const { status, body } = await query(asked);
    expect([status, Object.keys(body)]).toEqual([400, ["error"]]);
    expect(body.error).toMatch(new RegExp(`^${message}`));
  });

  it("if it is no query at all", async () => {
    const send = (body: string) => call("POST /api/v2/query", { body, now: NOW });
    expect((await send("{")).body).toEqual({ error: "body: must be JSON" });
    expect((await send("[]")).body).toEqual({ error: "#: must be a JSON object" });
    expect((await send("null")).body).toEqual({ error: "#: must be a JSON object" });
    expect((await send(`"${"x".repeat(70_000)}"`)).status).toBe(413);
    expect((await call("GET /api/v2/query")).status).toBe(405);
  });
});

describe("what no counts tell is refused, with what can be asked instead", () => {
  it.each<[string, object]>([
    [
      "#/dimensions: visit:source, visit:country and visit:browser are more than two facts about a visit, and no record joins more; ask with one filter or dimension less",
      { dimensions: ["visit:source", "visit:country", "visit:browser"] },
    ],
    [
      "#/filters: .* more than two facts",
      { dimensions: ["visit:source", "visit:os"], filters: [["is", "event:page", ["/"]]] },
    ],
    ["#/dimensions: .* more than two facts .*; ask by day", { dimensions: ["time:hour", "visit:source", "visit:os"] }],
    [
      "#/filters: .* more than two facts .*; ask for whole days",
      { date_range: "24h", dimensions: ["visit:source"], filters: [["is", "visit:os", ["Linux"]]] },
    ],
    [
      "#/filters: .*; ask for visit:country instead of visit:region$",
      { dimensions: ["visit:source"], filters: [["is", "visit:region", ["LV-RIX"]]] },
    ],
    ["#/dimensions: visit:screen and visit:source are counted apart", { dimensions: ["visit:screen", "visit:source"] }],
    [
      "#/metrics/1: bounce_rate has no value for several pages together.*; ask for one page",
      { metrics: ["visits", "bounce_rate"], filters: [["contains", "event:page", ["/"]]] },
    ],
    [
      "#/metrics/0: visit_duration has no value for several pages",
      { metrics: ["visit_duration"], filters: [["is", "event:page", ["/", "/b"]]] },
    ],
    [
      "#/metrics/0: bounce_rate has no value for several pages",
      { metrics: ["bounce_rate"], dimensions: ["event:hostname"] },
    ],
    ["#/metrics/0: visitors is not counted for event:hostname", { dimensions: ["event:hostname"] }],
    ["#/metrics/0: conversion_rate needs event:goal", { metrics: ["conversion_rate"] }],
    [
      "#/metrics/0: group_conversion_rate needs a filter on event:goal and a dimension",
      { metrics: ["group_conversion_rate"] },
    ],
    ["#/metrics/0: scroll_depth is counted by page only", { metrics: ["scroll_depth"] }],
    [
      "#/metrics/0: time_on_page is not counted for visit:source",
      { metrics: ["time_on_page"], dimensions: ["visit:source"] },
    ],
    [
      "#/metrics/0: visits is not counted for event:name; there are visitors, pageviews, events",
      { metrics: ["visits"], dimensions: ["event:name"] },
    ],
    ["#/metrics/0: total_revenue is counted by event alone", { metrics: ["total_revenue"] }],
  ])("%s: %j", async (message, asked) => {
    const { status, body } = await query(asked);
    expect(status).toBe(400);
    expect(body.error).toMatch(new RegExp(`^${message}`));
  });
});

describe("who may not ask", () => {
  const body = { site_id: SITE, metrics: ["visitors"], date_range: "day" };
  const ask = (key: string | null, site_id = SITE, more: object = {}) =>
    call("POST /api/v2/query", { body: { ...body, site_id }, key, now: NOW, ...more });

  it("is answered 401: without a key, with a wrong one, with another site's, and of a site that is not there", async () => {
    await makeSite("other.example");
    const { key } = await makeKey(["stats"], "other.example");
    for (const answer of [await ask(null), await ask("ff_wrong"), await ask(key), await ask(key, "nobody.example")]) {
      expect([answer.status, Object.keys(answer.body)]).toEqual([401, ["error"]]);
    }
    expect((await ask(key, "other.example")).status).toBe(200);
  });

  it("is answered 429 past the hour's number of requests", async () => {
    const { key } = await makeKey(["stats"], SITE);
    const low = { env: { ...env, API_REQUESTS_PER_HOUR: "2" } };
    const answers = [await ask(key, SITE, low), await ask(key, SITE, low), await ask(key, SITE, low)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(answers[2]?.body).toEqual({ error: expect.stringMatching(/^Too many requests: at most 2 an hour/) });
    expect(Number(answers[2]?.headers.get("Retry-After"))).toBeGreaterThan(0);
  });
});
