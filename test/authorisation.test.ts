import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { ROUTES } from "../src/router.ts";
import { sessionToken } from "../src/session.ts";
import { unlockToken } from "../src/shared-link.ts";
import { hashOf } from "../src/store/keys.ts";
import { linkByName } from "../src/store/shared-links.ts";
import { siteByDomain } from "../src/store/sites.ts";
import { ADMIN, call, makeKey, NOON } from "./manage/support.ts";

/** Every route and every kind of caller: who gets in, who is nobody (401), who may not (403). */

const SITE = "this.example.com";
const OTHER = "other.example.com";
const OPEN = "open.example.com";
const DAY = 86_400_000;

const CALLERS = [
  "nobody",
  "nobody, of a public site",
  "a malformed header",
  "a wrong key",
  "a key in the query",
  "a stats key of another site",
  "a sites key of another site",
  "a stats key of the site",
  "a sites key of the site",
  "a stats key of all sites",
  "a sites key of all sites",
  "a link of the site",
  "a link of the site, in the query",
  "a link of another site",
  "a locked link",
  "a token of the locked link",
  "a token of the locked link, in the query",
  "an ended token",
  "a forged token",
  "the admin",
  "a session of the admin",
  "a session of a stats key of the site",
  "a session of a sites key of the site",
  "a session of a stats key of another site",
  "a session of another site's key, of a public site",
  "an ended session",
  "a forged session",
  "a session of a deleted key",
  "a session of the admin, from another site's page",
] as const;
type Caller = (typeof CALLERS)[number];
type Outcome = "in" | 401 | 403;

/** What of a request names the caller. */
interface Brought {
  key: string | null;
  headers?: Record<string, string>;
  /** Of the query. */
  auth?: string;
  /** The site asked for, where it is another. */
  site?: string;
}
let brought: Record<Caller, Brought>;

/** Those named get in, all others are nobody. */
function only(outcomes: Partial<Record<Caller, Outcome>>): Record<Caller, Outcome> {
  const nobody = Object.fromEntries(CALLERS.map((caller) => [caller, 401])) as Record<Caller, Outcome>;
  return { ...nobody, ...outcomes };
}

const MAY_NOT_MANAGE = {
  "a stats key of another site": 403,
  "a stats key of the site": 403,
  "a stats key of all sites": 403,
  "a link of the site": 403,
  "a link of another site": 403,
  "a token of the locked link": 403,
  "a session of a stats key of the site": 403,
  "a session of a stats key of another site": 403,
  "a session of another site's key, of a public site": 403,
} as const;

/** What those read who are signed in. */
const READ_BY_SESSION = {
  "a session of the admin": "in",
  "a session of a stats key of the site": "in",
} as const;

const NOBODY: readonly Caller[] = [
  "nobody",
  "nobody, of a public site",
  "a malformed header",
  "a wrong key",
  "a key in the query",
  "a link of the site, in the query",
  "a locked link",
  "a token of the locked link, in the query",
  "an ended token",
  "a forged token",
  "an ended session",
  "a forged session",
  "a session of a deleted key",
];

/** The kinds of routes, by whom they let in. */
const KINDS = {
  everyone: Object.fromEntries(CALLERS.map((caller) => [caller, "in"])) as Record<Caller, Outcome>,
  /** Whoever is somebody, to be told who. */
  somebody: Object.fromEntries(CALLERS.map((caller) => [caller, NOBODY.includes(caller) ? 401 : "in"])) as Record<
    Caller,
    Outcome
  >,
  /** Reports of one site, asked by an address. */
  report: only({
    "nobody, of a public site": "in",
    "a session of another site's key, of a public site": "in",
    "a stats key of the site": "in",
    "a stats key of all sites": "in",
    "a link of the site": "in",
    "a link of the site, in the query": "in",
    "a token of the locked link": "in",
    "a token of the locked link, in the query": "in",
    "the admin": "in",
    ...READ_BY_SESSION,
    "a sites key of another site": 403,
    "a sites key of the site": 403,
    "a sites key of all sites": 403,
  }),
  /** The sites of a key, with their numbers: whoever holds a link has none. */
  overview: only({
    "a stats key of another site": "in",
    "a stats key of the site": "in",
    "a stats key of all sites": "in",
    "the admin": "in",
    ...READ_BY_SESSION,
    "a session of a stats key of another site": "in",
    "a session of another site's key, of a public site": "in",
    "a sites key of another site": 403,
    "a sites key of the site": 403,
    "a sites key of all sites": 403,
  }),
  /** Reports of one site, asked by a body: nothing of the caller is in the address. */
  question: only({
    "nobody, of a public site": "in",
    "a session of another site's key, of a public site": "in",
    "a stats key of the site": "in",
    "a stats key of all sites": "in",
    "a link of the site": "in",
    "a token of the locked link": "in",
    "the admin": "in",
    ...READ_BY_SESSION,
    "a sites key of another site": 403,
    "a sites key of the site": 403,
    "a sites key of all sites": 403,
  }),
  /** All reports of a period at once: nothing for strangers. */
  zip: only({
    "nobody, of a public site": 403,
    "a session of another site's key, of a public site": 403,
    "a stats key of the site": "in",
    "a stats key of all sites": "in",
    "a link of the site": "in",
    "a link of the site, in the query": "in",
    "a token of the locked link": "in",
    "a token of the locked link, in the query": "in",
    "the admin": "in",
    ...READ_BY_SESSION,
    "a sites key of another site": 403,
    "a sites key of the site": 403,
    "a sites key of all sites": 403,
  }),
  /** All counts of one site at once: no link that was shared shows them. */
  export: only({
    "nobody, of a public site": 403,
    "a session of another site's key, of a public site": 403,
    "a stats key of the site": "in",
    "a stats key of all sites": "in",
    "a link of the site": 403,
    "a link of the site, in the query": 403,
    "a token of the locked link": 403,
    "a token of the locked link, in the query": 403,
    "the admin": "in",
    ...READ_BY_SESSION,
    "a sites key of another site": 403,
    "a sites key of the site": 403,
    "a sites key of all sites": 403,
  }),
  /** The management of one site. */
  site: only({
    ...MAY_NOT_MANAGE,
    "a sites key of another site": 403,
    "a sites key of the site": "in",
    "a session of a sites key of the site": "in",
    "a sites key of all sites": "in",
    "the admin": "in",
    "a session of the admin": "in",
  }),
  /** The list of the sites that a key covers. */
  list: only({
    ...MAY_NOT_MANAGE,
    "a sites key of another site": "in",
    "a sites key of the site": "in",
    "a session of a sites key of the site": "in",
    "a sites key of all sites": "in",
    "the admin": "in",
    "a session of the admin": "in",
  }),
  /** What concerns all sites. */
  sites: only({
    ...MAY_NOT_MANAGE,
    "a sites key of another site": 403,
    "a sites key of the site": 403,
    "a session of a sites key of the site": 403,
    "a sites key of all sites": "in",
    "the admin": "in",
    "a session of the admin": "in",
  }),
  admin: only({
    ...MAY_NOT_MANAGE,
    "a sites key of another site": 403,
    "a sites key of the site": 403,
    "a session of a sites key of the site": 403,
    "a sites key of all sites": 403,
    "the admin": "in",
    "a session of the admin": "in",
  }),
} satisfies Record<string, Record<Caller, Outcome>>;

/** What a route is asked, of a site. */
interface Asked {
  kind: keyof typeof KINDS;
  query?: (site: string) => Record<string, string>;
  body?: (site: string) => object;
}
const report: Asked = { kind: "report", query: (site_id) => ({ site_id, period: "day", property: "event:page" }) };
const named = (site_id: string) => ({ site_id, name: "another" });

/** Every route, as ROUTES names it. One that is missing here fails the first test. */
const TABLE: Record<string, Asked> = {
  "POST /api/event": { kind: "everyone", body: (d) => ({ n: "pageview", d, u: `https://${d}/` }) },
  "OPTIONS /api/event": { kind: "everyone" },
  "GET /pixel.gif": { kind: "everyone", query: (d) => ({ d, p: "/" }) },
  "GET /r/:token": { kind: "everyone" },
  "GET /badge/:file": { kind: "everyone" },
  "GET /badge/:domain/:path+": { kind: "everyone" },
  "GET /share/:domain": { kind: "everyone" },
  "GET /": { kind: "everyone" },
  "GET /health": { kind: "everyone" },
  "GET /api/docs": { kind: "everyone" },
  "GET /api/openapi.json": { kind: "everyone" },
  "GET /api/docs/query/schema.json": { kind: "everyone" },
  "POST /api/session": { kind: "everyone", body: () => ({ key: ADMIN }) },
  "DELETE /api/session": { kind: "everyone" },
  "GET /api/session": { kind: "somebody" },
  "POST /api/v1/shared-links/unlock": { kind: "everyone", body: () => ({ auth: brought[LINK].key, password: "x" }) },

  "POST /api/v1/sites": { kind: "sites", body: () => ({ domain: "new.example.com" }) },
  "GET /api/v1/sites": { kind: "list" },
  "PUT /api/v1/sites/shared-links": { kind: "site", body: named },
  "GET /api/v1/sites/shared-links": { kind: "site", query: (site_id) => ({ site_id }) },
  "DELETE /api/v1/sites/shared-links": { kind: "site", query: named },
  "PUT /api/v1/sites/goals": {
    kind: "site",
    body: (site_id) => ({ site_id, goal_type: "event", event_name: "Signup" }),
  },
  "GET /api/v1/sites/goals": { kind: "site", query: (site_id) => ({ site_id }) },
  "DELETE /api/v1/sites/goals": { kind: "site", body: (site_id) => ({ site_id, goal_id: "999999" }) },
  "DELETE /api/v1/sites/goals/:id": { kind: "site", body: (site_id) => ({ site_id }) },
  "GET /api/v1/sites/:domain": { kind: "site" },
  "PUT /api/v1/sites/:domain": { kind: "site", body: () => ({}) },
  "DELETE /api/v1/sites/:domain": { kind: "sites" },
  "GET /api/v1/sites/:domain/export.zip": { kind: "export" },
  "POST /api/v1/sites/:domain/import": { kind: "site", body: () => ({}) },
  "GET /api/v1/sites/:domain/imports": { kind: "site" },
  "DELETE /api/v1/sites/:domain/imports/:id": { kind: "site" },
  "POST /api/v1/links": { kind: "site", body: (site_id) => ({ site_id, url: "https://a.test/", name: "x" }) },

  "POST /api/v1/keys": { kind: "admin", body: (site_id) => ({ site_id, name: "x", scopes: ["stats"] }) },
  "GET /api/v1/keys": { kind: "admin" },
  "DELETE /api/v1/keys/:id": { kind: "admin" },

  "GET /api/stats": { kind: "overview" },
  "GET /api/stats/:domain": { kind: "report" },
  "GET /api/stats/:domain/realtime": { kind: "report" },
  "GET /api/stats/:domain/export.zip": { kind: "zip" },
  "GET /api/v1/stats/aggregate": report,
  "GET /api/v1/stats/timeseries": report,
  "GET /api/v1/stats/breakdown": report,
  "GET /api/v1/stats/timeseries.csv": report,
  "GET /api/v1/stats/breakdown.csv": report,
  "POST /api/v2/query": { kind: "question", body: (site_id) => ({ site_id, metrics: ["visits"], date_range: "day" }) },
  "GET /api/v1/stats/realtime/visitors": report,

  "GET /:domain": { kind: "everyone" },
  "GET /:domain/settings": { kind: "everyone" },
};
const LINK = "a link of the site";

beforeAll(async () => {
  for (const domain of [SITE, OTHER, OPEN]) {
    await call("POST /api/v1/sites", { body: { domain, public: domain === OPEN } });
  }
  const key = async (scope: string, site?: string) => (await makeKey([scope], site)).key;
  const link = async (site_id: string, password?: string) => {
    const name = password === undefined ? "link" : "locked";
    const { url } = (await call("PUT /api/v1/sites/shared-links", { body: { site_id, name, password } })).body;
    return new URL(url).searchParams.get("auth") ?? "";
  };
  const slug = await link(SITE);
  const lockedSlug = await link(SITE, "correct horse");
  const id = (await siteByDomain(env.DB, SITE))?.id ?? 0;
  const row = await linkByName(env.DB, id, "locked");
  if (!row?.passwordHash) throw new Error("the link has no password");
  const lock = { ...row, passwordHash: row.passwordHash };
  const { token } = unlockToken(lock, NOON);
  const statsKey = await key("stats", SITE);
  const admin = { id: 0, keyHash: "", adminKey: ADMIN };
  const session = async (scope: string, site: string, isDeleted = false) => {
    const { id, key } = await makeKey([scope], site);
    if (isDeleted) await call(`DELETE /api/v1/keys/${id}`);
    return sessionToken({ id, keyHash: hashOf(key), adminKey: ADMIN }, NOON).token;
  };
  const signedIn = (token: string, from = "same-origin"): Brought => {
    return { key: null, headers: { Cookie: `__Host-footfall=${token}`, "Sec-Fetch-Site": from } };
  };

  brought = {
    nobody: { key: null },
    "nobody, of a public site": { key: null, site: OPEN },
    "a malformed header": { key: null, headers: { Authorization: `Basic ${btoa(`admin:${ADMIN}`)}` }, site: OPEN },
    "a wrong key": { key: `ff_${"A".repeat(43)}`, site: OPEN },
    "a key in the query": { key: null, auth: statsKey },
    "a stats key of another site": { key: await key("stats", OTHER) },
    "a sites key of another site": { key: await key("sites", OTHER) },
    "a stats key of the site": { key: statsKey },
    "a sites key of the site": { key: await key("sites", SITE) },
    "a stats key of all sites": { key: await key("stats") },
    "a sites key of all sites": { key: await key("sites") },
    "a link of the site": { key: slug },
    "a link of the site, in the query": { key: null, auth: slug },
    "a link of another site": { key: await link(OTHER) },
    "a locked link": { key: lockedSlug },
    "a token of the locked link": { key: token },
    "a token of the locked link, in the query": { key: null, auth: token },
    "an ended token": { key: unlockToken(lock, NOON - DAY).token },
    "a forged token": { key: unlockToken({ ...lock, passwordHash: "guessed" }, NOON).token },
    "the admin": { key: ADMIN },
    "a session of the admin": signedIn(sessionToken(admin, NOON).token),
    "a session of a stats key of the site": signedIn(await session("stats", SITE)),
    "a session of a sites key of the site": signedIn(await session("sites", SITE)),
    "a session of a stats key of another site": signedIn(await session("stats", OTHER)),
    "a session of another site's key, of a public site": { ...signedIn(await session("stats", OTHER)), site: OPEN },
    "an ended session": signedIn(sessionToken(admin, NOON - 31 * DAY).token),
    "a forged session": signedIn(sessionToken({ ...admin, adminKey: "guessed" }, NOON).token),
    "a session of a deleted key": signedIn(await session("stats", SITE, true)),
    "a session of the admin, from another site's page": signedIn(sessionToken(admin, NOON).token, "cross-site"),
  };
});

/** What a caller is answered by a route. */
async function outcome(route: (typeof ROUTES)[number], asked: Asked, caller: Caller): Promise<unknown> {
  const { key, headers, auth, site: itsSite = SITE } = brought[caller];
  const isErasing = route.method === "DELETE" && route.path === "/api/v1/sites/:domain";
  // Whoever may erase the site erases one that is not there.
  const site = isErasing && KINDS[asked.kind][caller] === "in" ? "nothing.example.com" : itsSite;
  const path = route.path.replace(":domain", site).replace(":id", "999999").replace(":token", "x");
  const query = new URLSearchParams({ ...asked.query?.(site), ...(auth !== undefined && { auth }) });
  const answer = await call(`${route.method} ${path}?${query}`, {
    key,
    ...(headers && { headers }),
    ...(asked.body && { body: asked.body(site) }),
  });
  const { status } = answer;
  return status === 401 || status === 403 ? status : status < 500 && status !== 429 ? "in" : answer;
}

it("says of every route who gets in, and of no other", () => {
  expect(Object.keys(TABLE).sort()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
});

it("lets everyone in exactly where the router asks for no credential", () => {
  const open = ROUTES.filter(({ access }) => access === "public").map(({ method, path }) => `${method} ${path}`);
  expect(Object.keys(TABLE).filter((line) => TABLE[line]?.kind === "everyone")).toEqual(open);
});

describe.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))("%s", (line, route) => {
  it("lets in whom it should, and nobody else", async () => {
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    const asked = TABLE[line];
    if (!asked) throw new Error("no expectation");
    const outcomes: [Caller, unknown][] = [];
    for (const caller of CALLERS) outcomes.push([caller, await outcome(route, asked, caller)]);
    const isDoor = route.path === "/api/session";
    const isClosed = route.access !== "public" || isDoor;
    const elsewhere = !isClosed ? "in" : route.method === "GET" ? 401 : 403;
    const expected: Record<string, Outcome> = {
      ...KINDS[asked.kind],
      // By a cookie another site's page changes nothing, and is shown what everyone is.
      "a session of the admin, from another site's page": elsewhere,
    };
    expect(Object.fromEntries(outcomes)).toEqual(expected);
  });
});
