import { env, exports } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";

/** The whole Worker while D1 does not answer. */

const browser = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
const authorization = "Bearer test-admin-key";

async function call(path: string, init: RequestInit = {}): Promise<Response> {
  return exports.default.fetch(new Request(`https://footfall.example${path}`, init));
}

function view(url: string): Promise<Response> {
  return call("/api/event", {
    method: "POST",
    headers: { "User-Agent": browser, "CF-Connecting-IP": "203.0.113.7" },
    body: JSON.stringify({ n: "pageview", u: url }),
  });
}

function loseD1(): void {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const away = () => Promise.reject(new Error("D1_ERROR: Network connection lost."));
  vi.spyOn(Object.getPrototypeOf(env.DB), "batch").mockImplementation(away);
  const statement = Object.getPrototypeOf(env.DB.prepare("SELECT 1"));
  for (const method of ["first", "all", "run", "raw"]) vi.spyOn(statement, method).mockImplementation(away);
}

afterEach(() => {
  vi.restoreAllMocks();
});

it("goes on counting and reporting today while D1 is away, and says what it cannot tell", async () => {
  const site = JSON.stringify({ domain: "example.com", timezone: "Europe/Riga" });
  const made = await call("/api/v1/sites", { method: "POST", headers: { authorization }, body: site });
  expect(made.status).toBe(200);

  loseD1();
  const empty = await call("/api/stats/example.com?period=day", { headers: { authorization } });
  expect([empty.status, await empty.json()]).toMatchObject([200, { metrics: { pageviews: { value: 0 } } }]);
  for (const page of ["/a", "/b", "/a"]) {
    const answer = await view(`https://example.com${page}`);
    expect([answer.status, answer.headers.get("X-Footfall-Pending")]).toEqual([202, null]);
  }

  const report = await call("/api/stats/example.com?period=day", { headers: { authorization } });
  expect(report.status).toBe(200);
  expect(await report.json()).toMatchObject({ metrics: { pageviews: { value: 3 }, visitors: { value: 1 } } });
  const pages = await call(
    "/api/v1/stats/breakdown?site_id=example.com&period=day&property=event:page&metrics=pageviews",
    {
      headers: { authorization },
    },
  );
  expect(await pages.json()).toMatchObject({
    results: [
      { page: "/a", pageviews: 2 },
      { page: "/b", pageviews: 1 },
    ],
  });

  const health = await call("/health");
  expect([health.status, await health.json()]).toMatchObject([503, { status: "error" }]);
  for (const [path, init] of [
    ["/api/stats/example.com?period=30d", {}],
    ["/api/v1/sites", {}],
    ["/api/v1/sites", { method: "POST", body: JSON.stringify({ domain: "other.example" }) }],
    ["/api/v1/keys", {}],
  ] as [string, RequestInit][]) {
    const answer = await call(path, { ...init, headers: { authorization } });
    expect([path, answer.status, answer.headers.has("Retry-After")]).toEqual([path, 503, true]);
  }
});
