/** The npm package `plausible` (a client of the Stats API v1), pointed at Footfall as its user starts it. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import Plausible from "plausible";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { endAll, freePort, start, temporaryDirectory } from "./footfall.ts";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
const SITE = "example.com";
const admin = "plausible-test";
const directory = temporaryDirectory();
let url = "";
let client: Plausible;

async function post(path: string, body: object, headers: Record<string, string>): Promise<Record<string, string>> {
  const response = await fetch(url + path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return path === "/api/event" ? {} : ((await response.json()) as Record<string, string>);
}

const manage = (path: string, body: object) => post(path, body, { Authorization: `Bearer ${admin}` });
const send = (agent: string, path: string, more: object = {}) =>
  post("/api/event", { n: "pageview", d: SITE, u: `https://${SITE}${path}`, ...more }, { "User-Agent": agent });

/** The day on which the beacons were sent; asked for by name, whatever day it is by then. */
let began = "";

beforeAll(async () => {
  const places = ["--persist-to", join(directory, "state"), "--dev-vars", join(directory, "vars")];
  url = await start(["--port", String(await freePort()), ...places], { ADMIN_KEY: admin }).ready;
  await manage("/api/v1/sites", { domain: SITE, timezone: "Etc/UTC" });
  const { key = "" } = await manage("/api/v1/keys", { name: "report", site_id: SITE, scopes: ["stats"] });
  client = new Plausible(key, SITE, url);
  began = new Date().toISOString().slice(0, 10);
  // Two visitors: one from Hacker News who reads on and downloads twice, one who bounces.
  await send(FIREFOX, "/", { r: "https://news.ycombinator.com/item?id=1" });
  await send(FIREFOX, "/blog");
  await send(FIREFOX, "/blog", { n: "Download", p: { method: "HTTP" } });
  await send(FIREFOX, "/blog", { n: "Download", p: { method: "Magnet" } });
  await send(CHROME, "/?utm_source=newsletter&utm_medium=email&utm_campaign=launch");
}, 60_000);
afterAll(() => {
  endAll();
  rmSync(directory, { recursive: true, force: true });
});

describe("the client", () => {
  it("getRealtime: visitors of now", async () => {
    expect(await client.getRealtime()).toBe(2);
  });

  it("getAggregate: one metric of a period", async () => {
    expect(await client.getAggregate("day", "visitors", false, null, began)).toEqual({ value: 2 });
    expect(await client.getAggregate("day", "pageviews", false, null, began)).toEqual({ value: 3 });
    expect(await client.getAggregate("day", "bounce_rate", false, null, began)).toEqual({ value: 50 });
    expect(await client.getAggregate("day", "visit_duration", false, null, began)).toMatchObject({
      value: expect.any(Number),
    });
    expect(await client.getAggregate("7d", "visitors", false, null, began)).toEqual({ value: 0 });
    expect(await client.getAggregate("month", "visitors", false, null, began)).toEqual({ value: 2 });
  });

  it("getAggregate: compared, and filtered", async () => {
    expect(await client.getAggregate("day", "visitors", true, null, began)).toEqual({
      value: 2,
      change: 100,
      comparison_value: 0,
    });
    expect(await client.getAggregate("day", "pageviews", false, "visit:source==Hacker News", began)).toEqual({
      value: 2,
    });
    expect(await client.getAggregate("day", "pageviews", false, "event:page==/blog|/none", began)).toEqual({
      value: 1,
    });
  });

  it("getTimeseries: a point for each day, or month", async () => {
    const days = await client.getTimeseries("month", "pageviews", null, "date", began);
    expect(days).toContainEqual({ date: began, pageviews: 3 });
    expect(days.length).toBeGreaterThanOrEqual(28);
    expect(await client.getTimeseries("day", "visitors", "visit:browser==Firefox", null, began)).toEqual([
      { date: began, visitors: 1 },
    ]);
    expect(await client.getTimeseries("12mo", "visitors", null, "month", began)).toHaveLength(12);
  });

  it.each([
    [
      "event:name",
      "events",
      [
        { name: "pageview", events: 3 },
        { name: "Download", events: 2 },
      ],
    ],
    [
      "event:page",
      "pageviews",
      [
        { page: "/", pageviews: 2 },
        { page: "/blog", pageviews: 1 },
      ],
    ],
    [
      "visit:source",
      "visitors",
      [
        { source: "Hacker News", visitors: 1 },
        { source: "Newsletter", visitors: 1 },
      ],
    ],
    [
      "visit:referrer",
      "visitors",
      [
        { referrer: "Direct / None", visitors: 1 },
        { referrer: "news.ycombinator.com/item", visitors: 1 },
      ],
    ],
    [
      "visit:utm_medium",
      "visitors",
      [
        { utm_medium: "(not set)", visitors: 1 },
        { utm_medium: "email", visitors: 1 },
      ],
    ],
    [
      "visit:utm_source",
      "visitors",
      [
        { utm_source: "(not set)", visitors: 1 },
        { utm_source: "newsletter", visitors: 1 },
      ],
    ],
    [
      "visit:utm_campaign",
      "visitors",
      [
        { utm_campaign: "(not set)", visitors: 1 },
        { utm_campaign: "launch", visitors: 1 },
      ],
    ],
    ["visit:device", "visits", [{ device: "Desktop", visits: 2 }]],
    [
      "visit:browser",
      "bounce_rate",
      [
        { browser: "Chrome", bounce_rate: 100 },
        { browser: "Firefox", bounce_rate: 0 },
      ],
    ],
    [
      "visit:browser_version",
      "visitors",
      [
        { browser_version: "142", visitors: 1 },
        { browser_version: "145", visitors: 1 },
      ],
    ],
    [
      "visit:os",
      "visitors",
      [
        { os: "Linux", visitors: 1 },
        { os: "Windows", visitors: 1 },
      ],
    ],
    [
      "visit:os_version",
      "visitors",
      [
        { os_version: "(not set)", visitors: 1 },
        { os_version: "10/11", visitors: 1 },
      ],
    ],
    ["visit:country", "visitors", [{ country: expect.any(String), visitors: 2 }]],
    [
      "event:props:method",
      "events",
      [
        { method: "HTTP", events: 1 },
        { method: "Magnet", events: 1 },
      ],
    ],
  ] as const)("getBreakdown of %s by %s", async (property, metric, expected) => {
    const found: object[] = await client.getBreakdown("day", metric, property, null, null, null, began);
    expect(found).toEqual(expected);
  });

  it("getBreakdown: filtered, and in pages", async () => {
    const filtered: object[] = await client.getBreakdown(
      "day",
      "visitors",
      "event:page",
      "visit:browser==Firefox",
      10,
      1,
      began,
    );
    expect(filtered).toEqual([
      { page: "/", visitors: 1 },
      { page: "/blog", visitors: 1 },
    ]);
    const second: object[] = await client.getBreakdown("day", "pageviews", "event:page", null, 1, 2, began);
    expect(second).toEqual([{ page: "/blog", pageviews: 1 }]);
  });

  it("throws what the API says is wrong", async () => {
    await expect(client.getAggregate("day", "visitors", false, "nonsense")).rejects.toThrow(/^filters: each must be/);
    await expect(new Plausible("ff_wrong", SITE, url).getRealtime()).rejects.toThrow(/key/i);
    await expect(new Plausible(admin, "other.example", url).getRealtime()).rejects.toThrow(/^site_id: no such site/);
  });
});
