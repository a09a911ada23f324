import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { addDays, HOUR_MS, type ZoneRule } from "../../src/calendar.ts";
import { PAIRS, pairName, valuesName } from "../../src/dimensions.ts";
import { deleteWhatExpired } from "../../src/manage/retention.ts";
import { keepTidy } from "../../src/manage/rollup.ts";
import { rollUpMonth } from "../../src/store/months.ts";
import { call, failAt, type Guard, guarded } from "./support.ts";

/** Noon UTC. */
const NOW = Date.parse("2026-11-22T12:00:00Z");
const SINGLES = ["site", "page", "source", "event:Buy:plan"];
const PAIR_ROWS = [...PAIRS.map((pair) => pairName(...pair)), valuesName("page")];
const TABLES = ["counts", "months", "answers", "imports", "sites"];

beforeEach(async () => {
  await env.DB.batch(TABLES.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
});
afterEach(() => void vi.restoreAllMocks());

interface Settings {
  timezone?: string;
  zones?: ZoneRule[];
  detail?: number;
  months?: number;
}

async function makeSite(id: number, { timezone = "Etc/UTC", zones, detail = 0, months = 0 }: Settings): Promise<void> {
  await env.DB.prepare(
    'INSERT INTO sites (id, domain, zones, shard_rules, created_at, detail_days, retention_months) VALUES (?, ?, ?, \'[{"shards":1,"fromAt":0}]\', 0, ?, ?)',
  )
    .bind(
      id,
      `${id}.example`,
      JSON.stringify(zones ?? [{ timezone, fromDay: "1970-01-01", fromAt: 0 }]),
      detail,
      months,
    )
    .run();
}

/** Stores a row of each dimension on every day from `first` to `last`. */
async function count(siteId: number, first: string, last: string, dimensions: string[], writer = 0): Promise<void> {
  await env.DB.prepare(
    `WITH RECURSIVE day (day) AS (SELECT ?2 UNION ALL SELECT date(day, '+1 day') FROM day WHERE day < ?3)
     INSERT INTO counts SELECT ?1, value, day, ?5, 1, jsonb('{"":[1]}') FROM day CROSS JOIN json_each(?4)`,
  )
    .bind(siteId, first, last, JSON.stringify(dimensions), writer)
    .run();
}

async function addImport(siteId: number, id: number, first: string, last: string, state = "done"): Promise<void> {
  await env.DB.prepare("INSERT INTO imports VALUES (?, ?, 'plausible', '', ?, ?, ?, '{}', 0)")
    .bind(id, siteId, first, last, state)
    .run();
}

async function all(sql: string): Promise<unknown[][]> {
  return env.DB.prepare(sql).raw();
}

/** First and last day, and rows, of what a site has of each kind. */
async function kept(siteId = 1): Promise<Record<string, unknown>> {
  const rows = await all(
    `SELECT CASE WHEN dimension LIKE 'values:%' OR (instr(dimension, '*') > 0 AND dimension NOT LIKE 'event:%') THEN 'pairs'
              WHEN length(period) = 7 THEN 'months' ELSE 'counts' END AS kind,
            min(period), max(period), count(*)
     FROM counts WHERE site_id = ${siteId} GROUP BY 1 ORDER BY 1`,
  );
  return Object.fromEntries(rows.map(([kind, ...what]) => [kind, what]));
}

/** D1, with what it was asked and wrote. */
function metered(inner: Guard = (run) => run()) {
  const spent = { read: 0, written: 0 };
  const guard: Guard = async (run) => {
    const answer = await inner(run);
    for (const { meta } of [answer].flat() as D1Result[]) {
      spent.read += meta.rows_read;
      spent.written += meta.rows_written;
    }
    return answer;
  };
  return { DB: guarded(guard).DB as D1Database, spent };
}

/** Runs until one writes nothing. How many wrote. */
async function runUntilDone(now = NOW): Promise<number> {
  for (let runs = 0; ; runs++) {
    const { DB, spent } = metered();
    await deleteWhatExpired({ DB }, now);
    if (spent.written === 0) return runs;
  }
}

describe("pairs", () => {
  it("are kept for today and detail_days before, and everything else goes on being kept", async () => {
    await makeSite(1, { detail: 90 });
    await count(1, "2026-08-20", "2026-11-22", [...SINGLES, ...PAIR_ROWS]);
    await runUntilDone();
    const days = 95;
    expect(await kept()).toEqual({
      counts: ["2026-08-20", "2026-11-22", days * SINGLES.length],
      pairs: ["2026-08-24", "2026-11-22", 91 * PAIR_ROWS.length],
    });
  });

  it("go by each site's own day, which in half of the world is another", async () => {
    const zone = (timezone: string, fromDay = "1970-01-01") => ({ timezone, fromDay, fromAt: Date.parse(fromDay) });
    await makeSite(1, { detail: 10, timezone: "Pacific/Kiritimati" });
    await makeSite(2, { detail: 10, timezone: "Etc/UTC" });
    await makeSite(3, { detail: 10, timezone: "Pacific/Pago_Pago" });
    await makeSite(4, { detail: 10, zones: [zone("Pacific/Pago_Pago"), zone("Pacific/Kiritimati", "2026-11-01")] });
    for (const id of [1, 2, 3, 4]) await count(id, "2026-11-05", "2026-11-23", ["hour*page", "values:page"]);
    for (const [at, expected] of [
      ["2026-11-22T09:59:59Z", ["2026-11-12", "2026-11-12", "2026-11-11", "2026-11-12"]],
      ["2026-11-22T10:00:00Z", ["2026-11-13", "2026-11-12", "2026-11-11", "2026-11-13"]],
      ["2026-11-22T11:00:00Z", ["2026-11-13", "2026-11-12", "2026-11-12", "2026-11-13"]],
      ["2026-11-23T00:00:00Z", ["2026-11-13", "2026-11-13", "2026-11-12", "2026-11-13"]],
    ] as const) {
      await runUntilDone(Date.parse(at));
      const rows = await all("SELECT min(period) FROM counts GROUP BY site_id ORDER BY site_id");
      expect(rows.flat(), at).toEqual(expected);
    }
  });

  it("go with the answers about their days, and with those alone", async () => {
    await makeSite(1, { detail: 10 });
    await makeSite(2, {});
    for (const id of [1, 2]) await count(id, "2026-11-05", "2026-11-22", ["site", "values:page"]);
    const answer = env.DB.prepare("INSERT INTO answers VALUES (?, ?, ?, ?, 0, 1, '')");
    await env.DB.batch([
      answer.bind(1, "before", "2026-11-01", "2026-11-11"),
      answer.bind(1, "over", "2026-11-11", "2026-11-20"),
      answer.bind(1, "after", "2026-11-12", "2026-11-20"),
      answer.bind(2, "other site", "2026-11-01", "2026-11-11"),
    ]);
    await runUntilDone();
    expect((await all("SELECT key FROM answers ORDER BY key")).flat()).toEqual(["after", "other site"]);
  });
});

describe("counts", () => {
  it.each([
    ["2026-11-22T12:00:00Z", "Etc/UTC", 25, "2024-11-01"],
    ["2026-11-30T23:59:59Z", "Etc/UTC", 25, "2024-11-01"],
    ["2026-12-01T00:00:00Z", "Etc/UTC", 25, "2024-12-01"],
    ["2026-11-30T10:00:00Z", "Pacific/Kiritimati", 25, "2024-12-01"],
    ["2026-12-01T10:59:59Z", "Pacific/Pago_Pago", 25, "2024-11-01"],
    ["2026-12-01T00:00:00Z", "Etc/UTC", 2, "2026-11-01"],
    ["2027-01-01T00:00:00Z", "Etc/UTC", 24, "2025-02-01"],
    ["2026-11-22T12:00:00Z", "Etc/UTC", 0, "2024-09-01"],
  ])("at %s in %s with retention_months %d are kept from %s on", async (at, timezone, months, first) => {
    await makeSite(1, { months, timezone });
    await count(1, "2024-09-01", "2026-12-03", SINGLES);
    await runUntilDone(Date.parse(at));
    expect(await kept()).toMatchObject({ counts: [first, "2026-12-03", expect.any(Number)] });
    expect((await all("SELECT count(DISTINCT dimension) FROM counts")).flat()).toEqual([SINGLES.length]);
  });

  it("go with their pairs, whatever detail_days says, their month rows and the month's place on the list", async () => {
    await makeSite(1, { months: 2 });
    await makeSite(2, {});
    for (const id of [1, 2]) {
      await count(id, "2026-09-01", "2026-11-22", [...SINGLES, "hour*page", "values:page"]);
      for (const month of ["2026-09", "2026-10"]) await rollUpMonth(env.DB, { siteId: id, month });
    }
    const other = await kept(2);
    await runUntilDone();
    expect(await kept(1)).toEqual({
      counts: ["2026-10-01", "2026-11-22", 53 * SINGLES.length],
      months: ["2026-10", "2026-10", SINGLES.length],
      pairs: ["2026-10-01", "2026-11-22", 53 * 2],
    });
    expect(await kept(2)).toEqual(other);
    expect(await all("SELECT site_id, month FROM months ORDER BY 1, 2")).toEqual([
      [1, "2026-10"],
      [2, "2026-09"],
      [2, "2026-10"],
    ]);
  });

  it("of a month are not summed again while some of its days are gone", async () => {
    await makeSite(1, { months: 2 });
    await count(1, "2026-09-01", "2026-11-22", [...SINGLES, ...PAIR_ROWS]);
    await rollUpMonth(env.DB, { siteId: 1, month: "2026-09" });
    const firsts: unknown[] = [];
    for (let run = 0; run < 4; run++) {
      await keepTidy(env, () => NOW + run * HOUR_MS);
      firsts.push(
        (await all("SELECT min(period) FROM counts WHERE dimension = 'site' AND length(period) = 10")).flat()[0],
      );
      expect(await all("SELECT month FROM months")).toEqual([["2026-10"]]);
      expect((await kept()).months).toEqual(["2026-10", "2026-10", SINGLES.length]);
    }
    expect(firsts).toEqual(["2026-09-25", "2026-10-01", "2026-10-01", "2026-10-01"]);
  });

  it("leave nothing of a month whose row alone was left", async () => {
    await makeSite(1, { months: 2 });
    await env.DB.prepare("INSERT INTO counts VALUES (1, 'site', '2026-09', 0, 1, jsonb('{}'))").run();
    expect(await runUntilDone()).toBe(1);
    expect(await kept()).toEqual({});
  });

  it("of imports go as well: an import without days is none, one with some begins with them", async () => {
    await makeSite(1, { months: 2 });
    await makeSite(2, {});
    await addImport(1, 1, "2026-03-05", "2026-09-30");
    await addImport(1, 2, "2026-10-01", "2026-10-31");
    await addImport(2, 3, "2026-03-05", "2026-09-30");
    await addImport(1, 4, "2026-09-20", "2026-11-20");
    // Of files without the one of visitors there is no row of the dimension `site`.
    await count(1, "2026-03-05", "2026-09-30", ["page"], -1);
    await count(1, "2026-10-01", "2026-10-31", ["page"], -2);
    await count(2, "2026-03-05", "2026-09-30", ["page"], -3);
    await count(1, "2026-09-20", "2026-11-20", ["page"], -4);
    await runUntilDone();
    expect(await all("SELECT id, from_day, to_day FROM imports ORDER BY id")).toEqual([
      [2, "2026-10-01", "2026-10-31"],
      [3, "2026-03-05", "2026-09-30"],
      [4, "2026-10-01", "2026-11-20"],
    ]);
    expect(await all("SELECT writer, min(period), count(*) FROM counts GROUP BY 1 ORDER BY 1 DESC")).toEqual(
      [
        [-2, "2026-10-01", 31],
        [-3, "2026-03-05", 210],
        [-4, "2026-10-01", 51],
      ].sort(([a], [b]) => Number(b) - Number(a)),
    );
  });
});

describe("a run", () => {
  it("deletes no more than 2,000 rows, whole days of them from the first on, and the next goes on", async () => {
    await makeSite(1, { detail: 30 });
    await count(1, "2026-08-01", "2026-11-22", ["site", ...PAIR_ROWS]);
    const perRun = Math.floor(2_000 / PAIR_ROWS.length);
    const due = (Date.parse("2026-10-23") - Date.parse("2026-08-01")) / 86_400_000;
    let first = "2026-08-01";
    for (let run = 0; first < "2026-10-23"; run++) {
      const { DB, spent } = metered();
      await deleteWhatExpired({ DB }, NOW + run * HOUR_MS);
      first = [addDays("2026-08-01", perRun * (run + 1)), "2026-10-23"].sort()[0] ?? "";
      expect(spent.written).toBeLessThanOrEqual(2_000);
      // Whole days: as many rows of each.
      expect((await kept()).pairs).toEqual([
        first,
        "2026-11-22",
        (due + 31 - Math.min(due, perRun * (run + 1))) * PAIR_ROWS.length,
      ]);
      // The days for which there might be room, and those that are deleted some times: not all that there are.
      expect(spent.read).toBeLessThan(17_000);
    }
  });

  it("deletes a day that is larger than all it may delete at once", async () => {
    await makeSite(1, { detail: 30 });
    for (let shard = 0; shard < 32; shard++) await count(1, "2026-10-01", "2026-10-02", ["site", ...PAIR_ROWS], shard);
    await deleteWhatExpired(env, NOW);
    expect((await kept()).pairs).toEqual(["2026-10-02", "2026-10-02", 32 * PAIR_ROWS.length]);
    await deleteWhatExpired(env, NOW);
    expect((await kept()).pairs).toBeUndefined();
  });

  it("does not let a site with years to delete hold up others", async () => {
    await makeSite(1, { detail: 8 });
    await count(1, "2024-01-01", "2026-11-22", ["values:page", ...PAIR_ROWS.slice(0, 20)]);
    for (let id = 2; id <= 100; id++) {
      await makeSite(id, { detail: 8 });
      await count(id, "2026-11-10", "2026-11-22", ["values:page", ...PAIR_ROWS.slice(0, 20)]);
    }
    for (let run = 0; run < 9; run++) await deleteWhatExpired(env, NOW + run * HOUR_MS);
    const behind = await all(
      "SELECT site_id FROM counts WHERE dimension = 'values:page' GROUP BY 1 HAVING min(period) < '2026-11-14'",
    );
    expect(behind).toEqual([[1]]);
  });

  it("deletes more where many sites have something to delete, so that it keeps up with what they count", async () => {
    // A day of 700 sites, each of a day's usual 80 rows of pairs.
    for (let id = 1; id <= 400; id++) await makeSite(id, { detail: 30 });
    await env.DB.prepare(
      "INSERT INTO counts SELECT sites.id, value, '2026-10-22', 0, 1, jsonb('{}') FROM sites CROSS JOIN json_each(?)",
    )
      .bind(JSON.stringify(PAIR_ROWS))
      .run();
    const { DB, spent } = metered();
    await deleteWhatExpired({ DB }, NOW);
    expect(spent.written).toBeGreaterThan(2_000);
    expect(spent.written).toBeLessThanOrEqual(400 * 8);
    expect(await runUntilDone()).toBeLessThan(24);
    expect(await all("SELECT count(*) FROM counts")).toEqual([[0]]);
  });

  it("asks D1 50 times at most with all else that is done in an hour", async () => {
    for (let id = 1; id <= 5; id++) {
      await makeSite(id, { detail: 30, months: 12 });
      await count(id, "2025-10-01", "2026-11-22", ["site", "values:page", "hour*page"]);
      await addImport(id, id, "2025-01-01", "2025-10-31");
    }
    let asked = 0;
    const DB = new Proxy(env.DB, {
      get(db, name) {
        if (name === "prepare") asked++;
        const value = Reflect.get(db, name, db);
        return typeof value === "function" ? value.bind(db) : value;
      },
    });
    await keepTidy({ DB }, () => NOW);
    expect(asked).toBe(1 + 1 + 5 + (1 + 13 * 3) + 1);
    expect(asked).toBeLessThanOrEqual(50);
  });

  it("that has nothing to do looks a few rows a site up, and asks once", async () => {
    for (const id of [1, 2, 3]) {
      await makeSite(id, { detail: 90, months: 25 });
      await count(id, "2026-09-01", "2026-11-22", [...SINGLES, ...PAIR_ROWS]);
    }
    const { guard, steps } = failAt(-1, "before");
    const { DB, spent } = metered(guard);
    await deleteWhatExpired({ DB }, NOW);
    expect([steps(), spent.written]).toEqual([1, 0]);
    expect(spent.read).toBeLessThan(3 * 8);
  });

  it("is finished by the next one wherever it failed, with the same in the end", async () => {
    const make = async () => {
      await env.DB.batch(TABLES.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
      await makeSite(1, { detail: 8, months: 2 });
      await makeSite(2, { detail: 8 });
      await makeSite(3, {});
      for (const id of [1, 2, 3]) await count(id, "2026-09-10", "2026-11-22", [...SINGLES, "hour*page", "values:page"]);
      await addImport(1, 1, "2026-08-01", "2026-09-09");
      await count(1, "2026-08-01", "2026-09-09", SINGLES, -1);
      await rollUpMonth(env.DB, { siteId: 1, month: "2026-09" });
      await env.DB.prepare("INSERT INTO answers VALUES (1, 'k', '2026-09-01', '2026-09-30', 0, 1, '')").run();
    };
    const state = async () =>
      Promise.all([
        ...[1, 2, 3].map(kept),
        ...["months", "answers", "imports"].map((table) => all(`SELECT * FROM ${table}`)),
      ]);
    await make();
    await runUntilDone();
    const expected = await state();
    expect(expected[0]).toMatchObject({ counts: ["2026-10-01", "2026-11-22", 53 * SINGLES.length] });
    for (const when of ["before", "after"] as const) {
      for (let step = 0; step < 3; step++) {
        await make();
        const failing = guarded(failAt(step, when).guard).DB as D1Database;
        await expect(deleteWhatExpired({ DB: failing }, NOW), `${when} ${step}`).rejects.toThrow("D1");
        await runUntilDone();
        expect(await state(), `${when} ${step}`).toEqual(expected);
      }
    }
  });

  it("that fails is logged in one line, and the month rows are made all the same", async () => {
    await makeSite(1, { detail: 8 });
    await count(1, "2026-10-01", "2026-11-22", ["site", "values:page"]);
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    await keepTidy({ DB: guarded(failAt(0, "before").guard).DB as D1Database }, () => NOW);
    expect(await all("SELECT month FROM months")).toEqual([["2026-10"]]);
    expect(log.mock.calls.flat().map((line) => JSON.parse(line))).toEqual([
      { what: "expired counts could not be deleted", error: "Unavailable" },
    ]);
  });
});

describe("reports after it", () => {
  const query = (date_range: string[], more: object) =>
    call("POST /api/v2/query", {
      now: NOW,
      body: { site_id: "1.example", metrics: ["visitors"], date_range, ...more },
    }).then(({ body }) => body);
  const twoFacts = { dimensions: ["visit:device"], filters: [["is", "visit:channel", ["Direct"]]] };

  beforeEach(async () => {
    await makeSite(1, { detail: 30, months: 2 });
    await count(1, "2026-09-25", "2026-11-21", ["site", "device", "values:page"]);
    await env.DB.prepare(
      `INSERT INTO counts SELECT site_id, 'device*channel', period, writer, 1, jsonb('{"Mobile":{"":1}}') FROM counts
       WHERE dimension = 'site'`,
    ).run();
    await env.DB.prepare("UPDATE counts SET data = jsonb('{\"Mobile\":[1]}') WHERE dimension = 'device'").run();
    // Kept in D1, as it is of days that are over.
    expect((await query(["2026-09-25", "2026-11-20"], twoFacts)).results).toEqual([
      { dimensions: ["Mobile"], metrics: [57] },
    ]);
    await runUntilDone();
  });

  it("say of two facts since when they are counted, and of earlier days that nothing is known", async () => {
    const over = await query(["2026-10-15", "2026-11-20"], twoFacts);
    expect(over.results).toEqual([{ dimensions: ["Mobile"], metrics: [29] }]);
    expect(over.meta.detail_from).toBe("2026-10-23");
    expect(over.meta.metric_warnings.visitors.warning).toContain("Counted from 2026-10-23 on");
    const before = {
      filters: [
        [
          "and",
          [
            ["is", "visit:channel", ["Direct"]],
            ["is", "visit:device", ["Mobile"]],
          ],
        ],
      ],
    };
    const gone = await query(["2026-10-10", "2026-10-20"], before);
    // No zero, which would be a count.
    expect(gone.results).toEqual([{ dimensions: [], metrics: [null] }]);
    expect(gone.meta.metric_warnings.visitors.code).toBe("detail_since");
  });

  it("have one fact for as long as it is kept, and nothing of what is gone", async () => {
    expect((await query(["2026-09-25", "2026-11-20"], { dimensions: ["visit:device"] })).results).toEqual([
      { dimensions: ["Mobile"], metrics: [51] },
    ]);
    expect((await query(["2026-09-25", "2026-09-30"], { dimensions: ["visit:device"] })).results).toEqual([]);
  });
});
