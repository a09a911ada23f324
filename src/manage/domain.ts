/** Names of sites and hosts, written one way. Pure. */

/** Longest host name DNS can carry. */
const HOST_CHARS = 253;

/**
 * A host as browsers write it: lower case, international names in punycode, no dot at the end. Null where the text
 * is no host name: addresses with scheme, port, path or user name, IPv6, empty or overlong labels.
 */
export function hostOf(text: string): string | null {
  const host = text.trim().replace(/\.$/, "");
  // Whatever `URL` would read as more than a host, or quietly take away.
  if (host === "" || host.length > HOST_CHARS || /[\s/\\?#@:%[\]\p{Cc}]/u.test(host)) return null;
  const url = URL.parse(`http://${host}/`);
  if (!url || url.hostname.length > HOST_CHARS) return null;
  const { hostname } = url;
  if (!hostname.split(".").every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label))) return null;
  // `URL` reads "1" and "0x7f.1" as IPv4 addresses: only one that is written as such is meant.
  if (/^[\d.]+$/.test(hostname) && hostname !== host) return null;
  return hostname;
}

/** What a domain must be, for the error that says it is not. */
export const DOMAIN_RULE =
  'must be a domain such as "example.com" or "localhost", without scheme, port and path, at most 253 characters long';

/**
 * The name of a site: its host without a leading `www.`, which beacons drop as well. Null where the text is none.
 * @example domainOf(" WWW.Bücher.example ") // "xn--bcher-kva.example"
 */
export function domainOf(text: string): string | null {
  const domain = hostOf(text)?.replace(/^www\./, "");
  return domain && (domain === "localhost" || domain.includes(".")) ? domain : null;
}
