import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { clerkStub } from "../../src/clerk/stub.ts";
import type { Env } from "../../src/env.ts";
import { type ImportTarget, importUpload } from "../../src/exchange/import.ts";
import { readUpload } from "../../src/exchange/upload.ts";
import { deleteWhatExpired } from "../../src/manage/retention.ts";
import { beginImport, completeImport, ImportWriter, removeImport } from "../../src/store/imports.ts";
import { siteByDomain } from "../../src/store/sites.ts";
import { call, failAt, makeKey, NOON } from "../manage/support.ts";
import { type Counted, counted, csv, exportOf, importInto, makeSite, store, zipOf } from "./support.ts";

let sites = 0;
async function newSite(): Promise<{ domain: string; id: number }> {
  const domain = `i${++sites}.example.com`;
  return { domain, id: await makeSite(domain) };
}

/** How many rows of counts and of imports a site has. */
async function rows(id: number): Promise<unknown> {
  return env.DB.prepare(
    "SELECT (SELECT count(*) FROM counts WHERE site_id = ?1) AS counts, (SELECT count(*) FROM imports WHERE site_id = ?1) AS imports",
  )
    .bind(id)
    .first();
}
const NOTHING = { counts: 0, imports: 0 };

const named = (table: string) => `imported_${table}_20260301_20260331.csv`;

/** A small export as Plausible makes one: of two days in March 2026, one of them with little. */
const FIXTURE: Record<string, string> = {
  [named("visitors")]: csv(
    ["date", "visitors", "pageviews", "bounces", "visits", "visit_duration"],
    ["2026-03-01", 9, 21, 4, 11, 1260],
    ["2026-03-02", 1, 1, 1, 1, 0],
  ),
  [named("sources")]: csv(
    [
      "date",
      "source",
      "referrer",
      "utm_source",
      "utm_medium",
      "utm_campaign",
      "utm_content",
      "utm_term",
      "pageviews",
      "visitors",
      "visits",
      "visit_duration",
      "bounces",
    ],
    ["2026-03-01", "Google", "google.com", "", "", "", "", "", 9, 4, 5, 700, 2],
    ["2026-03-01", "newsletter", "", "newsletter", "email", "march", "", "", 8, 2, 2, 500, 0],
    ["2026-03-01", "", "", "", "", "", "", "", 4, 3, 4, 60, 2],
    ["2026-03-02", "Hacker News", "news.ycombinator.com/item?id=1", "", "", "", "", "", 1, 1, 1, 0, 1],
  ),
  [named("pages")]: csv(
    [
      "date",
      "hostname",
      "page",
      "visits",
      "visitors",
      "pageviews",
      "total_scroll_depth",
      "total_scroll_depth_visits",
      "total_time_on_page",
      "total_time_on_page_visits",
    ],
    ["2026-03-01", "example.com", "/", 9, 8, 12, 480, 8, 300, 9],
    ["2026-03-01", "docs.example.com", "/install", 4, 4, 9, 310, 4, 400, 4],
  ).concat('"2026-03-02","example.com","/",1,1,1,\\N,\\N,,\n'),
  [named("entry_pages")]: csv(
    ["date", "entry_page", "visitors", "entrances", "visit_duration", "bounces", "pageviews"],
    ["2026-03-01", "/", 8, 8, 700, 3, 14],
    ["2026-03-01", "/install", 2, 3, 560, 1, 7],
  ),
  [named("exit_pages")]: csv(
    ["date", "exit_page", "visitors", "visit_duration", "exits", "bounces", "pageviews"],
    ["2026-03-01", "/", 6, 460, 7, 3, 10],
    ["2026-03-01", "/gone", 4, 800, 4, 1, 11],
  ),
  [named("custom_events")]: csv(
    ["date", "name", "link_url", "path", "visitors", "events"],
    ["2026-03-01", "Outbound Link: Click", "https://a.example/", "", 2, 3],
    ["2026-03-01", "404", "", "/gone", 1, 2],
    ["2026-03-01", "Signup", "", "", 1, 1],
  ),
  [named("locations")]: csv(
    ["date", "country", "region", "city", "visitors", "visits", "visit_duration", "bounces", "pageviews"],
    ["2026-03-01", "LV", "LV-RIX", 456172, 5, 6, 600, 2, 11],
    ["2026-03-01", "LV", "LV-RIX", 0, 1, 2, 60, 1, 3],
    ["2026-03-01", "DE", "", 0, 3, 3, 600, 1, 7],
  ),
  [named("devices")]: csv(
    ["date", "device", "visitors", "visits", "visit_duration", "bounces", "pageviews"],
    ["2026-03-01", "Desktop", 6, 7, 1000, 2, 15],
    ["2026-03-01", "Mobile", 3, 4, 260, 2, 6],
  ),
  [named("browsers")]: csv(
    ["date", "browser", "browser_version", "visitors", "visits", "visit_duration", "bounces", "pageviews"],
    ["2026-03-01", "Firefox", "135.0", 9, 11, 1260, 4, 21],
  ),
  [named("operating_systems")]: csv(
    [
      "date",
      "operating_system",
      "operating_system_version",
      "visitors",
      "visits",
      "visit_duration",
      "bounces",
      "pageviews",
    ],
    ["2026-03-01", "GNU/Linux", "", 9, 11, 1260, 4, 21],
  ),
  [named("custom_props")]: csv(
    ["date", "property", "value", "visitors", "events"],
    ["2026-03-01", "plan", "pro", 1, 1],
  ),
};

const SUMMARY = {
  id: expect.any(Number),
  source: "plausible",
  from: "2026-03-01",
  to: "2026-03-02",
  days: 2,
  visitors: 10,
  pageviews: 22,
  tables: [
    ...["visitors", "sources", "pages", "entry_pages", "exit_pages"],
    ...["custom_events", "locations", "devices", "browsers", "operating_systems"],
  ],
  ignored: [named("custom_props")],
  skipped: null,
  created_at: "2026-11-22T12:00:00.000Z",
};

const IMPORTED: Counted = {
  "2026-03-01": {
    acquisition: {
      "Google\tgoogle.com": [4, 5, 9, 2, 700],
      "Newsletter\t\tnewsletter\temail\tmarch": [2, 2, 8, 0, 500],
      "": [3, 4, 4, 2, 60],
    },
    browser_version: { "Firefox\t135.0": [9, 11, 21, 4, 1260] },
    channel: { "Organic Search": [4, 5, 9, 2, 700], Email: [2, 2, 8, 0, 500], "": [3, 4, 4, 2, 60] },
    device: { Desktop: [6, 7, 15, 2, 1000], Mobile: [3, 4, 6, 2, 260] },
    entry_page: { "example.com/": [8, 8, 14, 3, 700], "docs.example.com/install": [2, 3, 7, 1, 560] },
    event: { "Outbound Link: Click": [2, 0, 0, 0, 0, 3], 404: [1, 0, 0, 0, 0, 2], Signup: [1, 0, 0, 0, 0, 1] },
    "event:404:path": { "/gone": [1, 0, 0, 0, 0, 2] },
    "event:Outbound Link%3A Click:url": { "https://a.example/": [2, 0, 0, 0, 0, 3] },
    exit_page: { "example.com/": [6, 7, 10, 3, 460], "DOMAIN/gone": [4, 4, 11, 1, 800] },
    location: { "LV\tLV-RIX": [6, 8, 14, 3, 660], DE: [3, 3, 7, 1, 600] },
    os_version: { Linux: [9, 11, 21, 4, 1260] },
    page: {
      "example.com/": [8, 9, 12, 0, 0, 0, 300, 9, 480, 8],
      "docs.example.com/install": [4, 4, 9, 0, 0, 0, 400, 4, 310, 4],
    },
    referrer: { "google.com": [4, 5, 9, 2, 700], "": [5, 6, 12, 2, 560] },
    site: { "": [9, 11, 21, 4, 1260, 6] },
    source: { Google: [4, 5, 9, 2, 700], Newsletter: [2, 2, 8, 0, 500], "": [3, 4, 4, 2, 60] },
    utm_campaign: { march: [2, 2, 8, 0, 500], "": [7, 9, 13, 4, 760] },
    utm_content: { "": [9, 11, 21, 4, 1260] },
    utm_medium: { email: [2, 2, 8, 0, 500], "": [7, 9, 13, 4, 760] },
    utm_source: { newsletter: [2, 2, 8, 0, 500], "": [7, 9, 13, 4, 760] },
    utm_term: { "": [9, 11, 21, 4, 1260] },
  },
  "2026-03-02": {
    acquisition: { "Hacker News\tnews.ycombinator.com/item?id=1": [1, 1, 1, 1] },
    channel: { "Organic Social": [1, 1, 1, 1] },
    page: { "example.com/": [1, 1, 1] },
    referrer: { "news.ycombinator.com/item?id=1": [1, 1, 1, 1] },
    site: { "": [1, 1, 1, 1] },
    source: { "Hacker News": [1, 1, 1, 1] },
    utm_campaign: { "": [1, 1, 1, 1] },
    utm_content: { "": [1, 1, 1, 1] },
    utm_medium: { "": [1, 1, 1, 1] },
    utm_source: { "": [1, 1, 1, 1] },
    utm_term: { "": [1, 1, 1, 1] },
  },
};

function importedBy(domain: string): Counted {
  return JSON.parse(JSON.stringify(IMPORTED).replace("DOMAIN", domain));
}

describe("an import from Plausible", () => {
  it("becomes the rows that stand for it", async () => {
    const { domain, id } = await newSite();
    const answer = await importInto(domain, FIXTURE);
    expect(answer).toMatchObject({ status: 200 });
    expect(answer.body).toEqual(SUMMARY);
    expect(await counted(id)).toEqual(importedBy(domain));
    const { results } = await env.DB.prepare("SELECT DISTINCT writer FROM counts WHERE site_id = ?").bind(id).all();
    expect(results).toEqual([{ writer: -answer.body.id }]);
  });

  it("is the same whatever order its rows, columns, files and days come in", async () => {
    const { domain, id } = await newSite();
    const turned = Object.entries(FIXTURE).map(([name, text]): [string, string] => {
      const [header = "", ...lines] = text.trimEnd().split("\n");
      const turn = (line: string) => line.split(",").reverse().join();
      // No cell of the fixture holds a comma.
      return [name, `\ufeff${[header, ...lines.reverse()].map(turn).join("\r\n")}`];
    });
    expect((await importInto(domain, Object.fromEntries(turned.reverse()))).body).toEqual(SUMMARY);
    expect(await counted(id)).toEqual(importedBy(domain));
  });

  it("may come as one file, and says which tables there were", async () => {
    const { domain, id } = await newSite();
    const answer = await call(`POST /api/v1/sites/${domain}/import?filename=${named("devices")}`, {
      body: FIXTURE[named("devices")],
      headers: { "Content-Type": "text/csv" },
    });
    expect(answer).toMatchObject({ status: 200, body: { tables: ["devices"], days: 1, visitors: 0 } });
    expect(await counted(id)).toEqual({ "2026-03-01": { device: IMPORTED["2026-03-01"]?.device } });
  });

  it("of older versions lacks columns", async () => {
    const { domain, id } = await newSite();
    const old = csv(
      ["date", "hostname", "page", "visits", "visitors", "pageviews"],
      ["2026-03-01", "example.com", "/", 3, 2, 4],
    );
    expect((await importInto(domain, { [named("pages")]: old })).status).toBe(200);
    expect(await counted(id)).toEqual({ "2026-03-01": { page: { "example.com/": [2, 3, 4] } } });
  });
});

describe("days that the site counted itself", () => {
  it("are left out, from the first of them on", async () => {
    const { domain, id } = await newSite();
    await store(id, { "2026-03-02": { site: { "": [1, 1, 1] } } });
    const answer = await importInto(domain, FIXTURE);
    expect(answer.body).toEqual({
      ...SUMMARY,
      to: "2026-03-01",
      days: 1,
      visitors: 9,
      pageviews: 21,
      skipped: { from: "2026-03-02", to: "2026-03-02", days: 1 },
    });
    const after = await counted(id);
    expect(after["2026-03-01"]).toEqual(importedBy(domain)["2026-03-01"]);
    expect(after["2026-03-02"]).toEqual({ site: { "": [1, 1, 1] } });
  });

  it("leave nothing of an upload that has no others", async () => {
    const { domain, id } = await newSite();
    await store(id, { "2026-02-28": { site: { "": [1, 1, 1] } } });
    const answer = await importInto(domain, FIXTURE);
    expect(answer).toMatchObject({
      status: 409,
      body: { error: "body: must hold days before 2026-02-28, the first day that this site counted itself" },
    });
    expect(await rows(id)).toEqual({ counts: 1, imports: 0 });
  });

  it("are today and what is to come, on a site that has counted nothing yet", async () => {
    const { domain } = await newSite();
    const name = "imported_visitors_20261120_20261130.csv";
    const visitors = csv(
      ["date", "visitors", "pageviews", "bounces", "visits", "visit_duration"],
      ["2026-11-21", 1, 1, 1, 1, 0],
      ["2026-11-22", 2, 2, 2, 2, 0],
      ["2026-11-23", 2, 2, 2, 2, 0],
    );
    expect((await importInto(domain, { [name]: visitors })).body).toMatchObject({
      from: "2026-11-21",
      to: "2026-11-21",
      visitors: 1,
      skipped: { from: "2026-11-22", to: "2026-11-23", days: 2 },
    });
  });

  it("are named as not over yet where a site that has counted nothing gets no other", async () => {
    const { domain, id } = await newSite();
    const visitors = csv(
      ["date", "visitors", "pageviews", "bounces", "visits", "visit_duration"],
      ["2026-11-22", 2, 2, 2, 2, 0],
    );
    expect(await importInto(domain, { "imported_visitors_20261122_20261122.csv": visitors })).toMatchObject({
      status: 409,
      body: {
        error: "body: must hold days before 2026-11-22, which is today: only days that are over can be imported",
      },
    });
    expect(await rows(id)).toEqual(NOTHING);
  });
});

it("of days that the site does not keep is refused as a whole, and taken once it keeps them", async () => {
  const { domain, id } = await newSite();
  const visitors = (...days: string[]) => ({
    "imported_visitors_20200101_20241231.csv": csv(
      ["date", "visitors", "pageviews", "bounces", "visits", "visit_duration"],
      ...days.map((day) => [day, 1, 1, 1, 1, 0]),
    ),
  });
  expect(await importInto(domain, visitors("2024-10-31", "2024-11-01"))).toMatchObject({
    status: 409,
    body: {
      error:
        "body: has days from 2024-10-31 on, and this site keeps none before 2024-11-01: set its retention_months to 0 " +
        "(for ever) or to more, or leave those days out",
    },
  });
  expect(await rows(id)).toEqual(NOTHING);
  expect((await importInto(domain, visitors("2024-11-01"))).status).toBe(200);
  await call(`PUT /api/v1/sites/${domain}`, { body: { retention_months: 0 } });
  expect((await importInto(domain, visitors("2020-10-31"))).status).toBe(200);
});

it("does not say that an import is as it was whose first days were not kept", async () => {
  const { domain, id } = await newSite();
  const file = csv(
    ["date", "visitors", "pageviews", "bounces", "visits", "visit_duration"],
    ["2025-01-02", 1, 1, 1, 1, 1],
    ["2025-02-03", 1, 1, 1, 1, 1],
  );
  const again = () => importInto(domain, { "imported_visitors_20250101_20250228.csv": file });
  expect((await again()).status).toBe(200);
  await env.DB.prepare("UPDATE sites SET retention_months = 22 WHERE id = ?").bind(id).run();
  await deleteWhatExpired(env, NOON);
  await call(`PUT /api/v1/sites/${domain}`, { body: { retention_months: 0 } });
  const { imports } = (await call(`GET /api/v1/sites/${domain}/imports`)).body;
  expect(imports).toMatchObject([{ from: "2025-02-01", to: "2025-02-03" }]);
  const days = "days from 2025-01-02 to 2025-02-03";
  expect(await again()).toMatchObject({
    status: 409,
    body: { error: expect.stringContaining(`${days} overlap import ${imports[0].id}, from 2025-02-01 to 2025-02-03`) },
  });
  await call(`DELETE /api/v1/sites/${domain}/imports/${imports[0].id}`);
  expect(await again()).toMatchObject({ status: 200, body: { from: "2025-01-02", to: "2025-02-03" } });
  expect((await again()).body).toMatchObject({ from: "2025-01-02", unchanged: true });
});

const VISITORS = named("visitors");
const HEADER = '"date","visitors","pageviews","bounces","visits","visit_duration"\n';
const row = (day: string, ...cells: (string | number)[]) => `"${day}",${cells.join()}\n`;
const GOOD = row("2026-03-01", 1, 1, 1, 1, 0);
const OWN = "footfall_counts_20260301_20260331.csv";
const OWN_HEADER = `date,dimension,value,visitors,visits,pageviews,bounces,duration_seconds,custom_events,engaged_seconds,engaged_visits,scroll_percent,scroll_visits\n`;
const OWN_ZEROS = `${",0".repeat(10)}\n`;
const PAGES = named("pages");
const PAGES_HEADER = "date,hostname,page,visits,visitors,pageviews\n";
const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from(part))));

describe("an upload that breaks a rule", () => {
  it.each<[string, Record<string, string | Uint8Array>, string]>([
    [
      "a negative number",
      { [VISITORS]: HEADER + GOOD + row("2026-03-02", 1, 1, 1, -1, 0) },
      `${VISITORS}, line 3, column 5 (visits): must be a whole number of 0 or more`,
    ],
    [
      "a fraction",
      { [VISITORS]: HEADER + row("2026-03-02", 1.5, 1, 1, 1, 0) },
      `${VISITORS}, line 2, column 2 (visitors): must be a whole number of 0 or more`,
    ],
    [
      "a blank number",
      { [VISITORS]: HEADER + row("2026-03-02", "", 1, 1, 1, 0) },
      `${VISITORS}, line 2, column 2 (visitors): must be a whole number of 0 or more`,
    ],
    [
      "a word for a number",
      { [VISITORS]: HEADER + row("2026-03-02", "many", 1, 1, 1, 0) },
      `${VISITORS}, line 2, column 2 (visitors): must be a whole number of 0 or more`,
    ],
    [
      "an absurd number",
      { [VISITORS]: HEADER + row("2026-03-02", "9007199254740992", 1, 1, 1, 0) },
      `${VISITORS}, line 2, column 2 (visitors): must be at most 100000000000`,
    ],
    [
      "a number of many digits",
      { [VISITORS]: HEADER + row("2026-03-02", "1".repeat(400), 1, 1, 1, 0) },
      `${VISITORS}, line 2, column 2 (visitors): must be at most 100000000000`,
    ],
    [
      "a date that is none",
      { [VISITORS]: HEADER + row("2026-02-30", 1, 1, 1, 1, 0) },
      `${VISITORS}, line 2, column 1 (date): must be a date such as 2026-11-22`,
    ],
    [
      "a date outside of the file",
      { [VISITORS]: HEADER + GOOD + row("2026-04-01", 1, 1, 1, 1, 0) },
      `${VISITORS}, line 3, column 1 (date): must be within the days that the file's name says`,
    ],
    [
      "a cell too few",
      { [VISITORS]: HEADER + row("2026-03-02", 1, 1, 1, 1) },
      `${VISITORS}, line 2: must have 6 cells, as its first line has`,
    ],
    [
      "a cell too many",
      { [VISITORS]: HEADER + row("2026-03-02", 1, 1, 1, 1, 0, 0) },
      `${VISITORS}, line 2: must have 6 cells, as its first line has`,
    ],
    [
      "an unknown column",
      { [VISITORS]: HEADER.replace("bounces", "rebounds") + GOOD },
      `${VISITORS}, line 1, column 4: is not a column of this table`,
    ],
    [
      "a column twice",
      { [VISITORS]: HEADER.replace("bounces", "visits") + GOOD },
      `${VISITORS}, line 1, column 5: must not be there twice`,
    ],
    [
      "a missing column",
      { [VISITORS]: '"date","visitors","pageviews","bounces","visits"\n' },
      `${VISITORS}, line 1: must have the column visit_duration`,
    ],
    ["no dates", { [VISITORS]: HEADER.replace('"date",', "") }, `${VISITORS}, line 1: must have the column date`],
    ["an empty file", { [VISITORS]: "" }, `${VISITORS}, line 1: must have the names of the columns`],
    [
      "broken quotes",
      { [PAGES]: `${PAGES_HEADER}2026-03-01,a.org,"/x"y,1,1,1\n` },
      `${PAGES}, line 2, column 3: must end with its closing quote; quotes within are doubled`,
    ],
    [
      "an open quote",
      { [PAGES]: `${PAGES_HEADER}2026-03-01,"a.org,/,1,1,1\n` },
      `${PAGES}, line 2, column 2: must have a closing quote`,
    ],
    [
      "NUL",
      { [PAGES]: `${PAGES_HEADER}2026-03-01,a.org,"/\n\0",1,1,1\n` },
      `${PAGES}, line 2, column 3 (page): must not contain NUL characters`,
    ],
    [
      "what is no UTF-8",
      { [PAGES]: bytes(`${PAGES_HEADER}2026-03-01,a.org,/ü�,1,1,1\n2026-03-01,a.org,/`, [0xe4], ",1,1,1\n") },
      `${PAGES}, line 3, column 3 (page): must be UTF-8`,
    ],
    [
      "a character cut off at the end",
      { [PAGES]: bytes(`${PAGES_HEADER}2026-03-01,a.org,/,1,1,1`, [0xe2, 0x82]) },
      `${PAGES}, line 2, column 6 (pageviews): must be a whole number of 0 or more`,
    ],
    [
      "a long cell",
      { [PAGES]: `${PAGES_HEADER}2026-03-01,a.org,/${"x".repeat(20_000)},1,1,1\n` },
      `${PAGES}, line 2, column 3: must be at most 16384 characters long`,
    ],
    [
      "an unknown dimension",
      { [OWN]: `${OWN_HEADER}2026-03-01,country,LV${OWN_ZEROS}` },
      `${OWN}, line 2, column 2 (dimension): must be a dimension that Footfall stores`,
    ],
    [
      "a pair",
      { [OWN]: `${OWN_HEADER}2026-03-01,country*page,LV${OWN_ZEROS}` },
      `${OWN}, line 2, column 2 (dimension): must be a dimension that Footfall stores`,
    ],
    [
      "a property without a name",
      { [OWN]: `${OWN_HEADER}2026-03-01,event:Buy:,LV${OWN_ZEROS}` },
      `${OWN}, line 2, column 2 (dimension): must be a dimension that Footfall stores`,
    ],
    [
      "parts too many",
      { [OWN]: `${OWN_HEADER}2026-03-01,location,"LV\tLV-RIX\tRiga"${OWN_ZEROS}` },
      `${OWN}, line 2, column 3 (value): must have at most 2 parts (separated by tabs)`,
    ],
    [
      "a control character",
      { [OWN]: `${OWN_HEADER}2026-03-01,page,"a\nb"${OWN_ZEROS}` },
      `${OWN}, line 2, column 3 (value): must not contain control characters`,
    ],
    ["no rows", { [VISITORS]: HEADER }, "body: must hold counts of at least one day"],
    [
      "a file of another kind",
      { [VISITORS]: HEADER + GOOD, "readme.txt": "" },
      "body: entry 2 of the ZIP must be named imported_<table>_YYYYMMDD_YYYYMMDD.csv or footfall_<counts or pairs>_YYYYMMDD_YYYYMMDD.csv",
    ],
  ])("is refused with its place, and nothing is written: %s", async (_, files, error) => {
    const { domain, id } = await newSite();
    // Whatever was good before it in the upload.
    const answer = await importInto(domain, { [named("devices")]: FIXTURE[named("devices")] ?? "", ...files });
    const own = OWN in files || Object.values(files).includes(HEADER);
    const alone = own || "readme.txt" in files ? await importInto(domain, files) : answer;
    expect([alone.status, alone.body]).toEqual([400, { error }]);
    if (!own) expect(await rows(id)).toEqual(NOTHING);
  });

  it("is none where a character lies on the border of two pieces", async () => {
    const { domain, id } = await newSite();
    const lines = Array.from({ length: 9_000 }, (_, i) => `2026-03-01,a.org,/é☃🙂${i * 7919},1,1,${i}\n`);
    expect((await importInto(domain, { [PAGES]: PAGES_HEADER + lines.join("") })).status).toBe(200);
    const pages = Object.keys((await counted(id))["2026-03-01"]?.page ?? {});
    expect(pages.filter((page) => /^a\.org\/é☃🙂\d+$/.test(page))).toHaveLength(9_000);
  });

  it("that is a bomb is refused, and nothing is written", async () => {
    const { domain, id } = await newSite();
    const bomb = zipOf({ [VISITORS]: new Uint8Array(30_000_000).fill(0x0a) });
    expect(await importInto(domain, bomb)).toMatchObject({
      status: 413,
      body: { error: "body: entry 1 of the ZIP must be packed at most 200-fold" },
    });
    expect(await rows(id)).toEqual(NOTHING);
  });

  it("is refused where it says that it is too long, and where it is", async () => {
    const { domain, id } = await newSite();
    const error = "body: must be at most 104857600 bytes long";
    const said = await call(`POST /api/v1/sites/${domain}/import`, {
      body: "x",
      headers: { "Content-Length": "104857601" },
    });
    expect(said).toMatchObject({ status: 413, body: { error } });
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 1_048_576;
        controller.enqueue(new Uint8Array(1_048_576));
      },
    });
    expect(await call(`POST /api/v1/sites/${domain}/import`, { body: endless })).toMatchObject({
      status: 413,
      body: { error },
    });
    expect(sent).toBeLessThan(130 * 1_048_576);
    expect(await rows(id)).toEqual(NOTHING);
  });

  it("is refused where rows are out of order in files too long to be sorted in memory", async () => {
    const { domain, id } = await newSite();
    const long = Array.from(
      { length: 130_000 },
      (_, i) => `2026-03-02,"host${i}.example.com","/some/longer/path/${i * 7919}",1,1,1\n`,
    );
    const answer = await importInto(domain, { [PAGES]: `${PAGES_HEADER}${long.join("")}2026-03-01,a.org,/,1,1,1\n` });
    expect([answer.status, answer.body.error]).toEqual([
      400,
      `${PAGES}, line 130002, column 1 (date): must not be before the line above, in files of more than 8388608 bytes: sort their lines by date`,
    ]);
    expect(await rows(id)).toEqual(NOTHING);
  });
});

describe("the same again", () => {
  it("changes nothing, however it is packed and called", async () => {
    const { domain, id } = await newSite();
    const first = await importInto(domain, FIXTURE);
    const before = await rows(id);
    const renamed = Object.entries(FIXTURE).map(([name, text]) => [`folder/${name.replace(".csv", " (1).csv")}`, text]);
    for (const again of [FIXTURE, Object.fromEntries(renamed.reverse())]) {
      const answer = await importInto(domain, again);
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ ...first.body, unchanged: true });
      expect(await rows(id)).toEqual(before);
    }
  });

  it("is imported anew once it was removed, under another id", async () => {
    const { domain, id } = await newSite();
    const first = await importInto(domain, FIXTURE);
    const before = await counted(id);
    await call(`DELETE /api/v1/sites/${domain}/imports/${first.body.id}`);
    const second = await importInto(domain, FIXTURE);
    expect(second.body).toEqual(SUMMARY);
    expect(second.body.id).toBeGreaterThan(first.body.id);
    expect(await counted(id)).toEqual(before);
  });
});

describe("other content", () => {
  const other = { [VISITORS]: HEADER + row("2026-03-02", 5, 5, 5, 5, 5) + row("2026-03-03", 5, 5, 5, 5, 5) };

  it("for days that an import has is refused, and names it", async () => {
    const { domain, id } = await newSite();
    const first = await importInto(domain, FIXTURE);
    const before = await rows(id);
    expect(await importInto(domain, other)).toMatchObject({
      status: 409,
      body: {
        error: `body: days from 2026-03-02 to 2026-03-03 overlap import ${first.body.id}, from 2026-03-01 to 2026-03-02: remove that one first, or leave its days out`,
      },
    });
    expect(await rows(id)).toEqual(before);
  });

  it("for other days stands beside it, and both are listed", async () => {
    const { domain } = await newSite();
    const first = await importInto(domain, FIXTURE);
    const name = "imported_visitors_20260303_20260303.csv";
    const second = await importInto(domain, { [name]: HEADER + row("2026-03-03", 5, 5, 5, 5, 5) });
    expect(second.status).toBe(200);
    const list = await call(`GET /api/v1/sites/${domain}/imports`);
    expect(list).toMatchObject({ status: 200, body: { imports: [first.body, second.body] } });
    expect(Object.keys(await exportOf(domain))[0]).toBe("imported_visitors_20260301_20261122.csv");
  });

  it("of another site does not matter", async () => {
    const [one, two] = [await newSite(), await newSite()];
    await importInto(one.domain, FIXTURE);
    expect((await importInto(two.domain, other)).status).toBe(200);
    expect((await call(`GET /api/v1/sites/${two.domain}/imports`)).body.imports).toHaveLength(1);
  });
});

describe("an import that is being written", () => {
  const CLERK = { getByName: () => ({ isImporting: async () => true }) } as unknown as Env["CLERK"];

  it("is told with the days that are there, and not any more once it counts or was cut short", async () => {
    const { domain, id } = await newSite();
    const row = { siteId: id, source: "plausible" as const, contentHash: "", createdAt: NOON };
    const summary = { days: 31, visitors: 9, pageviews: 9, tables: [], ignored: [], skipped: null };
    const list = async (env: Partial<Env> = {}) => (await call(`GET /api/v1/sites/${domain}/imports`, { env })).body;
    const begun = await beginImport(env.DB, { ...row, fromDay: "2026-03-01", toDay: "2026-03-31", summary });
    const pending = {
      source: "plausible",
      from: "2026-03-01",
      to: "2026-03-31",
      days: 31,
      created_at: "2026-11-22T12:00:00.000Z",
    };
    expect(await list({ CLERK })).toEqual({ imports: [], pending: { ...pending, written_to: null } });
    await store(id, { "2026-03-04": { page: { a: [1] } }, "2026-03-09": { page: { a: [1] } } }, -begun);
    await store(id, { "2026-03-20": { page: { a: [1] } } });
    expect(await list({ CLERK })).toEqual({ imports: [], pending: { ...pending, written_to: "2026-03-09" } });
    // The clerk knows of none.
    expect(await list()).toEqual({ imports: [], pending: null });
    await completeImport(env.DB, begun);
    expect(await list({ CLERK })).toMatchObject({ imports: [{ id: begun }], pending: null });
  });

  it("is known to the clerk for as long as it reads or writes", async () => {
    const { domain, id } = await newSite();
    const site = await siteByDomain(env.DB, domain);
    if (!site) throw new Error("no site");
    const clerk = clerkStub(env, id);
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const answer = clerk.importCounts(readable, { site, contentType: "", fileName: null, now: NOON });
    const writer = writable.getWriter();
    await writer.write(zipOf(FIXTURE));
    expect(await clerk.isImporting()).toBe(true);
    await writer.close();
    expect((await answer).status).toBe(200);
    expect(await clerk.isImporting()).toBe(false);
  });
});

describe("a removal", () => {
  it("takes an import's rows and no others", async () => {
    const { domain, id } = await newSite();
    const own = { "2026-03-05": { site: { "": [1, 1, 1] } } };
    await store(id, own);
    const { body } = await importInto(domain, FIXTURE);
    expect(await call(`DELETE /api/v1/sites/${domain}/imports/${body.id}`)).toMatchObject({
      status: 200,
      body: { deleted: true },
    });
    expect(await counted(id)).toEqual(own);
    expect((await call(`GET /api/v1/sites/${domain}/imports`)).body).toEqual({ imports: [], pending: null });
    expect((await call(`DELETE /api/v1/sites/${domain}/imports/${body.id}`)).status).toBe(404);
  });

  it.each(["0", "-1", "1e3", "x", "9999999", "99999999999999999999"])(
    "of an import that is not there answers 404: %s",
    async (id) => {
      const { domain } = await newSite();
      expect(await call(`DELETE /api/v1/sites/${domain}/imports/${id}`)).toMatchObject({
        status: 404,
        body: { error: "id: this site has no such import" },
      });
    },
  );

  it("of another site's import is none", async () => {
    const [one, two] = [await newSite(), await newSite()];
    const { body } = await importInto(one.domain, FIXTURE);
    expect((await call(`DELETE /api/v1/sites/${two.domain}/imports/${body.id}`)).status).toBe(404);
    expect(await counted(one.id)).toEqual(importedBy(one.domain));
  });

  it("takes any number of rows", async () => {
    const { id } = await newSite();
    const importId = await begin(id);
    const writer = new ImportWriter(env.DB, id, importId);
    for (let i = 0; i < 2_500; i++) await writer.add("2026-03-01", `event:e${i}:p`, '{"x":[1]}');
    await writer.end();
    await completeImport(env.DB, importId);
    expect(await rows(id)).toEqual({ counts: 2_500, imports: 1 });
    expect(await removeImport(env.DB, id, importId)).toBe(true);
    expect(await rows(id)).toEqual(NOTHING);
  });

  it("of the whole site takes its imports along", async () => {
    const { domain, id } = await newSite();
    await importInto(domain, FIXTURE);
    expect((await call(`DELETE /api/v1/sites/${domain}`)).status).toBe(200);
    expect(await rows(id)).toEqual(NOTHING);
  });
});

function begin(siteId: number, days = { fromDay: "2026-03-01", toDay: "2026-03-02" }): Promise<number> {
  const summary = { days: 1, visitors: 0, pageviews: 0, tables: [], ignored: [], skipped: null };
  return beginImport(env.DB, { siteId, source: "plausible", contentHash: "", ...days, summary, createdAt: NOON });
}

it("is the owner's alone: a key of another site, or one that may only read, imports, lists and removes nothing", async () => {
  const [one, two] = [await newSite(), await newSite()];
  const { body } = await importInto(one.domain, FIXTURE);
  const other = (await makeKey(["sites"], two.domain)).key;
  const reader = (await makeKey(["stats"], one.domain)).key;
  for (const key of [other, reader]) {
    for (const line of ["POST /import", "GET /imports", `DELETE /imports/${body.id}`]) {
      const answer = await call(line.replace(" ", ` /api/v1/sites/${one.domain}`), { key });
      expect([line, answer.status]).toEqual([line, 403]);
    }
  }
  expect(await counted(one.id)).toEqual(importedBy(one.domain));
});

/** A D1 that fails at one of its calls, before or after that took effect. */
function failingD1(step: number, when: "before" | "after"): { db: D1Database; calls: () => number } {
  const { guard, steps } = failAt(step, when);
  const guarded = <T extends object>(target: T, methods: string[], made: string[]): T =>
    new Proxy(target, {
      get: (_, name) => {
        const value = Reflect.get(target, name, target);
        if (typeof value !== "function") return value;
        return (...given: unknown[]) => {
          const run = () =>
            value.apply(
              target,
              given.map((one) => (Array.isArray(one) ? one.map(bare) : one)),
            );
          if (methods.includes(String(name))) return guard(async () => run());
          return made.includes(String(name)) ? wrapped(run()) : run();
        };
      },
    });
  const originals = new WeakMap<object, object>();
  const bare = (value: unknown) => (value && originals.get(Object(value))) || value;
  const wrapped = (statement: object): object => {
    const proxy = guarded(statement, ["all", "raw", "run", "first"], ["bind"]);
    originals.set(proxy, statement);
    return proxy;
  };
  return { db: guarded(env.DB, ["batch"], ["prepare"]), calls: steps };
}

describe("a D1 that fails in the middle", () => {
  const upload = () => {
    const zip = zipOf(FIXTURE);
    return readUpload({ size: zip.length, read: (at, length) => zip.subarray(at, at + length) }, "", null);
  };
  const target = (site: { id: number; domain: string }, db: D1Database): ImportTarget => ({
    db,
    site,
    firstOwnDay: null,
    keptFrom: null,
    today: "2026-11-22",
    now: NOON,
  });

  it.each(["before", "after"] as const)(
    "leaves nothing that counts by halves, and the same again finishes it (%s each step)",
    async (when) => {
      let steps = 0;
      for (let step = 0; ; step++) {
        const site = await newSite();
        const { db, calls } = failingD1(step, when);
        const failed = await importUpload(upload(), target(site, db)).then(
          () => false,
          (error) => error.name === "Unavailable",
        );
        if (!failed) {
          steps = calls();
          break;
        }
        const { results } = await env.DB.prepare("SELECT state FROM imports WHERE site_id = ?").bind(site.id).all();
        const counts = results.some(({ state }) => state === "done");
        // Only where the answer to the last step was lost does it count, and then whole.
        if (counts) expect(await counted(site.id)).toEqual(importedBy(site.domain));
        const again = await importUpload(upload(), target(site, env.DB));
        expect(again.unchanged).toBe(counts);
        expect(await counted(site.id)).toEqual(importedBy(site.domain));
        expect(await rows(site.id)).toMatchObject({ imports: 1 });
      }
      // Leftovers, known imports, overlap, begin, rows, done.
      expect(steps).toBe(6);
    },
  );

  it.each(["before", "after"] as const)(
    "leaves a removal to be finished by the same again (%s each step)",
    async (when) => {
      for (let step = 0; ; step++) {
        const site = await newSite();
        const { done } = await importUpload(upload(), target(site, env.DB));
        const failed = await removeImport(failingD1(step, when).db, site.id, done.id).then(
          () => false,
          () => true,
        );
        if (!failed) {
          expect(step).toBe(4);
          break;
        }
        await removeImport(env.DB, site.id, done.id);
        expect(await rows(site.id)).toEqual(NOTHING);
      }
    },
  );

  it("and comes back late writes nothing into an import that was given up", async () => {
    const site = await newSite();
    const id = await begin(site.id);
    const writer = new ImportWriter(env.DB, site.id, id);
    await writer.add("2026-03-01", "site", '{"":[1]}');
    // Another request cleans up meanwhile.
    await importUpload(upload(), target(site, env.DB));
    await writer.end();
    expect(await completeImport(env.DB, id)).toBe(false);
    expect(await counted(site.id)).toEqual(importedBy(site.domain));
  });
});

it("never lets two imports of the same days count, though both were written", async () => {
  const { id } = await newSite();
  const [one, two, later] = [
    await begin(id),
    await begin(id),
    await begin(id, { fromDay: "2026-03-03", toDay: "2026-03-03" }),
  ];
  expect(await completeImport(env.DB, two)).toBe(true);
  expect(await completeImport(env.DB, one)).toBe(false);
  expect(await completeImport(env.DB, later)).toBe(true);
});

describe("the clerk", () => {
  const clerkOf = (id: number) => env.CLERK.getByName(String(id));
  const tables = (id: number) =>
    runInDurableObject(clerkOf(id), (_, { storage }) =>
      storage.sql
        .exec<{ name: string }>(
          "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
        )
        .toArray()
        .map(({ name }) => name),
    );

  it("keeps nothing of an upload, good or bad", async () => {
    const { domain, id } = await newSite();
    for (const files of [FIXTURE, { "other.txt": "x" }]) {
      await importInto(domain, files);
      expect(await tables(id)).toEqual([]);
      expect(await runDurableObjectAlarm(clerkOf(id))).toBe(false);
    }
  });

  it("forgets in time what was left behind", async () => {
    const { id } = await newSite();
    await runInDurableObject(clerkOf(id), async (_, { storage }) => {
      storage.sql.exec("CREATE TABLE upload (part INTEGER PRIMARY KEY, data BLOB NOT NULL)");
      await storage.setAlarm(Date.now() + 3_600_000);
    });
    expect(await runDurableObjectAlarm(clerkOf(id))).toBe(true);
    expect(await tables(id)).toEqual([]);
  });

  it("does one import of a site at a time", async () => {
    const { domain, id } = await newSite();
    const answers = await Promise.all([importInto(domain, FIXTURE), importInto(domain, FIXTURE)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body).toEqual({
      error: "domain: another import of this site is under way",
    });
    expect(await counted(id)).toEqual(importedBy(domain));
  });
});
