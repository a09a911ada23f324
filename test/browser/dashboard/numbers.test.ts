/** The numbers on the page are the API's. */
import { beforeAll, expect, it } from "vitest";
import { addDays, dateIn } from "../../../src/calendar.ts";
import { metricValue } from "../../../src/dashboard/format.ts";
import { valueText } from "../../../src/dashboard/site/values.ts";
import { en } from "../../../src/dashboard/texts/en.ts";
import { speak } from "../../../src/dashboard/texts.ts";
import type { Metric } from "../../../src/report/query.ts";
import type { LiveAnswer, SummaryAnswer } from "../../../src/report/summary-answer.ts";
import { type Answer, ask, card, cellsOf, isAtMost, query, sites, useDashboard } from "./dashboard.ts";

const dashboard = useDashboard();
// Words for values, which the page and this test have from one place.
beforeAll(() => speak("en"));

const METRICS = ["visitors", "visits", "pageviews", "views_per_visit", "bounce_rate", "visit_duration"] as const;

/** Filters as v2 writes them. */
type Filters = [operator: string, dimension: string, values: string[]][];

/** Views: their queries, and what the Stats API is asked for the same. */
const VIEWS: { view: string; range: string | string[]; filters?: Filters; mode?: string }[] = [
  { view: "period=day", range: "day" },
  { view: "", range: "28d" },
  { view: "period=7d&compare=year_over_year", range: "7d", mode: "year_over_year" },
  { view: "period=month&interval=week", range: "month" },
  { view: "period=12mo&compare=off", range: "12mo", mode: "off" },
  { view: "period=all", range: "all", mode: "off" },
  { view: `period=custom&date=${daysAgo(40)},${daysAgo(20)}`, range: [daysAgo(40), daysAgo(20)] },
  { view: "f=is,visit:source,Google", range: "28d", filters: [["is", "visit:source", ["Google"]]] },
  { view: "period=91d&f=is,visit:country,DE,AT", range: "91d", filters: [["is", "visit:country", ["DE", "AT"]]] },
  // Who came from both on one day counts for each: an upper bound.
  { view: "f=is,visit:source,Google,Bing", range: "28d", filters: [["is", "visit:source", ["Google", "Bing"]]] },
  { view: "f=contains,event:page,/docs/", range: "28d", filters: [["contains", "event:page", ["/docs/"]]] },
  { view: "f=is,event:goal,Signup", range: "28d", filters: [["is", "event:goal", ["Signup"]]] },
];

/** The tabs of panels, the one that is open first. The map's are drawn below the map, and three of them alone. */
const PANELS: Record<string, [tab: string, dimension: string][]> = {
  Sources: [
    ["Channels", "visit:channel"],
    ["Sources", "visit:source"],
    ["Referrers", "visit:referrer"],
    ["Campaigns", "visit:utm_campaign"],
  ],
  Pages: [
    ["Pages", "event:page"],
    ["Entry", "visit:entry_page"],
    ["Exit", "visit:exit_page"],
  ],
  Devices: [
    ["Devices", "visit:device"],
    ["Browsers", "visit:browser"],
    ["Systems", "visit:os"],
    ["Screens", "visit:screen"],
  ],
  "Events and goals": [
    ["Goals", "event:goal"],
    ["Events", "event:name"],
  ],
  Locations: [
    ["Countries", "visit:country"],
    ["Languages", "visit:language"],
  ],
};

it.each(VIEWS)("are those of the Stats API for ?$view", async ({ view, range, filters = [], mode }) => {
  await dashboard.open(`/${sites.demo}?${view}`);
  const asked = { date_range: range, filters };
  const compared = mode ?? "previous_period";
  await checkTotals(asked, compared);
  await checkChart(asked, compared);
  for (const [panel, [first]] of Object.entries(PANELS))
    if (first && panel !== "Locations") await checkPanel(panel, first[1], asked);
  await checkDrops(asked);
});

it("are those of the Stats API in every tab", async () => {
  await dashboard.open(`/${sites.demo}?period=7d&f=is,visit:country,DE`);
  const filters: Filters = [["is", "visit:country", ["DE"]]];
  const asked = { date_range: "7d", filters };
  const { page } = dashboard;
  const tabs = Object.entries(PANELS).flatMap(([panel, tabs]) => tabs.map((tab) => [panel, ...tab] as const));
  for (const [panel, tab, dimension] of tabs) {
    await card(page, panel).getByRole("tab", { name: tab, exact: true }).click();
    await dashboard.settled();
    await checkPanel(panel, dimension, asked);
  }
});

it("says of a number that it is an upper bound where the API does", async () => {
  const figures = dashboard.page.locator(".metrics .tile-value");
  await dashboard.open(`/${sites.demo}?f=is,visit:source,Google,Bing`);
  const filters = [["is", "visit:source", ["Google", "Bing"]]];
  const answer = await query({ date_range: "28d", metrics: [...METRICS], filters });
  const bounds = METRICS.map((metric) => isAtMost(answer, metric));
  expect(bounds).toContain(true);
  expect((await figures.allInnerTexts()).map((text) => text.startsWith("≤ "))).toEqual(bounds);
  await dashboard.page.getByRole("button", { name: "About this number: Visitors" }).click();
  await expect.poll(() => dashboard.page.locator(".metrics .sheet").first().innerText()).toContain("at most this many");
});

it("counts who is there now, and the last minutes", async () => {
  await dashboard.open(`/${sites.demo}?period=realtime`);
  const { page } = dashboard;
  const { visitors, minutes } = (await (await ask(`/api/stats/${sites.demo}/realtime`)).json()) as LiveAnswer;
  await expect.poll(() => page.locator(".now-count b").innerText()).toBe(en.realtime.now(visitors));
  await page.getByRole("button", { name: "As a table" }).click();
  const rows = await cellsOf(page.locator(".data-table"));
  expect(rows.length).toBe(minutes.length);
  const sum = (column: number) => rows.reduce((sum, cells) => sum + Number(cells[column]), 0);
  // A minute may have begun in between, and the oldest ended.
  expect(Math.abs(sum(1) - minutes.reduce((sum, { pageviews }) => sum + pageviews, 0))).toBeLessThanOrEqual(
    minutes[0]?.pageviews ?? 0,
  );
});

/** The date so many days before the site's today. */
function daysAgo(days: number): string {
  return addDays(dateIn(sites.timezone, Date.now()), -days);
}

/** What v2 answers to a question; null where it refuses. */
async function answered(asked: object): Promise<Answer | null> {
  const response = await ask("/api/v2/query", { site_id: sites.demo, ...asked });
  expect([200, 400]).toContain(response.status);
  return response.ok ? response.json() : null;
}

async function checkTotals(asked: object, mode: string): Promise<void> {
  const include = mode === "off" ? {} : { comparisons: { mode } };
  const tiles = dashboard.page.locator(".metrics .tile");
  // Each by itself: one that is refused takes no other with it.
  const answers = await Promise.all(METRICS.map((metric) => answered({ ...asked, metrics: [metric], include })));
  for (const [index, metric] of METRICS.entries()) {
    const [row] = answers[index]?.results ?? [];
    const [value = null] = (row?.metrics ?? []) as (number | null)[];
    const tile = tiles.nth(index);
    const text = `${isAtMost(answers[index] ?? null, metric) ? "≤ " : ""}${metricValue(metric, value)}`;
    expect((await tile.locator(".tile-value").innerText()).split("\n")[0], metric).toBe(text);
    expect(await tile.getAttribute("title")).toBe(value === null ? null : metricValue(metric, value, false));
    const [change = null] = row?.comparison?.change ?? [];
    const shown = change === null ? "" : await tile.locator(".tile-change").innerText();
    if (change === null) continue;
    expect(shown, metric).toContain(`from ${metricValue(metric, row?.comparison?.metrics[0])}`);
    expect(shown.replace(/\D.*/s, ""), metric).toBe(String(Math.abs(change)));
  }
}

async function checkChart(asked: object, mode: string): Promise<void> {
  const { page } = dashboard;
  const intervals = page.getByRole("combobox", { name: "Shown by" });
  const interval = (await intervals.count()) > 0 ? await intervals.inputValue() : "hour";
  const answer = await query({
    ...asked,
    metrics: ["visitors"],
    dimensions: [`time:${interval}`],
    include: { time_labels: true },
  });
  const values = new Map(answer.results.map(({ dimensions, metrics }) => [dimensions[0], metrics[0]]));
  const wanted = (answer.meta.time_labels ?? []).map((label) => values.get(label) || null);
  expect(wanted.some((value) => value !== null)).toBe(true);
  await page.getByRole("button", { name: "As a table" }).click();
  const rows = await cellsOf(page.locator(".data-table"));
  // v2 tells no more of what is to come than of what was not there.
  const told = rows.map(([, value = ""]) => (value === "–" ? "0" : value));
  expect(told).toEqual(wanted.map((value) => metricValue("visitors", Number(value), false)));
  expect(new Set(rows.map((cells) => cells.length))).toEqual(new Set([mode === "off" ? 2 : 4]));
}

async function checkPanel(name: string, dimension: string, view: { filters: Filters }): Promise<void> {
  // Of its own values, it shows those beside the chosen ones, too.
  const filters = view.filters.filter(([operator, own]) => !(operator === "is" && own === dimension));
  const asked = { ...view, filters };
  const panel = card(dashboard.page, name);
  const heads = await panel.locator("thead th").allInnerTexts();
  const metrics = heads.slice(1).map((text) => metricCalled(text, dimension));
  if (metrics.length === 0) {
    const answer = await answered({ ...asked, dimensions: [dimension], metrics: ["visitors"] });
    const isRefused = (await panel.innerText()).includes(en.refusals.title);
    expect(answer?.results ?? "refused", dimension).toEqual(isRefused ? "refused" : []);
    return;
  }
  const answer = await query({ ...asked, dimensions: [dimension], metrics, pagination: { limit: 9 } });
  const expected = answer.results.map(({ dimensions: [value = ""], metrics: values }) => [
    valueText(dimension, { value }),
    ...metrics.map((metric, index) => textOf(values[index], metric, isAtMost(answer, metric))),
  ]);
  expect(await cellsOf(panel.locator("table")), dimension).toEqual(expected);
}

function textOf(value: Answer["results"][number]["metrics"][number] | undefined, metric: Metric, isBound: boolean) {
  if (typeof value === "object" && value !== null) return value.short;
  return `${isBound && value !== null ? "≤ " : ""}${metricValue(metric, value)}`;
}

/** Drops of a period: no filter leaves out any. */
async function checkDrops({ date_range: range }: { date_range: string | string[] }): Promise<void> {
  const period = typeof range === "string" ? { period: range } : { period: "custom", date: range.join() };
  const { drops } = (await (
    await ask(`/api/stats/${sites.demo}?${new URLSearchParams(period)}`)
  ).json()) as SummaryAnswer;
  const shown = await cellsOf(card(dashboard.page, "Not counted").locator("table"));
  expect(shown).toEqual(drops.map(({ reason, count }) => [en.drops.reasons[reason], count.toLocaleString("en-US")]));
}

/** The metric at the head of a column. Two have one name: of a goal's value the rate is that of all, else of the value's own. */
function metricCalled(text: string, dimension: string): Metric {
  if (text === en.panels.conversions) return "events";
  if (text === en.metrics.conversion_rate)
    return dimension === "event:goal" ? "conversion_rate" : "group_conversion_rate";
  const [metric] = Object.entries(en.metrics).find(([, name]) => name === text) ?? [];
  if (!metric) throw new Error(`no metric is called ${text}`);
  return metric as Metric;
}
