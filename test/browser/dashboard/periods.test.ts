/** Which days a view shows, with what it compares them, and by what times: chosen by clicks and by keys. */
import { expect, it } from "vitest";
import { addDays, addMonths, dateIn } from "../../../src/calendar.ts";
import { PERIODS } from "../../../src/dashboard/address.ts";
import { KEYS } from "../../../src/dashboard/site/shortcuts.ts";
import { en } from "../../../src/dashboard/texts/en.ts";
import { footfall, sites, useDashboard } from "./dashboard.ts";

const dashboard = useDashboard();
const site = `/${sites.demo}`;
const today = dateIn(sites.timezone, Date.now());
const summary = [`GET /api/stats/${sites.demo}`];
const ended = PERIODS.filter((period) => period !== "custom");
const addressOf = (period: string) => (period === "28d" ? site : `${site}?period=${period}`);

const periodMenu = () => dashboard.page.getByRole("button", { name: /^Period:/ });
const comparisonMenu = () => dashboard.page.getByRole("button", { name: /^Comparison:/ });

it("asks the API one question a view", async () => {
  const { page, askedBy } = dashboard;
  expect(await askedBy(() => dashboard.open(site))).toEqual(summary);
  await periodMenu().click();
  expect(await askedBy(() => page.getByRole("link", { name: "Last 7 days" }).click())).toEqual(summary);
  expect(await askedBy(() => page.getByRole("button", { name: "Earlier" }).click())).toEqual(summary);
  expect(await askedBy(() => page.getByRole("button", { name: "Organic search" }).click())).toEqual(summary);
  expect(await askedBy(() => page.getByRole("tab", { name: "Exit" }).click())).toEqual([]);
  expect(await askedBy(() => page.locator(".metrics .tile").nth(2).click())).toEqual([]);
  expect(await askedBy(() => page.getByRole("button", { name: "As a table" }).click())).toEqual([]);
  await comparisonMenu().click();
  expect(await askedBy(() => page.getByRole("link", { name: "No comparison" }).click())).toEqual(summary);
  expect(await askedBy(() => page.goBack())).toEqual(summary);
});

it("shows each period of the menu, and of each key", async () => {
  const { page } = dashboard;
  await dashboard.open(`${site}?period=91d`);
  for (const period of ended) {
    await periodMenu().click();
    await page.locator(".period .sheet").getByRole("link", { name: en.periods[period] }).click();
    await dashboard.settled();
    expect(dashboard.address).toBe(addressOf(period));
    expect(await periodMenu().innerText()).toContain(en.periods[period]);
  }
  for (const period of ended) {
    await page.keyboard.press(KEYS[period].toLowerCase());
    await dashboard.settled();
    expect(dashboard.address).toBe(addressOf(period));
  }
  await page.keyboard.press("p");
  await dashboard.settled();
  expect(dashboard.address).toBe(`${site}?period=month&date=${addMonths(today, -1)}`);
  // As letters that are typed into something.
  await page.getByRole("button", { name: "Details All values: Page" }).click();
  await page.getByRole("searchbox").fill("day");
  await dashboard.settled();
  expect(dashboard.address).toContain("period=month");
});

it("goes to earlier and later periods, and no further than there are days", async () => {
  const { page } = dashboard;
  await dashboard.open(`${site}?period=day`);
  const [earlier, later] = ["Earlier", "Later"].map((name) => page.getByRole("button", { name, exact: true }));
  expect(await later?.getAttribute("aria-disabled")).toBe("true");
  await earlier?.click();
  await dashboard.settled();
  expect(dashboard.address).toBe(`${site}?period=day&date=${addDays(today, -1)}`);
  await page.keyboard.press("ArrowLeft");
  await dashboard.settled();
  expect(dashboard.address).toBe(`${site}?period=day&date=${addDays(today, -2)}`);
  await page.keyboard.press("ArrowRight");
  await later?.click();
  await dashboard.settled();
  expect(dashboard.address).toBe(`${site}?period=day`);
  await page.keyboard.press("ArrowRight");
  expect(dashboard.address).toBe(`${site}?period=day`);
  await dashboard.open(`${site}?period=all`);
  expect(await earlier?.getAttribute("aria-disabled")).toBe("true");
});

it("shows dates that are chosen, and refuses an end before their beginning", async () => {
  const { page } = dashboard;
  await dashboard.open(site);
  await page.keyboard.press("c");
  const dialog = page.getByRole("dialog", { name: "Which dates to show" });
  const [from, to] = [addDays(today, -30), addDays(today, -10)];
  await dialog.getByLabel("From").fill(to);
  await dialog.getByLabel("To").fill(from);
  await dialog.getByRole("button", { name: "Show" }).click();
  expect(await dialog.getByRole("alert").innerText()).toBe("The last day must not be before the first.");
  await dialog.getByLabel("From").fill(from);
  await dialog.getByLabel("To").fill(to);
  await dialog.getByRole("button", { name: "Show" }).click();
  await dashboard.settled();
  expect(dashboard.address).toBe(`${site}?period=custom&date=${from},${to}`);
  expect(await dialog.count()).toBe(0);
});

it("compares with what is chosen, and with nothing", async () => {
  const { page } = dashboard;
  const changes = page.locator(".tile-change");
  await dashboard.open(site);
  expect(await changes.count()).toBe(6);
  await comparisonMenu().click();
  await page.getByRole("link", { name: "A year before" }).click();
  await dashboard.settled();
  expect(dashboard.address).toBe(`${site}?compare=year_over_year`);
  await page.keyboard.press("x");
  await dashboard.settled();
  expect(dashboard.address).toBe(`${site}?compare=off`);
  expect(await changes.count()).toBe(0);
  await page.keyboard.press("x");
  await dashboard.settled();
  expect(dashboard.address).toBe(site);
  await comparisonMenu().click();
  await page.getByRole("button", { name: "Other dates…" }).click();
  const dialog = page.getByRole("dialog", { name: "Which dates to compare with" });
  const [from, to] = [addDays(today, -100), addDays(today, -73)];
  await dialog.getByLabel("From").fill(from);
  await dialog.getByLabel("To").fill(to);
  await page.keyboard.press("Enter");
  await dashboard.settled();
  expect(dashboard.address).toBe(`${site}?compare=custom&compare_date=${from},${to}`);
  expect(await changes.count()).toBe(6);
});

it("draws the chart by hours, days, weeks and months", async () => {
  const { page } = dashboard;
  const choice = page.getByRole("combobox", { name: "Shown by" });
  await dashboard.open(`${site}?period=30d`);
  expect(await choice.inputValue()).toBe("day");
  await choice.selectOption("week");
  await dashboard.settled();
  expect(dashboard.address).toBe(`${site}?period=30d&interval=week`);
  const intervals = await choice
    .locator("option")
    .evaluateAll((all) => all.map((one) => (one as HTMLOptionElement).value));
  const next = intervals[(intervals.indexOf("week") + 1) % intervals.length];
  await page.locator("h1").click();
  await page.keyboard.press("i");
  await dashboard.settled();
  expect(dashboard.address).toBe(`${site}?period=30d&interval=${next}`);
});

it("opens a day of the chart by a click, by keys and by its row", async () => {
  const { page } = dashboard;
  await dashboard.open(`${site}?period=7d`);
  const chart = page.getByRole("slider", { name: "Visitors, value by value" });
  await expect.poll(() => page.locator(".plot canvas").count()).toBe(1);
  const box = await chart.boundingBox();
  await chart.click({ position: { x: (box?.width ?? 0) * 0.99, y: 40 } });
  await dashboard.settled();
  expect(dashboard.address).toBe(`${site}?period=day&date=${addDays(today, -1)}`);
  await page.goBack();
  await dashboard.settled();
  await chart.focus();
  await page.keyboard.press("Home");
  expect(await chart.getAttribute("aria-valuenow")).toBe("0");
  expect(await chart.getAttribute("aria-valuetext")).toMatch(/\d{4}: [\d,]+; Before: [\d,]+/);
  await page.keyboard.press("Enter");
  await dashboard.settled();
  expect(dashboard.address).toBe(`${site}?period=day&date=${addDays(today, -7)}`);
  await page.goBack();
  await dashboard.settled();
  await page.getByRole("button", { name: "As a table" }).click();
  await page.locator(".data-table").getByRole("button").nth(1).click();
  await dashboard.settled();
  expect(dashboard.address).toBe(`${site}?period=day&date=${addDays(today, -6)}`);
});

it("asks again who is there while it is looked at, and not otherwise", async () => {
  const { page, watch } = dashboard;
  const live = `GET /api/stats/${sites.demo}/realtime`;
  const show = (state: "visible" | "hidden") =>
    page.evaluate((state) => {
      Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
      document.dispatchEvent(new Event("visibilitychange"));
    }, state);
  await page.clock.install();
  await page.goto(`${footfall}${site}?period=realtime`);
  await expect.poll(() => page.locator(".now-count").count()).toBe(1);
  expect(watch.asked).toEqual(summary);
  await page.clock.runFor(16_000);
  await expect.poll(() => watch.asked).toEqual([...summary, live]);
  await show("hidden");
  await page.clock.runFor(600_000);
  expect(watch.asked).toEqual([...summary, live]);
  await show("visible");
  await page.clock.runFor(1_000);
  // All of it is old by now. Who is there may be asked for as well.
  await expect.poll(() => watch.asked.slice(2)).toEqual(expect.arrayContaining(summary));
});
