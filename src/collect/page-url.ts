import { LIMITS } from "../limits.ts";
import { clean, percentDecoded } from "./text.ts";

/** The page a beacon tells of, in the parts that are used. */
export interface PageUrl {
  /** Lower case, without port; null where only a path was sent: then the site's own domain. */
  host: string | null;
  /** Percent-encoded, as sent. */
  path: string;
  /** With its `?`, or empty. */
  query: string;
  /** With its `#`, or empty. */
  fragment: string;
}

/** Splits an absolute URL of any scheme but `data:`, or a path (`/a?b`); null where the text is neither. */
export function parsePageUrl(text: string): PageUrl | null {
  const pathOnly = text.startsWith("/") && !text.startsWith("//");
  const url = URL.parse(text, text.startsWith("/") ? "https://path.invalid" : undefined);
  if (!url || url.protocol === "data:") return null;
  return {
    host: pathOnly ? null : bareHost(url.hostname),
    path: url.pathname,
    query: url.search,
    fragment: url.hash,
  };
}

/** A URL's host name in lower case (other schemes than http keep their case), without a dot at the end. */
export function bareHost(hostname: string): string {
  const host = hostname.toLowerCase();
  return host.endsWith(".") ? host.slice(0, -1) : host;
}

/** Without a leading `www.`. */
export function withoutWww(host: string): string {
  return host.startsWith("www.") ? host.slice(4) : host;
}

/** No page of their own: the start of an app's routes; what a visitor objects by, and takes it back. */
const NO_ROUTE = /^#(\/|footfall-(off|on))?$/;

/**
 * The path as counted: percent-decoded, trailing slash kept, `/` if empty. In hash mode the fragment is part of it,
 * without what follows a `?` within: that is a query like any other.
 */
export function pagePath(page: PageUrl, hashMode: boolean): string {
  const fragment = hashMode ? (page.fragment.split("?", 1)[0] ?? "") : "";
  const route = NO_ROUTE.test(fragment) ? "" : percentDecoded(fragment);
  return clean(percentDecoded(page.path) + route, LIMITS.pathChars) || "/";
}
