/**
 * The pages of the dashboard: `GET /`, `/:domain`, `/:domain/settings`, `/share/:domain`. All are one shell, which the
 * build made and whose script asks the API for what it shows. So a page tells nobody whether there is a site of its
 * name, but for who may frame it.
 */

import { linkLeadsTo } from "./auth.ts";
import { refusal, retryLater } from "./http.ts";
import { domainOf } from "./manage/domain.ts";
import type { Context } from "./route.ts";
import type { Site } from "./site.ts";
import { siteForBeacon } from "./store/site-cache.ts";

/** Its own scripts, styles, pictures and API, and nothing from elsewhere or within the page. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors ";

/** Names that are files elsewhere, and no domain's end: whoever asks for one means no site. */
const FILE = /\.(css|gif|html?|ico|jpe?g|js|json|php|png|svg|txt|xml)$/;

const HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
  "Cache-Control": "no-cache",
};

/** The shell, or 304 to whom has it; in no other page. 404 for what can be no site's name. */
export function page(request: Request, context: Context): Promise<Response> {
  return answered(request, context, []);
}

/**
 * As `page`. With `?embed` the pages of the site's hosts may frame it, if everyone may see the site or the address holds
 * a link of it (`?auth=`).
 */
export async function sitePage(request: Request, context: Context): Promise<Response> {
  const { searchParams } = context.url;
  if (!searchParams.has("embed")) return page(request, context);
  const framers = await framersOf(domainOf(context.params.domain ?? ""), searchParams.get("auth"), context);
  // A browser keeps the old `X-Frame-Options` with what it is told to go on using: what may be framed is sent anew.
  const response = await answered(new Request(request.url), context, framers);
  response.headers.delete("ETag");
  return response;
}

/** @param framers whose pages may frame this one, as sources of a policy */
async function answered(request: Request, { env, params, url }: Context, framers: string[]): Promise<Response> {
  const name = params.domain === undefined ? "" : domainOf(params.domain);
  if (name === null || FILE.test(name)) return refusal(404, "There is nothing at this address.");
  const known = request.headers.get("If-None-Match");
  const asked = new Request(
    new URL("/dashboard.html", url),
    known === null ? {} : { headers: { "If-None-Match": known } },
  );
  const file = await env.ASSETS?.fetch(asked);
  if (file?.status !== 200 && file?.status !== 304)
    return retryLater("The dashboard's files are not there: npm run build");

  const headers = new Headers(HEADERS);
  headers.set("Content-Security-Policy", POLICY + (framers.length > 0 ? ["'self'", ...framers].join(" ") : "'none'"));
  if (framers.length === 0) headers.set("X-Frame-Options", "DENY");
  const tag = file.headers.get("ETag");
  if (tag !== null) headers.set("ETag", tag);
  return new Response(file.body, { status: file.status, headers });
}

/** Whose pages may frame a site's; none where there is no such site or it is not to be seen. */
async function framersOf(domain: string | null, auth: string | null, { env, now }: Context): Promise<string[]> {
  const site = domain === null ? null : await siteForBeacon(env.KV, domain, now).catch(() => null);
  if (!site) return [];
  const isOpen = site.isPublic || (auth !== null && (await linkLeadsTo(site.id, auth, env, now)));
  return isOpen ? sourcesOf(site) : [];
}

/** The hosts whose pages count for the site, by https; those of a developer's machine by http and at any port, too. */
export function sourcesOf({ domain, allowedHosts }: Pick<Site, "domain" | "allowedHosts">): string[] {
  const hosts = allowedHosts.length > 0 ? allowedHosts : [domain, `*.${domain}`];
  const all = hosts.flatMap((host) => (/^(\*|www)\.|^[\d.]+$|^localhost$/.test(host) ? [host] : [host, `www.${host}`]));
  if (domain === "localhost") all.push("127.0.0.1");
  return [...new Set(all)].flatMap((host) =>
    /(^|\.)localhost$|^127\.0\.0\.1$/.test(host) ? [`https://${host}:*`, `http://${host}:*`] : [`https://${host}`],
  );
}
