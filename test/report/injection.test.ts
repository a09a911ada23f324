import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { propertyDimension } from "../../src/dimensions.ts";
import { siteByDomain } from "../../src/store/sites.ts";
import { call } from "../manage/support.ts";
import { openDay, siteOf, storeDay } from "./fakes.ts";

/** What callers of the reports and visitors of the site may send is text, and nothing but text, wherever it goes. */

const SITE = "this.example.com";
const DAY = "2026-11-21";

const STRINGS: Record<string, string> = {
  "a quote": "'",
  "a double quote": '"',
  "a statement": "'; DROP TABLE counts; --",
  "a condition": "' OR '1'='1",
  "a second query": "') UNION ALL SELECT hash, hash, hash FROM api_keys --",
  "a comment": "/* x */ -- x",
  "a path into JSON": "$.x",
  "a quoted path into JSON": '$."x"',
  "a path to all of JSON": "$[0]",
  "the end of a path": '"].x',
  "a placeholder": "?1",
  "a named placeholder": ":site",
  "a pattern of LIKE": "%_\\",
  "a pattern of GLOB": "[a-z]*?",
  wildcards: "*".repeat(30),
  "separators of filters": "a|b;c==d!=e\\",
  "an expression that is none": "([",
  "an expression that goes back and forth": "(a+)+$",
  "a backslash": "\\",
  "an escape": "\u001b[31m",
  "a tab": "a\tb",
  "a line's end": "a\r\nb",
  "the least control character": "\u0001",
  NUL: "a\u0000b",
  "a prototype": "__proto__",
  "a constructor": "constructor",
  "a method": "toString",
  "an object": '{"$ne":null}',
  "a family": "👩‍👩‍👧",
  "text from right to left": "\u202eabc",
  "2,000 letters": "a".repeat(2_000),
  "2,000 quotes": "'".repeat(2_000),
  "2,000 emoji": "😀".repeat(1_000),
  "a long way up": "../".repeat(100),
  markup: "<script>alert(1)</script>",
  "a number": "-1",
  "too much of a number": "1e999",
  other: "(other)",
};
const NAMES = Object.keys(STRINGS);

let siteId = 0;

beforeAll(async () => {
  await call("POST /api/v1/sites", { body: { domain: SITE } });
  await call("PUT /api/v1/sites/goals", { body: { site_id: SITE, goal_type: "event", event_name: "Signup" } });
  siteId = (await siteByDomain(env.DB, SITE))?.id ?? 0;
  // Each of the strings was a source, a value of a property and the name of one, some times.
  const strings = Object.values(STRINGS).filter((text) => !text.includes("\0"));
  const counts = (index: number) => [1, 1, index + 1, 0, 0, index + 1];
  const values = Object.fromEntries(strings.map((text, index) => [text, counts(index)]));
  await storeDay(
    siteOf(siteId),
    openDay(
      DAY,
      {
        site: { "": [100, 100, 1000] },
        source: values,
        event: { Signup: [1, 0, 0, 0, 0, 1] },
        [propertyDimension("Signup", "plan")]: values,
        ...Object.fromEntries(strings.map((text, index) => [propertyDimension("Signup", text), { x: counts(index) }])),
      },
      { "country*source": { LV: values }, "source*page": { Google: { [`${SITE}/`]: [1, 1, 1] } } },
    ),
  );
});

/** All that D1 holds. */
async function everything(): Promise<unknown> {
  const tables = ["sites", "api_keys", "shared_links", "counts", "imports", "months"];
  const results = await env.DB.batch([
    env.DB.prepare("SELECT name, sql FROM sqlite_master ORDER BY name"),
    ...tables.map((table) =>
      table === "counts"
        ? env.DB.prepare("SELECT *, hex(data) AS data FROM counts ORDER BY site_id, dimension, period, writer")
        : env.DB.prepare(`SELECT * FROM ${table}`),
    ),
  ]);
  return results.map(({ results }) => results);
}

const period = { period: "custom", date: `${DAY},${DAY}` };

/** Every parameter of every report that an address asks for, with the string in its place. */
function addresses(text: string): string[] {
  const of = (face: string, parameters: Record<string, string>) =>
    `/api/v1/stats/${face}?${new URLSearchParams({ site_id: SITE, ...period, property: "visit:source", ...parameters })}`;
  const faces = ["aggregate", "timeseries", "breakdown", "realtime/visitors"];
  const filters = [
    text,
    `${text}==a`,
    `visit:source==${text}`,
    `visit:source!=${text}`,
    `visit:source==*${text}*`,
    `visit:source==${text};visit:country==LV`,
    `event:props:${text}==x`,
    `event:props:plan==${text}`,
    `event:goal==${text}`,
    `event:page==${text}`,
  ];
  return [
    ...faces.map((face) => of(face, { site_id: text })),
    ...["period", "date", "metrics", "compare"].map((name) => of("aggregate", { [name]: text })),
    of("aggregate", { period: "custom", date: `${text},${DAY}` }),
    of("timeseries", { interval: text }),
    ...["property", "limit", "page"].map((name) => of("breakdown", { [name]: text })),
    of("breakdown", { property: `event:props:${text}` }),
    of("breakdown.csv", { property: `event:props:${text}` }),
    of("breakdown.csv", { property: "visit:source", filters: `visit:source==${text}` }),
    ...filters.map((filters) => of("aggregate", { filters })),
    ...filters.slice(1, 5).map((filters) => of("breakdown", { filters })),
    `/api/stats/${encodeURIComponent(text)}`,
    ...["period", "date"].map((name) => `/api/stats/${SITE}?${name}=${encodeURIComponent(text)}`),
  ];
}

const QUESTION = { site_id: SITE, metrics: ["pageviews"], date_range: [DAY, DAY] };

/** Every place of a query of v2 where text may stand. */
function questions(text: string): object[] {
  const filters = ["is", "contains_not", "matches"].flatMap((operator) =>
    ["visit:source", "event:props:plan", "event:goal", "visit:country_name"].flatMap((dimension) => [
      [operator, dimension, [text]],
      [operator, dimension, [text, "b"], { case_sensitive: false }],
    ]),
  );
  return [
    { site_id: text },
    { metrics: [text] },
    { date_range: text },
    { date_range: [text, DAY] },
    { dimensions: [text] },
    { dimensions: [`event:props:${text}`], metrics: ["events"] },
    { dimensions: [`event:props:${text}`, "event:name"], metrics: ["events"] },
    { dimensions: ["visit:source"], order_by: [[text, "asc"]] },
    { dimensions: ["visit:source"], order_by: [["visit:source", text]] },
    { dimensions: [`event:props:${text}`], metrics: ["events"], order_by: [[`event:props:${text}`, "desc"]] },
    { include: { [text]: true } },
    { include: { comparisons: { mode: text } } },
    { include: { comparisons: { mode: "custom", date_range: text } } },
    { pagination: { limit: text } },
    { [text]: 1 },
    { filters: text },
    { filters: [text] },
    { filters: [[text, "visit:source", ["a"]]] },
    { filters: [["is", text, ["a"]]] },
    { filters: [["is", `event:props:${text}`, ["x"]]], metrics: ["events"] },
    { filters: [["is", "visit:source", [text], { [text]: true }]] },
    {
      filters: [
        [
          "or",
          [
            ["is", "visit:source", [text]],
            ["not", ["is", "visit:country", [text]]],
          ],
        ],
      ],
    },
    ...filters.map((filter) => ({ filters: [filter], metrics: ["events"] })),
    ...filters.slice(0, 2).map((filter) => ({ filters: [filter], metrics: ["events"], dimensions: ["visit:country"] })),
  ].map((parts) => ({ ...QUESTION, ...parts }));
}

describe.each(NAMES)("%s", (name) => {
  const text = STRINGS[name] ?? "";

  it("is answered or refused in every parameter of every report, and changes nothing", async () => {
    const before = await everything();
    await Promise.all(
      addresses(text).map(async (address) => {
        const { status, body } = await call(`GET ${address}`);
        expect([200, 400, 401], `${address} → ${status} ${JSON.stringify(body)}`).toContain(status);
      }),
    );
    expect(await everything()).toEqual(before);
  });

  it("is answered or refused in every place of a query of v2, and changes nothing", async () => {
    const before = await everything();
    await Promise.all(
      questions(text).map(async (body) => {
        const answer = await call("POST /api/v2/query", { body });
        const said = `${JSON.stringify(body)} → ${answer.status} ${JSON.stringify(answer.body)}`;
        expect([200, 400, 401], said).toContain(answer.status);
      }),
    );
    expect(await everything()).toEqual(before);
  });
});

const STORED = NAMES.filter((name) => !STRINGS[name]?.includes("\0"));

describe("is found where it was counted, and nothing else is:", () => {
  const asked = async (parts: object) => (await call("POST /api/v2/query", { body: { ...QUESTION, ...parts } })).body;

  it.each(STORED.map((name, index) => [name, index + 1] as const))("%s", async (name, count) => {
    const text = STRINGS[name] ?? "";
    const filters = [["is", "visit:source", [text]]];
    expect((await asked({ filters })).results).toEqual([{ dimensions: [], metrics: [count] }]);
    expect((await asked({ filters, dimensions: ["visit:source"] })).results).toEqual([
      { dimensions: [text], metrics: [count] },
    ]);
    const joined = [...filters, ["is", "visit:country", ["LV"]]];
    expect((await asked({ filters: joined, dimensions: ["visit:source", "visit:country"] })).results).toEqual([
      { dimensions: [text, "LV"], metrics: [count] },
    ]);
    const ofProperty = { metrics: ["events"], dimensions: ["event:props:plan"] };
    const isValue = [["is", "event:props:plan", [text]]];
    expect((await asked({ ...ofProperty, filters: isValue })).results).toEqual([
      { dimensions: [text], metrics: [2 * count] },
    ]);
    if (text.length <= 300) {
      const dimension = `event:props:${text}`;
      expect((await asked({ metrics: ["events"], dimensions: [dimension] })).results).toEqual([
        { dimensions: ["x"], metrics: [2 * count] },
      ]);
    }
  });

  it.each(STORED.filter((name) => STRINGS[name] === STRINGS[name]?.trim()))("%s, by v1", async (name) => {
    const text = STRINGS[name] ?? "";
    // A backslash is one, unless it stands before what it takes the meaning from.
    if (/\\$|\\[|;*]/.test(text)) return;
    const filters = `visit:source==${text.replace(/[|;*]/g, "\\$&")}`;
    const query = new URLSearchParams({
      site_id: SITE,
      ...period,
      property: "visit:source",
      metrics: "pageviews",
      filters,
    });
    const { body } = await call(`GET /api/v1/stats/breakdown?${query}`);
    expect(body.results).toEqual([{ source: text, pageviews: STORED.indexOf(name) + 1 }]);
  });
});

describe("in a CSV file", () => {
  const CELLS: [label: string, cell: string][] = [
    ["plain", "plain"],
    ["=1+1", "'=1+1"],
    ["+1", "'+1"],
    ["-1+1", "'-1+1"],
    ["@SUM(A1)", "'@SUM(A1)"],
    ["\t=1+1", '"\'\t=1+1"'],
    ["\r=1+1", '"\'\r=1+1"'],
    ["\n=1+1", '"\'\n=1+1"'],
    ["a=1", "a=1"],
    ["'=1", "'=1"],
    ["a,=1+1", '"a,=1+1"'],
    // Where a comma is the sign of decimals, spreadsheets part cells by semicolons.
    ["a;=1+1", '"a;=1+1"'],
    ["a\t=1+1", '"a\t=1+1"'],
    ['say "hi"', '"say ""hi"""'],
    ['=HYPERLINK("http://evil.test","a")', '"\'=HYPERLINK(""http://evil.test"",""a"")"'],
    ["a\r\n=1+1", '"a\r\n=1+1"'],
    ["ž 😀", "ž 😀"],
  ];
  const CSV = "csv.example.com";
  const property = "=cmd|'/C calc'!A0";

  beforeAll(async () => {
    await call("POST /api/v1/sites", { body: { domain: CSV } });
    const id = (await siteByDomain(env.DB, CSV))?.id ?? 0;
    // All as often, so that labels alone decide the order.
    const values = Object.fromEntries(CELLS.map(([label]) => [label, [1, 1, 1, 0, 0, 1]]));
    const dimensions = { source: values, [propertyDimension("Signup", property)]: values };
    await storeDay(siteOf(id), openDay(DAY, dimensions));
  });

  const inOrder = [...CELLS].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, cell]) => cell);

  it("a label is text and no formula: v1", async () => {
    const query = new URLSearchParams({ site_id: CSV, ...period, property: "visit:source", metrics: "visits" });
    const { body } = await call(`GET /api/v1/stats/breakdown.csv?${query}`);
    expect(body).toBe(["source,visits", ...inOrder.map((cell) => `${cell},1`), ""].join("\r\n"));
  });

  it("a label is text and no formula, and so is the name of a property: v2", async () => {
    const { body } = await call("POST /api/v2/query", {
      headers: { Accept: "text/csv" },
      body: { ...QUESTION, site_id: CSV, metrics: ["events"], dimensions: [`event:props:${property}`] },
    });
    expect(body).toBe([`event:props:${property},events`, ...inOrder.map((cell) => `${cell},2`), ""].join("\r\n"));
  });

  it("the name of a property is text and no formula: v1", async () => {
    const query = new URLSearchParams({
      site_id: CSV,
      ...period,
      property: `event:props:${property}`,
      metrics: "events",
    });
    const { body, headers } = await call(`GET /api/v1/stats/breakdown.csv?${query}`);
    expect(body.split("\r\n")[0]).toBe(`'${property},events`);
    expect(headers.get("Content-Disposition")).toBe('attachment; filename="csv.example.com by _cmd___C calc__A0.csv"');
  });
});
