import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COLUMN } from "../../src/metrics.ts";
import { type LabelRule, labelOf } from "../../src/report/labels.ts";
import { openRows } from "../../src/report/open-rows.ts";
import { isMerged, type LabelFilter, type Read, type Row } from "../../src/report/read.ts";
import { readCounts } from "../../src/store/count-reads.ts";
import { openDay, siteOf, store } from "./fakes.ts";

const DAY = "2026-11-22";
const RULES: LabelRule[] = ["whole", "path", "host", "first", "second", "joined"];

function readOf(rule: LabelRule, filters: LabelFilter[] = []): Read {
  return {
    from: DAY,
    to: DAY,
    sources: [{ from: "d", columns: { pageviews: COLUMN.pageviews } }],
    bucket: "all",
    label: { rule, blank: "(blank)" },
    filters,
    fields: ["pageviews"],
    top: null,
  };
}

const byLabel = (rows: Row[]) =>
  rows
    .map((row) => ({ ...row, merged: isMerged(row), first: "", last: "" }))
    .sort((a, b) => (a.label < b.label ? -1 : 1));

describe("SQL and TypeScript agree", () => {
  it("on the labels of values", async () => {
    const site = siteOf(1);
    const values = [
      "",
      "(other)",
      "/",
      "example.com/",
      "example.com/a/b",
      "Ünï.example/ž/€/😀",
      'quote"d/ba\\ck',
      "'; DROP TABLE counts; --",
      "LV",
      "LV\tLV-RIX",
      "\tLV-RIX",
      "\t",
      "Firefox\t145",
      "__proto__",
      "constructor/x",
      "line\nbreak",
      "%_*?[a]",
    ];
    const cells = Object.fromEntries(values.map((value, index) => [value, [1, 0, index + 1]]));
    await store(site, DAY, "d", cells);
    for (const rule of RULES) {
      const read = readOf(rule);
      const [rows = []] = await readCounts(env.DB, site.id, [{ ...read, alsoLabels: [] }], []);
      expect(byLabel(rows), rule).toEqual(byLabel(openRows(read, [openDay(DAY, { d: cells })])));
      expect(rows.map(({ label }) => label)).toContain(labelOf({ rule, blank: "(blank)" }, "example.com/a/b"));
    }
  });

  it("on what filters let pass", async () => {
    const site = siteOf(2);
    const text = fc.string({ unit: fc.constantFrom("a", "b", "/", "ž", "😀", "%", "_", "'"), maxLength: 6 });
    const pattern = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "ž", "😀", "'"), maxLength: 2 }), {
      minLength: 1,
      maxLength: 6,
    });
    const filter: fc.Arbitrary<LabelFilter> = fc.record({
      label: fc.record({ rule: fc.constantFrom(...RULES), blank: fc.constant("(blank)") }),
      negate: fc.boolean(),
      values: fc.array(pattern, { minLength: 1, maxLength: 4 }),
    });
    const scenario = fc.record({
      values: fc.uniqueArray(text, { minLength: 1, maxLength: 30 }),
      filters: fc.array(fc.array(filter, { maxLength: 3 }), { minLength: 10, maxLength: 10 }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ values, filters }) => {
        await env.DB.prepare("DELETE FROM counts WHERE site_id = 2").run();
        const cells = Object.fromEntries(values.map((value) => [value, [1, 0, 1]]));
        await store(site, DAY, "d", cells);
        const reads = filters.map((filter) => readOf("whole", filter));
        const stored = await readCounts(
          env.DB,
          site.id,
          reads.map((read) => ({ ...read, alsoLabels: [] })),
          [],
        );
        const open = reads.map((read) => openRows(read, [openDay(DAY, { d: cells })]));
        expect(stored.map(byLabel)).toEqual(open.map(byLabel));
      }),
      { numRuns: 60 },
    );
  });
});

describe("a read of D1", () => {
  it("takes the longest filter there may be", async () => {
    const label = { rule: "joined", blank: "(blank)" } as const;
    const deep = Array.from({ length: 5 }, () => ["", "a", "b", "c", "d", ""]);
    const wide = Array.from({ length: 25 }, () => ["a", "b"]);
    const exact = Array.from({ length: 500 }, (_, index) => [`v${index}`]);
    for (const values of [deep, wide]) {
      const filters = [values, ...Array.from({ length: 9 }, () => exact)];
      const read = readOf(
        "joined",
        filters.map((values) => ({ label, negate: true, values })),
      );
      expect(await readCounts(env.DB, 3, [{ ...read, alsoLabels: [] }], [])).toEqual([[]]);
    }
  });

  it("leaves out months, other sites, other dimensions, and what is answered for", async () => {
    const site = siteOf(4);
    await store(site, DAY, "d", { a: [0, 0, 1] });
    await store(site, DAY, "d", { a: [0, 0, 2] }, 1);
    await store(site, DAY, "d", { a: [0, 0, 4] }, -7);
    await store(site, DAY, "e", { a: [0, 0, 8] });
    await store(site, "2026-11", "d", { a: [0, 0, 16] });
    await store(siteOf(5), DAY, "d", { a: [0, 0, 32] });
    const read = { ...readOf("whole"), from: "2026-10-01", to: "2026-12-31", alsoLabels: [] };
    const [rows = []] = await readCounts(env.DB, site.id, [read], [`${DAY}:0`]);
    expect(rows.map(({ label, fields }) => [label, fields.pageviews])).toEqual([["a", 6]]);
  });

  it("returns the greatest labels and those that are asked for", async () => {
    const site = siteOf(6);
    await store(site, DAY, "d", Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`v${i}`, [0, 0, i + 1]])));
    const read: Read = { ...readOf("whole"), top: { metric: "pageviews", count: 2 } };
    const [rows = []] = await readCounts(env.DB, site.id, [{ ...read, alsoLabels: ["v3"] }], []);
    expect(rows.map(({ label }) => label).sort()).toEqual(["v3", "v47", "v48", "v49"]);
  });
});
