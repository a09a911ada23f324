import { env, exports } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Env } from "../src/env.ts";
import { signLink } from "../src/link-token.ts";
import { forgetSite, rememberSite } from "../src/store/site-cache.ts";
import { siteByDomain, siteKey } from "../src/store/sites.ts";
import { type Answer, call, guarded } from "./manage/support.ts";

/** Links in mails against the whole router, with real D1, KV and objects: made, followed, reported. */

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const TARGET = "https://shop.test/sale?utm_campaign=spring";

let number = 0;
let domain = "";
/** Objects date hits by the real clock. */
let now = 0;

beforeEach(() => {
  // What the isolate knows of a site outlives a test.
  domain = `mail-${number++}.example`;
  now = Date.now();
});
afterEach(() => {
  vi.restoreAllMocks();
});

async function makeSite(name = domain): Promise<void> {
  expect((await call("POST /api/v1/sites", { body: { domain: name, timezone: "Etc/UTC" }, now })).status).toBe(200);
}

/** Makes a link and returns its path, `/r/<token>`. */
async function makeLink(changes: object = {}): Promise<string> {
  const body = { site_id: domain, url: TARGET, name: "Spring sale", ...changes };
  const answer = await call("POST /api/v1/links", { body, now });
  expect(answer.status).toBe(200);
  return new URL(answer.body.url).pathname;
}

type Following = { method?: string; headers?: Record<string, string>; bindings?: Partial<Env> };

function follow(path: string, { method = "GET", headers = {}, bindings = {} }: Following = {}): Promise<Answer> {
  return call(`${method} ${path}`, {
    key: null,
    headers: { "User-Agent": FIREFOX, "CF-Connecting-IP": "203.0.113.7", ...headers },
    env: bindings,
    now,
  });
}

async function stats(face: string, query: string): Promise<unknown> {
  const answer = await call(`GET /api/v1/stats/${face}?site_id=${domain}&period=day&${query}`, { now });
  expect(answer).toMatchObject({ status: 200 });
  return answer.body.results ?? answer.body;
}

const clicks = () => stats("breakdown", "property=event:name&metrics=events");

/** Bindings whose every call fails. */
function away(...parts: ("DB" | "KV" | "TALLY")[]): Partial<Env> {
  const { DB, KV } = guarded(() => Promise.reject(new Error("Network connection lost. 203.0.113.7")));
  const fail = () => Promise.reject(new Error("Network connection lost. 203.0.113.7"));
  const TALLY = { getByName: () => ({ record: fail, identityKey: fail }) } as unknown as Env["TALLY"];
  const all = { DB, KV, TALLY };
  return Object.fromEntries(parts.map((part) => [part, all[part]]));
}

describe("a link", () => {
  it("leads to its target and counts as the event click, as no visitor, no visit and no page view", async () => {
    await makeSite();
    const path = await makeLink();
    for (const headers of [{}, {}, { "CF-Connecting-IP": "2001:db8::1" }]) {
      const answer = await follow(path, { headers });
      expect([answer.status, answer.headers.get("Location"), answer.body]).toEqual([302, TARGET, ""]);
      expect(answer.headers.get("Cache-Control")).toBe("no-store");
      expect(answer.headers.get("X-Robots-Tag")).toBe("noindex");
      expect(answer.headers.get("X-Footfall-Dropped")).toBe(null);
    }
    await follow(await makeLink({ name: "Imprint", url: "https://shop.test/imprint" }));

    expect(await clicks()).toEqual([{ name: "click", events: 4 }]);
    expect(await stats("breakdown", "property=event:props:link&metrics=events,visitors")).toEqual([
      { link: "Spring sale", events: 3, visitors: 0 },
      { link: "Imprint", events: 1, visitors: 0 },
    ]);
    expect(await stats("breakdown", "property=event:props:url&metrics=events")).toEqual([
      { url: TARGET, events: 3 },
      { url: "https://shop.test/imprint", events: 1 },
    ]);
    expect(await stats("aggregate", "metrics=visitors,visits,pageviews,events")).toEqual({
      visitors: { value: 0 },
      visits: { value: 0 },
      pageviews: { value: 0 },
      events: { value: 4 },
    });
    expect(await stats("realtime/visitors", "")).toBe(0);
  });

  it("leaves the visitor who follows it to the page that it leads to: one visitor, no bounce spoiled", async () => {
    await makeSite();
    const path = await makeLink({ url: `https://${domain}/landing?utm_source=letter` });
    const answer = await follow(path);
    const beacon = { n: "pageview", d: domain, u: answer.headers.get("Location") };
    const headers = { "User-Agent": FIREFOX, "CF-Connecting-IP": "203.0.113.7" };
    expect((await call("POST /api/event", { key: null, headers, body: beacon, now })).status).toBe(202);
    expect(await stats("aggregate", "metrics=visitors,visits,pageviews,bounce_rate")).toEqual({
      visitors: { value: 1 },
      visits: { value: 1 },
      pageviews: { value: 1 },
      bounce_rate: { value: 100 },
    });
    expect(await stats("breakdown", "property=visit:source&metrics=visitors")).toEqual([
      { source: "letter", visitors: 1 },
    ]);
  });

  it.each<[string, Following, string]>([
    ["opted out by Sec-GPC", { headers: { "Sec-GPC": "1" } }, "opt_out"],
    ["opted out by DNT", { headers: { DNT: "1" } }, "opt_out"],
    ["is a bot", { headers: { "User-Agent": "Mozilla/5.0 (compatible; bingbot/2.0)" } }, "bot"],
    ["looks ahead", { headers: { "Sec-Purpose": "prefetch" } }, "prefetch"],
  ])("leads whoever %s to its target, and does not count him", async (_, following, reason) => {
    await makeSite();
    const answer = await follow(await makeLink(), following);
    expect([answer.status, answer.headers.get("Location")]).toEqual([302, TARGET]);
    expect(answer.headers.get("X-Footfall-Dropped")).toBe(reason);
    expect(await clicks()).toEqual([]);
  });

  it("answers a HEAD as a GET, and counts nothing", async () => {
    await makeSite();
    const answer = await follow(await makeLink(), { method: "HEAD" });
    expect([answer.status, answer.headers.get("Location")]).toEqual([302, TARGET]);
    expect(await clicks()).toEqual([]);
  });

  it.each(["?utm_source=added&next=https://evil.test/", "/", "?", "#top"])(
    "leads to what was signed, whatever mailers hang on it: %s",
    async (tail) => {
      await makeSite();
      const answer = await follow((await makeLink()) + tail);
      expect([answer.status, answer.headers.get("Location")]).toEqual([302, TARGET]);
    },
  );

  it.each([
    ["https://example.com/%0d%0aSet-Cookie:%20a=b", "https://example.com/%0d%0aSet-Cookie:%20a=b"],
    ['https://example.com/ä?q=\\"<é>', "https://example.com/%C3%A4?q=\\%22%3C%C3%A9%3E"],
    [`https://a.test/${"a".repeat(1_985)}`, `https://a.test/${"a".repeat(1_985)}`],
  ])("leads to odd targets in one header: %.40s", async (url, target) => {
    await makeSite();
    const answer = await follow(await makeLink({ url }));
    expect([answer.status, answer.headers.get("Location")]).toEqual([302, target]);
    expect(answer.headers.get("Set-Cookie")).toBe(null);
    expect(await clicks()).toEqual([{ name: "click", events: 1 }]);
  });

  it("counts with the longest name and URL there can be, untouched", async () => {
    await makeSite();
    const name = "\u20ac".repeat(120);
    const url = `https://a.test/${"a".repeat(1_985)}`;
    await follow(await makeLink({ name, url }));
    const query = "metrics=events&property=event:props:";
    expect(await stats("breakdown", `${query}link`)).toEqual([{ link: name, events: 1 }]);
    expect(await stats("breakdown", `${query}url`)).toEqual([{ url, events: 1 }]);
  });

  it("is answered at the Worker's door as well", async () => {
    await makeSite();
    const path = await makeLink();
    const answer = await exports.default.fetch(new Request(`https://stats.test${path}`, { redirect: "manual" }));
    expect([answer.status, answer.headers.get("Location")]).toEqual([302, TARGET]);
    // No User-Agent: nobody who could be counted.
    expect(answer.headers.get("X-Footfall-Dropped")).toBe("bot");
  });
});

describe("no open redirect:", () => {
  it.each<[string, (path: string) => string]>([
    ["a changed first character", (path) => path.replace(/^\/r\/./, "/r/X")],
    ["a changed last character", (path) => path.slice(0, -1) + (path.endsWith("A") ? "B" : "A")],
    ["a link cut short", (path) => path.slice(0, -1)],
    ["a link without its signature", (path) => path.split(".")[0] ?? ""],
    ["a link twice as long", (path) => `${path}${path.slice(3)}`],
    ["an overlong link", () => `/r/${"A".repeat(9_000)}.${"A".repeat(22)}`],
    ["another target in the payload", (path) => `/r/${payload("https://evil.test/")}.${path.split(".")[1]}`],
    ["a target for a token", () => "/r/https%3A%2F%2Fevil.test%2F"],
    ["a domain for a token", () => "/r/%2F%2Fevil.test"],
  ])("%s is 404", async (_, change) => {
    await makeSite();
    const answer = await follow(change(await makeLink()));
    expect(answer).toMatchObject({ status: 404, body: expect.stringMatching(/^This link does not work: /) });
    expect(answer.headers.get("Content-Type")).toBe("text/plain;charset=UTF-8");
    expect(answer.headers.get("Cache-Control")).toBe("no-store");
    expect(answer.headers.has("Location")).toBe(false);
    expect(await clicks()).toEqual([]);
  });

  it.each([
    ["/r//evil.test", 404],
    // The page of a site of that name, as `/evil.test` is.
    ["/r/../../evil.test", 200],
    ["/r", 404],
    ["/r/", 404],
  ])("%s is %d, and leads nowhere", async (path, status) => {
    const answer = await follow(path);
    expect([answer.status, answer.headers.has("Location")]).toEqual([status, false]);
  });

  it("a key of one site signs nothing for another", async () => {
    const other = `other-${domain}`;
    await makeSite();
    await makeSite(other);
    await makeLink();
    await call("POST /api/v1/links", { body: { site_id: other, url: TARGET, name: "x" }, now });
    const [own, others] = [await siteByDomain(env.DB, domain), await siteByDomain(env.DB, other)];
    expect(own?.linkKey).not.toBe(others?.linkKey);
    const forged = signLink({ domain, url: "https://evil.test/", name: "x" }, others?.linkKey ?? "");
    expect((await follow(`/r/${forged}`)).status).toBe(404);
  });

  it("a site without links has none", async () => {
    await makeSite();
    const forged = signLink({ domain, url: "https://evil.test/", name: "x" }, "");
    expect((await follow(`/r/${forged}`)).status).toBe(404);
  });

  function payload(url: string): string {
    return Buffer.from(JSON.stringify([1, domain, url, "x"])).toString("base64url");
  }
});

describe("a site", () => {
  it("from before there were links gets its key with the first one, and goes on as it was", async () => {
    // As the migration found it: no key in the row, and none in KV's copy.
    await env.DB.prepare("INSERT INTO sites (domain, zones, shard_rules, created_at) VALUES (?, ?, ?, 0)")
      .bind(
        domain,
        JSON.stringify([{ timezone: "Etc/UTC", fromDay: "1970-01-01", fromAt: 0 }]),
        JSON.stringify([{ shards: 1, fromAt: 0 }]),
      )
      .run();
    const { linkKey, ...old } = (await siteByDomain(env.DB, domain)) ?? {};
    expect(linkKey).toBe(null);
    await env.KV.put(siteKey(domain), JSON.stringify(old));
    const headers = { "User-Agent": FIREFOX };
    const beacon = { n: "pageview", d: domain, u: `https://${domain}/` };
    const counted = await call("POST /api/event", { key: null, headers, body: beacon, now });
    expect([counted.status, counted.headers.get("X-Footfall-Dropped")]).toEqual([202, null]);

    const path = await makeLink();
    expect(await env.KV.get(siteKey(domain), "json")).toEqual(await siteByDomain(env.DB, domain));
    expect((await follow(path)).status).toBe(302);
  });

  it("whose first link was made a moment ago elsewhere has it here, too, as soon as KV shows it", async () => {
    await makeSite();
    const before = await siteByDomain(env.DB, domain);
    const path = await makeLink();
    // Another isolate: it has not heard of the key.
    if (before) rememberSite(before, now);
    expect((await follow(path)).status).toBe(302);
  });

  it("that is deleted takes its links with it, also when another of its name is made", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    await makeSite();
    const path = await makeLink();
    expect((await call(`DELETE /api/v1/sites/${domain}`, { now })).status).toBe(200);
    expect((await follow(path)).status).toBe(404);
    // Once what is remembered has aged, KV says the same.
    forgetSite(domain, now - 3_600_000);
    expect((await follow(path)).status).toBe(404);
    expect((await env.KV.list({ prefix: siteKey(domain) })).keys).toEqual([]);

    await makeSite();
    expect((await follow(path)).status).toBe(404);
    const again = await makeLink();
    expect(again).not.toBe(path);
    expect((await follow(again)).status).toBe(302);
    expect((await follow(path)).status).toBe(404);
  });
});

describe("while a part is away", () => {
  it("links are followed and counted without D1", async () => {
    await makeSite();
    const path = await makeLink();
    expect((await follow(path, { bindings: away("DB") })).status).toBe(302);
    // Also where the isolate must read the settings first.
    const site = await siteByDomain(env.DB, domain);
    if (site) rememberSite(site, now - 3_600_000);
    expect((await follow(path, { bindings: away("DB") })).status).toBe(302);
    expect(await clicks()).toEqual([{ name: "click", events: 2 }]);
  });

  it("links are followed and counted without KV by isolates that know the site", async () => {
    await makeSite();
    const path = await makeLink();
    expect((await follow(path, { bindings: away("KV") })).status).toBe(302);
    expect(await clicks()).toEqual([{ name: "click", events: 1 }]);
  });

  it("links are a 503 without KV where nothing is known of the site, and nothing is told of anybody", async () => {
    const lines: unknown[][] = [];
    for (const method of ["error", "warn", "log", "info", "debug"] as const) {
      vi.spyOn(console, method).mockImplementation((...parts) => void lines.push(parts));
    }
    const path = `/r/${signLink({ domain, url: TARGET, name: "Spring sale" }, "x")}`;
    const answer = await follow(path, { bindings: away("KV") });
    expect(answer).toMatchObject({ status: 503, body: expect.stringMatching(/^This link cannot be followed/) });
    expect(answer.headers.get("Content-Type")).toBe("text/plain;charset=UTF-8");
    expect(answer.headers.get("Retry-After")).toBe("5");
    expect(answer.headers.has("Location")).toBe(false);
    expect(lines).toEqual([['{"what":"a link could not be looked up","error":"Error"}']]);
  });

  it("no link is answered before KV has its key", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    await makeSite();
    const body = { site_id: domain, url: TARGET, name: "x" };
    const answer = await call("POST /api/v1/links", { body, env: away("KV"), now });
    expect(answer).toMatchObject({ status: 503, body: { error: "KV does not answer. Try again." } });
    expect((await follow(await makeLink())).status).toBe(302);
  });
});

it("writes nothing into the log about those who follow links, good or bad", async () => {
  const lines: unknown[][] = [];
  for (const method of ["error", "warn", "log", "info", "debug"] as const) {
    vi.spyOn(console, method).mockImplementation((...parts) => void lines.push(parts));
  }
  await makeSite();
  const path = await makeLink();
  for (const one of [path, `${path}x`, "/r/nonsense", `/r/${"x".repeat(9_000)}`]) {
    for (const headers of [{}, { "Sec-GPC": "1" }, { "User-Agent": "curl/8" }]) await follow(one, { headers });
  }
  expect(lines).toEqual([]);
});
