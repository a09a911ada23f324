import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { badgeSvg } from "../../src/report/badge-svg.ts";
import { siteByDomain } from "../../src/store/sites.ts";
import { call, guarded, NOON } from "../manage/support.ts";
import { store, UNTOUCHED_D1 } from "./fakes.ts";

/** Counts of closed days, asked for at noon of 2026-11-22 in Greenwich. */
const DAYS: [day: string, visitors: number, pageviews: number][] = [
  ["2024-02-03", 1000, 12_000],
  ["2026-10-31", 10, 100],
  ["2026-11-01", 4, 40],
  ["2026-11-21", 5, 9],
];

beforeAll(async () => {
  for (const domain of ["shown.example.com", "few.example.com", "cached.example.com", "busy.example.com"]) {
    await call("POST /api/v1/sites", { body: { domain, badge: true } });
  }
  await call("POST /api/v1/sites", { body: { domain: "off.example.com" } });
  await counts("shown.example.com", DAYS);
  await counts("few.example.com", [["2026-11-21", 2, 40]]);
  await counts("cached.example.com", [["2026-11-21", 5, 9]]);
});

afterEach(() => {
  vi.restoreAllMocks();
});

async function siteNamed(domain: string) {
  const site = await siteByDomain(env.DB, domain);
  if (!site) throw new Error("no site");
  return site;
}

async function counts(domain: string, days: typeof DAYS): Promise<void> {
  const site = await siteNamed(domain);
  for (const [day, visitors, pageviews] of days) {
    await store(site, day, "site", { "": [visitors, visitors, pageviews] });
    await store(site, day, "page", {
      [`${domain}/a b`]: [4, 4, 6],
      [`${domain}/blog/`]: [3, 3, 3],
      [`${domain}/`]: [visitors, visitors, 7],
      [`${domain}/rare`]: [1, 1, 1],
      [`${domain}/two`]: [2, 2, 2],
    });
  }
}

const get = (path: string, options: Parameters<typeof call>[1] = {}) =>
  call(`GET /badge/${path}`, { key: null, ...options });
const json = async (path: string) => (await get(path)).body;

describe("a badge", () => {
  it("tells a site's page views and visitors of all time", async () => {
    expect(await json("shown.example.com.json")).toEqual({
      site: "shown.example.com",
      path: null,
      period: "all",
      pageviews: 12_149,
      visitors: 1019,
    });
  });

  it.each([
    ["day", 0, 0],
    ["7d", 9, 5],
    ["30d", 149, 19],
    ["month", 49, 9],
    ["12mo", 100, 10],
    ["all", 12_149, 1019],
  ])("tells those of the period %s", async (period, pageviews, visitors) => {
    const isFew = visitors < 3;
    expect(await json(`shown.example.com.json?period=${period}`)).toEqual({
      site: "shown.example.com",
      path: null,
      period,
      pageviews: isFew ? null : pageviews,
      visitors: isFew ? null : visitors,
      ...(isFew && { below: 3 }),
    });
  });

  it.each([
    ["shown.example.com/a%20b.json", "/a b", 24, 16],
    ["shown.example.com/blog/.json", "/blog/", 12, 12],
    ["shown.example.com/.json", "/", 28, 1019],
  ])("tells those of a page: %s", async (asked, path, pageviews, visitors) => {
    expect(await json(asked)).toEqual({ site: "shown.example.com", path, period: "all", pageviews, visitors });
  });

  it("does not tell a page of few visitors from one that is not there", async () => {
    const few = { pageviews: null, visitors: null, below: 3 };
    expect(await json("shown.example.com/two.json?period=7d")).toMatchObject(few);
    expect(await json("shown.example.com/nothing.json?period=7d")).toMatchObject(few);
  });

  it("shows all that there is where the owner says so, at once", async () => {
    const path = "few.example.com.json";
    expect(await json(path)).toMatchObject({ pageviews: null, visitors: null, below: 3 });
    await call("PUT /api/v1/sites/few.example.com", { body: { min_visitors: 0 } });
    expect(await json(path)).toEqual({
      site: "few.example.com",
      path: null,
      period: "all",
      pageviews: 40,
      visitors: 2,
    });
  });

  it("counts today by the tallies", async () => {
    const now = Date.now();
    await call("POST /api/v1/sites", { body: { domain: "today.example.com", badge: true, min_visitors: 1 }, now });
    await call("POST /api/event", {
      key: null,
      now,
      headers: { "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0" },
      body: { n: "pageview", d: "today.example.com", u: "https://today.example.com/x" },
    });
    const { body } = await get("today.example.com/x.json", { now });
    expect(body).toMatchObject({ pageviews: 1, visitors: 1 });
  });
});

describe("the image", () => {
  it.each([
    ["shown.example.com.svg", "page views: 12\u2009149"],
    ["shown.example.com.svg?metric=visitors", "visitors: 1\u2009019"],
    ["shown.example.com/two.svg?period=7d", "page views: &#60; 3 visitors"],
    ["shown.example.com/two.svg?period=7d&metric=visitors", "visitors: &#60; 3"],
  ])("says what it shows: %s", async (path, text) => {
    const { body, headers } = await get(path);
    expect(headers.get("Content-Type")).toBe("image/svg+xml");
    expect(body).toContain(`role="img" aria-label="${text}"`);
    expect(body).toContain(`<title>${text}</title>`);
  });

  it("runs nothing and loads nothing", async () => {
    const { body, headers } = await get("shown.example.com.svg");
    expect(headers.get("Content-Security-Policy")).toBe("default-src 'none'; sandbox");
    expect(body).not.toMatch(/<(script|style|image|foreignObject|a)\b|href|\s(on\w+|style|id)=/);
  });

  it("is as wide as its texts", () => {
    const parts = (svg: string) => ({
      width: Number(svg.match(/<svg [^>]*width="(\d+)"/)?.[1]),
      texts: [...svg.matchAll(/<text x="(\d+)" y="14" textLength="(\d+)">/g)].map(([, x, length]) => [
        Number(x),
        Number(length),
      ]),
    });
    const short = parts(badgeSvg("visitors", "1"));
    const long = parts(badgeSvg("visitors", "1\u2009234\u2009567"));
    expect(short.texts).toEqual([
      [7, 40],
      [61, 7],
    ]);
    expect(short.width).toBe(75);
    expect(long.texts).toEqual([
      [7, 40],
      [61, 53],
    ]);
    expect(long.width).toBe(121);
  });

  it("writes its texts as text", () => {
    const svg = badgeSvg(`</title><script>"'&`, "<x>");
    expect(svg).not.toMatch(/<script|<x>|"'/);
    expect(svg).toContain("&#60;/title&#62;&#60;script&#62;&#34;&#39;&#38;");
  });
});

describe("whoever asks", () => {
  it.each(["shown.example.com.svg", "shown.example.com.json", "shown.example.com/blog/.svg"])(
    "may show it on any page, and keep it for five minutes: %s",
    async (path) => {
      for (const { status, headers } of [await get(path), await get(path)]) {
        expect(status).toBe(200);
        expect(headers.get("Cache-Control")).toBe("public, max-age=300");
        expect(headers.get("Access-Control-Allow-Origin")).toBe("*");
        expect(headers.get("Cross-Origin-Resource-Policy")).toBe("cross-origin");
        expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
      }
    },
  );

  it.each([
    ["off.example.com.svg", 403, "site: its owner shows no badge"],
    ["off.example.com/page.json", 403, "site: its owner shows no badge"],
    ["nothing.example.com.svg", 404, "site: no site of this name is set up here"],
    ["no%20site.svg", 404, "site: no site of this name is set up here"],
    ["shown.example.com", 404, "badge: must end in .svg or .json"],
    ["shown.example.com/blog.png", 404, "badge: must end in .svg or .json"],
    ["shown.example.com.svg?period=7h", 400, "period: must be one of all, 12mo, month, 30d, 7d, day"],
    ["shown.example.com.svg?metric=bounces", 400, "metric: must be one of pageviews, visitors"],
    ["shown.example.com.svg?metric=visitors&metric=visitors", 400, "metric: must not be given twice"],
  ])("is told what is wrong, which nobody keeps: %s", async (path, status, error) => {
    const answer = await get(path);
    expect(answer).toMatchObject({ status, body: { error } });
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    expect(answer.headers.get("Access-Control-Allow-Origin")).toBe("*");
  });

  it("sees it no more once the owner turns it off", async () => {
    const path = "few.example.com.svg";
    expect((await get(path)).status).toBe(200);
    await call("PUT /api/v1/sites/few.example.com", { body: { badge: false } });
    expect((await get(path)).status).toBe(403);
  });

  it("gets the headers alone with HEAD", async () => {
    const { status, body, headers } = await call("HEAD /badge/shown.example.com.svg", { key: null });
    expect([status, body, headers.get("Content-Type")]).toEqual([200, "", "image/svg+xml"]);
  });
});

describe("a badge that is looked at often", () => {
  it("asks neither D1 nor the tallies again, however it is asked for", async () => {
    const fresh = await get("cached.example.com/blog/.json?period=7d");
    const untouched = { DB: UNTOUCHED_D1, TALLY: {} as typeof env.TALLY };
    // The isolate remembers it for a minute, the edge by its own clock.
    for (const now of [NOON, NOON + 120_000]) {
      for (const query of ["period=7d", "period=7d&metric=visitors", "x=1&period=7d&metric=pageviews"]) {
        const again = await get(`cached.example.com/blog/.json?${query}`, { env: untouched, now });
        expect(again).toMatchObject({ status: 200, body: fresh.body });
      }
      expect((await get("cached.example.com/blog/.svg?period=7d", { env: untouched, now })).status).toBe(200);
    }
  });

  it("asks seldom where the edge has no cache, too, and shows what it knows while D1 is away", async () => {
    vi.spyOn(caches.default, "match").mockResolvedValue(undefined);
    const fresh = await get("cached.example.com/blog/.json?period=30d");
    const untouched = { DB: UNTOUCHED_D1, TALLY: {} as typeof env.TALLY };
    expect((await get("cached.example.com/blog/.json?period=30d", { env: untouched })).status).toBe(200);
    const away = guarded(() => Promise.reject(new Error("Network connection lost.")));
    const bindings = { DB: away.DB as D1Database };
    const later = await get("cached.example.com/blog/.json?period=30d", { env: bindings, now: NOON + 60_000 });
    expect(later).toMatchObject({ status: 200, body: fresh.body });
  });

  it("is no other period's, page's or site's", async () => {
    await get("cached.example.com/blog/.json?period=7d");
    expect(await json("cached.example.com/blog/.json?period=12mo")).toMatchObject({ period: "12mo", below: 3 });
    expect(await json("cached.example.com/.json?period=7d")).toMatchObject({ path: "/", pageviews: 7 });
    expect(await json("cached.example.com.json?period=7d")).toMatchObject({ path: null, pageviews: 9 });
    expect(await json("shown.example.com/blog/.json?period=7d")).toMatchObject({ site: "shown.example.com" });
  });

  it("costs for one page as much as for thousands that were made up", async () => {
    const asked: string[] = [];
    const take = async () => {
      asked.push("meter");
      return null;
    };
    const METER = { getByName: () => ({ take }) } as unknown as typeof env.METER;
    const { DB } = guarded((run) => {
      asked.push("D1");
      return run();
    });
    const bindings = { DB: DB as D1Database, METER };
    const path = (name: string) => `costs.example.com/${name}.json?period=30d`;
    await call("POST /api/v1/sites", { body: { domain: "costs.example.com", badge: true } });
    await counts("costs.example.com", [["2026-11-21", 5, 9]]);
    expect((await get(path("blog/"), { env: bindings })).body).toMatchObject({ pageviews: 3 });
    const one = asked.length;
    expect(one).toBeGreaterThan(1);
    // By the memory, and, when that has forgotten it, by the edge.
    for (const now of [NOON, NOON + 120_000]) {
      for (let n = 0; n < 200; n++) {
        const { status, body } = await get(path(`made-up-${n}`), { env: bindings, now });
        expect([status, body.pageviews, body.below]).toEqual([200, null, 3]);
      }
    }
    expect(asked).toHaveLength(one);
  });

  it("costs once where many ask at once", async () => {
    await call("POST /api/v1/sites", { body: { domain: "crowd.example.com", badge: true } });
    let asked = 0;
    const take = async () => {
      asked++;
      return null;
    };
    const METER = { getByName: () => ({ take }) } as unknown as typeof env.METER;
    const paths = Array.from({ length: 20 }, (_, n) => `crowd.example.com/${n}.json`);
    const answers = await Promise.all(paths.map((path) => get(path, { env: { METER } })));
    expect(answers.map(({ status }) => status)).toEqual(paths.map(() => 200));
    expect(asked).toBe(1);
  });

  it("tells of the 1,000 most viewed pages", async () => {
    await call("POST /api/v1/sites", { body: { domain: "large.example.com", badge: true, min_visitors: 0 } });
    const site = await siteNamed("large.example.com");
    const pages = Array.from({ length: 1_001 }, (_, n) => [`${site.domain}/${n}`, [5, 5, 2_000 - n]]);
    await store(site, "2026-11-21", "site", { "": [5, 5, 5] });
    await store(site, "2026-11-21", "page", Object.fromEntries(pages));
    expect(await json("large.example.com/0.json")).toMatchObject({ pageviews: 2_000, visitors: 5 });
    expect(await json("large.example.com/999.json")).toMatchObject({ pageviews: 1_001, visitors: 5 });
    expect(await json("large.example.com/1000.json")).toMatchObject({ pageviews: 0, visitors: 0 });
  });

  it("is of no page whose path is longer than any", async () => {
    const longest = "x".repeat(499);
    expect((await get(`shown.example.com/${longest}.json`)).status).toBe(200);
    const untouched = { DB: UNTOUCHED_D1, KV: {} as typeof env.KV, METER: {} as typeof env.METER };
    const answer = await get(`shown.example.com/${longest}x.json`, { env: untouched });
    expect(answer).toMatchObject({ status: 404, body: { error: "path: no page has one as long" } });
  });

  it("counts for the site's badges, and for nobody else, when it does ask", async () => {
    const low = { API_REQUESTS_PER_HOUR: 2 };
    const ask = (query: string, now = NOON) => get(`busy.example.com/1.json?period=${query}`, { env: low, now });
    const statuses: number[] = [];
    for (const period of ["7d", "30d", "day", "7d"]) statuses.push((await ask(period)).status);
    expect(statuses).toEqual([200, 200, 429, 200]);
    // Past the limit it shows the last numbers there are.
    vi.spyOn(caches.default, "match").mockResolvedValue(undefined);
    expect((await ask("7d", NOON + 120_000)).status).toBe(200);
    expect((await ask("day", NOON + 120_000)).status).toBe(429);
    await call("PUT /api/v1/sites/busy.example.com", { body: { public: true } });
    const report = await call("GET /api/v1/stats/realtime/visitors?site_id=busy.example.com", { key: null, env: low });
    expect(report.status).toBe(200);
  });

  it("is told to come back while D1 is away", async () => {
    const { DB } = guarded(() => Promise.reject(new Error("Network connection lost.")));
    const answer = await get("cached.example.com/new.svg?period=month", { env: { DB: DB as D1Database } });
    expect(answer).toMatchObject({ status: 503, body: { error: "D1 does not answer" } });
    expect(answer.headers.get("Access-Control-Allow-Origin")).toBe("*");
  });
});
