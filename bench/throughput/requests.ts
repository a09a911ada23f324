import { Audience, hitsOf, type Step } from "../traffic/audience.ts";
import { seeded } from "../traffic/random.ts";

/** A request as it goes over the wire. `renew` gives its visitor another address, with which he is another one. */
export interface PreparedRequest {
  bytes: Buffer;
  renew(pass: number): void;
}

/** Hits a second of the traffic the requests are taken from: visits overlap as they do on such a site. */
const HITS_PER_SECOND = 20;

/**
 * Beacons of an audience's first hits, as the trackers send them, spread over sites by visitor. All
 * have the same length of address, so that sending a list again and again, renewed, is new visitors each time.
 */
export function prepareRequests(
  count: number,
  { domains, path, seed }: { domains: readonly string[]; path: string; seed: number },
): PreparedRequest[] {
  const random = seeded(seed);
  const audience = new Audience(random, "site.example");
  const forever = { from: 0, until: Number.POSITIVE_INFINITY, hitsPerSecond: HITS_PER_SECOND };
  const requests: PreparedRequest[] = [];
  for (const step of hitsOf(audience, random, forever)) {
    requests.push(prepare(step, path, domains[step.visitor.number % domains.length] ?? ""));
    if (requests.length >= count) break;
  }
  return requests;
}

function prepare(step: Step, path: string, domain: string): PreparedRequest {
  const { visitor } = step;
  const { userAgent, brands, mobile, platform } = visitor.browser;
  const body = JSON.stringify({
    n: step.event?.name ?? "pageview",
    v: 36,
    u: `https://${domain}${step.path}${step.query}`,
    d: domain,
    r: step.referrer.replace("site.example", domain) || null,
    w: visitor.viewportWidth,
    ...(step.event && { p: Object.fromEntries(step.event.props) }),
  });
  // Four numbers of three digits: the first one is the pass's, the others the visitor's.
  const rest = [1e4, 1e2, 1].map((unit) => 100 + (Math.floor(visitor.number / unit) % 100)).join(".");
  const cf = JSON.stringify({ country: visitor.country, regionCode: visitor.regionCode });
  const { language } = visitor;
  const head = [
    `POST ${path} HTTP/1.1`,
    "Host: 127.0.0.1",
    `CF-Connecting-IP: 100.${rest}`,
    // Miniflare makes request.cf of it.
    `MF-CF-Blob: ${cf}`,
    `User-Agent: ${userAgent}`,
    `Accept-Language: ${language === "en" ? "en" : `${language},en;q=0.8`}`,
    "Accept: */*",
    "Accept-Encoding: gzip, deflate, br",
    "Content-Type: text/plain;charset=UTF-8",
    `Origin: https://${domain}`,
    `Referer: https://${domain}/`,
    ...(brands && [`Sec-CH-UA: ${brands}`, `Sec-CH-UA-Mobile: ${mobile}`, `Sec-CH-UA-Platform: ${platform}`]),
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  const bytes = Buffer.from(`${head.join("\r\n")}\r\n\r\n${body}`);
  const at = bytes.indexOf(`100.${rest}`);
  return { bytes, renew: (pass) => void bytes.write(String(100 + (pass % 100)), at, "latin1") };
}
