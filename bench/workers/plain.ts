/**
 * What one would write first: parse the beacon, and add 1 to the count of each dimension's value in D1, as many
 * dimensions as Footfall counts singly. No visitors, no visits, no pairs, no screening, the simplest reading of
 * referrer and User-Agent. One batch of one upsert for each value, as D1's documentation shows it; with `?joined` in
 * the address, one upsert of all values.
 */

import { DIMENSIONS } from "../../src/dimensions.ts";

interface Env {
  DB: D1Database;
}

interface Beacon {
  n: string;
  u: string;
  d: string;
  r: string | null;
  w?: number;
}

const NAMES = DIMENSIONS.filter(({ kind }) => kind !== "tally").map(({ name }) => name);

const UPSERT = `
INSERT INTO plain (site, day, dimension, value, n) VALUES (?1, ?2, ?3, ?4, 1)
ON CONFLICT DO UPDATE SET n = n + 1`;

const UPSERT_JOINED = `
INSERT INTO plain (site, day, dimension, value, n)
SELECT ?1, ?2, key, value, 1 FROM json_each(?3) WHERE true
ON CONFLICT DO UPDATE SET n = n + 1`;

export default {
  async fetch(request, env) {
    const beacon = (await request.json()) as Beacon;
    const { searchParams, pathname, hostname } = new URL(beacon.u);
    const referrer = beacon.r ? new URL(beacon.r).hostname : "";
    const agent = request.headers.get("User-Agent") ?? "";
    const { country = "", regionCode = "" } = (request.cf ?? {}) as { country?: string; regionCode?: string };
    const at = new Date().toISOString();
    const utm = (name: string) => searchParams.get(`utm_${name}`) ?? "";
    const browser = /(Edg|OPR|SamsungBrowser|Firefox|Chrome|Version)\/(\d+)/.exec(agent) ?? [];
    const os = /\((?:[^;)]*; )?([A-Za-z ]+)[ ]?([\d._]*)/.exec(agent) ?? [];
    const found: Record<string, string> = {
      site: "",
      hour: at.slice(11, 13),
      page: hostname + pathname,
      entry_page: hostname + pathname,
      exit_page: hostname + pathname,
      acquisition: [referrer, ...["source", "medium", "campaign", "content", "term"].map(utm)].join("\t"),
      source: utm("source") || referrer,
      channel: utm("medium"),
      referrer: beacon.r ?? "",
      utm_source: utm("source"),
      utm_medium: utm("medium"),
      utm_campaign: utm("campaign"),
      utm_content: utm("content"),
      utm_term: utm("term"),
      location: `${country}\t${regionCode}`,
      country,
      browser_version: `${browser[1]}\t${browser[2]}`,
      browser: browser[1] ?? "",
      os_version: `${os[1]}\t${os[2]}`,
      os: os[1] ?? "",
      device: agent.includes("Mobile") ? "Mobile" : "Desktop",
      screen: String(beacon.w ?? ""),
      language: (request.headers.get("Accept-Language") ?? "").slice(0, 2),
      event: beacon.n,
    };
    const day = at.slice(0, 10);
    if (request.url.endsWith("?joined")) {
      const values = Object.fromEntries(NAMES.map((name) => [name, found[name] ?? ""]));
      await env.DB.prepare(UPSERT_JOINED).bind(beacon.d, day, JSON.stringify(values)).run();
    } else {
      const upsert = env.DB.prepare(UPSERT);
      await env.DB.batch(NAMES.map((name) => upsert.bind(beacon.d, day, name, found[name] ?? "")));
    }
    return new Response("ok", { status: 202 });
  },
} satisfies ExportedHandler<Env>;
