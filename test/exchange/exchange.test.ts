import { env, exports } from "cloudflare:workers";
import fc from "fast-check";
import { unzipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { type DIMENSIONS, PART, propertyDimension } from "../../src/dimensions.ts";
import { exported } from "../../src/exchange/export.ts";
import { type CountsSource, firstOwnDay, storedDays } from "../../src/exchange/stored-days.ts";
import type { OpenDay } from "../../src/hit.ts";
import { COUNTED } from "../../src/metrics.ts";
import { call, makeKey, NOON } from "../manage/support.ts";
import { openDay, siteOf } from "../report/fakes.ts";
import { machineDay } from "./machine-day.ts";
import { type Cells, type Counted, counted, exportOf, exportZip, importInto, makeSite, store } from "./support.ts";

let sites = 0;
/** A site of its own for each test: its domain and id. */
async function newSite(): Promise<{ domain: string; id: number }> {
  const domain = `s${++sites}.example.com`;
  return { domain, id: await makeSite(domain) };
}

const HOSTS = ["example.com", "docs.example.com"];
/** Values as visitors make them, hostile ones too. */
const NASTY = [
  "=cmd|' /C calc'!A0",
  "'tis",
  "''=x",
  "+1",
  "-1",
  "@me",
  'say "hi", twice',
  "ünï ☃ 🙂",
  "__proto__",
  "a;b",
];
const WORDS = ["Google", "spring", "cpc", "", ...NASTY];
const word = fc.constantFrom(...WORDS);
const path = fc.constantFrom("/", "/blog", "/blog/a,b", ...NASTY.map((text) => `/${text}`));
const page = fc.tuple(fc.constantFrom(...HOSTS), path).map(([host, path]) => host + path);
const cut = (parts: string[]) => parts.join(PART).replace(/\t+$/, "");

/** Counts as they rest: zeros at the end cut. */
function counts(columns: number): fc.Arbitrary<number[]> {
  return fc
    .array(fc.nat(50), { minLength: columns, maxLength: columns })
    .map((found) => found.slice(0, found.findLastIndex((count) => count > 0) + 1))
    .filter((found) => found.length > 0);
}
const cells = (value: fc.Arbitrary<string>) =>
  fc.dictionary(value, counts(COUNTED.length), { minKeys: 1, maxKeys: 5, noNullPrototype: true });

const event = fc.constantFrom("Signup", "Outbound Link: Click", ...NASTY);
/** Values of every dimension that is stored: a new one does not compile without its own here. */
const VALUES: Record<Extract<(typeof DIMENSIONS)[number], { stored: true }>["name"], fc.Arbitrary<string>> = {
  site: fc.constant(""),
  hour: fc.nat(23).map(String),
  page,
  entry_page: page,
  exit_page: page,
  acquisition: fc.array(word, { maxLength: 7 }).map(cut),
  source: word,
  channel: fc.constantFrom("Organic Search", ""),
  referrer: word,
  utm_source: word,
  utm_medium: word,
  utm_campaign: word,
  utm_content: word,
  utm_term: word,
  location: fc.constantFrom("LV\tLV-RIX", "LV", ""),
  browser_version: fc.constantFrom("Firefox\t145", "Samsung Internet\t28", "Chrome"),
  os_version: fc.constantFrom("Windows\t10/11", "iOS\t26", "macOS\t10.15+", "Linux"),
  device: fc.constantFrom("Desktop", "Mobile", ""),
  screen: fc.constantFrom("Laptop", ""),
  language: fc.constantFrom("lv", ""),
  event,
  goal: fc.constantFrom("/blog/**", "/*", ...NASTY.map((text) => `/${text}`)),
  revenue: fc.tuple(event, fc.constantFrom("EUR", "USD", "JPY", "KWD")).map(cut),
  dropped: fc.constantFrom("bot", "rate"),
  flags: fc.constantFrom("approximate", "capped:page"),
};
const STORED = Object.keys(VALUES);

const DAY = fc.record({
  ...Object.fromEntries(Object.entries(VALUES).map(([dimension, value]) => [dimension, cells(value)])),
  "event:Signup:plan": cells(word),
  [propertyDimension("=1+1", "@x:y")]: cells(word),
});

/** Some random days of a site. */
function randomDays(seed: number): Counted {
  const days = fc.sample(
    fc.dictionary(fc.constantFrom("2026-10-30", "2026-10-31", "2026-11-01", "2026-11-05"), DAY, {
      minKeys: 2,
      noNullPrototype: true,
    }),
    { numRuns: 1, seed },
  );
  return (days[0] ?? {}) as Counted;
}

describe("export and import", () => {
  it.each([1, 2, 3, 4, 5])("bring all counts into another site as they were (seed %i)", async (seed) => {
    const from = await newSite();
    const to = await newSite();
    await store(from.id, randomDays(seed));
    await store(from.id, randomDays(seed + 100), 1);
    const before = await counted(from.id);
    for (const day of Object.values(before)) expect(Object.keys(day)).toEqual(expect.arrayContaining(STORED));
    const answer = await importInto(to.domain, await exportZip(from.domain));
    expect(answer).toMatchObject({ status: 200, body: { source: "footfall", days: Object.keys(before).length } });
    expect(await counted(to.id)).toEqual(before);
    // And from there on to the next, its imports included.
    const next = await newSite();
    await importInto(next.domain, await exportZip(to.domain));
    expect(await counted(next.id)).toEqual(before);
  });

  it("bring what is counted of goals, revenue, refunds and new visitors, in several currencies", async () => {
    const [from, to] = [await newSite(), await newSite()];
    const day = machineDay("2026-11-01");
    const countedColumns = Object.values(day).flatMap((cells) => Object.values(cells).map((row) => row.length));
    expect(Math.max(...countedColumns)).toBe(COUNTED.length);
    expect(Object.keys(day.revenue ?? {})).toEqual(
      expect.arrayContaining(["Purchase\tEUR", "Purchase\tJPY", "Order: paid\tKWD", "Refund\tUSD"]),
    );
    expect(Object.keys(day)).toEqual(expect.arrayContaining(STORED));
    await store(from.id, { "2026-11-01": day });
    const answer = await importInto(to.domain, await exportZip(from.domain));
    expect(answer).toMatchObject({ status: 200, body: { source: "footfall", days: 1 } });
    expect(await counted(to.id)).toEqual(await counted(from.id));
  });

  it.each([6, 7, 8])("bring by Plausible's files alone what these can carry (seed %i)", async (seed) => {
    const from = await newSite();
    const to = await newSite();
    await store(from.id, randomDays(seed));
    const files = await exportOf(from.domain);
    const plausible = Object.fromEntries(Object.entries(files).filter(([name]) => name.startsWith("imported_")));
    expect(Object.keys(plausible)).toHaveLength(10);
    const answer = await importInto(to.domain, plausible);
    expect(answer).toMatchObject({ status: 200, body: { source: "plausible" } });

    const [before, after] = [await counted(from.id), await counted(to.id)];
    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const [day, dimensions] of Object.entries(before)) {
      const expected = (dimension: string, columns: readonly number[]) => kept(dimensions[dimension], columns);
      for (const [dimension, columns] of CARRIED) {
        expect([day, dimension, kept(after[day]?.[dimension], columns)]).toEqual([
          day,
          dimension,
          expected(dimension, columns),
        ]);
      }
      for (const dimension of ["entry_page", "exit_page"]) {
        expect(byPath(kept(after[day]?.[dimension], VISIT))).toEqual(byPath(expected(dimension, VISIT)));
      }
      expect(Object.keys(after[day] ?? {}).filter((name) => NOT_CARRIED.includes(name))).toEqual([]);
    }
  });

  it("come and go through the Worker's door, the open day included", async () => {
    const headers = { Authorization: "Bearer test-admin-key" };
    const send = (path: string, init: RequestInit = {}) =>
      exports.default.fetch(new Request(`https://stats.test${path}`, { headers, ...init }));
    for (const domain of ["door.example.com", "copy.example.com"]) {
      await send("/api/v1/sites", { method: "POST", body: JSON.stringify({ domain }) });
    }
    await send("/api/event", {
      method: "POST",
      headers: { "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0" },
      body: JSON.stringify({ n: "pageview", u: "https://door.example.com/a", d: "door.example.com" }),
    });
    const zip = await send("/api/v1/sites/door.example.com/export.zip");
    expect(zip.status).toBe(200);
    expect(Object.fromEntries(zip.headers)).toMatchObject({
      "content-type": "application/zip",
      "content-disposition": expect.stringMatching(/^attachment; filename="footfall_door\.example\.com_.*\.zip"$/),
      "cache-control": "private, no-store",
      "x-content-type-options": "nosniff",
    });
    const content = await zip.arrayBuffer();
    const [, own] =
      Object.entries(unzipSync(new Uint8Array(content))).find(([name]) => name.startsWith("footfall")) ?? [];
    expect(new TextDecoder().decode(own)).toContain('"page","door.example.com/a",1,1,1,');
    const form = new FormData();
    form.append("file", new File([content], "any.zip"));
    const answer = await send("/api/v1/sites/copy.example.com/import", { method: "POST", body: form });
    // The copy may count today itself.
    expect([answer.status, await answer.json()]).toEqual([
      409,
      { error: expect.stringMatching(/^body: must hold days before \d{4}-\d\d-\d\d, which is today: /) },
    ]);
  });
});

const VISIT = [0, 1, 2, 3, 4];
const EVENT = [0, 5];
/** Dimension → columns that Plausible's files carry of it. */
const CARRIED: [string, readonly number[]][] = [
  ["site", VISIT],
  ["acquisition", VISIT],
  ["page", [0, 1, 2, 6, 7, 8, 9]],
  ["location", VISIT],
  ["browser_version", VISIT],
  ["os_version", VISIT],
  ["device", VISIT],
  ["event", EVENT],
];
const NOT_CARRIED = ["hour", "screen", "language", "goal", "revenue", "dropped", "flags", "event:Signup:plan"];

/** The columns that are carried; without values that have none. */
function kept(cells: Cells | undefined, columns: readonly number[]): Cells {
  const entries = Object.entries(cells ?? {})
    .map(([value, counts]): [string, number[]] => [value, columns.map((column) => counts[column] ?? 0)])
    .filter(([, counts]) => counts.some((count) => count > 0));
  return Object.fromEntries(entries);
}

function byPath(cells: Cells): Cells {
  const sums: Cells = {};
  for (const [page, counts] of Object.entries(cells)) {
    const path = page.slice(page.indexOf("/"));
    sums[path] = counts.map((count, column) => count + (sums[path]?.[column] ?? 0));
  }
  return sums;
}

describe("an export", () => {
  it("of a site without counts has files of header lines", async () => {
    const { domain } = await newSite();
    const files = await exportOf(domain);
    expect(Object.keys(files)).toEqual([
      ...[
        "visitors",
        "sources",
        "pages",
        "entry_pages",
        "exit_pages",
        "custom_events",
        "locations",
        "devices",
        "browsers",
      ].map((table) => `imported_${table}_20261122_20261122.csv`),
      "imported_operating_systems_20261122_20261122.csv",
      "footfall_counts_20261122_20261122.csv",
      "footfall_pairs_20261122_20261122.csv",
    ]);
    for (const text of Object.values(files)) expect(text).toMatch(/^"date",.*\r\n$/);
  });

  it("has the days asked for", async () => {
    const { domain, id } = await newSite();
    const day = { site: { "": [1, 1, 1] } };
    await store(id, { "2026-09-01": day, "2026-10-01": day, "2026-11-01": day });
    const visitors = async (query: string) => {
      const [[name = "", text = ""] = []] = Object.entries(await exportOf(domain, { query }));
      return [name.slice("imported_visitors_".length, -4), text.match(/^"2026-\d\d/gm)?.map((day) => day.slice(1))];
    };
    expect(await visitors("")).toEqual(["20260901_20261122", ["2026-09", "2026-10", "2026-11"]]);
    expect(await visitors("?from=2026-10-01&to=2026-10-31")).toEqual(["20261001_20261031", ["2026-10"]]);
    expect(await visitors("?from=2026-10-02")).toEqual(["20261002_20261122", ["2026-11"]]);
    expect(await visitors("?to=2026-10-01")).toEqual(["20260901_20261001", ["2026-09", "2026-10"]]);
  });

  it.each([
    ["from=2026-13-01", "from: must be a date such as 2026-11-22"],
    ["to=yesterday", "to: must be a date such as 2026-11-22"],
    ["from=2026-11-02&to=2026-11-01", "from: must not be after to"],
  ])("of a range that is none is refused: %s", async (query, error) => {
    const { domain } = await newSite();
    const answer = await call(`GET /api/v1/sites/${domain}/export.zip?${query}`);
    expect(answer).toMatchObject({ status: 400, body: { error } });
  });

  it("needs a key that may read this site's counts", async () => {
    const [one, other] = [await newSite(), await newSite()];
    const status = async (scopes: string[], domain?: string) => {
      const { key } = await makeKey(scopes, domain);
      return (await call(`GET /api/v1/sites/${one.domain}/export.zip`, { key })).status;
    };
    expect(await status(["stats"], one.domain)).toBe(200);
    expect(await status(["stats"])).toBe(200);
    expect(await status(["stats"], other.domain)).toBe(401);
    expect(await status(["sites"], one.domain)).toBe(403);
  });
});

/** Where the counts of a site are, its tallies told what to answer. */
function sourceOf(id: number, tallies: OpenDay[][], db = env.DB): CountsSource {
  return {
    site: siteOf(id, { shards: tallies.length || 1 }),
    db,
    tally: (_, shard) => ({
      open: async ({ dimensions, from = "", to = "9" }) =>
        (tallies[shard] ?? [])
          .filter(({ day }) => day >= from && day <= to)
          .map((open) => ({
            ...open,
            dimensions: Object.fromEntries(
              Object.entries(open.dimensions).filter(([name]) => dimensions === "all" || dimensions.includes(name)),
            ),
          })),
    }),
    wait: async () => undefined,
  };
}

async function read(source: CountsSource, dimensions: string[] | "all", pieceBytes?: number) {
  const found: [day: string, dimension: string, cells: Cells][] = [];
  for await (const { day, dimension, values } of storedDays(
    source,
    dimensions,
    { from: "2026-01-01", to: "2026-12-31" },
    pieceBytes,
  )) {
    found.push([day, dimension, Object.fromEntries(values)]);
  }
  return found;
}

describe("the stored days", () => {
  it("are those of all shards, of done imports, and of the open days, each counted once", async () => {
    const { id } = await newSite();
    await store(id, {
      "2026-11-20": { page: { "/": [1], "/a": [1] }, site: { "": [1] } },
      "2026-11": { page: { "/": [99] } },
    });
    await store(id, { "2026-11-20": { page: { "/": [2, 1] } }, "2026-11-21": { page: { "/": [40] } } }, 1);
    const imported = async (state: string, writer: number) => {
      await env.DB.prepare("INSERT INTO imports VALUES (?, ?, 'plausible', '', '2026-11-01', '2026-11-01', ?, '{}', 0)")
        .bind(-writer, id, state)
        .run();
      await store(id, { "2026-11-01": { page: { "/": [-writer] } } }, writer);
    };
    await imported("done", -1001);
    await imported("pending", -1002);
    await imported("removing", -1003);
    const tallies = [
      [openDay("2026-11-21", { page: { "/": [3] } }), openDay("2026-11-22", { page: { "/": [5] }, site: { "": [5] } })],
      // Shard 1 answers for the 21st: D1's row of it is older.
      [openDay("2026-11-21", { page: { "/": [41], "/b": [1] } })],
    ];
    for (const pieceBytes of [undefined, 1, 20]) {
      expect(await read(sourceOf(id, tallies), ["page"], pieceBytes)).toEqual([
        ["2026-11-01", "page", { "/": [1001] }],
        ["2026-11-20", "page", { "/": [3, 1], "/a": [1] }],
        ["2026-11-21", "page", { "/": [44], "/b": [1] }],
        ["2026-11-22", "page", { "/": [5] }],
      ]);
    }
    expect((await read(sourceOf(id, tallies), "all")).map(([day, dimension]) => [day, dimension])).toEqual([
      ["2026-11-01", "page"],
      ["2026-11-20", "page"],
      ["2026-11-20", "site"],
      ["2026-11-21", "page"],
      ["2026-11-22", "page"],
      ["2026-11-22", "site"],
    ]);
  });

  it("leave out pairs and lists of values", async () => {
    const { id } = await newSite();
    const odd = {
      "country*page": {},
      "event*page": {},
      "values:page": {},
      "event:Buy*:plan": { pro: [1] },
      site: { "": [1] },
    };
    await store(id, { "2026-11-20": odd });
    expect(await read(sourceOf(id, []), "all")).toEqual([
      ["2026-11-20", "event:Buy*:plan", { pro: [1] }],
      ["2026-11-20", "site", { "": [1] }],
    ]);
  });

  it.each([1, 30, 100, 1_000, 1_000_000])("are the same in pieces of %i bytes", async (pieceBytes) => {
    const { id } = await newSite();
    await store(id, randomDays(9));
    await store(id, randomDays(10), 1);
    await store(id, randomDays(11), 2);
    const all = Object.entries(await counted(id)).flatMap(([day, dimensions]) =>
      Object.entries(dimensions).map(([dimension, cells]) => [day, dimension, cells]),
    );
    expect(await read(sourceOf(id, []), "all", pieceBytes)).toEqual(all);
  });

  it("fail as a whole where a tally stays away", async () => {
    const { id } = await newSite();
    let asked = 0;
    const source: CountsSource = {
      ...sourceOf(id, []),
      tally: () => ({
        open: async () => {
          asked++;
          throw new Error("Network connection lost.");
        },
      }),
    };
    await expect(read(source, "all")).rejects.toMatchObject({ name: "Unavailable", part: "tally" });
    expect(asked).toBe(3);
  });
});

describe("the first own day", () => {
  const own = (id: number, tallies: OpenDay[][] = []) => firstOwnDay(sourceOf(id, tallies));

  it("is that of D1 or of an open day, and no import's", async () => {
    const { id } = await newSite();
    await store(id, { "2025-01-01": { site: { "": [1] } } }, -900);
    expect(await own(id)).toBeNull();
    expect(await own(id, [[], [openDay("2026-11-22", { site: { "": [1] } })]])).toBe("2026-11-22");
    await store(id, { "2026-11-03": { site: { "": [1] } } });
    expect(await own(id, [[openDay("2026-11-22", { site: { "": [1] } })]])).toBe("2026-11-03");
  });

  it("is no day of nothing but drops", async () => {
    const { id } = await newSite();
    await store(id, { "2026-11-01": { site: {}, dropped: { bot: [0, 0, 0, 0, 0, 9] } } });
    expect(await own(id, [[openDay("2026-11-02", { site: {} })]])).toBeNull();
  });

  it("is the first of a month whose days are gone", async () => {
    const { id } = await newSite();
    await store(id, { "2026-02": { site: { "": [1] } }, "2026-03-05": { site: { "": [1] } } });
    expect(await own(id)).toBe("2026-02-01");
  });
});

describe("a download", () => {
  it("is made while it is read, and ends when nobody reads on", async () => {
    const { id } = await newSite();
    const days = Object.fromEntries(
      Array.from({ length: 60 }, (_, day) => [
        new Date(Date.UTC(2026, 7, 1 + day)).toISOString().slice(0, 10),
        {
          page: Object.fromEntries(
            Array.from({ length: 300 }, (_, i) => [`example.com/${day}/${i * 7919}`, [i + 1, day]]),
          ),
        },
      ]),
    );
    await store(id, days);
    let reads = 0;
    const db = new Proxy(env.DB, {
      get: (target, name) => {
        if (name === "prepare") reads++;
        const value = Reflect.get(target, name);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    const pieces = exported(sourceOf(id, [], db), { from: "2026-08-01", to: "2026-11-22" }, NOON);
    await pieces.next();
    const readForFirst = reads;
    expect(readForFirst).toBeLessThan(4);
    await pieces.return(undefined);
    expect(await pieces.next()).toEqual({ value: undefined, done: true });
    expect(reads).toBe(readForFirst);
  });
});

it("packs nothing that was not asked for into the ZIP of another site", async () => {
  const [one, other] = [await newSite(), await newSite()];
  await store(one.id, { "2026-11-01": { site: { "": [1] }, page: { "secret.example.com/": [1] } } });
  expect(JSON.stringify(await exportOf(other.domain))).not.toContain("secret");
});
