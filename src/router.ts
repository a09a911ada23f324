/**
 * Every route on one page, and who may call it. Authentication happens here and nowhere else; whether a key covers
 * the site that is asked for is decided by `manage/site-access.ts`.
 */

import { type IRequest, IttyRouter } from "itty-router";
import { authenticate, hasScope, PUBLIC } from "./auth.ts";
import { collectClick, collectEvent, collectPixel, preflight } from "./collect/collect.ts";
import type { Env } from "./env.ts";
import { deleteImport, exportSite, getImports, importIntoSite } from "./exchange/routes.ts";
import { health } from "./health.ts";
import { refusal, retryLater, unauthorized } from "./http.ts";
import { deleteGoal, deleteNamedGoal, getGoals, putGoal } from "./manage/goals.ts";
import { createKey, getKeys, removeKey } from "./manage/keys.ts";
import { createLink } from "./manage/links.ts";
import { endSession, getSession, openSession } from "./manage/sessions.ts";
import { deleteSharedLink, getSharedLinks, putSharedLink, unlockSharedLink } from "./manage/shared-links.ts";
import { KEY_REQUIRED } from "./manage/site-access.ts";
import { createSite, deleteSite, getSite, getSites, putSite } from "./manage/sites.ts";
import { overRate } from "./meter/rate.ts";
import { pageBadge, siteBadge } from "./report/badge.ts";
import { live } from "./report/live.ts";
import { overview } from "./report/overview.ts";
import { periodZip } from "./report/period-zip.ts";
import { summary } from "./report/summary.ts";
import { aggregate, breakdown, realtimeVisitors, timeseries } from "./report/v1.ts";
import { queryV2 } from "./report/v2.ts";
import type { Context, Route } from "./route.ts";
import { page, sitePage } from "./shell.ts";
import { Unavailable } from "./store/unavailable.ts";

export const ROUTES: readonly Route[] = [
  // The beacons' first: they are by far the most, and the table is searched from its top.
  { method: "POST", path: "/api/event", access: "public", crossOrigin: true, handler: collectEvent },
  { method: "OPTIONS", path: "/api/event", access: "public", crossOrigin: true, handler: preflight },
  { method: "GET", path: "/pixel.gif", access: "public", crossOrigin: true, handler: collectPixel },
  { method: "GET", path: "/r/:token", access: "public", handler: collectClick },

  { method: "GET", path: "/badge/:file", access: "public", crossOrigin: true, handler: siteBadge },
  { method: "GET", path: "/badge/:domain/:path+", access: "public", crossOrigin: true, handler: pageBadge },

  { method: "GET", path: "/share/:domain", access: "public", handler: sitePage },
  { method: "GET", path: "/", access: "public", handler: page },
  { method: "GET", path: "/health", access: "public", handler: health },

  { method: "GET", path: "/api/docs", access: "public", handler: docsPage },
  { method: "GET", path: "/api/openapi.json", access: "public", crossOrigin: true, handler: openApi },
  { method: "GET", path: "/api/docs/query/schema.json", access: "public", crossOrigin: true, handler: querySchema },

  { method: "POST", path: "/api/session", access: "public", handler: openSession },
  { method: "DELETE", path: "/api/session", access: "public", handler: endSession },
  { method: "GET", path: "/api/session", access: "any", handler: getSession },

  { method: "POST", path: "/api/v1/sites", access: "sites", handler: createSite },
  { method: "GET", path: "/api/v1/sites", access: "sites", handler: getSites },
  // Before the sites' own: no site can be named "goals".
  { method: "PUT", path: "/api/v1/sites/goals", access: "sites", handler: putGoal },
  { method: "GET", path: "/api/v1/sites/goals", access: "sites", handler: getGoals },
  { method: "DELETE", path: "/api/v1/sites/goals", access: "sites", handler: deleteNamedGoal },
  { method: "DELETE", path: "/api/v1/sites/goals/:id", access: "sites", handler: deleteGoal },
  // Before the sites': "shared-links" is no domain.
  { method: "PUT", path: "/api/v1/sites/shared-links", access: "sites", handler: putSharedLink },
  { method: "GET", path: "/api/v1/sites/shared-links", access: "sites", handler: getSharedLinks },
  { method: "DELETE", path: "/api/v1/sites/shared-links", access: "sites", handler: deleteSharedLink },
  { method: "POST", path: "/api/v1/shared-links/unlock", access: "public", handler: unlockSharedLink },
  { method: "GET", path: "/api/v1/sites/:domain", access: "sites", handler: getSite },
  { method: "PUT", path: "/api/v1/sites/:domain", access: "sites", handler: putSite },
  { method: "DELETE", path: "/api/v1/sites/:domain", access: "sites", handler: deleteSite },

  { method: "GET", path: "/api/v1/sites/:domain/export.zip", access: "stats", handler: exportSite },
  { method: "POST", path: "/api/v1/sites/:domain/import", access: "sites", handler: importIntoSite },
  { method: "GET", path: "/api/v1/sites/:domain/imports", access: "sites", handler: getImports },
  { method: "DELETE", path: "/api/v1/sites/:domain/imports/:id", access: "sites", handler: deleteImport },

  { method: "POST", path: "/api/v1/links", access: "sites", handler: createLink },

  { method: "POST", path: "/api/v1/keys", access: "admin", handler: createKey },
  { method: "GET", path: "/api/v1/keys", access: "admin", handler: getKeys },
  { method: "DELETE", path: "/api/v1/keys/:id", access: "admin", handler: removeKey },

  { method: "GET", path: "/api/stats", access: "stats", handler: overview },
  { method: "GET", path: "/api/stats/:domain", access: "stats", handler: summary },
  { method: "GET", path: "/api/stats/:domain/realtime", access: "stats", handler: live },
  { method: "GET", path: "/api/stats/:domain/export.zip", access: "stats", handler: periodZip },
  { method: "GET", path: "/api/v1/stats/aggregate", access: "stats", handler: aggregate },
  { method: "GET", path: "/api/v1/stats/timeseries", access: "stats", handler: timeseries },
  { method: "GET", path: "/api/v1/stats/breakdown", access: "stats", handler: breakdown },
  { method: "GET", path: "/api/v1/stats/timeseries.csv", access: "stats", handler: timeseries },
  { method: "GET", path: "/api/v1/stats/breakdown.csv", access: "stats", handler: breakdown },
  { method: "POST", path: "/api/v2/query", access: "stats", handler: queryV2 },
  { method: "GET", path: "/api/v1/stats/realtime/visitors", access: "stats", handler: realtimeVisitors },

  // Last, because any name fits: a site's page, and its settings.
  { method: "GET", path: "/:domain", access: "public", handler: sitePage },
  { method: "GET", path: "/:domain/settings", access: "public", handler: page },
];

// Documents are loaded when they are asked for.
async function docsPage(): Promise<Response> {
  return (await import("./docs/docs.ts")).docsPage(ROUTES);
}

async function openApi(): Promise<Response> {
  return (await import("./docs/docs.ts")).openApi(ROUTES);
}

async function querySchema(): Promise<Response> {
  return (await import("./docs/docs.ts")).querySchema();
}

/** The routes of one path, and what its parameters are in the request. */
interface Match {
  routes: readonly Route[];
  params: Record<string, string>;
}

const matcher = IttyRouter<IRequest, [], Match>();
for (const path of new Set(ROUTES.map((route) => route.path))) {
  const routes = ROUTES.filter((route) => route.path === path);
  // One matcher a path, whatever the method: so a known path with a wrong method is told from an unknown path.
  matcher.all(path, ({ params }): Match => ({ routes, params }));
}

/**
 * Answers a request. Never rejects: what goes wrong unexpectedly is a 500 or 503 without details, and one log line.
 * @param now ms since 1970
 */
export async function handle(
  request: Request,
  env: Env,
  ctx: Pick<ExecutionContext, "waitUntil">,
  now = Date.now(),
): Promise<Response> {
  const url = new URL(request.url);
  // Without the query, which itty-router would take apart for nothing.
  const match: Match | undefined = await matcher.fetch({ method: request.method, url: url.origin + url.pathname });
  if (!match) return secured(refusal(404, "There is nothing at this address."));

  // HEAD is answered as GET is (RFC 9110 §9.3.2), without the body.
  const method = request.method === "HEAD" ? "GET" : request.method;
  const route = match.routes.find((candidate) => candidate.method === method);
  if (!route) return secured(wrongMethod(match.routes));

  let response: Response;
  try {
    const params = decoded(match.params);
    response = params
      ? await answer(route, request, { env, ctx, params, url, credential: null, now })
      : refusal(400, "path: must be percent-encoded UTF-8");
  } catch (error) {
    response = failure(route, error);
  }
  if (request.method === "HEAD") {
    // What is made while it is sent, as an export is, ends now.
    if (response.body) ctx.waitUntil(response.body.cancel().catch(() => undefined));
    response = new Response(null, response);
  }
  return secured(response);
}

async function answer(route: Route, request: Request, context: Context): Promise<Response> {
  if (route.access !== "public") {
    // What is read by a plain address may be asked by one that holds a link.
    const query = route.access === "stats" && route.method === "GET" ? context.url.searchParams : null;
    let credential = await authenticate(request, context.env, context.now, query);
    if (credential === "locked") return unauthorized(PASSWORD_REQUIRED);
    if (credential === "cross-site") return refusal(403, CROSS_SITE);
    if (credential === null) return unauthorized(KEY_REQUIRED);
    const isEnough = route.access === "any" ? credential.kind !== "public" : hasScope(credential, route.access);
    if (!isEnough) {
      // Of a public site, whoever is signed in may read what everyone may.
      if (route.access === "stats" && credential.bySession) credential = PUBLIC;
      else if (credential.kind === "public") return unauthorized(KEY_REQUIRED);
      else {
        const needed = route.access === "admin" ? ADMIN_REQUIRED : `This needs a key with the scope "${route.access}".`;
        return refusal(403, needed);
      }
    }
    const { kind, id } = credential;
    // The public is counted by the site it asks for: see `siteForCredential`.
    const refused = kind === "key" || kind === "link" ? await overRate(context.env, { kind, id }, context.now) : null;
    if (refused) return refused;
    context.credential = credential;
  }
  return route.handler(request, context);
}

const CROSS_SITE =
  "Sec-Fetch-Site: must be same-origin (or else Origin that of this Worker) for what changes something by a cookie";
const ADMIN_REQUIRED = "This needs the admin key.";
const PASSWORD_REQUIRED =
  "auth: this link needs its password: POST it to /api/v1/shared-links/unlock, and use the token it answers";

/** itty-router leaves parameters as they stand in the URL. Null where the encoding is broken. */
function decoded(params: Record<string, string>): Record<string, string> | null {
  try {
    return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    return null;
  }
}

function wrongMethod(routes: readonly Route[]): Response {
  const methods: string[] = routes.map((route) => route.method);
  if (methods.includes("GET")) methods.push("HEAD");
  const allow = methods.sort().join(", ");
  const crossOrigin = routes.some((route) => route.crossOrigin) ? { "Access-Control-Allow-Origin": "*" } : {};
  return refusal(405, `method: must be one of ${allow}`, { Allow: allow, ...crossOrigin });
}

/**
 * What to answer when something broke, and the one line to log. Messages, URLs and headers stay out of both: they
 * can hold addresses, keys and the parameters of statements.
 */
function failure(route: Route, error: unknown): Response {
  const away = error instanceof Unavailable ? error.part : isPassing(error) ? "tally" : null;
  const cause = error instanceof Unavailable ? error.cause : error;
  console.error(
    JSON.stringify({
      event: "request failed",
      route: `${route.method} ${route.path}`,
      away,
      error: cause instanceof Error ? cause.constructor.name : typeof cause,
    }),
  );
  return away ? retryLater(`${away} does not answer. Try again.`) : refusal(500, "Something went wrong here.");
}

/** Whether the platform says of a failed call to an object that it may work later. */
function isPassing(error: unknown): boolean {
  const { retryable, overloaded } = Object(error);
  return retryable === true || overloaded === true;
}

/** Adds the headers every answer has. */
function secured(response: Response): Response {
  const { headers } = response;
  headers.set("X-Content-Type-Options", "nosniff");
  headers.set("Referrer-Policy", "no-referrer");
  if (!headers.has("Cache-Control")) headers.set("Cache-Control", "no-store");
  return response;
}
