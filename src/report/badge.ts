/**
 * `GET /badge/<domain>.svg|.json` and `/badge/<domain>/<path>.svg|.json`: a site's or a page's count, for any page to
 * show. Off until the site's owner turns it on. Shows no number of fewer visitors than he lets others see.
 *
 * Site settings come from KV, numbers from the cache of the edge for five minutes, and before that from the isolate's for
 * one: Cloudflare promises its Cache API to Workers on domains of their own, and not on workers.dev. So a badge that is
 * looked at often asks D1 and the tallies seldom, and it may do so as often as a key may.
 */

import { z } from "zod";
import { MINUTE_MS } from "../calendar.ts";
import { json, refusal } from "../http.ts";
import { Known } from "../known.ts";
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

const remembered = new Known<Count>({ keptMs: MINUTE_MS, most: 1_000 });

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
    const site = await siteOf(context, pageOf ?? name);
    if (site instanceof Response) return site;

    const path = pageOf === null ? null : `/${name}`;
    const key = cacheKey(context, site, path, asked);
    let refused: Response | null = null;
    const ask = async (): Promise<Count | null> => {
      const cached = await caches.default.match(key);
      if (cached) return cached.json<Count>();
      refused = await overRate(context.env, { kind: "badge", id: site.id }, context.now);
      if (refused) return null;
      const count = await counted(site, path, asked, context, access);
      context.ctx.waitUntil(caches.default.put(key, json(count, 200, CACHED)));
      return count;
    };
    const count = await remembered.find(key, context.now, ask, { keepNone: false });
    if (!count) return refused ?? refusal(500, "Something went wrong here.");
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

/** One entry for both forms, however the request was written; none from before the owner changed what others may see. */
function cacheKey({ url }: Context, { id, minVisitors }: Site, path: string | null, { period }: Asked): string {
  const key = new URL("/badge", url);
  key.search = new URLSearchParams({
    id: `${id}`,
    least: `${minVisitors}`,
    period,
    ...(path !== null && { path }),
  }).toString();
  return key.href;
}

async function counted(
  site: Site,
  path: string | null,
  { period }: Asked,
  context: Context,
  access: Access,
): Promise<Count> {
  // Few visitors are told from nobody below: a question about few would be refused.
  const counts = { ...countsOf(site, context, access), minVisitors: 0 };
  const now = localNow(site, context.now);
  const range = rangeNamed(period, now, period === "all" ? await firstDayOf(counts) : now.today);
  const filter = path === null ? null : { dimension: "event:page", anyOf: [[path]] };
  const { answers } = await run([queryOf({ metrics: METRICS, range, filter })], counts);
  const { pageviews = 0, visitors = 0 } = answers[0]?.rows[0]?.metrics ?? {};
  const isFew = Number(visitors) < site.minVisitors;
  return {
    site: site.domain,
    path,
    period,
    pageviews: isFew ? null : Number(pageviews),
    visitors: isFew ? null : Number(visitors),
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
