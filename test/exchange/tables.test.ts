import Bowser from "bowser";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import moving from "../../docs/moving.md?raw";
import { taggedSource } from "../../src/collect/source.ts";
import { SOURCE_NAMES } from "../../src/collect/source-names.ts";
import { DIMENSIONS, type Dimension, OTHER, PART, propertyDimension } from "../../src/dimensions.ts";
import { DayValues, type Values } from "../../src/exchange/day-values.ts";
import { fileName, parseFileName } from "../../src/exchange/file-name.ts";
import { BROWSER_NAMES, DEVICE_NAMES, SYSTEM_NAMES } from "../../src/exchange/plausible-names.ts";
import { cellsOf, headerOf, PLAUSIBLE_TABLES, STORED_TABLE, TABLES, type Table } from "../../src/exchange/tables.ts";
import { LIMITS } from "../../src/limits.ts";
import { COUNTED } from "../../src/metrics.ts";
import { machineDay } from "./machine-day.ts";

type Cells = Record<string, number[]>;
type Dimensions = Record<string, Cells>;

function tableOf(name: string): Table {
  const table = TABLES.find((table) => table.name === name);
  if (!table) throw new Error(name);
  return table;
}

function asMaps(dimensions: Dimensions): Map<string, Values> {
  return new Map(Object.entries(dimensions).map(([name, cells]) => [name, new Map(Object.entries(cells))]));
}

/** The rows of a table, as cells without the date. */
function written(name: string, dimensions: Dimensions): (string | number)[][] {
  const table = tableOf(name);
  return [...table.rows(asMaps(dimensions))].map((row) => cellsOf(table, "2026-11-22", row).slice(1));
}

/** What rows add up to. */
function stored(tables: [name: string, ...rows: [texts: string[], counts: number[]][]][]): Dimensions {
  const values = new DayValues();
  const context = { domain: "example.com", hosts: new Map() };
  for (const [name, ...rows] of tables) {
    for (const [texts, counts] of rows) tableOf(name).store(texts, counts, (...added) => values.add(...added), context);
  }
  return Object.fromEntries([...values.rows()].map(([dimension, json]) => [dimension, JSON.parse(json)]));
}

it("has the columns that Plausible's importer takes, in its order", () => {
  expect(Object.fromEntries(PLAUSIBLE_TABLES.map((table) => [table.file, headerOf(table).join()]))).toEqual({
    imported_visitors: "date,visitors,pageviews,bounces,visits,visit_duration",
    imported_sources:
      "date,source,referrer,utm_source,utm_medium,utm_campaign,utm_content,utm_term,pageviews,visitors,visits,visit_duration,bounces",
    imported_pages:
      "date,hostname,page,visits,visitors,pageviews,total_scroll_depth,total_scroll_depth_visits,total_time_on_page,total_time_on_page_visits",
    imported_entry_pages: "date,entry_page,visitors,entrances,visit_duration,bounces,pageviews",
    imported_exit_pages: "date,exit_page,visitors,visit_duration,exits,bounces,pageviews",
    imported_custom_events: "date,name,link_url,path,visitors,events",
    imported_locations: "date,country,region,city,visitors,visits,visit_duration,bounces,pageviews",
    imported_devices: "date,device,visitors,visits,visit_duration,bounces,pageviews",
    imported_browsers: "date,browser,browser_version,visitors,visits,visit_duration,bounces,pageviews",
    imported_operating_systems:
      "date,operating_system,operating_system_version,visitors,visits,visit_duration,bounces,pageviews",
  });
  expect(headerOf(STORED_TABLE).slice(0, 13).join()).toBe(
    "date,dimension,value,visitors,visits,pageviews,bounces,duration_seconds,custom_events,engaged_seconds,engaged_visits,scroll_percent,scroll_visits",
  );
});

it("is documented with all the columns that the file of all counts has", () => {
  const header = headerOf(STORED_TABLE).map((name) => `"${name}"`);
  expect(moving).toContain(`\n${header.join()}\n`);
  const [, rows = ""] = moving.split(`${header.join()}\n`);
  for (const row of rows.slice(0, rows.indexOf("```")).trimEnd().split("\n")) {
    expect([row, row.split(",").length]).toEqual([row, header.length]);
  }
});

// visitors, visits, pageviews, bounces, durationSeconds, customEvents, engagedSeconds, engagedVisits, scrollPercent, scrollVisits
const COUNTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

describe("a stored value as a row", () => {
  it.each<[string, string, string, (string | number)[]]>([
    ["visitors", "site", "", [1, 3, 4, 2, 5]],
    [
      "sources",
      "acquisition",
      "Google\tgoogle.com\ta\tb\tc\td\te",
      ["Google", "google.com", "a", "b", "c", "d", "e", 3, 1, 2, 5, 4],
    ],
    ["sources", "acquisition", "\tx.org", ["", "x.org", "", "", "", "", "", 3, 1, 2, 5, 4]],
    ["pages", "page", "a.example.com/b/c", ["a.example.com", "/b/c", 2, 1, 3, 9, 10, 7, 8]],
    ["pages", "page", "(other)", ["", "(other)", 2, 1, 3, 9, 10, 7, 8]],
    ["entry_pages", "entry_page", "a.example.com/b/c", ["/b/c", 1, 2, 5, 4, 3]],
    ["exit_pages", "exit_page", "a.example.com/b/c", ["/b/c", 1, 5, 2, 4, 3]],
    ["custom_events", "event", "Signup", ["Signup", "", "", 1, 6]],
    ["locations", "location", "LV\tLV-RIX", ["LV", "LV-RIX", 0, 1, 2, 5, 4, 3]],
    ["locations", "location", "LV", ["LV", "", 0, 1, 2, 5, 4, 3]],
    ["devices", "device", "Desktop", ["Desktop", 1, 2, 5, 4, 3]],
    ["browsers", "browser_version", "Firefox\t145", ["Firefox", "145", 1, 2, 5, 4, 3]],
    ["operating_systems", "os_version", "iOS\t26", ["iOS", "26", 1, 2, 5, 4, 3]],
    ["footfall_counts", "screen", "Laptop", ["screen", "Laptop", ...COUNTS]],
  ])("%s: %s %j", (table, dimension, value, cells) => {
    const [row] = written(table, { [dimension]: { [value]: COUNTS } });
    expect(row?.slice(0, cells.length)).toEqual(cells);
  });

  it("has the name that Plausible has for it, and is one with what has the same name there", () => {
    expect(written("operating_systems", { os_version: { "macOS\t10.15+": [1], "Linux\t": [2], Linux: [3] } })).toEqual([
      ["Mac", "10.15+", 1, 0, 0, 0, 0],
      ["GNU/Linux", "", 5, 0, 0, 0, 0],
    ]);
    expect(written("browsers", { browser_version: { "Samsung Internet\t28": [1], [OTHER]: [2] } })).toEqual([
      ["Samsung Browser", "28", 1, 0, 0, 0, 0],
      [OTHER, "", 2, 0, 0, 0, 0],
    ]);
    expect(written("devices", { device: { Desktop: [1], TV: [2], Tablet: [3] } })).toEqual([
      ["Desktop", 3, 0, 0, 0, 0],
      ["Tablet", 3, 0, 0, 0, 0],
    ]);
  });

  it("is one with the same path on other hosts, where the file has no hosts", () => {
    expect(written("entry_pages", { entry_page: { "a.example.com/": [1, 2], "b.example.com/": [3, 4, 5] } })).toEqual([
      ["/", 4, 6, 0, 0, 5],
    ]);
  });

  it("of an event with a column for its property is one for each value, and one for the rest", () => {
    const url = propertyDimension("File Download", "url");
    const path = propertyDimension("404", "path");
    expect(
      written("custom_events", {
        event: { "File Download": [5, 0, 0, 0, 0, 9], 404: [1, 0, 0, 0, 0, 2], Signup: [1, 0, 0, 0, 0, 1] },
        [url]: { "https://a.example/x.pdf": [2, 0, 0, 0, 0, 3], "https://a.example/y.pdf": [1, 0, 0, 0, 0, 2] },
        [path]: { "/gone": [1, 0, 0, 0, 0, 2] },
        [propertyDimension("Signup", "url")]: { never: [1, 0, 0, 0, 0, 1] },
      }),
    ).toEqual([
      ["404", "", "/gone", 1, 2],
      ["File Download", "https://a.example/x.pdf", "", 2, 3],
      ["File Download", "https://a.example/y.pdf", "", 1, 2],
      ["File Download", "", "", 2, 4],
      ["Signup", "", "", 1, 1],
    ]);
  });
});

describe("a row of Plausible's", () => {
  it("of sources counts for the link and each part of it, and for its channel", () => {
    expect(
      stored([
        [
          "sources",
          [
            ["Google", "google.com", "", "", "", "", ""],
            [3, 4, 5],
          ],
          [
            ["Google", "google.com/maps", "", "cpc", "spring", "", ""],
            [1, 1, 1],
          ],
          [
            ["Direct / None", "", "", "", "", "", ""],
            [7, 7, 7],
          ],
        ],
      ]),
    ).toEqual({
      acquisition: {
        "Google\tgoogle.com": [3, 4, 5],
        "Google\tgoogle.com/maps\t\tcpc\tspring": [1, 1, 1],
        "": [7, 7, 7],
      },
      source: { Google: [4, 5, 6], "": [7, 7, 7] },
      channel: { "Organic Search": [3, 4, 5], "Paid Search": [1, 1, 1], "": [7, 7, 7] },
      referrer: { "google.com": [3, 4, 5], "google.com/maps": [1, 1, 1], "": [7, 7, 7] },
      utm_source: { "": [11, 12, 13] },
      utm_medium: { "": [10, 11, 12], cpc: [1, 1, 1] },
      utm_campaign: { "": [10, 11, 12], spring: [1, 1, 1] },
      utm_content: { "": [11, 12, 13] },
      utm_term: { "": [11, 12, 13] },
    });
  });

  it("names sources as they are named here", () => {
    expect(Object.keys(stored([["sources", [["twitter", "", "", "", "", "", ""], [1]]]]).source ?? {})).toEqual([
      taggedSource("twitter").name,
    ]);
    for (const name of Object.values(SOURCE_NAMES).flatMap((rows) => Object.keys(rows))) {
      expect(taggedSource(name).name).toBe(name);
    }
  });

  it("of entry and exit pages gets the host that alone has its path that day, else the site's domain", () => {
    expect(
      stored([
        [
          "pages",
          [["docs.example.com", "/guide"], [1]],
          [["Docs.example.com", "/guide"], [1]],
          [["a.example.com", "/"], [1]],
          [["b.example.com", "/"], [1]],
          [["example.com", "about"], [1]],
        ],
        ["entry_pages", [["/guide"], [0, 1]], [["/"], [0, 2]], [["/unknown"], [0, 3]], [[OTHER], [0, 4]]],
        ["exit_pages", [["/guide"], [0, 5]]],
      ]),
    ).toEqual({
      page: {
        "docs.example.com/guide": [2],
        "a.example.com/": [1],
        "b.example.com/": [1],
        "example.com/about": [1],
      },
      entry_page: {
        "docs.example.com/guide": [0, 1],
        "example.com/": [0, 2],
        "example.com/unknown": [0, 3],
        "(other)": [0, 4],
      },
      exit_page: { "docs.example.com/guide": [0, 5] },
    });
  });

  it("of custom events counts for the event, its property, and the site's events", () => {
    const event = (visitors: number, events: number) => [visitors, 0, 0, 0, 0, events];
    expect(
      stored([
        [
          "custom_events",
          [["Outbound Link: Click", "https://a.example/", ""], event(2, 3)],
          [["Outbound Link: Click", "https://b.example/", ""], event(1, 1)],
          [["404", "", "/gone"], event(1, 1)],
          [["Signup", "", ""], event(4, 5)],
          // Plausible's own lists its engagements here.
          [["engagement", "", ""], event(9, 90)],
        ],
      ]),
    ).toEqual({
      event: { "Outbound Link: Click": event(3, 4), 404: event(1, 1), Signup: event(4, 5) },
      "event:Outbound Link%3A Click:url": { "https://a.example/": event(2, 3), "https://b.example/": event(1, 1) },
      "event:404:path": { "/gone": event(1, 1) },
      site: { "": event(0, 10) },
    });
  });

  it("of locations loses its city, and the code of an unknown country", () => {
    expect(stored([["locations", [["LV", "LV-RIX"], [1]], [["ZZ", ""], [2]]]])).toEqual({
      location: { "LV\tLV-RIX": [1], "": [2] },
    });
  });
});

describe("names that Plausible has", () => {
  it("stand for those that they have here, with their versions as they are", () => {
    const rows = (...texts: string[][]) => texts.map((texts): [string[], number[]] => [texts, [1]]);
    expect(
      stored([
        [
          "operating_systems",
          ...rows(["GNU/Linux", ""], ["Ubuntu", ""], ["Mac", "10.15"], ["macOS", "10.15"], ["Windows", "10"]),
        ],
        ["browsers", ...rows(["Samsung Browser", "28.0"], ["Safari", "26.1"], ["Mobile App", ""])],
        ["devices", ...rows(["Laptop"], ["Desktop"], ["Mobile"])],
      ]),
    ).toEqual({
      os_version: { Linux: [2], "macOS\t10.15": [2], "Windows\t10": [1] },
      browser_version: { "Samsung Internet\t28.0": [1], "Safari\t26.1": [1], "Mobile App": [1] },
      device: { Desktop: [2], Mobile: [1] },
    });
  });

  it.each([
    ["systems", SYSTEM_NAMES, [...Object.values(Bowser.OS_MAP), "PlayStation", "Nintendo", "KaiOS", "BSD"], 5],
    [
      "browsers",
      BROWSER_NAMES,
      [...Object.values(Bowser.BROWSER_MAP), "Samsung Internet", "Huawei Browser", "Mi Browser"],
      15,
    ],
    ["devices", DEVICE_NAMES, ["Desktop", "Mobile", "Tablet"], 0],
  ] as const)("are taken back for what they were written for: %s", (_, names, here, others) => {
    for (const name of here) expect(names.fromPlausible(names.toPlausible(name))).toBe(name);
    // A name that nothing is counted under would stand in the table in vain.
    expect(here.filter((name) => names.toPlausible(name) !== name)).toHaveLength(others);
  });
});

it.each(DIMENSIONS.filter(({ stored }) => stored).map((dimension: Dimension) => [dimension.name, dimension] as const))(
  "takes as many parts of a value of %s as counting makes",
  (name, { parts = 1 }) => {
    const values = Object.keys(machineDay("2026-11-01")[name] ?? {});
    expect(Math.max(...values.map((value) => value.split(PART).length))).toBe(parts);
    for (const value of values) expect(STORED_TABLE.fault?.([name, value])).toBeNull();
    const tooMany = Array.from({ length: parts + 1 }, () => "x").join(PART);
    expect(STORED_TABLE.fault?.([name, tooMany])).toEqual([1, `must have at most ${parts} parts (separated by tabs)`]);
  },
);

/** Values as the counting makes them. */
const word = fc.string({ unit: fc.constantFrom(..."aZ0=-@'\"é🙂 .".split("")), minLength: 1, maxLength: 6 });
const trimmed = word.map((text) => text.trim()).filter((text) => text !== "");
const path = fc.array(word, { maxLength: 3 }).map((parts) => `/${parts.join("/")}`.trim());
const VALUES: Record<string, fc.Arbitrary<string>> = {
  page: fc.tuple(fc.constantFrom("a.example.com", "example.com"), path).map(([host, path]) => host + path),
  location: fc.constantFrom("LV\tLV-RIX", "LV", "", "T1", OTHER),
  device: fc.constantFrom("Desktop", "Mobile", "", OTHER),
  browser_version: fc.constantFrom("Firefox\t145", "Samsung Internet\t28", "Chrome", "", OTHER),
  os_version: fc.constantFrom("Windows\t10/11", "macOS\t10.15+", "Linux", "", OTHER),
  acquisition: fc.array(fc.oneof(fc.constant(""), trimmed), { maxLength: 7 }).map((parts) => {
    const [source = "", ...more] = parts;
    const named = source === "" ? "" : taggedSource(source).name;
    return [named, ...more].join("\t").replace(/\t+$/, "");
  }),
};

it.each(Object.keys(VALUES))("brings %s back as it was", (dimension) => {
  const table = PLAUSIBLE_TABLES.find(({ dimensions }) => dimensions[0] === dimension);
  const carried = COUNTED.filter((name) => table?.columns.some(({ kind }) => kind === name));
  const counts = fc.nat(9).map((count) => {
    const columns = COUNTED.map((name) => (carried.includes(name) ? count + 1 : 0));
    return columns.slice(0, columns.findLastIndex((column) => column > 0) + 1);
  });
  fc.assert(
    fc.property(
      fc.dictionary(VALUES[dimension] as fc.Arbitrary<string>, counts, { noNullPrototype: true }),
      (cells) => {
        const rows = [...(table?.rows(asMaps({ [dimension]: cells })) ?? [])].map(
          ([texts, row]) => [[...texts], [...row]] as [string[], number[]],
        );
        const back = stored([[table?.name ?? "", ...rows]])[dimension] ?? {};
        expect(back).toEqual(cells);
      },
    ),
  );
});

describe("a day's values beyond a bound", () => {
  it("are (other), the least frequent of them, and the day is flagged", () => {
    const values = new DayValues();
    for (let value = 0; value <= LIMITS.valuesPerDimension + 5; value++) {
      values.add("page", `example.com/${value}`, [1, value < 3 ? 1 : 2, 2]);
    }
    const rows = Object.fromEntries([...values.rows()].map(([dimension, json]) => [dimension, JSON.parse(json)]));
    expect(Object.keys(rows.page)).toHaveLength(LIMITS.valuesPerDimension + 1);
    expect(rows.page["example.com/0"]).toBeUndefined();
    expect(rows.page["example.com/10005"]).toEqual([1, 2, 2]);
    expect(rows.page[OTHER]).toEqual([6, 9, 12]);
    expect(rows.flags).toEqual({ "capped:page": [0, 0, 0, 0, 0, 1] });
  });

  it("never make a row longer than D1 takes", () => {
    const values = new DayValues();
    for (let value = 0; value < 9_000; value++) values.add("event:Buy:note", "é".repeat(300) + value, [value + 1]);
    const [[, json] = ["", ""], flags] = [...values.rows()];
    expect(Buffer.byteLength(json)).toBeLessThan(1_900_000);
    expect(JSON.parse(json)[OTHER][0]).toBeGreaterThan(0);
    const sum = Object.values(JSON.parse(json) as Cells).reduce((sum, [count = 0]) => sum + count, 0);
    expect(sum).toBe((9_000 * 9_001) / 2);
    expect(flags).toEqual(["flags", '{"capped:properties":[0,0,0,0,0,1]}']);
  });

  it("put properties beyond theirs under one", () => {
    const values = new DayValues();
    for (let property = 0; property < LIMITS.propertiesPerSite + 2; property++) {
      values.add(`event:Buy:p${property}`, "x", [1, 0, 0, 0, 0, 1]);
    }
    const names = [...values.rows()].map(([dimension]) => dimension);
    expect(names).toHaveLength(LIMITS.propertiesPerSite + 1);
    expect(names).toContain("event:(other)");
  });

  it("keep names that objects have of their own", () => {
    const values = new DayValues();
    for (const value of ["__proto__", "constructor"]) values.add("source", value, [1]);
    expect([...values.rows()]).toEqual([["source", '{"__proto__":[1],"constructor":[1]}']]);
  });
});

describe("a file's name", () => {
  it.each(TABLES.map((table) => [fileName(table.file, { from: "2026-01-01", to: "2026-11-22" }), table] as const))(
    "says what it holds: %s",
    (name, table) => {
      expect(parseFileName(name)).toEqual({ table, from: "2026-01-01", to: "2026-11-22", name });
      expect(parseFileName(`some folder/${name.replace(".csv", " (1).csv")}`)).toMatchObject({ table, name });
    },
  );

  it.each([
    "imported_pages.csv",
    "imported_pages_20260101_20261122.txt",
    "imported_pages_20261122_20260101.csv",
    "imported_pages_20260230_20260301.csv",
    "imported_cities_20260101_20261122.csv",
    "pages_20260101_20261122.csv",
    "",
  ])("is refused where it does not: %j", (name) => {
    expect(parseFileName(name)).toBeNull();
  });

  it("may be one of Plausible's that is left out", () => {
    expect(parseFileName("imported_custom_props_20260101_20261122.csv")).toMatchObject({ table: null });
  });
});
