import { beforeAll, describe, expect, it } from "vitest";
import type { ViewFilter } from "../../src/dashboard/address.ts";
import { chosen, isRowChosen, withChosen } from "../../src/dashboard/site/choosing.ts";
import { droppedOf, shareOf } from "../../src/dashboard/site/dropped.ts";
import { filterName } from "../../src/dashboard/site/names.ts";
import { openTab, PANELS, type PanelTabs, tabsOf, VERSIONS_OF } from "../../src/dashboard/site/panel-tabs.ts";
import { barsOf, cellText, hostOf, saidOf } from "../../src/dashboard/site/rows.ts";
import { SHADES, shadesOf } from "../../src/dashboard/site/shades.ts";
import { flagOf, valueText } from "../../src/dashboard/site/values.ts";
import { en } from "../../src/dashboard/texts/en.ts";
import { speak } from "../../src/dashboard/texts.ts";
import type { Panel, SummaryAnswer } from "../../src/report/summary-answer.ts";

beforeAll(() => speak("en"));

const rows = (...values: string[]): Panel => ({
  metrics: ["visitors"],
  rows: values.map((value) => ({ value, visitors: 1 })),
  more: false,
});
const panelNamed = (name: string): PanelTabs => {
  const found = PANELS.find((panel) => panel.name === name);
  if (!found) throw new Error(name);
  return found;
};

describe("the table of panels", () => {
  const shown = PANELS.flatMap(({ tabs }) => tabs.flatMap(({ shows }) => shows));

  it("shows nothing twice", () => {
    expect(shown).toHaveLength(new Set(shown).size);
  });

  it("has words for all that it shows", () => {
    expect(PANELS.flatMap(({ tabs }) => tabs).filter(({ name }) => !(name in en.tabs))).toEqual([]);
    const dimensions = shown.filter((name) => name.includes(":"));
    expect(dimensions.filter((name) => !(name in en.dimensions))).toEqual([]);
  });

  it("shows the versions of whatever has some", () => {
    expect(Object.values(VERSIONS_OF).filter((name) => !shown.includes(name ?? ""))).toEqual([]);
  });
});

describe("the open tab", () => {
  const campaigns = { tabs: { sources: "visit:utm_medium" } };
  const refused = { refused: { code: null, message: "" } };
  it.each([
    ["is the first", "sources", { tabs: {} }, {}, "visit:channel", "visit:channel"],
    ["is the one of the address", "sources", campaigns, {}, "campaigns", "visit:utm_medium"],
    [
      "is the one that was clicked",
      "sources",
      { tabs: { sources: "campaigns" } },
      {},
      "campaigns",
      "visit:utm_campaign",
    ],
    [
      "is the first where the address names none",
      "sources",
      { tabs: { sources: "x" } },
      {},
      "visit:channel",
      "visit:channel",
    ],
    [
      "is the first that has rows",
      "behaviour",
      { tabs: {} },
      { "event:name": rows("Signup") },
      "event:name",
      "event:name",
    ],
    ["is one that was refused", "behaviour", { tabs: {} }, { "event:goal": refused }, "event:goal", "event:goal"],
    ["is the map where there are countries", "locations", { tabs: {} }, { "visit:country": rows("LV") }, "map", "map"],
  ])("%s", (_what, panel, view, dimensions, tab, shown) => {
    expect(openTab(panelNamed(panel), view, dimensions)).toMatchObject({ tab: { name: tab }, shown });
  });

  it("is of hosts only where there are several", () => {
    const names = (...hosts: string[]) =>
      tabsOf(panelNamed("pages"), { "event:hostname": rows(...hosts) }).map(({ name }) => name);
    expect(names("a.example")).not.toContain("event:hostname");
    expect(names("a.example", "b.example")).toContain("event:hostname");
  });
});

describe("a click on a version", () => {
  const is = (dimension: string, ...values: string[]): ViewFilter => ({ operator: "is", dimension, values });
  const row = (...parts: string[]) => ({ value: parts.join(" "), parts });
  const device = is("visit:device", "Desktop");
  const browser = "visit:browser";
  const version = "visit:browser_version";
  const firefox145 = [is(browser, "Firefox"), is(version, "145")];
  const cases: [what: string, before: ViewFilter[], row: ReturnType<typeof row>, after: ViewFilter[]][] = [
    ["filters by what it is a version of, too", [device], row("Firefox", "145"), [device, ...firefox145]],
    [
      "adds a version of the same browser",
      firefox145,
      row("Firefox", "144"),
      [is(browser, "Firefox"), is(version, "145", "144")],
    ],
    ["leaves out what was chosen", firefox145, row("Firefox", "145"), [is(browser, "Firefox")]],
    [
      "takes the place of those of another",
      firefox145,
      row("Chrome", "153"),
      [is(browser, "Chrome"), is(version, "153")],
    ],
    [
      "takes the place of several browsers",
      [is(browser, "Chrome", "Firefox")],
      row("Mobile Safari", "27"),
      [is(browser, "Mobile Safari"), is(version, "27")],
    ],
  ];
  it.each(cases)("%s", (_what, before, row, after) => {
    const wasChosen = isRowChosen(before, version, row);
    expect(withChosen(before, version, row)).toEqual(after);
    expect(isRowChosen(after, version, row)).toBe(!wasChosen);
  });

  it("comes after one on the browser, which shows its versions", () => {
    const view = { filters: [], tabs: {} };
    const after = chosen(view, browser, { value: "Firefox" });
    expect(after).toEqual({ filters: [is(browser, "Firefox")], tabs: { devices: version } });
    const back = chosen({ ...after, tabs: {} }, browser, { value: "Firefox" });
    expect(back).toEqual({ filters: [], tabs: {} });
  });
});

describe("a row", () => {
  it.each([
    ["visit:country", { value: "LV" }, "Latvia"],
    ["visit:country", { value: "T1" }, "Tor"],
    ["visit:country", { value: "(not set)" }, "Unknown"],
    ["visit:region", { value: "LV-RIX", name: "Rīga" }, "Rīga"],
    ["visit:language", { value: "de" }, "German"],
    ["visit:source", { value: "Direct / None" }, "Direct / none"],
    ["visit:utm_source", { value: "Direct / None" }, "Direct / None"],
    ["visit:channel", { value: "Organic Search" }, "Organic search"],
    ["event:name", { value: "Organic Search" }, "Organic Search"],
    ["event:page", { value: "(other)" }, "Other"],
    ["event:page", { value: "Other", folded: true as const }, "Other"],
    ["visit:os_version", { value: "Windows (not set)", parts: ["Windows", "(not set)"] }, "Windows, unknown version"],
    ["visit:os_version", { value: "Windows 11", parts: ["Windows", "11"] }, "Windows 11"],
  ])("of %s says %o as %s", (dimension, row, text) => {
    expect(valueText(dimension, row)).toBe(text);
  });

  it("has a flag if it is of a place that has one", () => {
    expect(flagOf("visit:country", "LV")).toBe("🇱🇻");
    expect(flagOf("visit:region", "LV-RIX")).toBe("🇱🇻");
    for (const [dimension, value] of [
      ["visit:country", "T1"],
      ["visit:country", "(not set)"],
      ["visit:language", "DE"],
    ] as const)
      expect(flagOf(dimension, value)).toBeNull();
  });

  it.each([
    ["visitors", 12_345, {}, "12.3K"],
    ["visitors", 12_345, { isShort: false }, "12,345"],
    ["visitors", 12, { isBound: true }, "≤ 12"],
    ["visitors", null, { isBound: true }, "–"],
    ["total_revenue", { currency: "EUR", value: 2690.1, short: "€2.7K", long: "€2,690.10" }, {}, "€2.7K"],
    ["total_revenue", { currency: "EUR", value: 49, short: "€49.0", long: "€49.00" }, {}, "€49"],
    ["total_revenue", { currency: "EUR", value: 49.5, short: "€49.5", long: "€49.50" }, {}, "€49.50"],
    [
      "total_revenue",
      { currency: "EUR", value: 2690, short: "€2.7K", long: "€2,690.00" },
      { isShort: false },
      "€2,690.00",
    ],
  ] as const)("says %s %o %o as %s", (metric, value, how, text) => {
    expect(cellText(metric, value, how)).toBe(text);
  });

  it("has a bar as long as its share of the greatest", () => {
    const amount = (value: number) => ({ value: String(value), visitors: value });
    expect(barsOf([200, 50, 0].map(amount), ["visitors"])).toEqual([100, 25, 0]);
    expect(barsOf([amount(0)], ["visitors"])).toEqual([0]);
    expect(barsOf([{ value: "a", visitors: null }], ["visitors"])).toEqual([0]);
  });
});

it("says of a list what the notes say of it, once", () => {
  const said = saidOf(
    [
      { code: "upper_bound", message: "", metrics: ["visitors"], dimension: "visit:os" },
      { code: "upper_bound", message: "", metrics: ["visits"], dimension: "visit:os" },
      { code: "min_visitors", message: "", metrics: ["pageviews"], dimension: "visit:os" },
      { code: "upper_bound", message: "", metrics: ["events"], dimension: "visit:browser" },
      { code: "sum_of_days", message: "", metrics: ["visitors"] },
    ],
    "visit:os",
  );
  expect([...said.bounds]).toEqual(["visitors", "visits"]);
  expect(said.texts).toEqual([en.notes.upper_bound, en.notes.min_visitors]);
});

it("says a filter in words", () => {
  const { values, dimensions } = en;
  const filter = { operator: "is_not" as const, dimension: "visit:country", values: ["LV", "(not set)"] };
  expect(filterName(filter, null)).toContain("Latvia");
  expect(filterName(filter, null)).toContain(en.panels.unknown);
  expect(filterName({ operator: "is", dimension: "visit:source", values: ["Direct / None"] }, null)).toContain(
    values.none,
  );
  expect(filterName(filter, null)).toContain(dimensions["visit:country"]);
});

it("opens pages on the host that most of them were seen on", () => {
  const answer = (hosts: Panel) =>
    ({ site: "a.example", dimensions: { "event:hostname": hosts } }) as unknown as SummaryAnswer;
  expect(hostOf(answer(rows("www.a.example", "a.example")))).toBe("www.a.example");
  expect(hostOf(answer(rows()))).toBe("a.example");
  expect(hostOf(answer(rows("(not set)")))).toBe("a.example");
});

it("shades countries, the greatest most", () => {
  const shades = shadesOf([
    { value: "US", visitors: 10_000 },
    { value: "DE", visitors: 2_500 },
    { value: "LV", visitors: 1 },
    { value: "EE", visitors: 0 },
  ]);
  expect([...shades]).toEqual([
    ["US", SHADES],
    ["DE", 3],
    ["LV", 1],
  ]);
  expect(shadesOf([]).size).toBe(0);
});

describe("what was not counted", () => {
  const drops = [
    { reason: "bot" as const, text: "", count: 30 },
    { reason: "rate" as const, text: "", count: 10 },
  ];
  const events = (value: number | null) => ({ events: { value, comparison_value: null, change: null } });
  it("is a share of all requests", () => {
    expect(droppedOf(drops)).toBe(40);
    expect(shareOf({ drops, metrics: events(160) })).toBe(20);
    expect(shareOf({ drops, metrics: events(0) })).toBe(100);
  });
  it("is none of what is not known", () => {
    expect(shareOf({ drops, metrics: {} })).toBeNull();
    expect(shareOf({ drops, metrics: events(null) })).toBeNull();
    expect(shareOf({ drops, metrics: { events: { refused: { code: null, message: "" } } } })).toBeNull();
    expect(shareOf({ drops: [], metrics: events(0) })).toBeNull();
  });
});
