/**
 * What the API answers: the shapes, each with an example. Nothing validates by them; a test holds the examples and real
 * answers against them.
 */

import { z } from "zod";
import { VIEW_PERIODS } from "../report/period.ts";
import type { Warning } from "../report/planner.ts";
import { METRICS, REFUSAL_CODES } from "../report/query.ts";
import { INTERVALS } from "../report/summary-answer.ts";

export interface Answer {
  /** When it is the answer; default: always where nothing is wrong. */
  when?: string;
  /** Of its content; absent where there is none. Default with a schema: `application/json`. */
  type?: string;
  schema?: z.ZodType;
  example?: unknown;
  /** Other types that it may be asked for in. */
  alsoAs?: readonly string[];
}

const metric = z.enum(METRICS);
const number = z.number().nullable();
const oneMoney = z.strictObject({ currency: z.string(), value: z.number(), short: z.string(), long: z.string() });
const money = oneMoney.extend({ others: z.array(oneMoney).optional() });
const value = z.union([z.number(), money, z.null()]);
const instant = z.iso.datetime();

const CODES = Object.keys({
  upper_bound: true,
  mean_of_hosts: true,
  estimate: true,
  sum_of_days: true,
  capped: true,
  approximate: true,
  imported: true,
  detail_since: true,
  goal_since: true,
  whole_days: true,
  several_currencies: true,
  min_visitors: true,
} satisfies Record<Warning["code"], true>);
const code = z.enum(CODES).describe("Why a metric is no exact count.");

const listMeta = z.strictObject({ after: z.string().nullable(), before: z.null(), limit: z.int() });
const meta = z
  .strictObject({ metric_warnings: z.partialRecord(metric, z.strictObject({ code, message: z.string() })) })
  .optional();
const warned = (name: string, code: string, text: string, key = "message") => ({
  metric_warnings: { [name]: { code, [key]: text } },
});
const SUM_OF_DAYS = "The sum of each day's visitors: nobody is recognised on another day.";

export const DELETED: Answer = { schema: z.strictObject({ deleted: z.literal(true) }), example: { deleted: true } };

// Reports

const CSV = ["text/csv"];

export const AGGREGATE: Answer = {
  schema: z.strictObject({
    results: z.partialRecord(
      metric,
      z.strictObject({ value: number, change: number.optional(), comparison_value: number.optional() }),
    ),
    meta,
  }),
  example: {
    results: {
      visitors: { value: 1204, change: 12, comparison_value: 1075 },
      bounce_rate: { value: 41, change: -3, comparison_value: 44 },
    },
    meta: warned("visitors", "sum_of_days", SUM_OF_DAYS),
  },
};

export const TIMESERIES: Answer = {
  alsoAs: CSV,
  schema: z.strictObject({ results: z.array(z.object({ date: z.iso.date() }).catchall(number)), meta }),
  example: {
    results: [
      { date: "2026-11-21", visitors: 51 },
      { date: "2026-11-22", visitors: 48 },
    ],
  },
};

export const BREAKDOWN: Answer = {
  alsoAs: CSV,
  schema: z.strictObject({ results: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()]))), meta }),
  example: {
    results: [
      { source: "Google", visitors: 20 },
      { source: "Direct / None", visitors: 17 },
    ],
  },
};

export const BADGE: Answer = {
  schema: z.strictObject({
    site: z.string(),
    path: z.string().nullable().describe("null: of the whole site."),
    period: z.string(),
    pageviews: z.int().nullable(),
    visitors: z.int().nullable(),
    below: z.int().optional().describe("The numbers are not shown: there were fewer visitors than this."),
  }),
  example: { site: "example.com", path: "/pricing", period: "all", pageviews: 1234, visitors: 567 },
  alsoAs: ["image/svg+xml"],
};

export const REALTIME: Answer = { schema: z.int().min(0).describe("Visitors of the last five minutes."), example: 3 };

const echo = z.looseObject({
  site_id: z.string(),
  metrics: z.array(metric),
  date_range: z.array(z.string()).length(2),
});

export const QUERY: Answer = {
  alsoAs: CSV,
  schema: z.strictObject({
    results: z.array(
      z.strictObject({
        dimensions: z.array(z.string()),
        metrics: z.array(value),
        comparison: z
          .strictObject({
            dimensions: z.array(z.string().nullable()),
            metrics: z.array(value),
            change: z.array(number),
          })
          .optional(),
      }),
    ),
    meta: z.strictObject({
      time_labels: z.array(z.string()).optional(),
      partial_time_labels: z.array(z.string()).optional().describe("Times that are not over, or not whole."),
      total_rows: z.int().optional(),
      detail_from: z.iso.date().optional().describe("The first day with counts of two dimensions together."),
      metric_warnings: z
        .partialRecord(
          metric,
          z.strictObject({
            code,
            codes: z.array(code).optional().describe("Where there are several reasons: all, the gravest first."),
            warning: z.string(),
          }),
        )
        .optional(),
    }),
    query: echo.describe("As it was understood, with the first and last second of its days."),
  }),
  example: {
    results: [{ dimensions: ["/pricing"], metrics: [12, 30] }],
    meta: warned("visitors", "sum_of_days", SUM_OF_DAYS, "warning"),
    query: {
      site_id: "example.com",
      metrics: ["visitors", "pageviews"],
      date_range: ["2026-11-16T00:00:00+02:00", "2026-11-22T23:59:59+02:00"],
      dimensions: ["event:page"],
      filters: [],
      order_by: [["visitors", "desc"]],
      include: {},
      pagination: { limit: 10_000, offset: 0 },
    },
  },
};

const minute = z.strictObject({ at: instant, visitors: z.int(), pageviews: z.int() });
const live = { visitors: z.int().describe("Of the last five minutes."), minutes: z.array(minute) };
const drop = z.strictObject({ reason: z.string(), text: z.string(), count: z.int() });
const refused = z.strictObject({
  refused: z.strictObject({
    code: z.enum(REFUSAL_CODES).nullable(),
    message: z.string().describe("Why it cannot be told, and what can be asked instead."),
  }),
});
const bucket = z
  .object({ date: z.string(), at: instant.optional(), partial: z.literal(true).optional() })
  .catchall(number);
const panel = z.strictObject({
  metrics: z.array(metric).describe("In the order in which they are best shown."),
  rows: z.array(
    z
      .object({
        value: z.string(),
        name: z.string().optional().describe("Of a region, whose value is a code."),
        parts: z.array(z.string()).optional().describe("Of a version: of what, and which."),
        folded: z.literal(true).optional().describe("It stands for several small values together."),
      })
      .catchall(value),
  ),
  more: z.boolean().describe("There are more rows than these."),
});

const DROP_EXAMPLE = { reason: "bot", text: "A crawler, monitor, preview fetcher or automated browser.", count: 9 };
const LIVE_EXAMPLE = { visitors: 3, minutes: [{ at: "2026-11-22T12:29:00.000Z", visitors: 3, pageviews: 4 }] };

export const SUMMARY: Answer = {
  alsoAs: CSV,
  schema: z.strictObject({
    site: z.string(),
    timezone: z.string(),
    viewer: z
      .strictObject({ owner: z.boolean(), manages: z.boolean() })
      .describe("Whether an owner asks, and may change the site's settings."),
    period: z.strictObject({ name: z.enum(VIEW_PERIODS), from: z.iso.date(), to: z.iso.date() }),
    compared_with: z
      .strictObject({ from: z.iso.date(), to: z.iso.date(), to_hour: z.int().optional() })
      .nullable()
      .describe("`to_hour`: the last hour of its last day that is compared with."),
    first_day: z.iso.date().nullable().describe("The first day with counts."),
    detail_from: z.iso
      .date()
      .nullable()
      .describe("The first day with counts of two dimensions together, if they answer."),
    metrics: z.partialRecord(
      metric,
      z.union([z.strictObject({ value: number, comparison_value: number, change: number }), refused]),
    ),
    interval: z.enum(INTERVALS),
    intervals: z.array(z.enum(INTERVALS)).describe("By which the period can be shown."),
    timeseries: z.union([z.array(bucket), refused]),
    compared_series: z
      .array(bucket.nullable())
      .nullable()
      .describe("Times compared with, each at the place of the one it is compared to."),
    dimensions: z.record(z.string(), z.union([panel, refused])),
    properties: z.array(z.string()).describe("Custom properties that events of the period have."),
    drops: z.array(drop),
    realtime: z.strictObject(live),
    notes: z.array(
      z.strictObject({
        code: z.enum([...CODES, "not_compared"]),
        message: z.string(),
        metrics: z.array(metric).optional(),
        dimension: z.string().optional(),
        days: z.array(z.iso.date()).optional(),
      }),
    ),
  }),
  example: {
    site: "example.com",
    timezone: "Europe/Riga",
    viewer: { owner: true, manages: false },
    period: { name: "day", from: "2026-11-22", to: "2026-11-22" },
    compared_with: { from: "2026-11-21", to: "2026-11-21", to_hour: 13 },
    first_day: "2026-03-01",
    detail_from: null,
    metrics: { visitors: { value: 48, comparison_value: 40, change: 20 } },
    interval: "hour",
    intervals: ["hour"],
    timeseries: [{ date: "2026-11-22 00:00:00", at: "2026-11-21T22:00:00.000Z", visitors: 2 }],
    compared_series: [{ date: "2026-11-21 00:00:00", at: "2026-11-20T22:00:00.000Z", visitors: 1 }],
    dimensions: {
      "visit:source": {
        metrics: ["visitors", "visits"],
        rows: [{ value: "Google", visitors: 20, visits: 22 }],
        more: false,
      },
      "visit:region": {
        refused: { code: "several_pages", message: "metrics: bounce_rate has no value for several pages together" },
      },
    },
    properties: ["plan"],
    drops: [DROP_EXAMPLE],
    realtime: LIVE_EXAMPLE,
    notes: [],
  },
};

export const LIVE: Answer = {
  schema: z.strictObject({
    ...live,
    today: z.strictObject({ visitors: z.int(), pageviews: z.int(), events: z.int(), drops: z.array(drop) }),
  }),
  example: { ...LIVE_EXAMPLE, today: { visitors: 48, pageviews: 120, events: 131, drops: [DROP_EXAMPLE] } },
};

export const OVERVIEW: Answer = {
  schema: z.strictObject({
    viewer: z.strictObject({ kind: z.enum(["admin", "key"]), manages: z.boolean(), all_sites: z.boolean() }),
    sites: z.array(
      z.strictObject({
        domain: z.string(),
        timezone: z.string(),
        public: z.boolean(),
        visitors: z.array(z.int()).nullable().describe("Of the last 30 days, today last."),
        visitors_today: z.int().nullable(),
        pageviews_today: z.int().nullable(),
        visitors_now: z.int().nullable().describe("Of the last five minutes."),
      }),
    ),
    meta: z.strictObject({ after: z.string().nullable(), limit: z.int() }),
  }),
  example: {
    viewer: { kind: "key", manages: false, all_sites: true },
    sites: [
      {
        domain: "example.com",
        timezone: "Europe/Riga",
        public: false,
        visitors: [...Array.from({ length: 28 }, () => 40), 51, 48],
        visitors_today: 48,
        pageviews_today: 120,
        visitors_now: 3,
      },
    ],
    meta: { after: null, limit: 24 },
  },
};

/** A file to be saved. */
export function csv(example: string): Answer {
  return { type: "text/csv", schema: z.string(), example };
}

export const ZIP: Answer = { type: "application/zip", schema: z.string() };

// Sites and what belongs to them

const site = z.strictObject({
  domain: z.string(),
  timezone: z.string(),
  timezone_effective_from: z.iso.date().optional().describe("While a new timezone waits for its first midnight."),
  allowed_hosts: z.array(z.string()),
  excluded_paths: z.array(z.string()),
  excluded_countries: z.array(z.string()),
  public: z.boolean(),
  badge: z.boolean(),
  min_visitors: z.int(),
  detail_days: z.int().describe("0: for ever."),
  retention_months: z.int().describe("0: for ever."),
  snippet: z.string().describe("What to paste into a page."),
  pinned_snippet: z.string().describe("The same with the script's hash."),
});
const SITE_EXAMPLE = {
  domain: "example.com",
  timezone: "Europe/Riga",
  allowed_hosts: [],
  excluded_paths: ["/admin/**"],
  excluded_countries: [],
  public: false,
  badge: false,
  min_visitors: 3,
  detail_days: 91,
  retention_months: 25,
  snippet: '<script defer data-domain="example.com" src="https://stats.example.net/script.js"></script>…',
  pinned_snippet: '<script defer data-domain="example.com" src="https://stats.example.net/script.….js" …></script>…',
};
const LAST_PAGE = { after: null, before: null, limit: 100 };

export const SITE: Answer = { schema: site, example: SITE_EXAMPLE };
export const SITES: Answer = {
  schema: z.strictObject({ sites: z.array(site), meta: listMeta }),
  example: { sites: [SITE_EXAMPLE], meta: LAST_PAGE },
};

const goal = z.strictObject({
  id: z.string(),
  domain: z.string(),
  goal_type: z.enum(["event", "page"]),
  display_name: z.string(),
  event_name: z.string().nullable(),
  page_path: z.string().nullable(),
  currency: z.string().nullable(),
});
const GOAL_EXAMPLE = {
  id: "1",
  domain: "example.com",
  goal_type: "event",
  display_name: "Purchase",
  event_name: "Purchase",
  page_path: null,
  currency: "EUR",
};
export const GOAL: Answer = { schema: goal, example: GOAL_EXAMPLE };
export const GOALS: Answer = {
  schema: z.strictObject({
    goals: z.array(goal),
    meta: z.strictObject({ after: z.int().nullable(), before: z.null(), limit: z.int() }),
  }),
  example: { goals: [GOAL_EXAMPLE], meta: LAST_PAGE },
};

const sharedLink = z.strictObject({ name: z.string(), url: z.string(), has_password: z.boolean() });
const SHARED_EXAMPLE = {
  name: "Client",
  url: "https://stats.example.net/share/example.com?auth=ffl_…",
  has_password: false,
};
export const SHARED_LINK: Answer = { schema: sharedLink, example: SHARED_EXAMPLE };
export const SHARED_LINKS: Answer = {
  schema: z.strictObject({ shared_links: z.array(sharedLink.extend({ created_at: instant })), meta: listMeta }),
  example: { shared_links: [{ ...SHARED_EXAMPLE, created_at: "2026-11-22T12:00:00.000Z" }], meta: LAST_PAGE },
};
export const UNLOCKED: Answer = {
  schema: z.strictObject({ token: z.string(), expires_at: instant }),
  example: { token: "ffu_…", expires_at: "2026-11-23T12:00:00.000Z" },
};

export const SESSION: Answer = {
  schema: z.strictObject({
    kind: z.enum(["admin", "key", "link"]),
    manages: z.boolean().describe("Whether sites may be changed."),
    site: z.string().nullable().describe("The one site that may be seen; null: all."),
  }),
  example: { kind: "key", manages: false, site: "example.com" },
};

export const PAGE: Answer = { type: "text/html", schema: z.string() };

const imported = z.strictObject({
  id: z.int(),
  source: z.string(),
  from: z.iso.date(),
  to: z.iso.date(),
  days: z.int(),
  visitors: z.int(),
  pageviews: z.int(),
  tables: z.array(z.string()),
  ignored: z.array(z.string()).optional().describe("Files of which nothing is kept."),
  skipped: z
    .strictObject({ from: z.iso.date(), to: z.iso.date(), days: z.int() })
    .nullable()
    .describe("Days that were counted here."),
  created_at: instant,
});
const IMPORT_EXAMPLE = {
  id: 1,
  source: "plausible",
  from: "2025-01-01",
  to: "2025-12-31",
  days: 365,
  visitors: 28_500,
  pageviews: 62_900,
  tables: ["visitors", "pages"],
  skipped: null,
  created_at: "2026-11-22T12:00:00.000Z",
};
export const IMPORT: Answer = {
  schema: imported.extend({ unchanged: z.literal(true).optional().describe("It was there already.") }),
  example: IMPORT_EXAMPLE,
};
export const IMPORTS: Answer = {
  schema: z.strictObject({
    imports: z.array(imported),
    pending: imported
      .pick({ source: true, from: true, to: true, days: true, created_at: true })
      .extend({ written_to: z.iso.date().nullable().describe("The last day that is written; null: none is yet.") })
      .nullable()
      .describe("The one that is being written now; null also while an upload is still read."),
  }),
  example: { imports: [IMPORT_EXAMPLE], pending: null },
};

export const LINK: Answer = {
  schema: z.strictObject({ url: z.string(), site_id: z.string(), name: z.string(), target: z.string() }),
  example: {
    url: "https://stats.example.net/r/…",
    site_id: "example.com",
    name: "May: sale",
    target: "https://example.com/sale?utm_medium=email",
  },
};

const key = z.strictObject({
  id: z.int(),
  name: z.string(),
  site_id: z.string().nullable(),
  scopes: z.array(z.enum(["stats", "sites"])),
});
const KEY_EXAMPLE = { id: 1, name: "reports", site_id: "example.com", scopes: ["stats"] };
export const KEY: Answer = {
  schema: key.extend({ key: z.string().describe("Shown this once.") }),
  example: { ...KEY_EXAMPLE, key: "ff_…" },
};
export const KEYS: Answer = {
  schema: z.strictObject({ keys: z.array(key.extend({ created_at: instant })), meta: listMeta }),
  example: { keys: [{ ...KEY_EXAMPLE, created_at: "2026-11-22T12:00:00.000Z" }], meta: LAST_PAGE },
};

// Of the whole Worker

const health = z.strictObject({ status: z.enum(["ok", "error"]), d1: z.string(), kv: z.string(), tally: z.string() });
export const HEALTHY: Answer = { schema: health, example: { status: "ok", d1: "ok", kv: "ok", tally: "ok" } };
export const UNHEALTHY: Answer = {
  when: "A part does not answer, or its tables are missing.",
  schema: health,
  example: { status: "error", d1: "does not answer", kv: "ok", tally: "ok" },
};

/** `{"error": …}` with what is wrong. */
export function error(when: string, example: string): Answer {
  return { when, schema: z.strictObject({ error: z.string() }), example: { error: example } };
}

export const ERRORS: Record<400 | 401 | 403 | 404 | 413 | 429 | 503, Answer> = {
  400: error(
    "What was sent breaks a rule: which field, and which rule.",
    "date: must be a date of the calendar, YYYY-MM-DD",
  ),
  401: error(
    "No key, a wrong one, or a site that it does not cover.",
    "Authorization: a valid key is required (Authorization: Bearer …)",
  ),
  403: error("The key may not do this.", 'This needs a key with the scope "sites".'),
  404: error("There is no such thing.", "domain: no site of this name is set up here"),
  413: error("The body is too long.", "body: must be at most 65536 bytes long"),
  429: error(
    "Too many requests in an hour; `Retry-After` says when there may be more.",
    "Too many requests: at most 600 an hour. Try again in 3595 s.",
  ),
  503: error("A part of the Worker is away; `Retry-After` says when to ask again.", "D1 does not answer. Try again."),
};
