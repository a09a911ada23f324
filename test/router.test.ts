import { exports } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Env } from "../src/env.ts";
import { ROUTES } from "../src/router.ts";
import config from "../wrangler.toml?raw";
import { ADMIN, call, makeKey } from "./manage/support.ts";

/** A request of a route, about the site a.example.com. */
function lineOf({ method, path }: { method: string; path: string }): string {
  const filled = path.replace(":domain", "a.example.com").replace(":id", "1");
  const ofSite = "?site_id=a.example.com";
  if (path.startsWith("/api/v1/stats/")) return `${method} ${filled}${ofSite}&property=event:page`;
  return `${method} ${filled}${method === "GET" && /\/(goals|shared-links)$/.test(path) ? ofSite : ""}`;
}
/** What a request must say in its body to be about that site. */
const NAMED: Record<string, object> = {
  "POST /api/v1/links": { site_id: "a.example.com", url: "https://a.test/", name: "x" },
  "PUT /api/v1/sites/shared-links": { site_id: "a.example.com", name: "x" },
  "DELETE /api/v1/sites/shared-links": { site_id: "a.example.com", name: "x" },
  "POST /api/v2/query": { site_id: "a.example.com", metrics: ["visitors"], date_range: "7d" },
  "PUT /api/v1/sites/goals": { site_id: "a.example.com", goal_type: "event", event_name: "x" },
  "DELETE /api/v1/sites/goals": { site_id: "a.example.com", goal_id: "1" },
  "DELETE /api/v1/sites/goals/:id": { site_id: "a.example.com" },
};
const LINES = ROUTES.map((route) => [lineOf(route), route] as const);
const PROTECTED = LINES.filter(([, route]) => route.access !== "public");

let keyOfB: Record<"stats" | "sites", string>;
let keyWithout: Record<string, string>;

beforeAll(async () => {
  for (const domain of ["a.example.com", "b.example.com"]) await call("POST /api/v1/sites", { body: { domain } });
  keyOfB = {
    stats: (await makeKey(["stats"], "b.example.com")).key,
    sites: (await makeKey(["sites"], "b.example.com")).key,
  };
  keyWithout = {
    stats: (await makeKey(["sites"])).key,
    sites: (await makeKey(["stats"])).key,
    admin: (await makeKey(["stats", "sites"])).key,
  };
});

afterEach(() => {
  vi.restoreAllMocks();
});

it("is open to everyone only where that was decided", () => {
  expect(LINES.filter(([, route]) => route.access === "public").map(([line]) => line)).toEqual([
    "POST /api/event",
    "OPTIONS /api/event",
    "GET /pixel.gif",
    "GET /r/:token",
    "GET /badge/:file",
    "GET /badge/a.example.com/:path+",
    "GET /share/a.example.com",
    "GET /",
    "GET /health",
    "GET /api/docs",
    "GET /api/openapi.json",
    "GET /api/docs/query/schema.json",
    "POST /api/session",
    "DELETE /api/session",
    "POST /api/v1/shared-links/unlock",
    "GET /a.example.com",
    "GET /a.example.com/settings",
  ]);
});

describe.each(PROTECTED)("%s", (line, route) => {
  it.each([
    ["without a key", null],
    ["with a wrong key", "wrong"],
    ["with a key nobody made", `ff_${"A".repeat(43)}`],
  ])("answers 401 %s", async (_, key) => {
    const answer = await call(line, { key, body: NAMED[`${route.method} ${route.path}`] });
    expect(answer).toMatchObject({ status: 401, body: { error: expect.any(String) } });
    expect(answer.headers.get("WWW-Authenticate")).toBe("Bearer");
  });

  it("answers 401 for the right key in the wrong place", async () => {
    const body = NAMED[`${route.method} ${route.path}`];
    for (const headers of [{ Authorization: `Basic ${btoa(`admin:${ADMIN}`)}` }, { Cookie: `key=${ADMIN}` }]) {
      expect(await call(line, { key: null, headers, body })).toMatchObject({ status: 401 });
    }
    const separator = line.includes("?") ? "&" : "?";
    expect(await call(`${line}${separator}key=${ADMIN}`, { key: null, body })).toMatchObject({ status: 401 });
  });

  if (route.access !== "any")
    it("answers 403 for a key without the scope", async () => {
      expect(await call(line, { key: keyWithout[route.access] ?? null })).toMatchObject({ status: 403 });
    });

  if (route.access !== "any")
    it("gives a key of another site nothing of this one", async () => {
      const key = keyOfB[route.access === "stats" ? "stats" : "sites"];
      const named = NAMED[`${route.method} ${route.path}`];
      const body = route.method === "GET" || route.method === "DELETE" ? named : (named ?? {});
      const answer = await call(line, { key, body });
      if (["/api/v1/sites", "/api/stats"].includes(route.path) && route.method === "GET") {
        expect(answer.body.sites.map((site: { domain: string }) => site.domain)).toEqual(["b.example.com"]);
        return;
      }
      // The Stats API answers 401 for a site that is unknown or another's, and does not tell which.
      expect(answer.status).toBe(route.access === "stats" ? 401 : 403);
    });

  it("lets no other origin read the answer", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    // Where an answer would erase something, that of an outage does as well.
    const bindings = route.method === "DELETE" ? { DB: broken("DB") } : {};
    for (const key of [null, ADMIN]) {
      const { headers } = await call(line, { key, headers: { Origin: "https://evil.test" }, env: bindings });
      expect(headers.has("Access-Control-Allow-Origin")).toBe(false);
    }
  });
});

it("walks protected routes at all", () => {
  expect(PROTECTED.length).toBeGreaterThan(12);
});

it.each(LINES)("never lets another origin send its reader's cookie along: %s", async (line) => {
  for (const Origin of ["https://evil.test", "https://stats.test", "null"]) {
    const { headers } = await call(line, { key: null, headers: { Origin } });
    expect(headers.has("Access-Control-Allow-Credentials")).toBe(false);
    expect(headers.get("Access-Control-Allow-Origin") ?? "*").toBe("*");
  }
});

it.each(LINES)("gives every answer its safety headers: %s", async (line) => {
  const { headers } = await call(line, { key: null });
  expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
  expect(headers.get("Referrer-Policy")).toBe("no-referrer");
  expect(headers.get("Cache-Control")).toMatch(/no-store|no-cache|max-age/);
});

it.each([
  "GET /index.html",
  "GET /api",
  "GET /api/settings",
  "GET /a%20b",
  "GET /a.example.com/other",
  "GET /api/v1/sites/a.example.com/x",
  "POST /health/x",
  "GET //health",
  "POST /api/v2/query.csv",
])("answers 404 for %s", async (line) => {
  const answer = await call(line);
  expect(answer).toMatchObject({ status: 404, body: { error: "There is nothing at this address." } });
  expect(answer.headers.get("X-Content-Type-Options")).toBe("nosniff");
});

it.each([
  ["POST /health", "GET, HEAD"],
  ["GET /api/event", "OPTIONS, POST"],
  ["DELETE /api/v1/sites", "GET, HEAD, POST"],
  ["PATCH /api/v1/sites/a.example.com", "DELETE, GET, HEAD, PUT"],
  ["OPTIONS /api/v1/keys", "GET, HEAD, POST"],
  ["GET /api/v1/keys/1", "DELETE"],
  ["GET /api/v2/query", "POST"],
])("answers 405 for %s and says what is allowed", async (line, allow) => {
  const answer = await call(line);
  expect(answer.status).toBe(405);
  expect(answer.headers.get("Allow")).toBe(allow);
});

it("answers HEAD as GET, without a body", async () => {
  const get = await call("GET /api/v1/sites");
  const head = await call("HEAD /api/v1/sites");
  expect(head).toMatchObject({ status: 200, body: "" });
  expect([...head.headers]).toEqual([...get.headers]);
  expect((await call("HEAD /api/v1/sites", { key: null })).status).toBe(401);
});

it("ends with HEAD what would be sent while it is made", async () => {
  let isCancelled = false;
  const endless = new ReadableStream({
    cancel: () => {
      isCancelled = true;
    },
  });
  const clerk = { getByName: () => ({ exportCounts: async () => new Response(endless) }) };
  const bindings = { CLERK: clerk as unknown as Env["CLERK"] };
  const answer = await call("HEAD /api/v1/sites/a.example.com/export.zip", { env: bindings });
  expect(answer).toMatchObject({ status: 200, body: "" });
  expect(isCancelled).toBe(true);
});

it("carries a page view from the Worker's door to its owner", async () => {
  const ask = async (path: string, init: RequestInit = {}) => {
    const response = await exports.default.fetch(new Request(`http://localhost${path}`, init));
    return { status: response.status, text: await response.text() };
  };
  const headers = { Authorization: `Bearer ${ADMIN}` };
  await ask("/api/v1/sites", { method: "POST", headers, body: '{"domain":"door.example.com"}' });
  const beacon = await ask("/api/event", {
    method: "POST",
    headers: { "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0" },
    body: '{"n":"pageview","u":"https://door.example.com/a","d":"door.example.com"}',
  });
  expect(beacon).toEqual({ status: 202, text: "ok" });
  const answer = await ask("/api/v1/stats/aggregate?site_id=door.example.com&period=day&metrics=visitors,pageviews", {
    headers,
  });
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.text).results).toEqual({ visitors: { value: 1 }, pageviews: { value: 1 } });
});

describe("when something breaks", () => {
  it.each<[string, Partial<Env>, number, string, string | null]>([
    ["D1 is away", { DB: broken("DB") }, 503, "D1 does not answer. Try again.", "D1"],
    ["a tally is away", { TALLY: broken("TALLY") }, 503, "tally does not answer. Try again.", "tally"],
    ["KV is away", { KV: broken("KV") }, 503, "KV does not answer. Try again.", "KV"],
  ])("answers without details and logs one line without any: %s", async (_, bindings, status, error, away) => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const tally = { getByName: () => ({ erase: async () => undefined }) } as unknown as Env["TALLY"];
    const answer = await call("DELETE /api/v1/sites/a.example.com?secret=detail", {
      env: { TALLY: tally, ...bindings },
    });
    expect(answer).toMatchObject({ status, body: { error } });
    expect(log).toHaveBeenCalledTimes(1);
    expect(JSON.parse(log.mock.calls[0]?.[0])).toEqual({
      event: "request failed",
      route: "DELETE /api/v1/sites/:domain",
      away,
      error: expect.stringMatching(/^\w+$/),
    });
    expect(`${log.mock.calls} ${JSON.stringify(answer.body)}`).not.toMatch(/secret|example\.com|test-admin/);
  });

  it("answers 500 for a mistake of ours", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const answer = await call("GET /api/v1/sites", { env: { ADMIN_KEY: 7 as unknown as string } });
    expect(answer).toMatchObject({ status: 500, body: { error: "Something went wrong here." } });
    expect(log.mock.calls[0]?.[0]).toContain('"error":"TypeError"');
    expect(log.mock.calls[0]?.[0]).not.toContain("secret");
  });
});

it("has all its routes among those that wrangler.toml takes to it before any file is looked for", () => {
  const [, list = ""] = config.match(/^run_worker_first = (\[.*\])$/m) ?? [];
  const patterns: string[] = JSON.parse(list);
  const matches = (pattern: string, path: string) =>
    pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
  const isTaken = (path: string) =>
    patterns.some((pattern) => matches(pattern, path)) && !patterns.some((pattern) => matches(pattern, `!${path}`));
  expect(ROUTES.map(({ path }) => path).filter((path) => !isTaken(path))).toEqual([]);
  for (const file of ["/script.js", "/js/script.hash.js", "/pinned/x.js", "/dashboard/assets/x.js", "/robots.txt"]) {
    expect(isTaken(file), file).toBe(false);
  }
});

/** A binding whose every call fails. */
function broken<Name extends keyof Env>(_: Name): NonNullable<Env[Name]> {
  const fail = () => Promise.reject(new Error("secret detail"));
  const statement = { bind: () => statement, all: fail, raw: fail, run: fail, first: fail };
  const binding = { prepare: () => statement, batch: fail, get: fail, put: fail, delete: fail, list: fail };
  return { ...binding, getByName: () => ({ erase: fail, ping: fail }) } as unknown as NonNullable<Env[Name]>;
}
