import { env } from "cloudflare:workers";
import { unzipSync } from "fflate";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { FILES } from "../../src/report/period-files.ts";
import { METRICS } from "../../src/report/query.ts";
import { handle } from "../../src/router.ts";
import { siteByDomain } from "../../src/store/sites.ts";
import { ADMIN, call, guarded, NOON } from "../manage/support.ts";
import { store } from "./fakes.ts";

const SITE = "zip.example.com";

beforeAll(async () => {
  await call("POST /api/v1/sites", { body: { domain: SITE, public: true } });
  await call("PUT /api/v1/sites/goals", { body: { site_id: SITE, goal_type: "event", event_name: "Buy" } });
  const site = await siteByDomain(env.DB, SITE);
  if (!site) throw new Error("no site");
  for (const day of ["2026-11-20", "2026-11-21"]) {
    await store(site, day, "site", { "": [10, 12, 30, 6, 600, 4] });
    await store(site, day, "source", { Google: [6, 6, 15, 3, 300], "=cmd()": [4, 4, 4, 1, 4], "": [1, 1, 1, 1] });
    await store(site, day, "page", { [`${SITE}/`]: [9, 9, 20, 0, 0, 0, 90, 9, 450, 9], [`${SITE}/a,"b"`]: [5, 5, 10] });
    await store(site, day, "entry_page", { [`${SITE}/`]: [8, 10, 25, 5, 500] });
    await store(site, day, "exit_page", { [`${SITE}/`]: [7, 8, 9] });
    await store(site, day, "location", { "LV\tLV-RIX": [6, 6, 6], "EE\tEE-37": [4, 4, 4] });
    await store(site, day, "browser_version", {
      "Firefox\t145": [6, 6, 6],
      "Firefox\t144": [1, 1, 1],
      Chrome: [3, 3, 3],
    });
    await store(site, day, "event", { Buy: [3, 0, 0, 0, 0, 4] });
  }
});

async function linkTo(site_id: string): Promise<string> {
  const { url } = (await call("PUT /api/v1/sites/shared-links", { body: { site_id, name: "link" } })).body;
  return new URL(url).searchParams.get("auth") ?? "";
}

async function zip(query: string, key: string | null = ADMIN) {
  const headers: Record<string, string> = key === null ? {} : { Authorization: `Bearer ${key}` };
  const request = new Request(`https://stats.test/api/stats/${SITE}/export.zip?${query}`, { headers });
  const response = await handle(request, env, { waitUntil: () => {} }, NOON);
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (response.status !== 200) throw new Error(new TextDecoder().decode(bytes));
  const files = Object.entries(unzipSync(bytes)).map(([name, content]) => [name, new TextDecoder().decode(content)]);
  return { headers: response.headers, files: Object.fromEntries(files) as Record<string, string> };
}

const lines = (...lines: string[]) => lines.map((line) => `${line}\r\n`).join("");

describe("the ZIP of a period", () => {
  it("is a file to save, which nobody else keeps", async () => {
    const { headers } = await zip("period=7d");
    expect(headers.get("Content-Type")).toBe("application/zip");
    expect(headers.get("Content-Disposition")).toBe('attachment; filename="zip.example.com 2026-11-15 2026-11-21.zip"');
    expect(headers.get("Cache-Control")).toBe("private, no-store");
  });

  it("has a file for each dimension, whether there is anything in it or not", async () => {
    const { files } = await zip("period=7d");
    expect(Object.keys(files)).toEqual(FILES.map(({ name }) => `${name}.csv`));
    for (const { name, columns } of FILES) {
      expect(files[`${name}.csv`]).toMatch(new RegExp(`^${Object.keys(columns)}\r\n`));
    }
    expect(files["utm_terms.csv"]).toBe(lines("name,visitors,bounce_rate,visit_duration"));
  });

  it.each([
    [
      "visitors",
      [
        "date,visitors,pageviews,visits,views_per_visit,bounce_rate,visit_duration",
        "2026-11-19,0,0,0,,,",
        "2026-11-20,10,30,12,2.5,50,50",
        "2026-11-21,10,30,12,2.5,50,50",
      ],
    ],
    [
      "sources",
      ["name,visitors,bounce_rate,visit_duration", "Google,12,50,50", "'=cmd(),8,25,1", "Direct / None,2,100,0"],
    ],
    [
      "pages",
      ["name,visitors,pageviews,bounce_rate,time_on_page,scroll_depth", "/,18,40,50,10,50", '"/a,""b""",10,20,,,'],
    ],
    ["entry_pages", ["name,unique_entrances,total_entrances,visit_duration,bounce_rate", "/,16,20,50,50"]],
    ["exit_pages", ["name,unique_exits,total_exits", "/,14,16"]],
    ["countries", ["name,visitors", "Latvia,12", "Estonia,8"]],
    ["regions", ["name,visitors", "Rīga,12", "Harjumaa,8"]],
    ["browsers", ["name,visitors", "Firefox,14", "Chrome,6"]],
    ["browser_versions", ["name,version,visitors", "Firefox,145,12", "Chrome,(not set),6", "Firefox,144,2"]],
    ["conversions", ["name,unique_conversions,total_conversions,conversion_rate", "Buy,6,8,30"]],
  ])("tells the whole period: %s", async (name, expected) => {
    const { files } = await zip("period=custom&date=2026-11-19,2026-11-21");
    expect(files[`${name}.csv`]).toBe(lines(...expected));
  });

  it("ends today, though the period does not", async () => {
    const { files } = await zip("period=month");
    expect(files["visitors.csv"]?.trimEnd().split("\r\n").at(-1)).toMatch(/^2026-11-22,/);
  });

  it("shows few visitors to the owner's keys alone", async () => {
    const query = "period=custom&date=2026-11-20,2026-11-21";
    expect((await zip(query)).files["browser_versions.csv"]).toContain("Firefox,144,2");
    const others = (await zip(query, await linkTo(SITE))).files["browser_versions.csv"];
    expect(others).toBe(lines("name,version,visitors", "Firefox,145,12", "Other,Other,8"));
  });

  it("names metrics of the reports in all its columns but those of dimensions", () => {
    for (const { name, columns } of FILES) {
      const [dimension, ...others] = Object.values(columns).filter(
        (part) => !METRICS.some((metric) => metric === part),
      );
      expect(dimension, name).toMatch(/^(time|visit|event):/);
      expect(others.length, name).toBe(name.endsWith("_versions") ? 1 : 0);
    }
  });

  it("is refused with the rule where the period is none", async () => {
    const answer = await call(`GET /api/stats/${SITE}/export.zip?period=custom&date=2026-11-21`);
    expect(answer).toMatchObject({ status: 400, body: { error: "date: must be FROM,TO for a custom period" } });
  });

  it("is refused to the public of a public site", async () => {
    const answer = await call(`GET /api/stats/${SITE}/export.zip`, { key: null });
    expect(answer).toMatchObject({ status: 403, body: { error: "A ZIP needs a key or a shared link." } });
  });

  it("costs a link what D1 read for it, whether it was made or not", async () => {
    const key = await linkTo(SITE);
    for (const made of [{ zip: new Uint8Array() }, { away: "D1" }]) {
      const costs: number[] = [];
      const take = async (_limit: number, _now: number, cost: number) => {
        costs.push(cost);
        return null;
      };
      const answering = { getByName: () => ({ periodZip: async () => ({ ...made, rowsRead: 9_000 }) }) };
      const bindings = { CLERK: answering, METER: { getByName: () => ({ take }) } } as unknown as Partial<typeof env>;
      await call(`GET /api/stats/${SITE}/export.zip`, { key, env: bindings });
      await call(`GET /api/stats/${SITE}/export.zip`, { env: bindings });
      expect(costs).toEqual([1, 45]);
    }
  });

  it("is told by the clerk with what D1 read", async () => {
    const { zipOfPeriod } = await import("../../src/clerk/period-zip.ts");
    const site = await siteByDomain(env.DB, SITE);
    if (!site) throw new Error("no site");
    const range = { from: "2026-11-20", to: "2026-11-21", hours: null };
    const { rowsRead } = await zipOfPeriod({ site, range, minVisitors: 0, now: NOON }, env);
    expect(rowsRead).toBeGreaterThan(10);
  });

  it("is to be asked for again while the clerk is away", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const away = { getByName: () => ({ periodZip: () => Promise.reject(new Error("reset")) }) };
    const bindings = { CLERK: away as unknown as typeof env.CLERK };
    const answer = await call(`GET /api/stats/${SITE}/export.zip`, { env: bindings });
    expect(answer).toMatchObject({ status: 503, body: { error: "clerk does not answer" } });
  });

  it("says what is away, where the clerk could not ask it", async () => {
    const { zipOfPeriod } = await import("../../src/clerk/period-zip.ts");
    const site = await siteByDomain(env.DB, SITE);
    if (!site) throw new Error("no site");
    const { DB } = guarded(() => Promise.reject(new Error("Network connection lost.")));
    const range = { from: "2026-11-20", to: "2026-11-21", hours: null };
    const question = { site, range, minVisitors: 0, now: NOON };
    expect(await zipOfPeriod(question, { ...env, DB: DB as D1Database })).toEqual({ away: "D1", rowsRead: 0 });
    const told = { getByName: () => ({ periodZip: async () => ({ away: "D1", rowsRead: 0 }) }) };
    const bindings = { CLERK: told as unknown as typeof env.CLERK };
    const answer = await call(`GET /api/stats/${SITE}/export.zip`, { env: bindings });
    expect(answer).toMatchObject({ status: 503, body: { error: "D1 does not answer" } });
  });
});
