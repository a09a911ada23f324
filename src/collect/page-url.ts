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

/** By these a visitor objects, and takes it back: they are no page. */
const OPT_OUT = /^#footfall-(off|on)$/;

/**
 * The path as counted: percent-decoded, trailing slash kept, `/` if empty. In hash mode the fragment is part of it,
 * without what follows a `?` within: that is a query like any other.
 */
export function pagePath(page: PageUrl, hashMode: boolean): string {
  const isPart = hashMode && page.fragment.length > 1 && !OPT_OUT.test(page.fragment);
  const fragment = isPart ? (page.fragment.split("?", 1)[0] ?? "") : "";
  return clean(percentDecoded(page.path) + percentDecoded(fragment), LIMITS.pathChars) || "/";
}
