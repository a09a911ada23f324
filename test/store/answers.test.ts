import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { addDays, DAY_MS } from "../../src/calendar.ts";
import { valuesName } from "../../src/dimensions.ts";
import type { OpenDay } from "../../src/hit.ts";
import { COLUMN } from "../../src/metrics.ts";
import { gather } from "../../src/report/gather.ts";
import type { Read } from "../../src/report/read.ts";
import type { CountsRead } from "../../src/store/cells-sql.ts";
import { type Keeping, readCounts } from "../../src/store/count-reads.ts";
import { replaceCounts } from "../../src/store/counts.ts";
import { eraseRows } from "../../src/store/erase.ts";
import { beginImport, completeImport, ImportWriter, removeImport } from "../../src/store/imports.ts";
import { d1Around, openDay, siteOf } from "../report/fakes.ts";

/** Sites of October with 200 sources a day, each of one page view: 6,000 values. */
const FIRST = "2026-10-01";
const LAST = "2026-10-30";
const DAYS = Array.from({ length: 30 }, (_, index) => addDays(FIRST, index));
const SOURCES = Array.from({ length: 200 }, (_, index) => `source ${index}`);
const NOW = Date.parse("2026-11-22T10:00:00Z");

let lastId = 0;

/** The rows of a day, in the order in which a tally hands them over. */
function dayOf(pageviews: number): [dimension: string, json: string][] {
  return [
    ["site", JSON.stringify({ "": [1, 1, 200 * pageviews] })],
    ["source", JSON.stringify(Object.fromEntries(SOURCES.map((source) => [source, [1, 1, pageviews]])))],
    [valuesName("page"), '["(other)"]'],
  ];
}

async function makeSite(days: readonly string[] = DAYS): Promise<number> {
  const id = ++lastId;
  await env.DB.prepare("INSERT INTO sites (id, domain, zones, shard_rules, created_at) VALUES (?, ?, '', '', 0)")
    .bind(id, `${id}.example`)
    .run();
  for (const period of days) await replaceCounts(env.DB, { siteId: id, period, writer: 0 }, 1, dayOf(1));
  return id;
}

const READ: Read = {
  from: FIRST,
  to: LAST,
  hours: null,
  sources: [
    {
      at: { single: "source" },
      terms: [{ key: 0, rule: "whole", blank: "" }],
      columns: { pageviews: COLUMN.pageviews },
    },
  ],
  bucket: "all",
  hourTerm: null,
  groups: [0],
  where: null,
  fields: ["pageviews"],
  top: null,
  identity: null,
  imports: true,
};
const ofD1 = (read: Read): CountsRead => ({ ...read, alsoLabels: [], months: [] });

/** Asks for the page views by source; what was read for it, and what is done after. */
async function ask(siteId: number, { now = NOW, db = env.DB, read = READ } = {}) {
  let rowsRead = 0;
  const counting = d1Around(async (run) => {
    const results = await run();
    for (const { meta } of results) rowsRead += meta.rows_read;
    return results;
  });
  const later: Promise<unknown>[] = [];
  const keeping: Keeping = { from: read.from, to: read.to, now, isOwners: true, later: (work) => later.push(work) };
  const { rows } = await readCounts(db === env.DB ? counting : db, siteId, [ofD1(read)], [], keeping);
  return { rows: rows[0] ?? [], rowsRead, later };
}

/** Asks, and waits until the answer is kept. */
async function askAndKeep(siteId: number, options: Parameters<typeof ask>[1] = {}) {
  const answer = await ask(siteId, options);
  await Promise.all(answer.later);
  return answer;
}

const views = ({ rows }: Pick<Awaited<ReturnType<typeof ask>>, "rows">) =>
  rows.reduce((sum, { fields }) => sum + fields.pageviews, 0);

/** Rows of an answer that was summed, at least, and of one that was kept, at most. */
const SUMMED_ROWS = 2_000;
const KEPT_ROWS = 200;

async function keptAnswers(siteId: number): Promise<number | undefined> {
  return (
    await env.DB.prepare("SELECT count(*) AS n FROM answers WHERE site_id = ?").bind(siteId).first<{ n: number }>()
  )?.n;
}

/** A D1 that keeps an answer once it is opened. */
function gated() {
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  let batches = 0;
  const db = d1Around(async (run) => {
    // The first reads, the second keeps.
    if (++batches === 2) await gate;
    return run();
  });
  return { db, open: () => open() };
}

const IMPORT = {
  source: "plausible" as const,
  contentHash: "",
  fromDay: FIRST,
  toDay: FIRST,
  summary: { days: 1, visitors: 1, pageviews: 1, tables: [], ignored: [], skipped: null },
  createdAt: 0,
};

/** Writes an import of 7 page views of a day, which does not count yet. */
async function writeImport(siteId: number): Promise<number> {
  const id = await beginImport(env.DB, { ...IMPORT, siteId });
  const writer = new ImportWriter(env.DB, siteId, id);
  await writer.add(FIRST, "source", '{"source 0":[1,1,7]}');
  await writer.end();
  return id;
}

/** What changes the counts of a site of which an answer was kept: prepared before, done after; and what is answered then. */
const CHANGES: [string, (siteId: number) => Promise<() => Promise<unknown>>, number][] = [
  [
    "a day is handed over again",
    async (siteId) => () => replaceCounts(env.DB, { siteId, period: DAYS[7] ?? "", writer: 0 }, 2, dayOf(2)),
    6_200,
  ],
  [
    "another shard hands a day over",
    async (siteId) => () => replaceCounts(env.DB, { siteId, period: LAST, writer: 1 }, 1, dayOf(1)),
    6_200,
  ],
  [
    "an import begins to count",
    async (siteId) => {
      const id = await writeImport(siteId);
      return () => completeImport(env.DB, id);
    },
    6_007,
  ],
  [
    "an import is removed",
    async (siteId) => {
      const id = await writeImport(siteId);
      await completeImport(env.DB, id);
      return () => removeImport(env.DB, siteId, id);
    },
    6_000,
  ],
  ["the site is erased", async (siteId) => () => eraseRows(env.DB, siteId), 0],
];

describe("an answer about days that are over", () => {
  it("is the same when it is asked for again, and reads few rows then", async () => {
    const siteId = await makeSite();
    const first = await askAndKeep(siteId);
    expect(first.rows).toHaveLength(SOURCES.length);
    expect(first.rowsRead).toBeGreaterThan(SUMMED_ROWS);
    const again = await ask(siteId);
    expect(again.rows).toEqual(first.rows);
    expect(again.rowsRead).toBeLessThan(KEPT_ROWS);
    expect(again.later).toEqual([]);
  });

  it.each(CHANGES)("is new at once when %s", async (_, prepare, expected) => {
    const siteId = await makeSite();
    const change = await prepare(siteId);
    const before = views(await askAndKeep(siteId));
    expect(before).not.toBe(expected);
    // It is the kept one that must not be answered with.
    expect((await ask(siteId)).rowsRead).toBeLessThan(KEPT_ROWS);
    await change();
    expect(views(await ask(siteId))).toBe(expected);
  });

  it.each(CHANGES)("is not kept where %s after it was summed", async (_, prepare, expected) => {
    const siteId = await makeSite();
    const change = await prepare(siteId);
    const gate = gated();
    const { later } = await ask(siteId, { db: gate.db });
    expect(later).toHaveLength(1);
    await change();
    gate.open();
    await Promise.all(later);
    expect(await keptAnswers(siteId)).toBe(0);
    expect(views(await ask(siteId))).toBe(expected);
  });

  const STEPS = {
    "first, ask, keep, rest": 1,
    "first, ask, rest, keep": 0,
    "ask, first, keep, rest": 0,
    "ask, first, rest, keep": 0,
  };
  it.each(Object.entries(STEPS))(
    "is gone where its day is handed over in two transactions: %s",
    async (steps, kept) => {
      const siteId = await makeSite();
      const [site, ...others] = dayOf(2);
      const hand = (rows: [string, string][]) => replaceCounts(env.DB, { siteId, period: FIRST, writer: 0 }, 2, rows);
      const gate = gated();
      const doing: Record<string, () => Promise<unknown>> = {
        first: () => hand(site ? [site] : []),
        rest: () => hand(others),
        ask: async () => {
          const { rows, later } = await ask(siteId, { db: gate.db });
          expect(views({ rows })).toBe(6_000);
          doing.keep = async () => {
            gate.open();
            await Promise.all(later);
            expect(await keptAnswers(siteId)).toBe(kept);
          };
        },
      };
      for (const step of steps.split(", ")) await doing[step]?.();
      expect(views(await ask(siteId))).toBe(6_200);
    },
  );

  it("is summed anew after a day, and kept again", async () => {
    const siteId = await makeSite();
    await askAndKeep(siteId);
    expect((await ask(siteId, { now: NOW + DAY_MS - 1 })).rowsRead).toBeLessThan(KEPT_ROWS);
    // No change of the counts would be missed: this is a row that no tally wrote.
    await env.DB.prepare(
      "UPDATE counts SET data = jsonb('{}') WHERE site_id = ? AND period = ? AND dimension = 'source'",
    )
      .bind(siteId, FIRST)
      .run();
    const anew = await askAndKeep(siteId, { now: NOW + DAY_MS });
    expect([views(anew), anew.rowsRead > SUMMED_ROWS]).toEqual([5_800, true]);
    const again = await ask(siteId, { now: NOW + DAY_MS + 1 });
    expect([views(again), again.rowsRead < KEPT_ROWS, await keptAnswers(siteId)]).toEqual([5_800, true, 1]);
  });

  it("is one site's alone", async () => {
    const [one, other] = [await makeSite(), await makeSite(DAYS.slice(0, 15))];
    await askAndKeep(one);
    expect(views(await ask(other))).toBe(3_000);
  });
});

describe("an answer is not kept", () => {
  it("where fewer than 2,000 rows were read for it", async () => {
    const few = await ask(await makeSite(DAYS.slice(0, 3)));
    expect(few.rowsRead).toBeLessThan(SUMMED_ROWS);
    expect(few.later).toEqual([]);
    expect((await ask(await makeSite(DAYS.slice(0, 6)))).later).toHaveLength(1);
  });

  it("beside more than there is room for: the oldest make way, of owners and of others apart", async () => {
    const siteId = await makeSite();
    const fill = (owner: boolean, count: number, madeAt: number) =>
      env.DB.batch(
        Array.from({ length: count }, (_, index) =>
          env.DB.prepare("INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)").bind(
            siteId,
            `${owner} ${madeAt} ${index}`,
            FIRST,
            LAST,
            madeAt + index,
            Number(owner),
            "x".repeat(400_000),
          ),
        ),
      );
    const kept = async (owner: boolean) => {
      const rows = env.DB.prepare("SELECT key FROM answers WHERE site_id = ? AND owner = ? ORDER BY key");
      return (await rows.bind(siteId, Number(owner)).all<{ key: string }>()).results.map(({ key }) => key);
    };
    await fill(false, 2, NOW - 100);
    await fill(true, 1, NOW - DAY_MS);
    await fill(true, 10, NOW - 50);
    await askAndKeep(siteId);
    const others = await kept(false);
    const owners = await kept(true);
    expect(others).toHaveLength(2);
    // Of ten of 400,000 characters and a small one, 4,000,000 hold nine and the small one.
    expect(owners).toHaveLength(10);
    expect(owners).not.toContain(`true ${NOW - 50} 0`);
    expect(owners).not.toContain(`true ${NOW - DAY_MS} 0`);
    expect((await ask(siteId)).rowsRead).toBeLessThan(KEPT_ROWS);
  });

  it("where it is longer than 500,000 characters", async () => {
    const siteId = await makeSite([]);
    const long = (count: number, writer: number) => {
      const cells = Array.from({ length: count }, (_, index) => [`${index}`.padEnd(250, "x"), [1, 1, 1]]);
      const rows: [string, string][] = [["source", JSON.stringify(Object.fromEntries(cells))]];
      return replaceCounts(env.DB, { siteId, period: FIRST, writer }, 1, rows);
    };
    await long(2_050, 0);
    await askAndKeep(siteId);
    expect(await keptAnswers(siteId)).toBe(0);
    await eraseRows(env.DB, siteId);
    const other = await makeSite([]);
    await replaceCounts(env.DB, { siteId: other, period: FIRST, writer: 0 }, 1, [
      ["source", JSON.stringify(Object.fromEntries(Array.from({ length: 2_050 }, (_, index) => [index, [1, 1, 1]])))],
    ]);
    await askAndKeep(other);
    expect(await keptAnswers(other)).toBe(1);
  });

  it("where D1 fails to, and is given all the same", async () => {
    const siteId = await makeSite();
    let batches = 0;
    const db = d1Around((run) => (++batches === 2 ? Promise.reject(new Error("D1_ERROR: quota")) : run()));
    const answer = await askAndKeep(siteId, { db });
    expect([views(answer), answer.later.length, await keptAnswers(siteId)]).toEqual([6_000, 1, 0]);
  });
});

describe("days that are not over", () => {
  /** Asks site and tallies, of which those have the days that are given, by shard. */
  async function gathered(siteId: number, range: { from: string; to: string }, open: OpenDay[][], now = NOW) {
    const later: Promise<unknown>[] = [];
    const { rows } = await gather([{ ...READ, ...range }], {
      site: siteOf(siteId, { shards: 2 }),
      db: env.DB,
      tally: (_, shard) => ({
        open: async ({ from = "", to = "9999" }) => (open[shard] ?? []).filter(({ day }) => day >= from && day <= to),
        live: async () => ({ visitors: 0, minutes: [] }),
      }),
      wait: async () => undefined,
      now,
      minVisitors: 0,
      isOwners: true,
      spent: () => undefined,
      later: (work) => later.push(work),
    });
    await Promise.all(later);
    return { views: views({ rows: rows[0] ?? [] }), kept: later.length };
  }
  const OPEN = [openDay(LAST, { source: { "source 0": [1, 1, 9] } })];
  /** 12:00 in Riga. */
  const noonOf = (day: string) => Date.parse(`${day}T10:00:00Z`);

  it("are in no answer that is kept; the days before them are, in one for all", async () => {
    const siteId = await makeSite();
    const whole = { from: FIRST, to: LAST };
    // Today, whether a tally has hits of it or not: only what was before it is kept.
    expect(await gathered(siteId, whole, [], noonOf(LAST))).toEqual({ views: 6_000, kept: 1 });
    expect(await gathered(siteId, whole, [OPEN, OPEN], noonOf(LAST))).toEqual({ views: 5_818, kept: 0 });
    // Days later, a day that one of the tallies has not handed over.
    expect(await gathered(siteId, whole, [[], OPEN])).toEqual({ views: 6_009, kept: 1 });
    expect(await gathered(siteId, whole, [OPEN])).toEqual({ views: 5_809, kept: 0 });
    // The days before alone are the same answer; all of them are one once they are handed over.
    expect(await gathered(siteId, { from: FIRST, to: "2026-10-29" }, [OPEN])).toEqual({ views: 5_800, kept: 0 });
    expect(await gathered(siteId, whole, [])).toEqual({ views: 6_000, kept: 1 });
    // A day that is opened again by a late hit is the tally's again.
    expect(await gathered(siteId, whole, [OPEN])).toEqual({ views: 5_809, kept: 0 });
  });
});
