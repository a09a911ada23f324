/** Websites with Footfall in them, and what the API says was counted for them. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import { expect, inject } from "vitest";

const { url: footfall, key } = inject("footfall");

/** Where pages find Footfall: on a host of its own, as in real life. */
export const FOOTFALL = `http://footfall.example:${new URL(footfall).port}`;

/** A page: its HTML, fixed or made at each request, or what to answer instead. */
export type Page =
  | string
  | ((site: Site) => string)
  | { status?: number; headers?: Record<string, string>; body?: string };

export interface Site {
  /** `shop.example` */
  domain: string;
  /** `http://shop.example:1234` */
  origin: string;
  /** The same server by the name of another site. */
  other: string;
  /** Paths of all requests that its server had, in order. */
  requests: { path: string; headers: IncomingMessage["headers"] }[];
  stop(): void;
}

let sites = 0;

/**
 * Makes a site in Footfall, and serves its pages (path → page; `*`: all others) on a host of its own. In pages, DOMAIN
 * stands for the site's domain, SNIPPET for the HTML that Footfall gave for it, OTHER for the origin of another site.
 */
export async function makeSite(pages: Record<string, Page>, settings: object = {}): Promise<Site> {
  const domain = `site${++sites}-${process.pid}.example`;
  const made = await api("POST", "/api/v1/sites", { domain, timezone: "Etc/UTC", ...settings });
  const snippet = (made as { snippet: string }).snippet.replaceAll(footfall, FOOTFALL);
  const requests: Site["requests"] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://site.invalid");
    requests.push({ path: request.url ?? "/", headers: request.headers });
    const page = pages[pathname] ?? pages["*"] ?? { status: 404, body: "" };
    const answer = typeof page === "function" ? page(site) : page;
    const { status = 200, headers = {}, body = "" } = typeof answer === "string" ? { body: answer } : answer;
    response.writeHead(status, { "Content-Type": "text/html; charset=utf-8", ...headers });
    response.end(body.replaceAll("DOMAIN", domain).replaceAll("SNIPPET", snippet).replaceAll("OTHER", other));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const other = `http://other.example:${portOf(server)}`;
  const origin = `http://${domain}:${portOf(server)}`;
  const site: Site = { domain, origin, other, requests, stop: () => stop(server) };
  return site;
}

function portOf(server: Server): number {
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("not listening");
  return address.port;
}

function stop(server: Server): void {
  server.closeAllConnections();
  server.close();
}

/** The tag as the README has it, for the site that serves the page. */
export function tag(attributes = "", script = "/script.js"): string {
  return `<script defer data-domain="DOMAIN" ${attributes} src="${FOOTFALL}${script}"></script>`;
}

export async function api(method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(footfall + path, {
    method,
    headers: { authorization: `Bearer ${key}` },
    ...(body && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

/** Everything the tests look at of what was counted today. */
export interface Counted {
  visitors: number;
  visits: number;
  /** Page views by path. */
  views: Record<string, number>;
  /** Custom events by name. */
  events: Record<string, number>;
}

export async function counted({ domain }: Site): Promise<Counted> {
  const site = `site_id=${domain}&period=day&limit=1000`;
  const [total, pages, events] = (await Promise.all([
    api("GET", `/api/v1/stats/aggregate?${site}&metrics=visitors,visits`),
    api("GET", `/api/v1/stats/breakdown?${site}&property=event:page&metrics=pageviews`),
    api("GET", `/api/v1/stats/breakdown?${site}&property=event:name&metrics=events`),
  ])) as [
    { results: Record<"visitors" | "visits", { value: number }> },
    { results: { page: string; pageviews: number }[] },
    { results: { name: string; events: number }[] },
  ];
  const views = pages.results.filter(({ pageviews }) => pageviews > 0).map((row) => [row.page, row.pageviews]);
  const named = events.results.filter(({ name }) => name !== "pageview").map((row) => [row.name, row.events]);
  return {
    visitors: total.results.visitors.value,
    visits: total.results.visits.value,
    views: Object.fromEntries(views),
    events: Object.fromEntries(named),
  };
}

/**
 * Waits until the counts are as expected, and fails with what they are instead; also where something more is counted
 * of what had been sent by then.
 */
export async function expectCounted(site: Site, expected: Partial<Counted>): Promise<void> {
  await expect.poll(() => counted(site), { timeout: 8_000, interval: 40 }).toMatchObject(expected);
  await settled();
  // `toMatchObject` lets further values of the records pass.
  const { views, events } = await counted(site);
  if (expected.views) expect(views).toEqual(expected.views);
  if (expected.events) expect(events).toEqual(expected.events);
}

/** A hit of its own comes back as counted: what was sent before it has come, too. */
async function settled(): Promise<void> {
  const headers = { "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0" };
  const body = JSON.stringify({ n: "pageview", d: "localhost", u: "http://localhost/" });
  const answer = await fetch(`${footfall}/api/event`, { method: "POST", headers, body });
  expect([answer.status, answer.headers.get("X-Footfall-Pending")]).toEqual([202, null]);
}

/** The values of a property of any event, with how often each occurred. */
export async function propsOf({ domain }: Site, property: string): Promise<Record<string, number>> {
  const query = `site_id=${domain}&period=day&property=event:props:${property}&metrics=events`;
  const { results } = (await api("GET", `/api/v1/stats/breakdown?${query}`)) as {
    results: ({ events: number } & Record<string, string>)[];
  };
  return Object.fromEntries(results.map((row) => [row[property], row.events]));
}
