import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { addDays } from "../../src/calendar.ts";
import { PAIRS, pairName } from "../../src/dimensions.ts";
import { DayPairs } from "../../src/exchange/day-pairs.ts";
import { pairCells, pairRows } from "../../src/exchange/pair-table.ts";
import { storedPairs } from "../../src/exchange/stored-pairs.ts";
import { LIMITS } from "../../src/limits.ts";
import { call, type Guard, guarded } from "../manage/support.ts";
import { openDay, siteOf } from "../report/fakes.ts";
import { machineRows } from "./machine-day.ts";
import { csv, exportOf, exportZip, importInto, makeSite } from "./support.ts";

let sites = 0;
async function newSite(): Promise<{ domain: string; id: number }> {
  const domain = `p${++sites}.example.com`;
  return { domain, id: await makeSite(domain) };
}

async function storeRows(id: number, day: string, rows: [string, string][], writer = 0): Promise<void> {
  const insert = env.DB.prepare("INSERT INTO counts VALUES (?, ?, ?, ?, 1, jsonb(?))");
  await env.DB.batch(rows.map(([dimension, json]) => insert.bind(id, dimension, day, writer, json)));
}

/** The pairs of a site as text: `day pair outer inner` → columns, all writers summed up. */
async function pairsOf(id: number): Promise<Record<string, number[]>> {
  const found: [string, number[]][] = [];
  for await (const { day, pairs } of storedPairs(sourceOf(id), { from: "", to: "9999" })) {
    for (const [pair, counts] of pairs.pairs()) {
      for (const [outer, byInner] of counts) {
        for (const [inner, columns] of byInner) found.push([[day, pair, outer, inner].join(" | "), [...columns]]);
      }
    }
  }
  return Object.fromEntries(found.sort());
}

function sourceOf(id: number, open: string[] = []) {
  return {
    site: siteOf(id),
    db: env.DB,
    tally: () => ({ open: async () => open.map((day) => openDay(day, { site: { "": [1] } })) }),
    wait: async () => undefined,
  };
}

describe("pairs", () => {
  it("arrive in another site as they were, of several shards and days, whatever numbers pages had", async () => {
    const [from, to] = [await newSite(), await newSite()];
    await storeRows(from.id, "2026-10-30", machineRows("2026-10-30"));
    await storeRows(from.id, "2026-11-01", machineRows("2026-11-01", "example.com/zuerst"));
    await storeRows(from.id, "2026-11-01", machineRows("2026-11-01"), 1);
    const before = await pairsOf(from.id);
    const all = PAIRS.map(([outer, inner]) => pairName(outer, inner));
    expect(new Set(Object.keys(before).map((key) => key.split(" | ")[1]))).toEqual(new Set(all));

    const answer = await importInto(to.domain, await exportZip(from.domain));
    expect(answer).toMatchObject({ status: 200, body: { days: 2, tables: ["footfall_counts", "footfall_pairs"] } });
    expect(await pairsOf(to.id)).toEqual(before);
    // And from there on to the next.
    const next = await newSite();
    await importInto(next.domain, await exportZip(to.domain));
    expect(await pairsOf(next.id)).toEqual(before);

    const ask = (domain: string) =>
      call("POST /api/v2/query", {
        body: {
          site_id: domain,
          metrics: ["visitors", "visits", "pageviews", "bounce_rate"],
          date_range: ["2026-10-30", "2026-11-01"],
          dimensions: ["event:page"],
          filters: [["is", "visit:source", ["Newsletter"]]],
        },
      });
    const [original, copy] = [await ask(from.domain), await ask(to.domain)];
    expect(original).toMatchObject({ status: 200, body: { results: [{ dimensions: ["/a b"] }, {}] } });
    const told = ({ body }: typeof copy) => ({ ...(body as object), query: null });
    expect(told(copy)).toEqual(told(original));
    expect(JSON.stringify(copy.body)).not.toContain("detail_since");
  });

  it("of days that tallies answer for are left out", async () => {
    const { id } = await newSite();
    for (const day of ["2026-11-01", "2026-11-02"]) await storeRows(id, day, machineRows(day));
    const days = new Set<string>();
    for await (const { day } of storedPairs(sourceOf(id, ["2026-11-02"]), { from: "", to: "9999" })) days.add(day);
    expect([...days]).toEqual(["2026-11-01"]);
  });

  it("are read in pieces of many days, so that an export fits in the 50 questions there are on the free plan", async () => {
    const { id } = await newSite();
    const days = Array.from({ length: 30 }, (_, index) => addDays("2026-09-01", index));
    for (const day of days) await storeRows(id, day, machineRows(day));
    let asked = 0;
    const counting: Guard = (run) => {
      asked++;
      return run();
    };
    const source = { ...sourceOf(id), db: guarded(counting).DB as D1Database };
    const found = new Set<string>();
    for await (const { day } of storedPairs(source, { from: "", to: "9999" })) found.add(day);
    expect([...found]).toEqual(days);
    // How much there is of pairs, and the pairs; and the same of pages' names.
    expect(asked).toBe(4);
  });

  it("take several rows where a value has very many others", () => {
    const inner = new Map(
      Array.from({ length: 900 }, (_, index) => [`example.com/"${index}"/${"x".repeat(30)}`, [1, 1, 2]]),
    );
    const rows = [...pairRows("device*page", new Map([["Mobile", inner]]))];
    expect(rows.length).toBeGreaterThan(4);
    for (const [, , cells] of rows) {
      expect(cells.replaceAll('"', '""').length).toBeLessThanOrEqual(LIMITS.csvCellChars);
    }
    expect(new Map(rows.flatMap(([, , cells]) => pairCells(cells) ?? []))).toEqual(inner);
  });

  it("beyond their bound are counted as (other), and flagged", () => {
    const pairs = new DayPairs();
    for (let index = 0; index < LIMITS.cellsPerPair + 7; index++)
      pairs.add("device*page", "Mobile", `/${index}`, [1, 1, 1]);
    pairs.add("device*page", "Mobile", "/3", [1]);
    pairs.add("device*os", "Mobile", "iOS", [1]);
    expect([...pairs.flags]).toEqual(["capped:device*page"]);
    const counts = new Map(pairs.pairs()).get("device*page");
    expect(counts?.get("(other)")?.get("(other)")).toEqual([7, 7, 7]);
    expect(counts?.get("Mobile")?.get("/3")).toEqual([2, 1, 1]);
  });
});

describe("rows of pairs", () => {
  const MOST = 2_000_000;
  const PAGE_PAIRS = PAIRS.filter((pair) => pair.some((name) => name === "page" || name === "entry_page"));
  const bytesOf = (pairs: DayPairs) => [...pairs.rows()].map(([, json]) => new TextEncoder().encode(json).length);

  it("stay below what D1 takes, the list of all pages as well, whatever pages each pair has", () => {
    const pairs = new DayPairs();
    for (const pair of PAGE_PAIRS.map((names) => pairName(...names))) {
      for (let index = 0; index < 500; index++) {
        const page = `/${pair}/${index}/${"x".repeat(400)}`;
        pairs.add(pair, page, "LV", [1]);
        pairs.add(pair, "LV", page, [1]);
      }
    }
    expect(Math.max(...bytesOf(pairs))).toBeLessThan(MOST);
    const total = [...pairs.pairs()].flatMap(([, byOuter]) => [...byOuter.values()].flatMap((by) => [...by.values()]));
    expect(total.reduce((sum, [visitors = 0]) => sum + visitors, 0)).toBe(PAGE_PAIRS.length * 1000);
  });

  it("stay below it with values that JSON writes with a backslash for each character", () => {
    const pairs = new DayPairs();
    for (let index = 0; index < 5000; index++) pairs.add("country*source", "LV", `${'"'.repeat(280)}${index}`, [1]);
    expect(Math.max(...bytesOf(pairs))).toBeLessThan(MOST);
  });

  it("have a list of pages though no page was seen, by which it is known that the day has pairs", () => {
    const pairs = new DayPairs();
    expect([...pairs.rows()]).toEqual([]);
    pairs.add("country*source", "LV", "Google", [1, 1, 1]);
    expect([...pairs.rows()]).toEqual([
      ["country*source", '{"LV":{"Google":1}}'],
      ["values:page", "[]"],
    ]);
  });
});

const COUNTS = "footfall_counts_20260301_20260331.csv";
const PAIRS_FILE = "footfall_pairs_20260301_20260331.csv";
const counted = csv(
  [
    "date",
    "dimension",
    "value",
    ..."visitors,visits,pageviews,bounces,duration_seconds,custom_events".split(","),
    ..."engaged_seconds,engaged_visits,scroll_percent,scroll_visits".split(","),
  ],
  ["2026-03-02", "site", "", 2, 2, 2, 0, 0, 0, 0, 0, 0, 0],
);
const pairs = (...rows: [day: string, pair: string, value: string, cells: string][]) =>
  csv(["date", "pair", "value", "cells"], ...rows.map((row) => row.map((cell) => cell.replaceAll('"', '""'))));

describe("a file of pairs", () => {
  it("counts on days that have counts alone, the same two values in several rows as their sum", async () => {
    const { domain, id } = await newSite();
    const file = pairs(
      ["2026-03-01", "country*page", "LV", '{"/":1}'],
      ["2026-03-02", "country*page", "LV", '{"/":-1,"/a":[1,0,2]}'],
      ["2026-03-02", "country*page", "LV", '{"/":[1,1,1,0,5]}'],
    );
    expect((await importInto(domain, { [COUNTS]: counted, [PAIRS_FILE]: file })).status).toBe(200);
    expect(await pairsOf(id)).toEqual({
      "2026-03-02 | country*page | LV | /": [2, 2, 2, 1, 5],
      "2026-03-02 | country*page | LV | /a": [1, 0, 2],
    });
    const exported = await exportOf(domain, { query: "?from=2026-03-01&to=2026-03-31" });
    expect(exported[PAIRS_FILE]).toBe(
      '"date","pair","value","cells"\r\n"2026-03-02","country*page","LV","{""/"":[2,2,2,1,5],""/a"":[1,0,2]}"\r\n',
    );
  });

  it("is refused without the file of counts", async () => {
    const { domain } = await newSite();
    const answer = await importInto(domain, { [PAIRS_FILE]: pairs(["2026-03-02", "country*page", "LV", "{}"]) });
    expect([answer.status, answer.body]).toEqual([
      400,
      { error: "body: must hold footfall_counts_… with footfall_pairs_…" },
    ]);
  });

  const CELLS = 'column 4 (cells): must be JSON such as {"/":-2,"/blog":[3,4,9]}, with whole numbers';
  it.each([
    [["country*pages", "LV", "{}"], "column 2 (pair): must be a pair that Footfall counts, such as country*page"],
    [["page*country", "LV", "{}"], "column 2 (pair): must be a pair that Footfall counts, such as country*page"],
    [["country*page", "L\u0001V", "{}"], "column 3 (value): must not contain control characters"],
    [["country*page", "LV", ""], CELLS],
    [["country*page", "LV", "[1]"], CELLS],
    [["country*page", "LV", "null"], CELLS],
    [["country*page", "LV", '{"/":1.5}'], CELLS],
    [["country*page", "LV", '{"/":"1"}'], CELLS],
    [["country*page", "LV", '{"/":[1,-1]}'], CELLS],
    [["country*page", "LV", '{"/":[1,["1"]]}'], CELLS],
    [["country*page", "LV", '{"/":[1,1,1,1,1,1,1]}'], CELLS],
    [["country*page", "LV", '{"/":1e12}'], CELLS],
    [["country*page", "LV", '{"/\\u0000":1}'], CELLS],
    [["country*page", "LV", '{"/\\ud800":1}'], CELLS],
  ] as const)("is refused with its place, and nothing is written: %j", async ([pair, value, cells], error) => {
    const { domain, id } = await newSite();
    const answer = await importInto(domain, {
      [COUNTS]: counted,
      [PAIRS_FILE]: pairs(["2026-03-02", pair, value, cells]),
    });
    expect([answer.status, answer.body]).toEqual([400, { error: `${PAIRS_FILE}, line 2, ${error}` }]);
    const { results } = await env.DB.prepare("SELECT * FROM counts WHERE site_id = ?").bind(id).all();
    expect(results).toEqual([]);
  });
});
