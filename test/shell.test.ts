import { beforeAll, expect, it } from "vitest";
import { sourcesOf } from "../src/shell.ts";
import { call } from "./manage/support.ts";

const OPEN = "open.example.com";
const CLOSED = "closed.example.com";
const PAGES = ["/", `/${CLOSED}`, `/${CLOSED}/settings`, `/share/${CLOSED}`, "/nothing.example.com"];
let slug = "";

beforeAll(async () => {
  await call("POST /api/v1/sites", { body: { domain: OPEN, public: true, allowed_hosts: ["a.test", "*.b.test"] } });
  await call("POST /api/v1/sites", { body: { domain: CLOSED } });
  const { body } = await call("PUT /api/v1/sites/shared-links", { body: { site_id: CLOSED, name: "x" } });
  slug = new URL(body.url).searchParams.get("auth") ?? "";
});

const open = (path: string, headers: Record<string, string> = {}) => call(`GET ${path}`, { key: null, headers });
/** Who may frame a page, as its policy says. */
async function framers(path: string): Promise<string | undefined> {
  const { status, headers } = await open(path);
  expect(status).toBe(200);
  const list = headers.get("Content-Security-Policy")?.match(/frame-ancestors (.*)$/)?.[1];
  expect(headers.get("X-Frame-Options")).toBe(list === "'none'" ? "DENY" : null);
  return list;
}

it.each(PAGES)(
  "answers every page with one shell, under a policy that lets in nothing from elsewhere: %s",
  async (path) => {
    const answer = await open(path);
    expect(answer).toMatchObject({ status: 200, body: "<!doctype html>" });
    expect(Object.fromEntries(answer.headers)).toEqual({
      "content-type": "text/html; charset=utf-8",
      "content-security-policy":
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
        "form-action 'none'; frame-ancestors 'none'",
      "x-frame-options": "DENY",
      "cross-origin-opener-policy": "same-origin",
      "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "cache-control": "no-cache",
      etag: '"shell"',
    });
    const again = await open(path, { "If-None-Match": '"shell"' });
    expect([again.status, again.body]).toEqual([304, ""]);
    const head = await call(`HEAD ${path}`, { key: null });
    expect([head.status, head.body]).toEqual([200, ""]);
  },
);

it.each([
  "/nothing",
  "/wp-login.php",
  "/dashboard.html",
  "/icon.PNG",
  "/a%20b",
  "/%2e%2e%2f",
  "/nothing/settings",
  "/share/nothing",
])("is not at %s, which can be no site's name", async (path) => {
  expect(await open(path)).toMatchObject({ status: 404, body: { error: "There is nothing at this address." } });
});

it("says what to do where its files are missing", async () => {
  for (const ASSETS of [undefined, { fetch: async () => new Response(null, { status: 404 }) }]) {
    // biome-ignore lint/suspicious/noExplicitAny: a binding that has not all that its type has
    const answer = await call("GET /", { key: null, env: { ASSETS } as any });
    expect(answer).toMatchObject({ status: 503, body: { error: expect.stringContaining("npm run build") } });
  }
});

it("lets a site's own hosts frame its page, if everyone may see it or by a link of it", async () => {
  const hosts = "'self' https://a.test https://www.a.test https://*.b.test";
  const own = `'self' https://${CLOSED} https://www.${CLOSED} https://*.${CLOSED}`;
  expect(await framers(`/${OPEN}?embed`)).toBe(hosts);
  expect(await framers(`/WWW.Open.example.com?embed=1&theme=dark`)).toBe(hosts);
  expect(await framers(`/share/${OPEN}?embed`)).toBe(hosts);
  expect(await framers(`/share/${CLOSED}?embed&auth=${slug}`)).toBe(own);
  const locked = await call("PUT /api/v1/sites/shared-links", {
    body: { site_id: CLOSED, name: "locked", password: "correct horse" },
  });
  const auth = new URL(locked.body.url).searchParams.get("auth");
  expect(await framers(`/share/${CLOSED}?embed&auth=${auth}`)).toBe(own);
});

it.each([
  () => `/${OPEN}`,
  () => `/${OPEN}?auth=${slug}`,
  () => "/?embed",
  () => `/${OPEN}/settings?embed`,
  () => `/${CLOSED}?embed`,
  () => `/share/${CLOSED}?embed&auth=`,
  () => `/share/${CLOSED}?embed&auth=ffl_${"A".repeat(43)}`,
  () => `/share/nothing.example.com?embed&auth=${slug}`,
])("lets nobody frame other pages", async (path) => {
  expect(await framers(path())).toBe("'none'");
});

it("sends what may be framed anew: a browser would keep the headers of before", async () => {
  const answer = await open(`/${OPEN}?embed`, { "If-None-Match": '"shell"' });
  expect([answer.status, answer.headers.get("ETag")]).toEqual([200, null]);
});

it("names a developer's machine at any port, without https too", () => {
  expect(sourcesOf({ domain: "localhost", allowedHosts: [] })).toEqual([
    "https://localhost:*",
    "http://localhost:*",
    "https://*.localhost:*",
    "http://*.localhost:*",
    "https://127.0.0.1:*",
    "http://127.0.0.1:*",
  ]);
  expect(sourcesOf({ domain: "x.test", allowedHosts: ["localhost", "203.0.113.9"] })).toEqual([
    "https://localhost:*",
    "http://localhost:*",
    "https://203.0.113.9",
  ]);
});
