import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { PAIRS, pairName } from "../../src/dimensions.ts";
import { COUNTED } from "../../src/metrics.ts";
import { type CountsKey, replaceCounts } from "../../src/store/counts.ts";
import { eraseRows } from "../../src/store/erase.ts";
import { forgetMonths, monthsToRollUp, rollUpMonth } from "../../src/store/months.ts";
import { failAt, type Guard, guarded } from "../manage/support.ts";

const MONTH = "2026-10";
const OCTOBER = { siteId: 1, month: MONTH };

beforeEach(async () => {
  const site = env.DB.prepare(
    "INSERT INTO sites (id, domain, zones, shard_rules, created_at) VALUES (?1, ?2, '[]', '[]', 0)",
  );
  await env.DB.batch([
    ...["counts", "months", "sites"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
    site.bind(1, "a.example"),
    site.bind(2, "b.example"),
  ]);
});

type Cells = [value: string, columns: number[]][];

/** JSON in which any key keeps its place and meaning, `__proto__` too. */
function jsonOf(cells: Cells): string {
  return `{${cells.map(([value, columns]) => `${JSON.stringify(value)}:${JSON.stringify(columns)}`).join()}}`;
}

async function store(
  day: string,
  rows: Record<string, Cells>,
  { siteId = 1, writer = 0, revision = 1 }: Partial<CountsKey> & { revision?: number } = {},
): Promise<void> {
  const json = Object.entries(rows).map(([dimension, cells]) => [dimension, jsonOf(cells)] as const);
  await replaceCounts(env.DB, { siteId, period: day, writer }, revision, json);
}

/** `[dimension, writer, revision, value → columns]` of the rows of a period. */
async function rowsOf(period: string, siteId = 1): Promise<[string, number, number, [string, unknown][]][]> {
  const { results } = await env.DB.prepare(
    "SELECT dimension, writer, revision, json(data) AS json FROM counts WHERE period = ? AND site_id = ? ORDER BY dimension, writer",
  )
    .bind(period, siteId)
    .all<{ dimension: string; writer: number; revision: number; json: string }>();
  return results.map(({ dimension, writer, revision, json }) => [
    dimension,
    writer,
    revision,
    Object.entries(JSON.parse(json)),
  ]);
}

async function listed(): Promise<string[]> {
  const { results } = await env.DB.prepare(
    "SELECT site_id || ' ' || month AS month FROM months ORDER BY site_id, month",
  ).all<{ month: string }>();
  return results.map(({ month }) => month);
}

/** D1, with what it says of the rows it read and wrote. */
function metered() {
  const rows = { read: 0, written: 0, calls: 0 };
  const guard: Guard = async (run) => {
    const answer = await run();
    rows.calls++;
    for (const { meta } of [answer].flat() as D1Result[]) {
      rows.read += meta.rows_read;
      rows.written += meta.rows_written;
    }
    return answer;
  };
  return { db: guarded(guard).DB as D1Database, rows };
}

const isSingle = (dimension: string) =>
  dimension.startsWith("event:") ||
  !(dimension.includes("*") || dimension.startsWith("values:") || dimension === "flags");

describe("rolling a month up", () => {
  const value = fc.constantFrom(
    "",
    "/",
    "__proto__",
    "(other)",
    'it\'s "quoted"',
    "LV\tLV-RIX",
    "\\",
    "🙂",
    "toString",
  );
  const columns = fc.array(fc.nat({ max: 9 }), { maxLength: COUNTED.length }).map((list) => {
    while (list.at(-1) === 0) list.pop();
    return list;
  });
  const cells = fc.uniqueArray(fc.tuple(value, columns), { selector: ([text]) => text, maxLength: 5 });
  const row = fc.record({
    siteId: fc.constantFrom(1, 1, 2),
    day: fc.constantFrom("2026-09-30", "2026-10-01", "2026-10-15", "2026-10-31", "2026-11-01"),
    writer: fc.constantFrom(0, 1, -7),
    dimension: fc.constantFrom(
      "site",
      "page",
      "location",
      "event:Buy*:plan",
      "event:a*b:c",
      "country*page",
      "event*page",
      "flags",
      "dropped",
    ),
    cells,
    revision: fc.integer({ min: 1, max: 1_800_000_000_000 }),
  });
  const rows = fc.uniqueArray(row, {
    selector: ({ siteId, day, writer, dimension }) => [siteId, day, writer, dimension].join(),
    maxLength: 40,
  });

  it("sums each single dimension and writer, value by value, whatever the values, and nothing else", async () => {
    const insert = env.DB.prepare("INSERT INTO counts VALUES (?, ?, ?, ?, ?, jsonb(?))");
    await fc.assert(
      fc.asyncProperty(rows, async (stored) => {
        await env.DB.batch([
          env.DB.prepare("DELETE FROM counts"),
          env.DB.prepare("DELETE FROM months"),
          ...stored.map(({ siteId, dimension, day, writer, revision, cells }) =>
            insert.bind(siteId, dimension, day, writer, revision, jsonOf(cells)),
          ),
        ]);
        await rollUpMonth(env.DB, OCTOBER);

        const sums = new Map<string, { revision: number; values: Map<string, number[]> }>();
        for (const { siteId, dimension, day, writer, revision, cells } of stored) {
          if (siteId !== 1 || !day.startsWith(MONTH) || !isSingle(dimension)) continue;
          const key = JSON.stringify([dimension, writer]);
          const sum = sums.get(key) ?? { revision: 0, values: new Map() };
          sums.set(key, sum);
          sum.revision = Math.max(sum.revision, revision);
          for (const [value, columns] of cells) {
            const before = sum.values.get(value) ?? [];
            const longer = columns.length > before.length ? columns : before;
            sum.values.set(
              value,
              Array.from(longer, (_, column) => (before[column] ?? 0) + (columns[column] ?? 0)),
            );
          }
        }
        const expected = [...sums].map(([key, { revision, values }]) => [...JSON.parse(key), revision, values]);
        const found = (await rowsOf(MONTH)).map(([dimension, writer, revision, values]) => [
          dimension,
          writer,
          revision,
          new Map(values),
        ]);
        const sorted = (list: unknown[][]) => list.sort((a, b) => (String(a) < String(b) ? -1 : 1));
        expect(sorted(found)).toEqual(sorted(expected));
        expect(await listed()).toEqual(sums.size > 0 ? [`1 ${MONTH}`] : []);
        const { days } = (await env.DB.prepare(
          "SELECT count(*) AS days FROM counts WHERE length(period) = 10 OR site_id <> 1 OR period <> '2026-10'",
        ).first()) as { days: number };
        expect(days).toBe(stored.length);
      }),
      { numRuns: 60 },
    );
  });

  it("gives a day without any value, of which only drops were counted, a row without any", async () => {
    await store("2026-10-04", { site: [], dropped: [["bot", [0, 0, 0, 0, 0, 9]]] });
    await rollUpMonth(env.DB, OCTOBER);
    expect(await rowsOf(MONTH)).toEqual([
      ["dropped", 0, 1, [["bot", [0, 0, 0, 0, 0, 9]]]],
      ["site", 0, 1, []],
    ]);
  });

  it("writes a row a dimension and one for the list, and nothing when it is done again", async () => {
    await store("2026-10-01", { site: [["", [1]]], page: [["/", [1]]] });
    await store("2026-10-02", { site: [["", [2, 1]]] }, { revision: 2 });
    const first = metered();
    await rollUpMonth(first.db, OCTOBER);
    expect(first.rows).toMatchObject({ written: 3, calls: 2 });
    const again = metered();
    await rollUpMonth(again.db, OCTOBER);
    expect(again.rows.written).toBe(0);
    expect(await rowsOf(MONTH)).toEqual([
      ["page", 0, 1, [["/", [1]]]],
      ["site", 0, 2, [["", [3, 1]]]],
    ]);
  });

  it("reads the month's rows of single dimensions a few times, and no rows of other days and pairs", async () => {
    const names = ["site", ...Array.from({ length: 24 }, (_, n) => `d${n}`)];
    const pairs = PAIRS.map((pair) => pairName(...pair));
    const day = Object.fromEntries([...names, ...pairs].map((name) => [name, [["a", [1, 2, 3]]] as Cells]));
    for (let n = 0; n < 62; n++) {
      const date = new Date(Date.UTC(2026, 8, 30 + n)).toISOString().slice(0, 10);
      await store(date, day, { revision: n + 1 });
    }
    const { db, rows } = metered();
    await rollUpMonth(db, OCTOBER);
    expect(rows.written).toBe(25 + 1);
    // Of some 6,300 rows 775 are the month's, with one value each; all dimensions are looked up for each look.
    expect(rows.read).toBeLessThan(775 * 15 + (names.length + pairs.length) * 2);
    expect((await rowsOf(MONTH)).map(([, , revision, values]) => [revision, values])).toEqual(
      names.map(() => [32, [["a", [31, 62, 93]]]]),
    );
  });

  it("leaves the view totals to days, so that its sums stay what they were", async () => {
    await store("2026-10-01", { site: [["", [1]]] });
    await store("2026-10-02", { site: [["", [2]]] });
    await rollUpMonth(env.DB, OCTOBER);
    expect(await env.DB.prepare("SELECT sum(visitors) AS visitors, count(*) AS n FROM totals").first()).toEqual({
      visitors: 3,
      n: 2,
    });
  });

  it("takes away the month row of what has no days any more", async () => {
    await store("2026-10-01", { site: [["", [1]]], page: [["/", [1]]] });
    await store("2026-10-01", { site: [["", [1]]] }, { writer: -3 });
    await rollUpMonth(env.DB, OCTOBER);
    await env.DB.batch([
      env.DB.prepare("DELETE FROM counts WHERE length(period) = 10 AND (writer = -3 OR dimension = 'page')"),
      forgetMonths(env.DB, 1, "2026-10-01", "2026-10-01"),
    ]);
    await rollUpMonth(env.DB, OCTOBER);
    expect((await rowsOf(MONTH)).map(([dimension, writer]) => [dimension, writer])).toEqual([["site", 0]]);
    await env.DB.prepare("DELETE FROM counts WHERE length(period) = 10").run();
    await env.DB.prepare("DELETE FROM months").run();
    await rollUpMonth(env.DB, OCTOBER);
    expect(await rowsOf(MONTH)).toEqual([]);
    expect(await listed()).toEqual([]);
  });

  it("leaves a month to its days where its values are more than a row holds, until a day of it changes", async () => {
    const long = (n: number) => `"${"€".repeat(49)}${n}`;
    // 2.4 MB of values in all: none of one day is one of the other.
    const half = (from: number): Cells => Array.from({ length: 8_000 }, (_, n) => [long(from + n), [1]]);
    await store("2026-10-01", { site: [["", [1]]], page: half(10_000) });
    await store("2026-10-02", { site: [["", [1]]], page: half(20_000) });
    const listed = () => env.DB.prepare("SELECT valid FROM months").first("valid");
    await rollUpMonth(env.DB, OCTOBER);
    expect(await listed()).toBe(0);
    expect((await rowsOf(MONTH)).map(([dimension]) => dimension)).toEqual(["site"]);
    // It is not tried again for nothing.
    expect(await monthsToRollUp(env.DB, Date.parse("2026-11-10T00:00:00Z"), 10)).toEqual([]);

    await replaceCounts(env.DB, { siteId: OCTOBER.siteId, period: "2026-10-02", writer: 0 }, 9, [
      ["site", '{"":[1]}'],
      ["page", '{"example.com/":[1]}'],
    ]);
    await rollUpMonth(env.DB, OCTOBER);
    expect(await listed()).toBe(1);
  });

  it("sums a month of many megabytes in several statements", async () => {
    const wide: Cells = Array.from({ length: 5_000 }, (_, n) => [`${"x".repeat(200)}${n}`, [n]]);
    const rows = { site: [["", [1]]] as Cells, page: wide, source: wide, referrer: wide };
    for (const day of ["2026-10-01", "2026-10-02", "2026-10-31"]) await store(day, rows);
    const { db, rows: metering } = metered();
    await rollUpMonth(db, OCTOBER);
    expect(metering).toMatchObject({ calls: 3, written: 5 });
    const sums = await rowsOf(MONTH);
    expect(sums.map(([dimension]) => dimension)).toEqual(["page", "referrer", "site", "source"]);
    expect(new Map(sums[0]?.[3])).toEqual(new Map(wide.map(([value, [n = 0]]) => [value, n === 0 ? [] : [3 * n]])));
    expect(await listed()).toEqual([`1 ${MONTH}`]);
  });
});

describe("the list of months whose rows are valid", () => {
  it.each([
    ["with a day replaced", "2026-10-31", 0, [[0, [7]]]],
    ["with a day added", "2026-10-02", 0, [[0, [8]]]],
    [
      "with an import's day added",
      "2026-10-01",
      -1,
      [
        [-1, [7]],
        [0, [1]],
      ],
    ],
  ])("loses a month %s, and no other, and gets it back by the next roll-up", async (_, day, writer, expected) => {
    await store("2026-09-30", { site: [["", [1]]] });
    await store("2026-10-31", { site: [["", [1]]] });
    for (const month of ["2026-09", MONTH]) await rollUpMonth(env.DB, { siteId: 1, month });
    await store(day, { site: [["", [7]]] }, { writer, revision: 2 });
    expect(await listed()).toEqual(["1 2026-09"]);
    await rollUpMonth(env.DB, OCTOBER);
    expect(await listed()).toEqual(["1 2026-09", "1 2026-10"]);
    expect((await rowsOf(MONTH)).map(([, writer, , values]) => [writer, values[0]?.[1]])).toEqual(expected);
  });

  it("costs the tally's flush of a day no row where the month is not on it, and one where it is", async () => {
    const flush = async (revision: number) => {
      const { db, rows } = metered();
      await replaceCounts(db, { siteId: 1, period: "2026-10-01", writer: 0 }, revision, [["site", '{"":[1]}']]);
      return rows;
    };
    expect(await flush(1)).toMatchObject({ written: 1, calls: 1 });
    expect(await flush(2)).toMatchObject({ written: 1, calls: 1 });
    await rollUpMonth(env.DB, OCTOBER);
    expect(await flush(3)).toMatchObject({ written: 2, calls: 1 });
    expect(await flush(4)).toMatchObject({ written: 1, calls: 1 });
  });

  it.each([["a day"], ["a dimension of a day handed over in a later transaction"]])(
    "does not get a month of which %s changed while it was rolled up",
    async (what) => {
      await store("2026-10-01", { site: [["", [1]]], page: [["/", [1]]] });
      let calls = 0;
      const meddle: Guard = async (run) => {
        const answer = await run();
        // After the first look, before anything is summed.
        if (calls++ === 0) {
          const site = what === "a day" ? { site: [["", [2]]] as Cells } : {};
          await store("2026-10-01", { ...site, page: [["/", [2]]] }, { revision: 2 });
        }
        return answer;
      };
      await rollUpMonth(guarded(meddle).DB as D1Database, OCTOBER);
      expect(await listed()).toEqual([]);
      await rollUpMonth(env.DB, OCTOBER);
      expect(await listed()).toEqual([`1 ${MONTH}`]);
      expect((await rowsOf(MONTH))[0]).toEqual(["page", 0, 2, [["/", [2]]]]);
    },
  );

  it("gets the month after a roll-up that broke off at any step was done again, without rows written twice", async () => {
    const wide: Cells = Array.from({ length: 5_000 }, (_, n) => [`${"x".repeat(200)}${n}`, [n + 1]]);
    for (const day of ["2026-10-01", "2026-10-02", "2026-10-03"]) {
      await store(day, { site: [["", [1]]], page: wide, source: wide, referrer: wide });
    }
    const written: number[] = [];
    for (const when of ["before", "after"] as const) {
      for (let step = 0; step < 3; step++) {
        await env.DB.batch([
          env.DB.prepare("DELETE FROM counts WHERE length(period) = 7"),
          env.DB.prepare("DELETE FROM months"),
        ]);
        await expect(rollUpMonth(guarded(failAt(step, when).guard).DB as D1Database, OCTOBER)).rejects.toThrow("D1");
        const again = metered();
        await rollUpMonth(again.db, OCTOBER);
        written.push(again.rows.written);
        expect(await listed()).toEqual([`1 ${MONTH}`]);
        expect((await rowsOf(MONTH)).map(([dimension, , , values]) => [dimension, values.length])).toEqual([
          ["page", 5_000],
          ["referrer", 5_000],
          ["site", 1],
          ["source", 5_000],
        ]);
      }
    }
    // Of five rows: look, the first 8 MB, the rest with the list.
    expect(written).toEqual([5, 5, 2, 5, 2, 0]);
    // Seven times 9 MB: 3 s on an idle machine.
  }, 20_000);

  it("is erased with its site", async () => {
    for (const siteId of [1, 2]) {
      await store("2026-10-01", { site: [["", [1]]] }, { siteId });
      await rollUpMonth(env.DB, { siteId, month: MONTH });
    }
    await eraseRows(env.DB, 1);
    expect(await listed()).toEqual([`2 ${MONTH}`]);
    expect(await rowsOf(MONTH)).toEqual([]);
    await rollUpMonth(env.DB, OCTOBER);
    expect(await listed()).toEqual([`2 ${MONTH}`]);
  });
});

describe("months to roll up", () => {
  const at = (instant: string, limit = 100) => monthsToRollUp(env.DB, Date.parse(instant), limit);
  const months = async (instant: string) => (await at(instant)).map(({ siteId, month }) => `${siteId} ${month}`).sort();

  beforeEach(async () => {
    const site: Record<string, Cells> = { site: [["", [1]]] };
    for (const day of ["2025-12-31", "2026-02-01", "2026-02-28", "2026-10-31", "2026-11-01"]) await store(day, site);
    await store("2026-10-05", { ...site, page: [["/", [1]]] }, { siteId: 2, writer: 3 });
  });

  it.each([
    ["2026-11-02T23:59:59Z", ["1 2025-12", "1 2026-02"]],
    ["2026-11-03T00:00:00Z", ["1 2025-12", "1 2026-02", "1 2026-10", "2 2026-10"]],
    ["2026-12-02T23:59:59Z", ["1 2025-12", "1 2026-02", "1 2026-10", "2 2026-10"]],
    ["2026-12-03T00:00:00Z", ["1 2025-12", "1 2026-02", "1 2026-10", "1 2026-11", "2 2026-10"]],
    ["2026-01-02T23:59:59Z", []],
    ["2026-01-03T00:00:00Z", ["1 2025-12"]],
  ])("are at %s those with days and over for two days: %s", async (instant, expected) => {
    expect(await months(instant)).toEqual(expected);
  });

  it("are not those on the list, whether or not others come before them", async () => {
    await rollUpMonth(env.DB, { siteId: 1, month: "2026-02" });
    await rollUpMonth(env.DB, { siteId: 2, month: MONTH });
    expect(await months("2026-11-03T00:00:00Z")).toEqual(["1 2025-12", "1 2026-10"]);
  });

  it("are no more than asked for", async () => {
    expect(await at("2026-11-03T00:00:00Z", 2)).toHaveLength(2);
  });
});
