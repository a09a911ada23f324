import { env } from "cloudflare:workers";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addDays } from "../../src/calendar.ts";
import { type DimensionName, pairName } from "../../src/dimensions.ts";
import { COUNTED } from "../../src/metrics.ts";
import { labelOf } from "../../src/report/labels.ts";
import { PROPERTIES, propertyNamed } from "../../src/report/properties.ts";
import { aggregate, breakdown, timeseries } from "../../src/report/v1.ts";
import { type Cells, openDay, siteOf, storeDay, world } from "./fakes.ts";

/**
 * Random rows, spread at random over D1 and the tallies' open days (with stale flushes of these in D1), read back
 * through the API and summed by hand.
 */

const FIRST = "2026-10-28";
const DAYS = Array.from({ length: 8 }, (_, index) => addDays(FIRST, index));
const SHARDS = 2;

const VALUES: Record<string, string[]> = {
  page: ["a.example/", "b.example/", "a.example/x", "a.example/x/y", "(other)"],
  location: ["LV\tLV-RIX", "LV", "LT\tLT-VL", ""],
  browser_version: ["Firefox\t145", "Firefox\t144", "Chrome\t1", "", "(other)"],
};
const COMMON = ["", "A", "B", "Ž/1", "(other)"];
const CHOSEN = [
  "visit:source",
  "visit:country",
  "visit:region",
  "visit:browser",
  "visit:screen",
  "event:page",
  "event:hostname",
];

interface StoredRow<T = Cells> {
  day: string;
  shard: number;
  cells: T;
  /** Answered by the tally; what D1 has of it, if anything, is older. */
  open: boolean;
  stale: T | null;
}

const columns = fc.array(fc.nat({ max: 50 }), { minLength: 0, maxLength: COUNTED.length });

function cellsOf<T>(stored: string, cell: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> {
  return fc.dictionary(fc.constantFrom(...(VALUES[stored] ?? COMMON)), cell, { noNullPrototype: true });
}

function rowsOf<T>(cells: fc.Arbitrary<T>): fc.Arbitrary<StoredRow<T>[]> {
  const row = fc.record({
    day: fc.constantFrom(...DAYS),
    shard: fc.nat({ max: SHARDS - 1 }),
    cells,
    open: fc.boolean(),
    stale: fc.option(cells),
  });
  return fc.uniqueArray(row, { maxLength: 12, selector: ({ day, shard }) => `${day}:${shard}` });
}

const someFilter = fc.constantFrom("A|B", "*", "L*", "/x*", "(not set)", "*(*|a*", "a.example");

const scenario = fc.constantFrom(...CHOSEN).chain((name) =>
  fc.record({
    name: fc.constant(name),
    rows: rowsOf(cellsOf(propertyNamed(name)?.fact ?? "", columns)),
    from: fc.constantFrom(...DAYS.slice(0, 4)),
    to: fc.constantFrom(...DAYS.slice(3)),
    metric: fc.constantFrom("pageviews" as const, "events" as const),
    limit: fc.integer({ min: 1, max: 4 }),
    filter: fc.option(someFilter),
    negate: fc.boolean(),
  }),
);

/** What was counted of pairs, with one property broken down and the other filtered. */
const pairScenario = fc
  .constantFrom<[DimensionName, DimensionName, by: string, filtered: string]>(
    ["source", "page", "visit:source", "event:page"],
    ["source", "page", "event:page", "visit:source"],
    ["country", "source", "visit:country", "visit:source"],
    ["entry_page", "page", "event:hostname", "visit:entry_page"],
    ["entry_page", "page", "visit:entry_page", "event:page"],
    ["browser", "country", "visit:browser", "visit:country"],
  )
  .chain(([outer, inner, by, filtered]) =>
    fc.record({
      pair: fc.constant([outer, inner] as const),
      by: fc.constant(by),
      filtered: fc.constant(filtered),
      // What D1 keeps as a number, and what as a list.
      rows: rowsOf(
        cellsOf(outer, cellsOf(inner, fc.constantFrom<number[]>([1, 1, 1], [3, 3, 3, 3], [1, 2, 5], [4, 4, 4, 1, 9]))),
      ),
      from: fc.constantFrom(...DAYS.slice(0, 4)),
      to: fc.constantFrom(...DAYS.slice(3)),
      limit: fc.integer({ min: 1, max: 4 }),
      filter: someFilter,
      negate: fc.boolean(),
    }),
  );

type Scenario = typeof scenario extends fc.Arbitrary<infer Made> ? Made : never;

async function storeAll(siteId: number, stored: string, rows: readonly StoredRow[]): Promise<void> {
  const insert = env.DB.prepare("INSERT INTO counts VALUES (?, ?, ?, ?, 1, jsonb(?))");
  const resting = rows.flatMap(({ day, shard, cells, open, stale }) => {
    const data = open ? stale : cells;
    return data ? [insert.bind(siteId, stored, day, shard, JSON.stringify(data))] : [];
  });
  await env.DB.batch([env.DB.prepare("DELETE FROM counts"), ...resting]);
}

/** The values of a filter as a regular expression. */
function expressionOf(filter: string): RegExp {
  const patterns = filter.split("|").map((text) => text.replace(/[.()]/g, "\\$&").replaceAll("*", ".*"));
  return new RegExp(`^(${patterns.join("|")})$`);
}

/** What every row adds, by day and label, after the filter. */
function* naive({ name, rows, from, to, metric, filter, negate }: Scenario) {
  const property = propertyNamed(name);
  if (!property) return;
  const accepted = expressionOf(filter ?? "*");
  for (const { day, cells } of rows) {
    if (day < from || day > to) continue;
    for (const [value, counts] of Object.entries(cells)) {
      const label = labelOf(property.label, value);
      if (filter !== null && accepted.test(label) === negate) continue;
      const count = (counts[2] ?? 0) + (metric === "events" ? (counts[5] ?? 0) : 0);
      yield { day, label, count };
    }
  }
}

describe("random stored days", () => {
  it("add up alike in aggregate, time series and breakdown, and to what was stored", async () => {
    const site = siteOf(1, { shards: SHARDS });
    await fc.assert(
      fc.asyncProperty(scenario, async (given) => {
        const { name, rows, from, to, metric, limit, filter, negate } = given;
        const stored = propertyNamed(name)?.fact ?? "";
        await storeAll(site.id, stored, rows);
        const tallies = Array.from({ length: SHARDS }, (_, shard) => ({
          days: rows
            .filter((row) => row.open && row.shard === shard)
            .map(({ day, cells }) => openDay(day, { [stored]: cells })),
        }));
        const at = world(site, tallies);
        const ask = async (face: typeof aggregate, more: string) => {
          const filters = filter === null ? "" : encodeURIComponent(`${name}${negate ? "!=" : "=="}${filter}`);
          const query = `site_id=example.com&period=custom&date=${from},${to}&metrics=${metric}&filters=${filters}&${more}`;
          const context = at.context(`/?${query}`);
          const response = await face(new Request(context.url), context, at.access);
          expect(response.status, await response.clone().text()).toBe(200);
          return ((await response.json()) as { results: never }).results;
        };

        const expected = [...naive(given)];
        const total = expected.reduce((sum, { count }) => sum + count, 0);
        const byDay = new Map<string, number>();
        const byLabel = new Map<string, number>();
        for (const { day, label, count } of expected) {
          byDay.set(day, (byDay.get(day) ?? 0) + count);
          byLabel.set(label, (byLabel.get(label) ?? 0) + count);
        }

        if (filter !== null) {
          expect(await ask(aggregate, "")).toEqual({ [metric]: { value: total } });
          const series: Record<string, unknown>[] = await ask(timeseries, "interval=day");
          const days = DAYS.filter((day) => day >= from && day <= to);
          expect(series).toEqual(days.map((date) => ({ date, [metric]: byDay.get(date) ?? 0 })));
        }

        const key = propertyNamed(name)?.key ?? "";
        const ranked = [...byLabel]
          .filter(([, count]) => count > 0)
          .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
        const pages: unknown[] = [];
        for (let page = 1; ; page++) {
          const found: unknown[] = await ask(breakdown, `property=${name}&limit=${limit}&page=${page}`);
          pages.push(...found);
          if (found.length < limit) break;
        }
        expect(pages).toEqual(ranked.map(([label, count]) => ({ [key]: label, [metric]: count })));
      }),
      { numRuns: 150 },
    );
  });

  it("of pairs add up alike in aggregate, time series and breakdown, and to what was stored", async () => {
    const site = siteOf(2, { shards: SHARDS });
    await fc.assert(
      fc.asyncProperty(pairScenario, async ({ pair, by, filtered, rows, from, to, limit, filter, negate }) => {
        await env.DB.prepare("DELETE FROM counts").run();
        const name = pairName(...pair);
        for (const { day, shard, cells, open, stale } of rows) {
          const resting = open ? stale : cells;
          if (resting) await storeDay(site, openDay(day, {}, { [name]: resting }), shard);
        }
        const tallies = Array.from({ length: SHARDS }, (_, shard) => ({
          days: rows
            .filter((row) => row.open && row.shard === shard)
            .map(({ day, cells }) => openDay(day, {}, { [name]: cells })),
        }));
        const at = world(site, tallies);
        const ask = async (face: typeof aggregate, filters: string, more: string) => {
          const query = `period=custom&date=${from},${to}&metrics=pageviews&filters=${encodeURIComponent(filters)}&${more}`;
          const context = at.context(`/?site_id=example.com&${query}`);
          const response = await face(new Request(context.url), context, at.access);
          expect(response.status, await response.clone().text()).toBe(200);
          return ((await response.json()) as { results: never }).results;
        };

        const [shown, asked] = [by, filtered].map((name) => propertyNamed(name)?.paired?.label);
        if (!shown || !asked) throw new Error("no pair");
        const isByOuter = propertyNamed(by)?.paired?.dimension === pair[0];
        const accepted = expressionOf(filter);
        const byLabel = new Map<string, number>();
        const byDay = new Map<string, number>();
        for (const { day, cells } of rows) {
          if (day < from || day > to) continue;
          for (const [outer, inner] of Object.entries(cells)) {
            for (const [value, [, , views = 0]] of Object.entries(inner)) {
              if (accepted.test(labelOf(asked, isByOuter ? value : outer)) === negate) continue;
              const label = labelOf(shown, isByOuter ? outer : value);
              byLabel.set(label, (byLabel.get(label) ?? 0) + views);
              byDay.set(day, (byDay.get(day) ?? 0) + views);
            }
          }
        }
        const total = [...byLabel.values()].reduce((sum, views) => sum + views, 0);
        const key = propertyNamed(by)?.key ?? "";
        const ranked = [...byLabel]
          .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
          .map(([label, pageviews]) => ({ [key]: label, pageviews }));
        const filters = `${filtered}${negate ? "!=" : "=="}${filter}`;
        expect(await ask(breakdown, filters, `property=${by}`)).toEqual(ranked);
        expect(await ask(breakdown, filters, `property=${by}&limit=${limit}`)).toEqual(ranked.slice(0, limit));
        // The other property is named so that it is the pair that answers.
        const both = `${filters};${by}==*`;
        expect(await ask(aggregate, both, "")).toEqual({ pageviews: { value: total } });
        const days = DAYS.filter((day) => day >= from && day <= to);
        expect(await ask(timeseries, both, "interval=day")).toEqual(
          days.map((date) => ({ date, pageviews: byDay.get(date) ?? 0 })),
        );
      }),
      { numRuns: 60 },
    );
  });

  it("add up where the days since have more values than are read at once", async () => {
    const site = siteOf(3, { shards: SHARDS });
    const many = Object.fromEntries(Array.from({ length: 600 }, (_, n) => [`s${n}`, [0, 0, 2]]));
    await storeAll(site.id, "source", [
      { day: "2026-10-28", shard: 0, cells: { rare: [0, 0, 5] }, open: false, stale: null },
      { day: "2026-11-03", shard: 1, cells: { ...many, rare: [0, 0, 1] }, open: false, stale: null },
    ] as StoredRow[]);
    const at = world(site, [{ days: [openDay("2026-11-03", { source: {} })] }, { days: [] }]);
    const query = "period=custom&date=2026-10-28,2026-11-04&metrics=pageviews&property=visit:source&limit=1";
    const context = at.context(`/?site_id=example.com&${query}`);
    const response = await breakdown(new Request(context.url), context, at.access);
    expect(await response.json()).toEqual({ results: [{ source: "rare", pageviews: 6 }] });
  });

  it("are of known properties", () => {
    for (const name of CHOSEN) expect(PROPERTIES.map((property) => property.name)).toContain(name);
  });
});
