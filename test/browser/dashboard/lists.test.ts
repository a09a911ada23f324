/** Filters and lists: what a click on a value does, and what there is to see of all values. */
import { readFileSync } from "node:fs";
import type { Locator } from "playwright-core";
import { expect, it } from "vitest";
import { en } from "../../../src/dashboard/texts/en.ts";
import { ask, card, cellsOf, isAtMost, query, sites, useDashboard } from "./dashboard.ts";

const dashboard = useDashboard();
const site = `/${sites.demo}`;

const tab = (name: string) => dashboard.page.getByRole("tab", { name, exact: true });
const value = (within: string, name: string) => card(dashboard.page, within).getByRole("button", { name, exact: true });
const filters = () => dashboard.page.getByRole("region", { name: "Filters" });
const texts = (panels: Locator) => panels.allInnerTexts();

async function after(deed: Promise<unknown>): Promise<void> {
  await deed;
  await dashboard.settled();
}

it("drills into every other panel by a click on a value, and takes a second one beside it", async () => {
  const { page } = dashboard;
  await dashboard.open(site);
  await after(tab("Sources").click());
  const others = page.locator(".panel:not(.sources) .panel-body");
  const before = await texts(others);
  await after(value("Sources", "Google").click());
  expect(dashboard.address).toBe(`${site}?f=is,visit:source,Google&tab=sources.visit:source`);
  const drilled = await texts(others);
  for (const [index, text] of drilled.entries()) expect(text, `panel ${index}`).not.toBe(before[index]);
  expect(await value("Sources", "Google").getAttribute("aria-pressed")).toBe("true");

  // Its own panel goes on showing the others.
  await after(value("Sources", "Bing").click());
  expect(dashboard.address).toContain("f=is,visit:source,Google,Bing&");
  expect(await filters().innerText()).toContain("Source is Google or Bing");
  await after(value("Sources", "Google").click());
  expect(dashboard.address).toContain("f=is,visit:source,Bing&");
  await after(filters().getByRole("button", { name: "Remove the filter Source is Bing" }).click());
  expect(dashboard.address).toBe(`${site}?tab=sources.visit:source`);
  expect(await texts(others)).toEqual(before);
});

it("goes back and forward through what was seen, and opens it in another tab by its address alone", async () => {
  const { page } = dashboard;
  await dashboard.open(`${site}?period=7d`);
  const content = () => page.locator("#content").innerText();
  const seen = [[dashboard.address, await content()]];
  await after(page.getByRole("tab", { name: "Countries" }).click());
  const deeds = [
    () => value("Locations", "Germany").click(),
    () => page.keyboard.press("t"),
    () => page.keyboard.press("x"),
    () => page.keyboard.press("Escape"),
  ];
  seen.length = 0;
  seen.push([dashboard.address, await content()]);
  for (const deed of deeds) {
    await after(deed());
    seen.push([dashboard.address, await content()]);
  }
  expect(new Set(seen.map(([address]) => address)).size).toBe(deeds.length + 1);
  for (const place of seen.slice(0, -1).reverse()) {
    await after(page.goBack());
    expect([dashboard.address, await content()]).toEqual(place);
  }
  for (const place of seen.slice(1)) {
    await after(page.goForward());
    expect([dashboard.address, await content()]).toEqual(place);
  }
  const [address = "", text] = seen[2] ?? [];
  await dashboard.reopen();
  await dashboard.open(address);
  expect(await dashboard.page.locator("#content").innerText()).toBe(text);
});

it("adds a filter by keys, by a part of the value", async () => {
  const { page } = dashboard;
  await dashboard.open(site);
  await page.keyboard.press("/");
  const dialog = page.getByRole("dialog", { name: "Add a filter" });
  await dialog.getByLabel("What to filter by").selectOption("event:page");
  await dialog.getByLabel("How").selectOption("contains");
  await dialog.getByRole("button", { name: "Apply" }).click();
  expect(await dialog.getByRole("alert").innerText()).toBe("Say at least one value.");
  await page.keyboard.type("/docs/");
  await page.keyboard.press("Enter");
  await page.keyboard.type("/blog/");
  await page.keyboard.press("Enter");
  await after(dialog.getByRole("button", { name: "Apply" }).click());
  expect(dashboard.address).toBe(`${site}?f=contains,event:page,/docs/,/blog/`);
  expect(await filters().innerText()).toContain("Page contains /docs/ or /blog/");
  const pages = await cellsOf(card(page, "Pages").locator("table"));
  expect(pages.filter(([path = ""]) => !/\/(docs|blog)\//.test(path))).toEqual([]);
});

it("says of three facts why they cannot be told, and shows them without one of the filters", async () => {
  const { page } = dashboard;
  await dashboard.open(`${site}?f=is,visit:source,Google&f=is,visit:country,DE`);
  const pages = card(page, "Pages");
  expect(await pages.innerText()).toContain(en.refusals.three_facts);
  await after(pages.getByRole("button", { name: "Without the filter Country is Germany" }).click());
  expect(dashboard.address).toBe(`${site}?f=is,visit:source,Google`);
  expect(await cellsOf(pages.locator("table"))).toHaveLength(9);
});

it("searches, sorts and pages through all values, and closes where it was opened", async () => {
  const { page } = dashboard;
  await dashboard.open(`${site}?period=12mo&compare=off`);
  await after(tab("Browsers").click());
  await after(card(page, "Devices").getByRole("combobox").selectOption("visit:browser_version"));
  const details = card(page, "Devices").getByRole("button", { name: /^Details/ });
  expect(await dashboard.askedBy(() => details.click())).toEqual(["POST /api/v2/query"]);
  const dialog = page.getByRole("dialog");
  const rows = () => cellsOf(dialog.locator("table"));
  const { meta } = await query({
    date_range: "12mo",
    metrics: ["visitors"],
    dimensions: ["visit:browser", "visit:browser_version"],
    include: { total_rows: true },
    pagination: { limit: 1 },
  });
  const total = meta.total_rows ?? 0;
  expect(total).toBeGreaterThan(100);
  await expect.poll(() => dialog.innerText()).toContain(`${total} values`);
  const first = await rows();
  expect(first).toHaveLength(100);
  await after(dialog.getByRole("button", { name: "Next" }).click());
  expect(dashboard.address).toContain("&list=visit:browser_version&page=2");
  const second = await rows();
  expect(second).toHaveLength(total - 100);
  expect(new Set([...first, ...second].map(([name]) => name)).size).toBe(total);

  await after(dialog.getByRole("columnheader", { name: "Browser version" }).getByRole("button").click());
  const sorted = (await rows()).map(([name = ""]) => name.replace(/ [\d.]+$/, ""));
  expect(sorted).toEqual([...sorted].sort());
  await after(dialog.getByRole("searchbox").fill("firefox"));
  await expect.poll(async () => (await rows()).every(([name]) => name?.startsWith("Firefox"))).toBe(true);
  await dashboard.settled();
  const address = dashboard.address;
  const found = await rows();
  expect(found.length).toBeGreaterThan(3);
  await dashboard.open(address);
  expect(await rows()).toEqual(found);
  await page.keyboard.press("Escape");
  expect(await dialog.count()).toBe(0);
  expect(dashboard.address).not.toContain("list=");
});

it("saves a list as the CSV that the API gives", async () => {
  const { page } = dashboard;
  await dashboard.open(`${site}?f=is,visit:country,DE`);
  await after(
    card(page, "Pages")
      .getByRole("button", { name: /^Details/ })
      .click(),
  );
  await after(page.getByRole("dialog").getByRole("searchbox").fill("docs"));
  await expect.poll(() => dashboard.address).toContain("&q=docs");
  await dashboard.settled();
  const heads = await page.getByRole("dialog").getByRole("columnheader").allInnerTexts();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download as CSV" }).click();
  const download = await saved;
  expect(download.suggestedFilename()).toMatch(/^demo\.example-page-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/);
  const metrics = heads
    .slice(1)
    .map((text) => Object.entries(en.metrics).find(([, name]) => name === text.trim())?.[0]);
  const asked = {
    site_id: sites.demo,
    metrics,
    date_range: "28d",
    dimensions: ["event:page"],
    filters: [
      ["is", "visit:country", ["DE"]],
      ["contains", "event:page", ["docs"], { case_sensitive: false }],
    ],
  };
  const csv = await (await ask("/api/v2/query", asked, { Accept: "text/csv" })).text();
  expect(readFileSync(await download.path(), "utf8")).toBe(csv);
  expect(csv.split("\n").length).toBeGreaterThan(5);
});

it("shows the values of each property of events", async () => {
  const { page } = dashboard;
  await dashboard.open(site);
  expect(await dashboard.askedBy(() => tab("Properties").click())).toEqual(["POST /api/v2/query"]);
  const panel = card(page, "Events and goals");
  const names = await panel.getByRole("combobox").locator("option").allInnerTexts();
  expect(names).toEqual(["plan", "system", "url"]);
  for (const name of names) {
    await after(panel.getByRole("combobox").selectOption(name));
    const answer = await query({
      date_range: "28d",
      metrics: ["visitors", "events"],
      dimensions: [`event:props:${name}`],
      pagination: { limit: 9 },
    });
    const sign = (metric: string) => (isAtMost(answer, metric) ? "≤ " : "");
    const expected = answer.results.map(({ dimensions, metrics: [visitors, events] }) => [
      ...dimensions,
      `${sign("visitors")}${visitors}`,
      `${sign("events")}${events}`,
    ]);
    expect(await cellsOf(panel.locator("table"))).toEqual(expected);
  }
  expect(dashboard.address).toBe(`${site}?tab=behaviour.properties&tab=property.url`);
});

it("filters by a country of the map", async () => {
  const { page } = dashboard;
  await dashboard.open(site);
  const shape = page.locator('.map [data-country="DE"]');
  await shape.hover();
  expect(await page.locator(".map-tip").innerText()).toContain("Germany");
  await after(shape.click());
  expect(dashboard.address).toBe(`${site}?f=is,visit:country,DE`);
  await after(shape.click());
  expect(dashboard.address).toBe(site);
});

it("goes from tab to tab by arrows", async () => {
  const { page } = dashboard;
  await dashboard.open(site);
  await tab("Channels").focus();
  for (const [key, name] of [
    ["ArrowRight", "Sources"],
    ["End", "Campaigns"],
    ["ArrowRight", "Channels"],
    ["ArrowLeft", "Campaigns"],
    ["Home", "Channels"],
  ] as const) {
    await page.keyboard.press(key);
    await dashboard.settled();
    expect(await tab(name).getAttribute("aria-selected")).toBe("true");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(name);
  }
});
