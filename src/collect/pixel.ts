/** `GET /pixel.gif`: pages without JavaScript, feeds, HTML e-mail. */

import { LIMITS } from "../limits.ts";
import { type Beacon, Faults, type Parsed } from "./beacon.ts";
import { domainsOf, pageOf, referrerOf } from "./event.ts";
import { type PageUrl, parsePageUrl } from "./page-url.ts";
import { clean, cut, textFault } from "./text.ts";

/** The event that an opened mail is counted as. */
const OPEN = "open";

/**
 * Reads the query of a pixel. `d` site, `u` URL or `p` path of the page (without either: the `Referer`), `r` referrer,
 * `n` event name, and `utm_*`, which go before those of the page's URL.
 *
 * An opened mail (`n=open`, or whatever a mail service's image proxy fetches) is an event `open` that is not
 * interactive, never a page view or a visit: the service fetches for readers whom it hides, from its own addresses.
 * @param search the request's query, with its `?`
 * @param referer the `Referer` header; of a mail it names the web mail, so that it is not asked then
 */
export function parsePixel(search: string, userAgent: string, referer: string | null): Parsed {
  const query = new URLSearchParams(search);
  const faults = new Faults();
  // `URLSearchParams` puts U+FFFD where bytes are no UTF-8.
  const isReplaced = [...query.values()].some((value) => value.includes("\ufffd"));
  if (isReplaced && !/%EF%BF%BD/i.test(search)) faults.add("request", "must be valid UTF-8");
  const said = query.get("n");
  const proxy = isMailProxy(userAgent);
  // Apple's proxies say "Mozilla/5.0" and no more, as many a crawler does: theirs is what was marked as a mail.
  const byMailProxy = proxy || (said === OPEN && userAgent === "Mozilla/5.0");
  const name = byMailProxy ? OPEN : nameOf(said, faults);
  const page = pageOfQuery(query, name === OPEN ? null : referer, faults);
  const domains = domainsOf(query.get("d"), page, faults);
  const referrer = referrerOf(query.get("r"), faults);
  if (faults.any || !page) return { errors: faults.errors };
  const beacon: Beacon = {
    domains,
    kind: name === "pageview" ? "pageview" : "event",
    name,
    page: { ...page, query: withCampaign(page.query, query) },
    hashMode: false,
    referrer,
    props: [],
    interactive: name !== OPEN,
    viewportWidth: 0,
    byMailProxy,
    ...(name === OPEN && { visitless: true }),
  };
  return { beacon };
}

/** The image proxies of Gmail and Yahoo Mail, which say so. */
function isMailProxy(userAgent: string): boolean {
  return userAgent.includes("GoogleImageProxy") || userAgent.includes("YahooMailProxy");
}

function nameOf(said: string | null, faults: Faults): string {
  const name = clean(said ?? "") || "pageview";
  const fault = textFault(said ?? "");
  if (fault) faults.add("name", fault);
  else if (name === "engagement") faults.add("name", "must not be engagement: an image cannot tell of one");
  else if (name.length > LIMITS.eventNameChars)
    faults.add("name", `must be at most ${LIMITS.eventNameChars} characters`);
  return name;
}

function pageOfQuery(query: URLSearchParams, referer: string | null, faults: Faults): PageUrl | null {
  const url = query.get("u");
  if (url) return pageOf(url, faults);
  const path = query.get("p");
  if (path) return pageOf(path.startsWith("/") ? path.replace(/^\/+/, "/") : `/${path}`, faults);
  // A header that is no URL is as good as none.
  const page = referer ? parsePageUrl(cut(referer, LIMITS.urlBytes)) : null;
  return page ?? { host: null, path: "/", query: "", fragment: "" };
}

/** The page's query with the pixel's own `utm_*` in it. */
function withCampaign(pageQuery: string, query: URLSearchParams): string {
  let merged: URLSearchParams | undefined;
  for (const [key, value] of query) {
    if (!key.startsWith("utm_") || value === "") continue;
    merged ??= new URLSearchParams(pageQuery);
    merged.set(key, value);
  }
  return merged ? `?${merged}` : pageQuery;
}
