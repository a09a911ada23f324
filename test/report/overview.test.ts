import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import type { OpenDay, TallyApi } from "../../src/hit.ts";
import type { Access } from "../../src/report/face.ts";
import { overview } from "../../src/report/overview.ts";
import type { OverviewAnswer } from "../../src/report/summary-answer.ts";
import type { Context, Credential } from "../../src/route.ts";
import type { Site } from "../../src/site.ts";
import { insertSite } from "../../src/store/sites.ts";
import { ADMIN, call } from "../manage/support.ts";
import { NOON, openDay, siteOf, store, storeImport } from "./fakes.ts";

const TODAY = "2026-11-22";
const YESTERDAY = "2026-11-21";
const sites: Site[] = [];

/** In Auckland it is the 22nd as well, in Riga too; in Honolulu the 22nd begins as Riga's noon strikes. */
const MADE = [
  { domain: "a.example", timezone: "Europe/Riga", shards: 2 },
  { domain: "b.example", timezone: "Pacific/Kiritimati", shards: 1 },
  { domain: "c.example", timezone: "Europe/Riga", shards: 1 },
];

beforeAll(async () => {
  for (const { domain, ...rest } of MADE) {
    const { id: _id, linkKey: _key, goals: _goals, ...fresh } = siteOf(0, rest);
    const made = await insertSite(env.DB, { ...fresh, domain, isPublic: domain === "b.example" }, 0);
    if (made) sites.push(made);
  }
  const [a, b] = sites as [Site, Site];
  // The tallies answer for today; what they handed over of it before must not count twice.
  await store(a, TODAY, "site", { "": [99, 99, 99] }, 0);
  await store(a, YESTERDAY, "site", { "": [5, 6, 7] }, 0);
  await store(a, YESTERDAY, "site", { "": [1, 1, 1] }, 1);
  await store(a, "2026-10-24", "site", { "": [3, 3, 3] });
  await store(a, "2026-10-23", "site", { "": [1000, 1000, 1000] });
  await store(a, "2026-10", "site", { "": [2000, 2000, 2000] });
  await storeImport(a, 50, { source: "plausible" });
  await storeImport(a, 51, { state: "pending" });
  await store(a, "2026-11-01", "site", { "": [20, 20, 20] }, -50);
  await store(a, "2026-11-02", "site", { "": [20, 20, 20] }, -51);
  await store(b, YESTERDAY, "site", { "": [8, 8, 8] });
});

interface Fake {
  days: OpenDay[];
  visitors: number;
}

/** By site and shard; null: it is silent. */
const TALLIES: Record<string, (Fake | null)[]> = {
  "a.example": [
    { days: [openDay(TODAY, { site: { "": [2, 3, 7] } })], visitors: 1 },
    {
      days: [openDay(TODAY, { site: { "": [1, 1, 1] } }), openDay("2026-09-01", { site: { "": [7, 7, 7] } })],
      visitors: 2,
    },
  ],
  "b.example": [{ days: [openDay("2026-11-23", { site: {} })], visitors: 0 }],
  "c.example": [null],
};

const CREDENTIAL: Credential = { kind: "admin", id: 0, scopes: ["admin", "stats", "sites"], siteId: null };

async function ask(query = "", credential: Credential = CREDENTIAL) {
  let calls = 0;
  let atOnce = 0;
  let most = 0;
  let looks = 0;
  const access: Access = {
    siteFor: async () => new Response(),
    wait: async () => undefined,
    tally: (_env, siteId, shard): Pick<TallyApi, "open" | "live" | "pulse"> => ({
      open: async () => [],
      live: async () => ({ visitors: 0, minutes: [] }),
      pulse: async ({ from }) => {
        calls++;
        most = Math.max(most, ++atOnce);
        await Promise.resolve();
        atOnce--;
        const fake = TALLIES[sites.find(({ id }) => id === siteId)?.domain ?? ""]?.[shard];
        if (!fake) throw Object.assign(new Error("overloaded"), { overloaded: true });
        return { visitors: fake.visitors, minutes: [], days: fake.days.filter(({ day }) => day >= from) };
      },
    }),
  };
  const db = new Proxy(env.DB, {
    get(target, name) {
      if (name === "prepare") looks++;
      const value = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const context: Context = {
    env: { ...env, DB: db },
    ctx: { waitUntil: () => {} },
    params: {},
    url: new URL(`https://footfall.test/api/stats${query}`),
    credential,
    now: NOON,
  };
  const response = await overview(new Request(context.url), context, access);
  return { status: response.status, body: await response.json<OverviewAnswer>(), calls, most, looks };
}

describe("the overview", () => {
  it("has each site's visitors of 30 days, of today and of now", async () => {
    const { body, calls, looks, most } = await ask();
    expect(body).toMatchObject({
      viewer: { kind: "admin", manages: true, all_sites: true },
      meta: { after: null, limit: 24 },
    });
    const [a, b, c] = body.sites;
    const days = (visitors: Record<number, number>) => Array.from({ length: 30 }, (_, day) => visitors[day] ?? 0);
    expect(a).toEqual({
      domain: "a.example",
      timezone: "Europe/Riga",
      public: false,
      // The first, an imported one, the last two.
      visitors: days({ 0: 3, 8: 20, 28: 6, 29: 3 }),
      visitors_today: 3,
      pageviews_today: 8,
      visitors_now: 3,
    });
    expect(b).toMatchObject({
      timezone: "Pacific/Kiritimati",
      public: true,
      // There it is the 23rd already.
      visitors: days({ 27: 8 }),
      visitors_today: 0,
      visitors_now: 0,
    });
    // Its tally is silent.
    expect(c).toMatchObject({
      domain: "c.example",
      visitors: null,
      visitors_today: null,
      pageviews_today: null,
      visitors_now: null,
    });
    expect(calls).toBe(4);
    expect(most).toBeLessThanOrEqual(6);
    // One look for the sites, one for the days of all of them.
    expect(looks).toBe(2);
  });

  it("goes page by page", async () => {
    const first = (await ask("?limit=2")).body;
    expect(first.sites.map(({ domain }) => domain)).toEqual(["a.example", "b.example"]);
    expect(first.meta).toEqual({ after: "b.example", limit: 2 });
    const second = (await ask("?limit=2&after=b.example")).body;
    expect(second.sites.map(({ domain }) => domain)).toEqual(["c.example"]);
    expect(second.meta.after).toBeNull();
  });

  it("is of the one site of a key that covers one", async () => {
    const credential: Credential = { kind: "key", id: 1, scopes: ["stats"], siteId: sites[1]?.id ?? 0 };
    const { body, calls } = await ask("", credential);
    expect(body.viewer).toEqual({ kind: "key", manages: false, all_sites: false });
    expect(body.sites.map(({ domain }) => domain)).toEqual(["b.example"]);
    expect(calls).toBe(1);
  });

  it.each(["limit=0", "limit=101", "limit=x", "after=a%20b", "limit=1&limit=2"])("is 400 for %s", async (query) => {
    expect((await ask(`?${query}`)).status).toBe(400);
  });

  it.each<Credential["kind"]>(["link", "public"])("is 401 for %s", async (kind) => {
    expect((await ask("", { kind, id: 1, scopes: ["stats"], siteId: sites[0]?.id ?? 0 })).status).toBe(401);
  });

  it("is answered by the real tallies too", async () => {
    const { status, body } = await call("GET /api/stats?limit=1", { key: ADMIN, now: Date.now() });
    expect(status).toBe(200);
    expect(body.sites[0]).toMatchObject({ domain: "a.example", visitors_today: 0, visitors_now: 0 });
  });
});
