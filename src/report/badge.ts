/**
 * `GET /badge/<domain>.svg|.json` and `/badge/<domain>/<path>.svg|.json`: a site's or a page's count, for any page to
 * show. Off until the site's owner turns it on. Shows no number of fewer visitors than he lets others see.
 *
 * Strangers ask, and of paths that they make up. So the pages of a site and period are asked for together, its 1,000 most
 * viewed, and a page that is not among them is told as one without counts: a path costs nothing. Site settings come from
 * KV; numbers from the isolate's memory for a minute, and before that from the cache of the edge for five: Cloudflare
 * promises its Cache API to Workers on domains of their own, and not on workers.dev. What is in neither is asked of D1
 * and the tallies as often as a site's badges may ask, which pay for what D1 reads; past that, and while D1 is away, the
 * isolate's last numbers serve on.
 */

import { z } from "zod";
import { MINUTE_MS } from "../calendar.ts";
import { systemClock } from "../collect/deps.ts";
import { SingleFlight } from "../collect/single-flight.ts";
import { json, refusal } from "../http.ts";
import { Known } from "../known.ts";
import { LIMITS } from "../limits.ts";
import { domainOf } from "../manage/domain.ts";
import { overRate } from "../meter/rate.ts";
import type { Context } from "../route.ts";
import type { Site } from "../site.ts";
import { siteForBeacon } from "../store/site-cache.ts";
import { from } from "../store/unavailable.ts";
import { badgeSvg } from "./badge-svg.ts";
import { ACCESS, type Access, answering, countsOf, localNow, parametersOf } from "./face.ts";
import { firstDayOf } from "./gather.ts";
import { rangeNamed } from "./period.ts";
import { queryOf } from "./query.ts";
import { run } from "./run.ts";

export const BADGE = z.object({
  period: z.enum(["all", "12mo", "month", "30d", "7d", "day"]).default("all"),
  metric: z.enum(["pageviews", "visitors"]).default("pageviews").describe("Which of the two the image shows."),
});
type Asked = z.infer<typeof BADGE>;

const METRICS = ["pageviews", "visitors"] as const;
const CACHED_SECONDS = 300;
const PAGES = 1_000;
/** Of a path, a page's numbers; of `SITE` the site's. Those of few visitors are left out. */
type Numbers = Record<string, { pageviews: number; visitors: number }>;
const SITE = "";

/** Any page may show it. */
const OPEN = { "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin" };
const CACHED = { ...OPEN, "Cache-Control": `public, max-age=${CACHED_SECONDS}` };

/** What a badge tells; null: of fewer visitors than `below`. */
interface Count {
  site: string;
  /** null: of the whole site. */
  path: string | null;
  period: Asked["period"];
  pageviews: number | null;
  visitors: number | null;
  below?: number;
}

/** 1,000 paths of 500 characters are half a megabyte: so many fit into an isolate. */
const remembered = new Known<Numbers>({ keptMs: MINUTE_MS, most: 40 });
const flights = new SingleFlight<Numbers>();

/** Of `/badge/:file`: the whole site. */
export function siteBadge(_request: Request, context: Context, access: Access = ACCESS): Promise<Response> {
  return badge(context.params.file ?? "", null, context, access);
}

/** Of `/badge/:domain/:path+`: a page by its path, which stands there without its first slash. */
export function pageBadge(_request: Request, context: Context, access: Access = ACCESS): Promise<Response> {
  const { domain = "", path = "" } = context.params;
  return badge(path, domain, context, access);
}

async function badge(file: string, pageOf: string | null, context: Context, access: Access): Promise<Response> {
  const answer = await answering(async () => {
    const [, name = "", form] = /^(.*)\.(svg|json)$/s.exec(file) ?? [];
    if (form === undefined) return refusal(404, "badge: must end in .svg or .json");
    const asked = parametersOf(context.url, BADGE);
    if (asked instanceof Response) return asked;
    const path = pageOf === null ? null : `/${name}`;
    if (path !== null && path.length > LIMITS.pathChars) return refusal(404, "path: no page has one as long");
    const site = await siteOf(context, pageOf ?? name);
    if (site instanceof Response) return site;

    const numbers = await numbersOf(site, path === null ? "site" : "pages", asked, context, access);
    if (numbers instanceof Response) return numbers;
    const count = countIn(numbers, site, path, asked);
    return form === "json" ? json(count, 200, CACHED) : image(count, asked);
  });
  for (const [header, value] of Object.entries(OPEN)) answer.headers.set(header, value);
  return answer;
}

async function siteOf({ env, now }: Context, domain: string): Promise<Site | Response> {
  const name = domainOf(domain);
  const site = name === null ? null : await from("KV", () => siteForBeacon(env.KV, name, now));
  if (!site) return refusal(404, "site: no site of this name is set up here");
  return site.badge ? site : refusal(403, "site: its owner shows no badge");
}

/** What is remembered, else cached, else asked for now; or the 429 to answer. */
async function numbersOf(
  site: Site,
  of: "site" | "pages",
  asked: Asked,
  context: Context,
  access: Access,
): Promise<Numbers | Response> {
  const { env, ctx, now } = context;
  const key = cacheKey(context, site, of, asked);
  let refused: Response | null = null;
  const ask = async (): Promise<Numbers> => {
    const cached = await caches.default.match(key);
    if (cached) return cached.json<Numbers>();
    refused = await overRate(env, { kind: "badge", id: site.id }, now);
    if (refused) throw new Error("over the limit");
    const numbers = await counted(site, of, asked, context, access);
    ctx.waitUntil(caches.default.put(key, json(numbers, 200, CACHED)));
    return numbers;
  };
  const platform = { clock: systemClock, waitUntil: (work: Promise<unknown>) => ctx.waitUntil(work) };
  try {
    const known = await remembered.find(key, now, () => flights.run(key, platform, ask), {
      keepNone: false,
      staleOnError: true,
    });
    return known ?? {};
  } catch (error) {
    if (refused) return refused;
    throw error;
  }
}

/** One entry for all pages and both forms; none from before the owner changed what others may see. */
function cacheKey({ url }: Context, { id, minVisitors }: Site, of: string, { period }: Asked): string {
  const key = new URL("/badge", url);
  key.search = new URLSearchParams({ id: `${id}`, least: `${minVisitors}`, period, of }).toString();
  return key.href;
}

async function counted(
  site: Site,
  of: "site" | "pages",
  { period }: Asked,
  context: Context,
  access: Access,
): Promise<Numbers> {
  // Few visitors are told from nobody below: a question about few would be refused.
  const counts = { ...countsOf(site, context, access), minVisitors: 0 };
  const now = localNow(site, context.now);
  const range = rangeNamed(period, now, period === "all" ? await firstDayOf(counts) : now.today);
  const pages = {
    dimensions: ["event:page"],
    order: [{ by: "pageviews", direction: "desc" as const }],
    page: { offset: 0, count: PAGES },
  };
  const { answers } = await run([queryOf({ metrics: METRICS, range, ...(of === "pages" && pages) })], counts);
  const numbers: Numbers = {};
  for (const { dimensions, metrics } of answers[0]?.rows ?? []) {
    const { pageviews = 0, visitors = 0 } = metrics;
    if (Number(visitors) < site.minVisitors) continue;
    numbers[dimensions[0] ?? SITE] = { pageviews: Number(pageviews), visitors: Number(visitors) };
  }
  return numbers;
}

function countIn(numbers: Numbers, site: Site, path: string | null, { period }: Asked): Count {
  const { pageviews, visitors } = numbers[path ?? SITE] ?? { pageviews: 0, visitors: 0 };
  const isFew = visitors < site.minVisitors;
  return {
    site: site.domain,
    path,
    period,
    pageviews: isFew ? null : pageviews,
    visitors: isFew ? null : visitors,
    ...(isFew && { below: site.minVisitors }),
  };
}

function image(count: Count, { metric }: Asked): Response {
  const few = `< ${count.below}`;
  const shown = {
    pageviews: {
      label: "page views",
      text: count.pageviews === null ? `${few} visitors` : inThousands(count.pageviews),
    },
    visitors: { label: "visitors", text: count.visitors === null ? few : inThousands(count.visitors) },
  }[metric];
  return new Response(badgeSvg(shown.label, shown.text), {
    headers: { ...CACHED, "Content-Type": "image/svg+xml", "Content-Security-Policy": "default-src 'none'; sandbox" },
  });
}

/** `12 345`, with thin spaces. */
function inThousands(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, "\u2009");
}
