import { env } from "cloudflare:workers";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { type DimensionName, pairName, propertyDimension } from "../../src/dimensions.ts";
import type { OpenDay, PairCounts, ValueCounts } from "../../src/hit.ts";
import { COLUMN, COUNTED, PAIR_COLUMNS } from "../../src/metrics.ts";
import { type Label, type LabelRule, labelOf } from "../../src/report/labels.ts";
import { openRows } from "../../src/report/open-rows.ts";
import type { Pattern } from "../../src/report/pattern.ts";
import {
  FIELDS,
  type Field,
  isMerged,
  type Place,
  type Read,
  type Row,
  type Source,
  type Term,
  type Where,
} from "../../src/report/read.ts";
import { PROPERTY_NAMES } from "../../src/report/sources.ts";
import type { CountsRead } from "../../src/store/cells-sql.ts";
import { readCounts } from "../../src/store/count-reads.ts";
import { DEAR_D1, openDay, siteOf, store, storeDay, storeImport } from "./fakes.ts";

const DAY = "2026-11-22";
const BLANK = "(blank)";
const ofPart = (part: number) => ({ rule: "part", part }) as const;
const RULES: LabelRule[] = ["whole", "path", "host", "first", "second"];

/** A read of the page views of the dimension `d`, by label. */
function readOf(rule: LabelRule, where: Where | null = null): Read {
  return {
    from: DAY,
    to: DAY,
    hours: null,
    sources: [
      { at: { single: "d" }, terms: [{ key: 0, rule, blank: BLANK }], columns: { pageviews: COLUMN.pageviews } },
    ],
    bucket: "all",
    hourTerm: null,
    groups: [0],
    where,
    fields: ["pageviews"],
    top: null,
    identity: null,
    imports: true,
  };
}

const ofD1 = (read: Read): CountsRead => ({ ...read, alsoLabels: [], months: [] });

async function stored(siteId: number, reads: readonly Read[], answered: string[] = []): Promise<Row[][]> {
  return (await readCounts(env.DB, siteId, reads.map(ofD1), answered)).rows;
}

/** Rows in one order, with what is the same in SQL and in TypeScript: not which value was least. Rows of nothing are none. */
function comparable(rows: readonly Row[]) {
  return rows
    .filter(({ fields }) => FIELDS.some((field) => fields[field] > 0))
    .map((row) => ({ ...row, isMerged: isMerged(row), first: row.first === null, last: row.last === null }))
    .sort((a, b) => (JSON.stringify([a.bucket, a.labels]) < JSON.stringify([b.bucket, b.labels]) ? -1 : 1));
}

/** Joins conditions at random, three deep. */
function whereOn(condition: fc.Arbitrary<Where>): fc.Arbitrary<Where> {
  return fc.letrec<{ tree: Where }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      condition,
      fc.record({ and: fc.array(tie("tree"), { maxLength: 3 }) }),
      fc.record({ or: fc.array(tie("tree"), { maxLength: 3 }) }),
      fc.record({ not: tie("tree") }),
    ),
  })).tree;
}

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
      "a\t\tc",
      "\t\tc\td",
      "\t",
      "Firefox\t145",
      "__proto__",
      "constructor/x",
      "line\nbreak",
      "%_*?[a]",
      "$.x",
      "7",
    ];
    const cells = Object.fromEntries(values.map((value, index) => [value, [1, 0, index + 1]]));
    await store(site, DAY, "d", cells);
    const labels: Label[] = [...RULES.map((rule) => ({ rule })), ...[0, 1, 2].map(ofPart)].map((label) => ({
      ...label,
      blank: BLANK,
    }));
    for (const label of labels) {
      const base = readOf("whole");
      const read = {
        ...base,
        sources: base.sources.map((source) => ({ ...source, terms: [{ key: 0, ...label } as const] })),
      };
      const [rows = []] = await stored(site.id, [read]);
      expect(comparable(rows), JSON.stringify(label)).toEqual(comparable(openRows(read, [openDay(DAY, { d: cells })])));
      expect(rows.map(({ labels }) => labels)).toContainEqual([labelOf(label, "example.com/a/b")]);
    }
  });

  it("on names of values, which leave out what has none", async () => {
    const site = siteOf(2);
    const cells = Object.fromEntries(
      ["Signup", "__proto__", "constructor", "'\"", "7"].map((name) => [name, [1, 0, 1]]),
    );
    await store(site, DAY, "d", cells);
    const names = JSON.parse('{"Signup":"Sign up!","__proto__":"proto","7":"seven","none":"none"}');
    const base = readOf("whole");
    const term = { key: 0, rule: "whole", blank: BLANK, names } as const;
    const read = { ...base, sources: base.sources.map((source) => ({ ...source, terms: [term] })) };
    const [rows = []] = await stored(site.id, [read]);
    expect(rows.map(({ labels }) => labels).sort()).toEqual([["Sign up!"], ["proto"], ["seven"]]);
    expect(comparable(rows)).toEqual(comparable(openRows(read, [openDay(DAY, { d: cells })])));
  });

  it("on what conditions let pass, however they are joined", async () => {
    const site = siteOf(3);
    const text = fc.string({ unit: fc.constantFrom("a", "b", "/", "ž", "😀", "%", "_", "'"), maxLength: 6 });
    const pattern = fc.array(fc.string({ unit: fc.constantFrom("a", "b", "ž", "😀", "'"), maxLength: 2 }), {
      minLength: 1,
      maxLength: 6,
    });
    const where = whereOn(
      fc.record({ term: fc.nat({ max: RULES.length - 1 }), anyOf: fc.array(pattern, { maxLength: 4 }) }),
    );
    const scenario = fc.record({
      values: fc.uniqueArray(text, { minLength: 1, maxLength: 30 }),
      wheres: fc.array(where, { minLength: 10, maxLength: 10 }),
    });
    const terms = RULES.map((rule) => ({ key: 0, rule, blank: BLANK }) as const);
    await fc.assert(
      fc.asyncProperty(scenario, async ({ values, wheres }) => {
        const cells = Object.fromEntries(values.map((value) => [value, [1, 0, 1]]));
        await env.DB.prepare("DELETE FROM counts WHERE site_id = 3").run();
        await store(site, DAY, "d", cells);
        const reads = wheres.map((where) => {
          const read = readOf("whole", where);
          return { ...read, sources: read.sources.map((source) => ({ ...source, terms })) };
        });
        const open = reads.map((read) => openRows(read, [openDay(DAY, { d: cells })]));
        expect((await stored(site.id, reads)).map(comparable)).toEqual(open.map(comparable));
      }),
      { numRuns: 60 },
    );
  });
});

/** What days of random counts hold, by stored name. */
const VALUES: Partial<Record<string, string[]>> = {
  hour: ["0", "7", "11", "23", "24"],
  page: ["a.example/", "b.example/", "a.example/x", "ž.example/😀", "(other)", ""],
  entry_page: ["a.example/", "b.example/", "(other)"],
  country: ["LV", "EE", "T1", ""],
  source: ["", "Google", "(other)", "__proto__"],
  event: ["Signup", "Outbound Link: Click", "100%", "__proto__"],
  goal: ["/x", "/blog/*", "__proto__"],
  location: ["LV\tLV-RIX", "LV", "EE\tEE-37", ""],
  // source, referrer, utm_source
  acquisition: ["Google\t\tgoogle", "Google", "\ta.example/x", "Bing\tb.example\tgoogle", "", "(other)"],
  property: ["pro", "free", "", "(other)"],
};
const DATES = ["2026-10-31", "2026-11-01", "2026-11-02", "2026-11-08", "2026-11-09"];
const PAIRS_KEPT: [DimensionName, DimensionName][] = [
  ["hour", "source"],
  ["hour", "page"],
  ["hour", "entry_page"],
  ["country", "source"],
  ["country", "page"],
  ["event", "page"],
  ["goal", "page"],
  ["entry_page", "page"],
];
const PROPERTIES = [
  propertyDimension("Signup", "plan"),
  propertyDimension("Outbound Link: Click", "plan"),
  propertyDimension("100%", "plan"),
  propertyDimension("Signup", "a:plan"),
  propertyDimension("plan", "x"),
];

/** Zeros at the end are not stored, and neither is a value of which nothing was counted. */
function columnsOf(length: number): fc.Arbitrary<number[]> {
  const small = fc.integer({ min: 1, max: 9 });
  return fc.oneof(
    small.map((n) => [n, n, n]),
    small.map((n) => [n, n, n, n]),
    fc
      .tuple(fc.array(fc.nat({ max: 9 }), { maxLength: length - 1 }), small)
      .map(([columns, last]) => [...columns, last]),
  );
}

function cellsOf<T>(values: string[] | undefined, cell: fc.Arbitrary<T>): fc.Arbitrary<Record<string, T>> {
  return fc.dictionary(fc.constantFrom(...(values ?? [""])), cell, { noNullPrototype: true, maxKeys: 4 });
}

/** Imports, by their state. */
const [DONE, PENDING, REMOVING] = [2, 3, 4];

const someDay = fc.record({
  day: fc.constantFrom(...DATES),
  writer: fc.constantFrom(0, 1, -DONE, -PENDING, -REMOVING),
  isAnswered: fc.boolean(),
  dimensions: fc.record(
    Object.fromEntries([
      ...["hour", "page", "entry_page", "location", "acquisition", "source", "event", "goal"].map(
        (name): [string, fc.Arbitrary<ValueCounts>] => [name, cellsOf(VALUES[name], columnsOf(COUNTED.length))],
      ),
      ...PROPERTIES.map((name): [string, fc.Arbitrary<ValueCounts>] => [
        name,
        cellsOf(VALUES.property, columnsOf(PAIR_COLUMNS)),
      ]),
    ]),
    { requiredKeys: [] },
  ),
  pairs: fc.record(
    Object.fromEntries(
      PAIRS_KEPT.map(([outer, inner]): [string, fc.Arbitrary<PairCounts>] => [
        pairName(outer, inner),
        cellsOf(VALUES[outer], cellsOf(VALUES[inner], columnsOf(PAIR_COLUMNS))),
      ]),
    ),
    { requiredKeys: [] },
  ),
});

const NAMES_OF_EVENTS = JSON.parse('{"Signup":"Signup","__proto__":"__proto__","100%":"all"}');
const NAMES_OF_GOALS = JSON.parse('{"/x":"Visit /x","/blog/*":"Visit /blog/*","__proto__":"all"}');

function term(key: 0 | 1, rule: LabelRule, names?: Record<string, string>): Term {
  return { key, rule, blank: BLANK, ...(names && { names }) };
}

const COLUMNS: Partial<Record<Field, number>> = { ...COLUMN, entries: COLUMN.visits };
const PAIR_FIELDS: Partial<Record<Field, number>> = Object.fromEntries(
  Object.entries(COLUMNS).filter(([, column]) => column < PAIR_COLUMNS),
);
const ENTRY_FIELDS: Partial<Record<Field, number>> = { entries: COLUMN.visits, bounces: COLUMN.bounces };

function source(at: Place, terms: Term[], columns = COLUMNS, completes?: true): Source {
  return { at, terms, columns, ...(completes && { completes }) };
}

interface Shape {
  sources: Source[];
  hourTerm: number | null;
  /** Terms that leave cells out: a read asks for labels or conditions of them, as the planner's do. */
  naming?: number;
  /** There are labels to read, and no counts. */
  isOfNames?: true;
}

/** Everything a read can draw on. */
const SHAPES: Record<string, Shape> = {
  "a dimension": { sources: [source({ single: "location" }, [term(0, "first"), term(0, "second")])], hourTerm: null },
  hours: { sources: [source({ single: "hour" }, [{ key: 0, rule: "whole", blank: "" }])], hourTerm: 0 },
  "pages, completed by entries": {
    sources: [
      source({ single: "page" }, [term(0, "path"), term(0, "host")]),
      source({ single: "entry_page" }, [term(0, "path"), term(0, "host")], ENTRY_FIELDS, true),
    ],
    hourTerm: null,
  },
  "events and page goals": {
    sources: [
      source({ single: "event" }, [term(0, "whole", NAMES_OF_EVENTS), term(0, "whole")]),
      source({ single: "goal" }, [term(0, "whole", NAMES_OF_GOALS), { as: "pageview" }]),
    ],
    hourTerm: null,
    naming: 0,
  },
  "parts of a joint value": {
    sources: [
      source(
        { single: "acquisition" },
        [0, 1, 2, 6].map((part) => ({ key: 0, blank: BLANK, ...ofPart(part) })),
      ),
    ],
    hourTerm: null,
  },
  "a pair": {
    sources: [source({ pair: ["country", "source"] }, [term(0, "whole"), term(1, "whole")], PAIR_FIELDS)],
    hourTerm: null,
  },
  "hours of pages, completed by entries": {
    sources: [
      source({ pair: ["hour", "page"] }, [term(1, "path"), { key: 0, rule: "whole", blank: "" }], PAIR_FIELDS),
      source(
        { pair: ["hour", "entry_page"] },
        [term(1, "path"), { key: 0, rule: "whole", blank: "" }],
        ENTRY_FIELDS,
        true,
      ),
    ],
    hourTerm: 1,
  },
  "pages after entry pages": {
    sources: [
      source({ pair: ["entry_page", "page"] }, [term(0, "path"), term(1, "path"), term(1, "host")], PAIR_FIELDS),
    ],
    hourTerm: null,
  },
  "hours of sources": {
    sources: [
      source({ pair: ["hour", "source"] }, [{ key: 0, rule: "whole", blank: "" }, term(1, "whole")], PAIR_FIELDS),
    ],
    hourTerm: 0,
  },
  "pages of goals": {
    sources: [
      source({ pair: ["event", "page"] }, [term(0, "whole", NAMES_OF_EVENTS), term(1, "path")], PAIR_FIELDS),
      source({ pair: ["goal", "page"] }, [term(0, "whole", NAMES_OF_GOALS), term(1, "path")], PAIR_FIELDS),
    ],
    hourTerm: null,
    naming: 0,
  },
  "a property and its events": {
    sources: [source({ property: "plan" }, [term(0, "whole"), term(1, "whole", NAMES_OF_EVENTS)])],
    hourTerm: null,
    naming: 1,
  },
  "the names of properties": {
    sources: [source({ names: "properties" }, [term(0, "whole"), term(1, "whole", NAMES_OF_EVENTS)], {})],
    hourTerm: null,
    naming: 1,
    isOfNames: true,
  },
  "a property whose name has a colon": {
    sources: [source({ property: "a:plan" }, [term(0, "whole"), term(1, "whole")])],
    hourTerm: null,
  },
};

const LABELS = [...new Set(Object.values(VALUES).flatMap((values = []) => values))].flatMap((value) =>
  RULES.map((rule) => labelOf({ rule, blank: BLANK }, value)),
);
const somePattern: fc.Arbitrary<Pattern> = fc.oneof(
  fc.constantFrom(...LABELS).map((label) => [label]),
  fc.constantFrom<Pattern>(["", ""], ["/", ""], ["", "o", ""], ["Visit ", ""], ["", "😀"], ["a", "x"]),
);

function readOn({ sources, hourTerm, naming, isOfNames }: Shape): fc.Arbitrary<Read> {
  const count = sources[0]?.terms.length ?? 0;
  const numbers = Array.from({ length: count }, (_, index) => index);
  const condition: fc.Arbitrary<Where> = fc.record({
    term: fc.constantFrom(...numbers),
    anyOf: fc.array(somePattern, { maxLength: 3 }),
  });
  const hours = fc.record({ from: fc.integer({ min: 0, max: 24 }), to: fc.integer({ min: -1, max: 24 }) });
  const buckets = ["all", "day", "week", "month"] as const;
  return fc
    .record({
      from: fc.constantFrom(...DATES),
      to: fc.constantFrom(...DATES),
      hours: hourTerm === null ? fc.constant(null) : fc.option(hours),
      bucket: hourTerm === null ? fc.constantFrom(...buckets) : fc.constantFrom(...buckets, "hour" as const),
      groups: fc.subarray(numbers),
      where: fc.option(whereOn(condition)),
      fields: isOfNames ? fc.constant([]) : fc.subarray([...FIELDS], { minLength: 1 }),
      identity: fc.constantFrom(null, 0 as const, 1 as const),
      imports: fc.boolean(),
    })
    .map((read) => ({
      ...read,
      groups: naming === undefined || read.groups.includes(naming) ? read.groups : [...read.groups, naming],
      sources,
      hourTerm,
      top: null,
    }));
}

/** What makes another question of a read. */
const TWINS: ((read: Read) => Partial<Read>)[] = [
  ({ imports }) => ({ imports: !imports }),
  ({ fields }) => ({ fields: [...FIELDS].filter((field) => !fields.includes(field)).slice(0, 1) }),
  ({ groups }) => ({ groups: [...groups].reverse() }),
  ({ where }) => ({ where: where && { not: where } }),
  ({ bucket }) => ({ bucket: bucket === "all" ? "day" : "all" }),
  ({ from, to }) => ({ from: to, to: from }),
  ({ sources }) => ({ sources: sources.slice(0, 1) }),
  ({ sources }) => ({
    sources: sources.map(({ terms, ...source }) => ({
      ...source,
      terms: terms.map((term) => ("as" in term || term.names ? term : { ...term, blank: "nothing" })),
    })),
  }),
];

describe.each(Object.entries(SHAPES))("SQL and TypeScript agree on random reads of %s", (_, shape) => {
  const site = siteOf(4);
  beforeAll(async () => {
    await env.DB.prepare("DELETE FROM imports WHERE site_id = 4").run();
    await storeImport(site, DONE);
    await storeImport(site, PENDING, { state: "pending" });
    await storeImport(site, REMOVING, { state: "removing" });
  });

  it("over random days, some of which are answered for, and some imported", async () => {
    const scenario = fc.record({
      days: fc.uniqueArray(someDay, { maxLength: 6, selector: ({ day, writer }) => `${day}:${writer}` }),
      reads: fc.array(readOn(shape), { minLength: 8, maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ days, reads }) => {
        await env.DB.prepare("DELETE FROM counts WHERE site_id = 4").run();
        for (const { writer, ...day } of days) await storeDay(site, day as OpenDay, writer);
        const answered = days.filter(({ isAnswered }) => isAnswered).map(({ day, writer }) => `${day}:${writer}`);
        const counting = (read: Read) =>
          days
            .filter(({ isAnswered, writer }) => !isAnswered && (writer >= 0 || (read.imports && writer === -DONE)))
            .map((day) => ({ ...day, properties: PROPERTIES.filter((name) => name in day.dimensions) }) as OpenDay);
        const open = reads.map((read) => openRows(read, counting(read)));
        expect((await stored(site.id, reads, answered)).map(comparable)).toEqual(open.map(comparable));
      }),
      { numRuns: 25 },
    );
  });
});

describe("answers that are kept", () => {
  it("take the place of all rows of properties, however many there are", async () => {
    const site = siteOf(21);
    const names = Array.from({ length: 60 }, (_, index) => propertyDimension(`event ${index}`, "plan"));
    const dimensions = Object.fromEntries(names.map((name) => [name, { pro: [1] }]));
    await storeDay(site, { day: "2026-11-01", dimensions, pairs: {} });
    const read: CountsRead = { ...PROPERTY_NAMES, from: "2026-11-01", to: "2026-11-02", alsoLabels: [], months: [] };
    const later: Promise<unknown>[] = [];
    const keep = (work: Promise<unknown>) => void later.push(work);
    const keeping = { from: read.from, to: read.to, now: 1, isOwners: true, later: keep };
    await env.DB.prepare(
      "INSERT OR IGNORE INTO sites (id, domain, zones, shard_rules, created_at) VALUES (21, '21.example', '', '', 0)",
    ).run();
    const first = await readCounts(DEAR_D1, site.id, [read], [], keeping);
    await Promise.all(later);
    let rowsRead = 0;
    const spent = (rows: number) => {
      rowsRead += rows;
    };
    expect((await readCounts(env.DB, site.id, [read], [], keeping, spent)).rows).toEqual(first.rows);
    expect(first.rows[0]).toHaveLength(60);
    expect(rowsRead).toBeLessThan(10);
  });

  it("are those of their own questions, whatever else was asked", { timeout: 20_000 }, async () => {
    const site = siteOf(20);
    await storeImport(site, DONE + 200);
    const anyRead = fc.constantFrom(...Object.values(SHAPES)).chain(readOn);
    const scenario = fc.record({
      days: fc.uniqueArray(someDay, { minLength: 3, maxLength: 6, selector: ({ day, writer }) => `${day}:${writer}` }),
      // Several reads are one question; a read, and what differs from it in one thing, are two.
      questions: fc.array(fc.array(anyRead, { minLength: 1, maxLength: 2 }), { minLength: 4, maxLength: 8 }),
      twins: fc.array(fc.tuple(anyRead, fc.constantFrom(...TWINS)), { minLength: 4, maxLength: 8 }),
    });
    let answers = 0;
    await fc.assert(
      fc.asyncProperty(scenario, async ({ days, questions, twins }) => {
        await env.DB.batch(
          ["counts", "answers"].map((table) => env.DB.prepare(`DELETE FROM ${table} WHERE site_id = 20`)),
        );
        for (const { writer, ...day } of days) {
          await storeDay(site, day as OpenDay, writer === -DONE ? writer - 200 : writer);
        }
        const all = [...questions, ...twins.flatMap(([read, twin]) => [[read], [{ ...read, ...twin(read) }]])];
        for (const again of [false, true]) {
          for (const reads of all) {
            const later: Promise<unknown>[] = [];
            const from = reads.map((read) => read.from).sort()[0] ?? "";
            const to =
              reads
                .map((read) => read.to)
                .sort()
                .at(-1) ?? "";
            const keeping = {
              from,
              to,
              now: 1,
              isOwners: true,
              later: (work: Promise<unknown>) => void later.push(work),
            };
            const { rows } = await readCounts(DEAR_D1, site.id, reads.map(ofD1), [], keeping);
            await Promise.all(later);
            if (again) expect(later).toEqual([]);
            answers += later.length;
            expect(rows).toEqual(await stored(site.id, reads));
          }
        }
      }),
      { numRuns: 25 },
    );
    // Empty ones are not kept.
    expect(answers).toBeGreaterThan(25);
  });
});

describe("a read of D1", () => {
  it("takes the longest filter there may be", async () => {
    const deep = Array.from({ length: 5 }, () => ["", "a", "b", "c", "d", ""]);
    const wide = Array.from({ length: 25 }, () => ["a", "b"]);
    const exact = Array.from({ length: 500 }, (_, index) => [`v${index}`]);
    for (const anyOf of [deep, wide]) {
      const conditions = [anyOf, ...Array.from({ length: 9 }, () => exact)].map((anyOf) => ({
        not: { term: 0, anyOf },
      }));
      expect(await stored(5, [readOf("second", { and: conditions })])).toEqual([[]]);
    }
  });

  it("takes the longest filters there may be on both keys of a pair, joined as deep as they may be", async () => {
    const deep = Array.from({ length: 5 }, () => ["", "a", "b", "c", "d", ""]);
    const site = siteOf(5);
    const exact = Array.from({ length: 1000 }, (_, index) => ["", `${"x".repeat(50)}${index}`].slice(1));
    const leaves: Where[] = Array.from({ length: 20 }, (_, index) => ({
      term: index % 2,
      anyOf: index === 0 ? deep : exact,
    }));
    const nest = (where: Where, depth: number): Where =>
      depth === 0 ? where : nest({ or: [...leaves.slice(depth * 4 - 4, depth * 4), { not: where }] }, depth - 1);
    const sources = [
      source({ pair: ["entry_page", "page"] }, [term(0, "path"), term(1, "path")], PAIR_FIELDS),
      source({ pair: ["country", "page"] }, [term(0, "whole"), term(1, "path")], PAIR_FIELDS, true),
    ];
    for (const where of [{ and: leaves }, { or: leaves }, nest({ and: leaves.slice(16) }, 4)]) {
      expect(await stored(site.id, [{ ...readOf("whole"), sources, groups: [0, 1], where }])).toEqual([[]]);
    }
  });

  it("leaves out months, other sites, other dimensions, and what is answered for", async () => {
    const site = siteOf(6);
    await store(site, DAY, "d", { a: [0, 0, 1] });
    await store(site, DAY, "d", { a: [0, 0, 2] }, 1);
    await storeImport(site, 7);
    await store(site, DAY, "d", { a: [0, 0, 4] }, -7);
    await store(site, DAY, "e", { a: [0, 0, 8] });
    await store(site, "2026-11", "d", { a: [0, 0, 16] });
    await store(siteOf(7), DAY, "d", { a: [0, 0, 32] });
    const read = { ...readOf("whole"), from: "2026-10-01", to: "2026-12-31" };
    const [rows = []] = await stored(site.id, [read], [`${DAY}:0`]);
    expect(rows.map(({ labels, fields }) => [labels, fields.pageviews])).toEqual([[["a"], 6]]);
  });

  it("leaves out imports that are not done, of another site, or not asked for", async () => {
    const site = siteOf(16);
    await store(site, DAY, "d", { a: [0, 0, 1] });
    await storeImport(site, 161);
    await storeImport(site, 162, { state: "pending" });
    await storeImport(site, 163, { state: "removing" });
    await storeImport(siteOf(17), 164);
    for (const [place, id] of [161, 162, 163, 164, 165].entries()) {
      await store(site, DAY, "d", { a: [0, 0, 2 << place] }, -id);
    }
    const read = readOf("whole");
    const views = (await stored(site.id, [read, { ...read, imports: false }])).map(([row]) => row?.fields.pageviews);
    expect(views).toEqual([3, 1]);
  });

  it("looks up values of whatever characters", async () => {
    const site = siteOf(22);
    const values = [
      "",
      "(other)",
      "a",
      'a"b',
      '"',
      "a\\b",
      "\\",
      "\\u0061",
      "a.b",
      "a[0]",
      "[0]",
      "$",
      "$.a",
      "'",
      "ž😀",
      "a b",
      "#-1",
      "7",
    ];
    values.push("__proto__", "%_*?", "LV\tLV-RIX", "line\nbreak", '","', "{}", "\u2028", "\u007f");
    const numbers = (place: number) => [place + 1, place + 1, place + 1];
    const cells = Object.fromEntries(values.map((value, place) => [value, numbers(place)]));
    const pairs = Object.fromEntries(values.map((value) => [value, cells]));
    const days = ["2026-11-21", DAY].map((day) =>
      openDay(day, { source: cells, [propertyDimension("Signup", "plan")]: cells }, { "country*source": pairs }),
    );
    for (const day of days) await storeDay(site, day);
    const places: [string, Place, Term[]][] = [
      ["single", { single: "source" }, [term(0, "whole")]],
      ["property", { property: "plan" }, [term(0, "whole")]],
      ["outer", { pair: ["country", "source"] }, [term(0, "whole"), term(1, "whole")]],
      ["inner", { pair: ["country", "source"] }, [term(1, "whole"), term(0, "whole")]],
    ];
    for (const [name, at, terms] of places) {
      const reads = [...values, BLANK, "none"].map((value): Read => {
        const sources = [source(at, terms, PAIR_FIELDS)];
        const groups = terms.map((_, index) => index);
        return { ...readOf("whole", { term: 0, anyOf: [[value]] }), from: "2026-11-21", sources, groups };
      });
      const found = (await stored(site.id, reads)).map(comparable);
      expect(found, name).toEqual(reads.map((read) => comparable(openRows(read, days))));
      expect(found.filter((rows) => rows.length > 0)).toHaveLength(values.length);
    }
  });

  it("looks up the values that conditions name, and unpacks no others", async () => {
    const site = siteOf(23);
    const [DAYS, OUTER, INNER, PAGES] = [5, 30, 40, 50];
    const listOf = <T>(length: number, make: (place: number) => T) => Array.from({ length }, (_, place) => make(place));
    const cellsOf = (count: number, name: string, pages = "") =>
      Object.fromEntries(listOf(count, (place) => [`${pages}${name}${place}`, [2, 1, 3, 1]]));
    const nested = (count: number, name: string, inner: Record<string, number[]>, pages = "") =>
      Object.fromEntries(listOf(count, (place) => [`${pages}${name}${place}`, inner]));
    const host = "a.example/";
    const days = listOf(DAYS, (place) =>
      openDay(
        `2026-11-0${place + 1}`,
        { source: cellsOf(INNER, "s") },
        {
          "country*source": nested(OUTER, "c", cellsOf(INNER, "s")),
          "country*page": nested(OUTER, "c", cellsOf(PAGES, "p", host)),
          "entry_page*page": nested(PAGES, "p", cellsOf(PAGES, "p", host), host),
        },
      ),
    );
    for (const day of days) await storeDay(site, day);
    const is = (number: number, label: string): Where => ({ term: number, anyOf: [[label]] });
    const sources: Place = { pair: ["country", "source"] };
    const pages: Place = { pair: ["country", "page"] };
    const entries: Place = { pair: ["entry_page", "page"] };
    // Names are unpacked and put in an index. Cells are unpacked, looked at as they are summed, and named.
    const [NAMES, NAMED] = [2 * PAGES, 5];
    const all = PAGES * PAGES;
    // With the most rows that each day may cost.
    const cases: [string, Place, Where, number][] = [
      ["a value", { single: "source" }, is(0, "s3"), 1 + 1],
      ["an outer value", sources, is(0, "c3"), 1 + 2 * INNER],
      ["an inner value", sources, is(1, "s3"), 1 + 2 * OUTER],
      ["both", sources, { and: [is(0, "c3"), is(1, "s3")] }, 1 + 2],
      ["an inner page", pages, is(1, "/p3"), PAGES + 2 + 2 * OUTER],
      ["an outer value, pages inside", pages, is(0, "c3"), NAMES + NAMED * PAGES],
      ["an outer page", entries, is(0, "/p3"), PAGES + 2 + NAMES + NAMED * PAGES],
      ["a page after other pages", entries, is(1, "/p3"), PAGES + 2 + NAMES + NAMED * PAGES],
      ["all but a page", pages, { not: is(1, "/p3") }, NAMES + OUTER + NAMED * OUTER * PAGES],
      ["all but a page after other pages", entries, { not: is(1, "/p3") }, 2 * NAMES + NAMED * PAGES + NAMED * all],
      ["pages by pattern", entries, { term: 1, anyOf: [["/p", ""]] }, 2 * NAMES + NAMED * PAGES + NAMED * all],
      ["pages", entries, { and: [] }, 2 * NAMES + NAMED * PAGES + NAMED * all],
    ];
    const kept: Promise<unknown>[] = [];
    const keep = (work: Promise<unknown>) => void kept.push(work);
    // Where an answer may be kept, the statements begin with a look for it.
    const keepings = [null, { from: "2026-11-01", to: "2026-11-05", now: 1, isOwners: true, later: keep }];
    for (const [name, at, where, most] of cases) {
      const isPage = (key: number) => "pair" in at && (at.pair[key] ?? "").endsWith("page");
      const terms = [term(0, isPage(0) ? "path" : "whole"), term("pair" in at ? 1 : 0, isPage(1) ? "path" : "whole")];
      const read: Read = {
        ...readOf("whole", where),
        from: "2026-11-01",
        to: "2026-11-05",
        sources: [source(at, terms, PAIR_FIELDS)],
      };
      for (const keeping of keepings) {
        let rowsRead = 0;
        const spent = (rows: number) => {
          rowsRead += rows;
        };
        const { rows } = await readCounts(env.DB, site.id, [ofD1(read)], [], keeping, spent);
        expect(rows.map(comparable), name).toEqual([comparable(openRows(read, days))]);
        // The days' own rows; and the sums, of which there are as many as values.
        expect(rowsRead / DAYS, `${name}: rows a day`).toBeLessThanOrEqual(most + 4 + (2 * PAGES) / DAYS);
      }
    }
    await Promise.all(kept);
  });

  it("names the pages of a pair as each day and writer numbered them", async () => {
    const site = siteOf(8);
    const day = (day: string, pages: string[]) =>
      openDay(day, {}, { "country*page": { LV: Object.fromEntries(pages.map((page) => [page, [1, 1, 1]])) } });
    await storeDay(site, day(DAY, ["a.example/", "a.example/b"]));
    await storeDay(site, day(DAY, ["a.example/b", "a.example/c"]), 1);
    await storeDay(site, day("2026-11-21", ["a.example/c", "a.example/"]));
    const read: Read = {
      ...readOf("whole"),
      from: "2026-11-21",
      sources: [source({ pair: ["country", "page"] }, [term(0, "whole"), term(1, "path")], PAIR_FIELDS)],
      groups: [1],
      where: { term: 0, anyOf: [["LV"]] },
      identity: 1,
    };
    const [rows = []] = await stored(site.id, [read]);
    expect(rows.map(({ labels, fields }) => [labels, fields.pageviews]).sort()).toEqual([
      [["/"], 2],
      [["/b"], 2],
      [["/c"], 2],
    ]);
  });

  it("returns the greatest labels and those that are asked for", async () => {
    const site = siteOf(9);
    await store(site, DAY, "d", Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`v${i}`, [0, 0, i + 1]])));
    const read: Read = { ...readOf("whole"), top: { by: ["pageviews"], over: null, count: 2 } };
    const { rows } = await readCounts(env.DB, site.id, [{ ...ofD1(read), alsoLabels: [["v3"]] }], []);
    expect(rows[0]?.map(({ labels }) => labels.join()).sort()).toEqual(["v3", "v47", "v48", "v49"]);
  });

  it("ranks a ratio over nothing last, and equals by their labels", async () => {
    const site = siteOf(10);
    await store(site, DAY, "d", { none: [0, 0, 9], b: [0, 2, 4], a: [0, 1, 2], least: [0, 4, 4] });
    const base = readOf("whole");
    const columns = { pageviews: COLUMN.pageviews, visits: COLUMN.visits };
    const greatest = async (count: number) => {
      const top = { by: ["pageviews" as const], over: "visits" as const, count };
      const sources = base.sources.map((source) => ({ ...source, columns }));
      const [rows = []] = await stored(site.id, [{ ...base, fields: ["pageviews", "visits"], sources, top }]);
      return rows.map(({ labels }) => labels.join()).sort();
    };
    expect(await greatest(1)).toEqual(["a"]);
    expect(await greatest(2)).toEqual(["a", "b"]);
    expect(await greatest(3)).toEqual(["a", "b", "least"]);
    expect(await greatest(4)).toEqual(["a", "b", "least", "none"]);
  });

  it("tells from which day on there are counts, and pairs", async () => {
    const site = siteOf(11);
    const bounds = async () => (await readCounts(env.DB, site.id, [], [])).bounds;
    expect(await bounds()).toEqual({ firstDay: null, firstPairDay: null, imported: [] });
    await store(site, "2026-11", "site", { "": [1] });
    await store(site, "2026-11-03", "site", { "": [1] });
    expect(await bounds()).toEqual({ firstDay: "2026-11-03", firstPairDay: null, imported: [] });
    await store(site, "2026-10-30", "site", { "": [1] });
    await storeDay(site, openDay("2026-11-05", {}, { "country*page": { LV: { "a.example/": [1, 1, 1] } } }));
    expect(await bounds()).toEqual({ firstDay: "2026-10-30", firstPairDay: "2026-11-05", imported: [] });
  });

  it("tells which days another tool counted, and from which day on its counts are there, once an import is done", async () => {
    const site = siteOf(18);
    const bounds = async () => (await readCounts(env.DB, site.id, [], [])).bounds;
    await store(site, DAY, "site", { "": [1] });
    const days = { from: "2025-01-01", to: "2025-01-31" };
    for (const [id, state, source] of [
      [181, "pending", "plausible"],
      [182, "removing", "plausible"],
      [183, "done", "footfall"],
      [184, "done", "goatcounter"],
    ] as const) {
      await storeImport(site, id, { ...days, state, source });
      await store(site, `2025-01-${id - 154}`, "site", { "": [1] }, -id);
      const isDone = state === "done";
      expect(await bounds(), `${source}, ${state}`).toEqual({
        firstDay: isDone ? "2025-01-29" : DAY,
        firstPairDay: null,
        imported: isDone && source !== "footfall" ? [days] : [],
      });
    }
  });
});

describe("month rows", () => {
  const month = async (siteId: number, month: string) => {
    await env.DB.prepare("INSERT INTO months VALUES (?, ?, 1)").bind(siteId, month).run();
  };
  const read = (bucket: Read["bucket"]): Read => ({ ...readOf("whole"), from: "2026-09-01", to: "2026-11-30", bucket });
  const sums = (rows: readonly Row[] = []) =>
    rows.map(({ bucket, labels, fields }) => [bucket, ...labels, fields.pageviews]).sort();

  it.each(["all", "month"] as const)("stand for the days of months that are listed, by %s", async (bucket) => {
    const site = siteOf(bucket === "all" ? 12 : 13);
    await store(site, "2026-09-01", "d", { a: [0, 0, 1] });
    await store(site, "2026-09-30", "d", { a: [0, 0, 2], b: [0, 0, 4] }, 1);
    await store(site, "2026-10-01", "d", { a: [0, 0, 8] });
    await store(site, "2026-10-31", "d", { a: [0, 0, 16], b: [0, 0, 32] }, 1);
    await store(site, "2026-11-30", "d", { a: [0, 0, 64], c: [0, 0, 128] });
    const [days] = await stored(site.id, [read(bucket)]);
    // Of the three, one has rows and is listed, one has rows that are not valid any more, one has none.
    await store(site, "2026-10", "d", { a: [0, 0, 8] });
    await store(site, "2026-10", "d", { a: [0, 0, 16], b: [0, 0, 32] }, 1);
    await store(site, "2026-09", "d", { a: [0, 0, 10_000] });
    await month(site.id, "2026-10");
    const asked = { ...ofD1(read(bucket)), months: ["2026-09", "2026-10", "2026-11"] };
    const ask = async () => sums((await readCounts(env.DB, site.id, [asked], [])).rows[0]);
    expect(await ask()).toEqual(sums(days));
    // It is the month's rows that were read: without the days nothing changes.
    await env.DB.prepare("DELETE FROM counts WHERE site_id = ? AND period LIKE '2026-10-%'").bind(site.id).run();
    expect(await ask()).toEqual(sums(days));
    await env.DB.prepare("DELETE FROM months WHERE site_id = ?").bind(site.id).run();
    expect(await ask()).not.toEqual(sums(days));
  });

  it("are left where the read may not have them", async () => {
    const site = siteOf(14);
    await store(site, "2026-10-01", "d", { a: [0, 0, 8] });
    await store(site, "2026-10", "d", { a: [0, 0, 1000] });
    await month(site.id, "2026-10");
    const ask = async (months: string[]) =>
      sums((await readCounts(env.DB, site.id, [{ ...ofD1(read("all")), months }], [])).rows[0]);
    expect(await ask([])).toEqual([["", "a", 8]]);
    expect(await ask(["2026-09", "2026-11"])).toEqual([["", "a", 8]]);
    expect(await ask(["2026-10"])).toEqual([["", "a", 1000]]);
  });

  it("of an import count as its days do", async () => {
    const site = siteOf(19);
    await store(site, "2026-10", "d", { a: [0, 0, 1] });
    for (const [id, state] of [
      [191, "done"],
      [192, "pending"],
      [193, "removing"],
    ] as const) {
      await storeImport(site, id, { state });
      await store(site, "2026-10", "d", { a: [0, 0, 2 ** (id - 190)] }, -id);
    }
    await month(site.id, "2026-10");
    const asked = { ...ofD1(read("all")), months: ["2026-10"] };
    const { rows } = await readCounts(env.DB, site.id, [asked, { ...asked, imports: false }], []);
    expect(rows.map(([row]) => row?.fields.pageviews)).toEqual([3, 1]);
  });

  it("stand for a property's dimensions, too", async () => {
    const site = siteOf(15);
    const [plan = "", click = ""] = PROPERTIES;
    await store(site, "2026-10-01", plan, { pro: [1, 0, 0, 0, 0, 1] });
    await store(site, "2026-10", plan, { pro: [1, 0, 0, 0, 0, 2] });
    await store(site, "2026-11-01", click, { pro: [1, 0, 0, 0, 0, 4] });
    await month(site.id, "2026-10");
    const asked: CountsRead = {
      ...ofD1(read("all")),
      months: ["2026-10"],
      sources: [source({ property: "plan" }, [term(0, "whole")])],
      fields: ["customEvents"],
    };
    const { rows } = await readCounts(env.DB, site.id, [asked], []);
    expect(rows[0]?.map(({ labels, fields }) => [...labels, fields.customEvents])).toEqual([["pro", 6]]);
  });
});
