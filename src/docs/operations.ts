/**
 * What each route of `src/router.ts` is for, takes and answers, for programs and people: the OpenAPI document and the page
 * at `/api/docs` come from here. What is sent is told by the schemas that check it. A route without an entry fails a test.
 */

import { z } from "zod";
import { rangeFields } from "../exchange/routes.ts";
import { LIMITS } from "../limits.ts";
import * as goals from "../manage/goals.ts";
import * as keys from "../manage/keys.ts";
import * as links from "../manage/links.ts";
import * as sessions from "../manage/sessions.ts";
import * as sharedLinks from "../manage/shared-links.ts";
import * as sites from "../manage/sites.ts";
import { BADGE } from "../report/badge.ts";
import { OVERVIEW } from "../report/overview.ts";
import { PARAMETERS as ZIP_PARAMETERS } from "../report/period-zip.ts";
import { PARAMETERS } from "../report/summary.ts";
import { AGGREGATE, BREAKDOWN, REALTIME, TIMESERIES } from "../report/v1.ts";
import { V2_QUERY } from "../report/v2-schema.ts";
import type { Answer } from "./answers.ts";
import * as answers from "./answers.ts";

/** The chapters of the page, in their order. */
export const TAGS = [
  "Reports",
  "Badges",
  "Collecting",
  "Sites",
  "Goals",
  "Sharing",
  "Moving",
  "Keys",
  "Dashboard",
  "About",
] as const;

export interface Operation {
  /** A name for the call, unique. */
  id: string;
  tag: (typeof TAGS)[number];
  summary: string;
  notes?: string;
  /** Parameters of the query, as they are checked. */
  query?: z.ZodObject;
  /** Headers besides Authorization. */
  headers?: Record<string, string>;
  body?: Body;
  /**
   * The answers, by status. Of a route that needs a credential, 401, 403, 429 and 503 need not be named, nor, where it
   * takes anything, 400 and 413.
   */
  answers: Partial<Record<number, Answer>>;
  /** Neither a shared link nor a public site is enough. */
  needsKey?: true;
  /** A request that makes sense: of the query, of the path where `PATH` does not say it. */
  example?: { query?: Record<string, string>; path?: Record<string, string> };
}

interface Body {
  /** Default: `application/json`. */
  type?: string;
  /** Other types that it may come in. */
  alsoAs?: readonly string[];
  schema: z.ZodType;
  /** Of JSON. */
  example?: unknown;
  /** How curl sends it. Default: `-d` with the example. */
  curl?: string;
}

/** Parameters of paths. */
export const PATH: Record<string, { description: string; example: string }> = {
  domain: { description: "The site's domain.", example: "example.com" },
  id: { description: "The number of what is meant.", example: "1" },
  file: { description: "The site's domain, and `.svg` or `.json`.", example: "example.com.svg" },
  path: {
    description: "The page's path without its first slash, and `.svg` or `.json`. It may have slashes.",
    example: "blog/hello.svg",
  },
  token: { description: "What `POST /api/v1/links` made.", example: "eyJk…" },
};

const { 404: NO_SUCH } = answers.ERRORS;
const SITE_ID = { site_id: "example.com" };
const GIVEN = "The site is named in the body, or in the query for clients that send none with DELETE.";

const pageFields = z.object({
  auth: z.string().optional().describe("A shared link, or the token that opened it."),
  embed: z
    .string()
    .optional()
    .describe("Lets pages of the site's hosts frame the page, if the site is public or `auth` a link of it."),
});
const NO_PAGE = answers.error("It is no domain.", "There is nothing at this address.");

const BADGE_NOTES = "Off until the site's setting `badge` is true. Some minutes old.";
const BADGE_ANSWERS: Operation["answers"] = {
  200: answers.BADGE,
  400: answers.ERRORS[400],
  403: answers.error("The site's owner has not turned badges on.", "site: its owner shows no badge"),
  404: answers.error("There is no such site.", "site: no site of this name is set up here"),
  429: answers.ERRORS[429],
  503: answers.ERRORS[503],
};

/** By method and path, as in ROUTES. */
export const OPERATIONS: Record<string, Operation> = {
  // Reports

  "GET /api/stats": {
    id: "overview",
    tag: "Reports",
    summary: "The sites that the key covers, with the visitors of 30 days and of now.",
    query: OVERVIEW,
    answers: { 200: answers.OVERVIEW },
    needsKey: true,
  },
  "GET /api/stats/:domain": {
    id: "summary",
    tag: "Reports",
    summary: "All that an owner looks at first, in one answer.",
    notes:
      'The default period is today. What cannot be told is refused by itself, as `{"refused": {code, message}}`. As CSV ' +
      "(`Accept: text/csv`): the time series.",
    query: PARAMETERS,
    answers: { 200: answers.SUMMARY },
    example: { query: { period: "7d", filters: '[["is","visit:source",["Google"]]]' } },
  },
  "GET /api/stats/:domain/realtime": {
    id: "live",
    tag: "Reports",
    summary: "What happens right now, and what today brought so far.",
    answers: { 200: answers.LIVE },
  },
  "GET /api/stats/:domain/export.zip": {
    id: "exportPeriod",
    tag: "Reports",
    summary: "All reports of a period as CSV files in a ZIP.",
    notes: "One file for each dimension, of at most 10,000 rows. The default period is today. Not for a site's public.",
    query: ZIP_PARAMETERS,
    answers: { 200: answers.ZIP },
    example: { query: { period: "month" } },
  },
  "POST /api/v2/query": {
    id: "query",
    tag: "Reports",
    summary: "Any question: metrics by dimensions, filtered, ordered, compared.",
    notes:
      "The Stats API v2. Exact, marked in `meta.metric_warnings`, or refused with what can be asked instead. As CSV with " +
      "`Accept: text/csv`. A shared link comes as Bearer token here.",
    body: {
      schema: V2_QUERY,
      example: {
        ...SITE_ID,
        metrics: ["visitors", "pageviews"],
        date_range: "7d",
        dimensions: ["event:page"],
        filters: [["is", "visit:source", ["Google"]]],
      },
    },
    answers: { 200: answers.QUERY },
  },
  "GET /api/v1/stats/aggregate": {
    id: "aggregate",
    tag: "Reports",
    summary: "Metrics over a period, one value each.",
    notes: "The Stats API v1. The default period is `30d`, which ends yesterday.",
    query: AGGREGATE,
    answers: { 200: answers.AGGREGATE },
    example: { query: { ...SITE_ID, period: "7d", metrics: "visitors,bounce_rate", compare: "previous_period" } },
  },
  "GET /api/v1/stats/timeseries": {
    id: "timeseries",
    tag: "Reports",
    summary: "Metrics by day or month.",
    notes: "Every day of the period, counted on or not. As CSV with `Accept: text/csv`.",
    query: TIMESERIES,
    answers: { 200: answers.TIMESERIES },
    example: { query: { ...SITE_ID, period: "7d" } },
  },
  "GET /api/v1/stats/breakdown": {
    id: "breakdown",
    tag: "Reports",
    summary: "Metrics by the values of a property.",
    notes: "As CSV with `Accept: text/csv`.",
    query: BREAKDOWN,
    answers: { 200: answers.BREAKDOWN },
    example: { query: { ...SITE_ID, period: "7d", property: "visit:source" } },
  },
  "GET /api/v1/stats/timeseries.csv": {
    id: "timeseriesCsv",
    tag: "Reports",
    summary: "Metrics by day or month, as CSV.",
    query: TIMESERIES,
    answers: { 200: answers.csv("date,visitors\r\n2026-11-22,48\r\n") },
    example: { query: { ...SITE_ID, period: "7d" } },
  },
  "GET /api/v1/stats/breakdown.csv": {
    id: "breakdownCsv",
    tag: "Reports",
    summary: "Metrics by the values of a property, as CSV.",
    query: BREAKDOWN,
    answers: { 200: answers.csv("source,visitors\r\nGoogle,20\r\n") },
    example: { query: { ...SITE_ID, period: "7d", property: "visit:source" } },
  },
  "GET /api/v1/stats/realtime/visitors": {
    id: "realtimeVisitors",
    tag: "Reports",
    summary: "Visitors of the last five minutes.",
    query: REALTIME,
    answers: { 200: answers.REALTIME },
    example: { query: SITE_ID },
  },

  // Badges

  "GET /badge/:file": {
    id: "siteBadge",
    tag: "Badges",
    summary: "A site's page views and visitors, for any page to show.",
    notes: BADGE_NOTES,
    query: BADGE,
    answers: BADGE_ANSWERS,
  },
  "GET /badge/:domain/:path+": {
    id: "pageBadge",
    tag: "Badges",
    summary: "A page's page views and visitors, for any page to show.",
    notes: `${BADGE_NOTES} Of the 1,000 most viewed pages of the period; another is shown as one without counts.`,
    query: BADGE,
    answers: BADGE_ANSWERS,
    example: { query: { period: "30d", metric: "visitors" } },
  },

  // Collecting

  "POST /api/event": {
    id: "sendEvent",
    tag: "Collecting",
    summary: "Counts a page view, an event or a sign of life.",
    notes:
      "As Plausible's trackers send it, under any content type. `X-Footfall-Dropped` says why it was not counted; without " +
      "`X-Footfall-Pending` the hit is durable.",
    headers: {
      "Idempotency-Key": "A repetition with the same key within ten minutes is not counted again.",
      "X-Forwarded-For": "The visitor's address, believed with a key of the site.",
    },
    body: {
      schema: z.looseObject({
        n: z.string().max(LIMITS.eventNameChars).describe("`pageview`, `engagement` or the name of an event."),
        u: z.string().describe("The page's URL."),
        d: z.string().optional().describe("The site, or several with commas between. Default: the URL's host."),
        r: z.string().nullable().optional().describe("The referrer."),
        p: z.record(z.string(), z.unknown()).optional().describe("Properties."),
        i: z.boolean().optional().describe("`false`: the visit may still be a bounce."),
        $: z
          .strictObject({ amount: z.union([z.number(), z.string()]), currency: z.string() })
          .optional()
          .describe("Revenue."),
      }),
      example: {
        n: "pageview",
        d: "example.com",
        u: "https://example.com/pricing",
        r: "https://news.ycombinator.com/",
      },
    },
    answers: {
      202: { type: "text/plain", schema: z.literal("ok"), example: "ok" },
      400: {
        when: "Each wrong field, with the rules it breaks.",
        schema: z.strictObject({ errors: z.record(z.string(), z.array(z.string())) }),
        example: { errors: { url: ["is required"] } },
      },
      503: {
        when: "It was not taken; `Retry-After` says when to send it again.",
        type: "text/plain",
        schema: z.string(),
      },
    },
  },
  "OPTIONS /api/event": {
    id: "preflightEvent",
    tag: "Collecting",
    summary: "The CORS preflight of browsers.",
    answers: { 204: {} },
  },
  "GET /pixel.gif": {
    id: "pixel",
    tag: "Collecting",
    summary: "Counts where there is no JavaScript.",
    notes: "Always the image; `X-Footfall-Dropped` and `X-Footfall-Error` say what became of the hit.",
    query: z.object({
      d: z.string().optional().describe("The site. Default: the page's host."),
      u: z.string().optional().describe("The page's URL. Default: the Referer."),
      p: z.string().optional().describe("The page's path, in place of `u`."),
      r: z.string().optional().describe("The referrer."),
      n: z.string().optional().describe("The name of an event; `open` for a mail."),
      ...Object.fromEntries(
        ["source", "medium", "campaign", "content", "term"].map((name) => [`utm_${name}`, z.string().optional()]),
      ),
    }),
    answers: { 200: { type: "image/gif", schema: z.string() } },
    example: { query: { d: "example.com", p: "/quiet" } },
  },
  "GET /r/:token": {
    id: "followLink",
    tag: "Collecting",
    summary: "Follows a link of a mail, and counts the click.",
    answers: {
      302: { when: "To the link's target." },
      404: { when: "It is no link of a site.", type: "text/plain", schema: z.string() },
      503: { when: "That cannot be told now.", type: "text/plain", schema: z.string() },
    },
  },
  "POST /api/v1/links": {
    id: "createLink",
    tag: "Collecting",
    summary: "Makes a link for a mail, whose clicks are counted.",
    notes: "Nothing is stored: the same question has the same answer.",
    body: {
      schema: links.link,
      example: { ...SITE_ID, url: "https://example.com/sale?utm_medium=email", name: "May: sale" },
    },
    answers: { 200: answers.LINK, 404: NO_SUCH },
  },

  // Sites

  "POST /api/v1/sites": {
    id: "createSite",
    tag: "Sites",
    summary: "Makes a site.",
    notes: "Needs a key for all sites.",
    body: { schema: sites.newSite, example: { domain: "example.com", timezone: "Europe/Riga" } },
    answers: {
      200: answers.SITE,
      409: answers.error("The domain is taken.", "domain: a site of this name exists already"),
    },
  },
  "GET /api/v1/sites": {
    id: "listSites",
    tag: "Sites",
    summary: "Lists the sites that the key covers.",
    query: sites.page,
    answers: { 200: answers.SITES },
  },
  "GET /api/v1/sites/:domain": {
    id: "getSite",
    tag: "Sites",
    summary: "Tells a site's settings.",
    answers: { 200: answers.SITE, 404: NO_SUCH },
  },
  "PUT /api/v1/sites/:domain": {
    id: "changeSite",
    tag: "Sites",
    summary: "Changes a site's settings.",
    notes: "What is not named stays. A new timezone takes effect at the site's next midnight.",
    body: { schema: sites.changedSite, example: { public: true, excluded_paths: ["/admin/**"] } },
    answers: { 200: answers.SITE, 404: NO_SUCH },
  },
  "DELETE /api/v1/sites/:domain": {
    id: "deleteSite",
    tag: "Sites",
    summary: "Erases a site and all that was counted for it.",
    notes: "Needs a key for all sites.",
    answers: { 200: answers.DELETED, 404: NO_SUCH },
  },

  // Goals

  "PUT /api/v1/sites/goals": {
    id: "putGoal",
    tag: "Goals",
    summary: "Finds or makes a goal.",
    notes: "An event counts as a goal as far back as it was counted; a page from the goal's making on.",
    body: {
      schema: goals.wantedGoal,
      example: { ...SITE_ID, goal_type: "event", event_name: "Purchase", currency: "EUR" },
    },
    answers: { 200: answers.GOAL, 404: NO_SUCH },
  },
  "GET /api/v1/sites/goals": {
    id: "listGoals",
    tag: "Goals",
    summary: "Lists a site's goals.",
    query: goals.page,
    answers: { 200: answers.GOALS, 404: NO_SUCH },
    example: { query: SITE_ID },
  },
  "DELETE /api/v1/sites/goals": {
    id: "deleteNamedGoal",
    tag: "Goals",
    summary: "Deletes a goal that the body names.",
    notes: "What was counted of it stays.",
    body: { schema: goals.ofGoal, example: { ...SITE_ID, goal_id: "1" } },
    answers: { 200: answers.DELETED, 404: NO_SUCH },
  },
  "DELETE /api/v1/sites/goals/:id": {
    id: "deleteGoal",
    tag: "Goals",
    summary: "Deletes a goal.",
    notes: GIVEN,
    query: goals.ofSite.partial(),
    answers: { 200: answers.DELETED, 404: NO_SUCH },
    example: { query: SITE_ID },
  },

  // Sharing

  "PUT /api/v1/sites/shared-links": {
    id: "putSharedLink",
    tag: "Sharing",
    summary: "Finds or makes a link that shows a site's counts.",
    notes: "A password that is named is set, null takes it away.",
    body: { schema: sharedLinks.link, example: { ...SITE_ID, name: "Client" } },
    answers: { 200: answers.SHARED_LINK, 404: NO_SUCH },
  },
  "GET /api/v1/sites/shared-links": {
    id: "listSharedLinks",
    tag: "Sharing",
    summary: "Lists a site's shared links.",
    query: sharedLinks.page,
    answers: { 200: answers.SHARED_LINKS, 404: NO_SUCH },
    example: { query: SITE_ID },
  },
  "DELETE /api/v1/sites/shared-links": {
    id: "deleteSharedLink",
    tag: "Sharing",
    summary: "Deletes a shared link.",
    notes: GIVEN,
    query: sharedLinks.named.partial(),
    answers: { 200: answers.DELETED, 404: NO_SUCH },
    example: { query: { ...SITE_ID, name: "Client" } },
  },
  "POST /api/v1/shared-links/unlock": {
    id: "unlockSharedLink",
    tag: "Sharing",
    summary: "Opens a shared link that has a password.",
    notes: "The token stands for the link for a day.",
    body: { schema: sharedLinks.unlocking, example: { auth: "ffl_…", password: "correct horse" } },
    answers: {
      200: answers.UNLOCKED,
      400: answers.ERRORS[400],
      401: answers.error("There is no such link, or the password is wrong.", "password: is wrong"),
      413: answers.ERRORS[413],
      429: answers.error(
        "After ten wrong passwords in 15 minutes.",
        "password: too many wrong ones. Try again in 840 s.",
      ),
      503: answers.ERRORS[503],
    },
  },

  // Moving

  "POST /api/v1/sites/:domain/import": {
    id: "importCounts",
    tag: "Moving",
    summary: "Takes over counts of Plausible or of another Footfall.",
    notes: "The same files again change nothing. See docs/moving.md.",
    query: z.object({ filename: z.string().optional().describe("Of a CSV file that comes without a form.") }),
    body: {
      type: "application/zip",
      alsoAs: ["multipart/form-data", "text/csv"],
      schema: z.string().describe("The ZIP of an export, a form with its files, or one of them, of at most 100 MiB."),
      curl: "--data-binary @export.zip",
    },
    answers: {
      200: answers.IMPORT,
      404: NO_SUCH,
      409: answers.error(
        "Another import is under way; or the site has some of its days, or does not keep them.",
        "domain: another import of this site is under way",
      ),
    },
  },
  "GET /api/v1/sites/:domain/imports": {
    id: "listImports",
    tag: "Moving",
    summary: "Lists the imports that count, and how far one is that is being written.",
    answers: { 200: answers.IMPORTS, 404: NO_SUCH },
  },
  "DELETE /api/v1/sites/:domain/imports/:id": {
    id: "deleteImport",
    tag: "Moving",
    summary: "Removes an import, which stops counting at once.",
    answers: { 200: answers.DELETED, 404: NO_SUCH },
  },
  "GET /api/v1/sites/:domain/export.zip": {
    id: "exportCounts",
    tag: "Moving",
    summary: "All counts of a site as CSV files in a ZIP, to be kept or moved.",
    notes: "Needs a key: a shared link is not enough.",
    query: rangeFields,
    answers: { 200: answers.ZIP },
    needsKey: true,
  },

  // Keys

  "POST /api/v1/keys": {
    id: "createKey",
    tag: "Keys",
    summary: "Makes a key, which is shown this once.",
    notes: "For the admin key alone, as all of keys.",
    body: { schema: keys.key, example: { name: "reports", ...SITE_ID, scopes: ["stats"] } },
    answers: { 200: answers.KEY },
  },
  "GET /api/v1/keys": {
    id: "listKeys",
    tag: "Keys",
    summary: "Lists the keys, or those of one site.",
    query: keys.page,
    answers: { 200: answers.KEYS },
  },
  "DELETE /api/v1/keys/:id": {
    id: "deleteKey",
    tag: "Keys",
    summary: "Deletes a key.",
    notes: "Elsewhere it may go on working for up to a minute.",
    answers: { 200: answers.DELETED, 404: answers.error("There is no such key.", "id: no such key") },
  },

  // Dashboard

  "POST /api/session": {
    id: "openSession",
    tag: "Dashboard",
    summary: "Signs a browser in, for 30 days.",
    notes:
      "Its cookie then stands for the key wherever a key may stand, but of requests that other sites' pages make. It ends " +
      "with the key.",
    body: { schema: sessions.signingIn, example: { key: "ff_…" } },
    answers: {
      200: answers.SESSION,
      400: answers.ERRORS[400],
      401: answers.error("The key is wrong.", "key: is neither the admin key nor an API key"),
      403: answers.error("Another site's page asks.", "Sec-Fetch-Site: must be same-origin"),
      413: answers.ERRORS[413],
      429: answers.error(
        "After 100 tries in an hour, where the admin key is shorter than 32 characters; API keys may go on.",
        "key: too many tries: at most 100 an hour. Try again in 840 s.",
      ),
      503: answers.ERRORS[503],
    },
  },
  "GET /api/session": {
    id: "session",
    tag: "Dashboard",
    summary: "Tells who asks, by a session or a key.",
    answers: { 200: answers.SESSION },
  },
  "DELETE /api/session": {
    id: "endSession",
    tag: "Dashboard",
    summary: "Signs a browser out.",
    answers: {
      200: answers.DELETED,
      403: answers.error("Another site's page asks.", "Sec-Fetch-Site: must be same-origin"),
    },
  },
  "GET /": {
    id: "dashboard",
    tag: "Dashboard",
    summary: "The page of all sites, or to sign in.",
    answers: { 200: answers.PAGE, 503: answers.ERRORS[503] },
  },
  "GET /:domain": {
    id: "sitePage",
    tag: "Dashboard",
    summary: "A site's page.",
    query: pageFields,
    answers: { 200: answers.PAGE, 404: NO_PAGE, 503: answers.ERRORS[503] },
  },
  "GET /:domain/settings": {
    id: "settingsPage",
    tag: "Dashboard",
    summary: "The page of a site's settings.",
    answers: { 200: answers.PAGE, 404: NO_PAGE, 503: answers.ERRORS[503] },
  },
  "GET /share/:domain": {
    id: "sharedPage",
    tag: "Dashboard",
    summary: "Where a shared link leads: the site's page, to look at.",
    query: pageFields,
    answers: { 200: answers.PAGE, 404: NO_PAGE, 503: answers.ERRORS[503] },
    example: { query: { auth: "ffl_…" } },
  },

  // About

  "GET /health": {
    id: "health",
    tag: "About",
    summary: "Tells whether all parts answer.",
    answers: { 200: answers.HEALTHY, 503: answers.UNHEALTHY },
  },
  "GET /api/docs": {
    id: "docs",
    tag: "About",
    summary: "This API as a page to read.",
    answers: { 200: { type: "text/html", schema: z.string() } },
  },
  "GET /api/openapi.json": {
    id: "openApi",
    tag: "About",
    summary: "This API as an OpenAPI 3.1 document.",
    answers: { 200: { schema: z.looseObject({ openapi: z.string() }) } },
  },
  "GET /api/docs/query/schema.json": {
    id: "querySchema",
    tag: "About",
    summary: "The JSON schema of what POST /api/v2/query takes.",
    answers: { 200: { type: "application/schema+json", schema: z.looseObject({}) } },
  },
};
