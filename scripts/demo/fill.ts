/** Fills a site with a believable year, by what a site can be filled with: the importer and the collector. */

import { dateIn } from "../../src/calendar.ts";
import type { Goal } from "../../src/goals.ts";
import { DETAIL_DAYS, RETENTION_MONTHS } from "../../src/retention.ts";
import { MIN_VISITORS, type Site } from "../../src/site.ts";
import { StartError } from "../local/options.ts";
import { newSender, send, type Target } from "./beacons.ts";
import { chanceOf, dayOf } from "./days.ts";
import { DEMO_DOMAIN } from "./options.ts";
import { Visits } from "./visits.ts";
import { makeYear, type Totals } from "./year.ts";

export interface DemoPlan {
  /** Where Footfall answers, without a slash at its end. */
  url: string;
  /** The admin key. */
  key: string;
  /** Default: `demo.example`. Made, unless it is there without any counts. */
  domain?: string;
  /** Equal numbers make equal years before equal days. Default: 1. */
  seed?: number;
  /** How far back the days go, 1–24. Default: 12. */
  months?: number;
  /** The site's day now, which the imported days end before, `2026-11-22`. Default: by this machine's clock. */
  today?: string;
  /** Default: this machine's. */
  timezone?: string;
  /** Days before today that can be drilled into. Default: as many as such details are kept. */
  detailDays?: number;
  /** Imported visits, as a share of as many as usual. Default: 1. */
  share?: number;
  /** Visits that are sent as of now. Default: 70. */
  visitsNow?: number;
  /** Is told what is going on. */
  say?: (text: string) => void;
}

export interface Filled {
  target: Target;
  /** First and last of the imported days. */
  from: string;
  to: string;
  days: number;
  /** What they hold, as made here; the import said the same. */
  imported: Totals;
  /** Of now: beacons that were sent, and how many of them were counted. */
  beacons: { sent: number; counted: number };
  zipBytes: number;
  /** What it took, in ms. */
  took: { making: number; importing: number; sending: number };
}

type WantedGoal = Pick<Goal, "type" | "name" | "currency">;

const GOALS: readonly WantedGoal[] = [
  { type: "event", name: "Signup", currency: null },
  { type: "event", name: "Purchase", currency: "EUR" },
  { type: "event", name: "Download", currency: null },
  { type: "page", name: "/pricing", currency: null },
  { type: "page", name: "/docs/**", currency: null },
];

/** Beacons that are under way at once. */
const AT_ONCE = 40;

/**
 * Makes the demo's site, with its goals, imports its days, and sends visitors of today.
 * @throws StartError where the site has counts already, or Footfall refuses
 */
export async function fillDemo(plan: DemoPlan): Promise<Filled> {
  const { url, key, domain = DEMO_DOMAIN, seed = 1, months = 12, detailDays = DETAIL_DAYS, visitsNow = 70 } = plan;
  const { say = () => undefined, timezone = Intl.DateTimeFormat().resolvedOptions().timeZone } = plan;
  const target: Target = { url, key, domain };
  const call = caller(target);

  const zone = await siteZone(call, target, timezone);
  for (const goal of GOALS) await call("PUT", "/api/v1/sites/goals", goalBody(domain, goal));
  const today = plan.today ?? dateIn(zone, Date.now());

  say(`Counting ${months} months of visitors of ${domain} …`);
  const began = performance.now();
  const { zip, from, to, days, ...imported } = await makeYear({
    site: siteOf(domain, zone),
    today,
    months,
    seed,
    detailDays,
    share: plan.share,
  });
  const made = performance.now();
  say(`Importing ${days} days …`);
  const answer = (await call("POST", `/api/v1/sites/${domain}/import`, zip)) as Totals & { days: number };
  if (answer.days !== days || answer.pageviews !== imported.pageviews) {
    throw new Error(`${days} days with ${imported.pageviews} page views were sent, ${JSON.stringify(answer)} imported`);
  }
  const done = performance.now();
  say("Sending visitors of now …");
  const beacons = await sendNow(target, today, seed, visitsNow);
  return {
    target,
    from,
    to,
    days,
    imported,
    beacons,
    zipBytes: zip.length,
    took: { making: made - began, importing: done - made, sending: performance.now() - done },
  };
}

/** The timezone of the site, which is made where there is none. */
async function siteZone(call: Call, { url, domain }: Target, timezone: string): Promise<string> {
  const found = (await call("GET", `/api/v1/sites/${domain}`, undefined, 404)) as { timezone: string } | null;
  if (!found) {
    await call("POST", "/api/v1/sites", { domain, timezone });
    return timezone;
  }
  const { results } = (await call("POST", "/api/v2/query", {
    site_id: domain,
    metrics: ["pageviews"],
    date_range: "all",
  })) as { results: { metrics: number[] }[] };
  if (results.some(({ metrics }) => metrics.some((count) => count > 0))) {
    throw new StartError(
      `The site ${domain} has counts already, and stays as it is. Look at it: ${url}/${domain}
Or fill another:  npm run demo -- --domain another.example
Or delete it:     curl -X DELETE -H "Authorization: Bearer $KEY" ${url}/api/v1/sites/${domain}`,
    );
  }
  return found.timezone;
}

function goalBody(domain: string, { type, name, currency }: WantedGoal): object {
  const goal = type === "event" ? { event_name: name, ...(currency && { currency }) } : { page_path: name };
  return { site_id: domain, goal_type: type, ...goal };
}

/** The site as the collector would know it. */
export function siteOf(domain: string, timezone: string): Site {
  return {
    id: 1,
    domain,
    zones: [{ timezone, fromDay: "1970-01-01", fromAt: 0 }],
    allowedHosts: [],
    shardRules: [{ shards: 1, fromAt: 0 }],
    excludedPaths: [],
    excludedCountries: [],
    linkKey: null,
    goals: GOALS.map((goal, index) => ({ ...goal, id: index + 1, createdAt: 0 })),
    isPublic: false,
    badge: false,
    minVisitors: MIN_VISITORS,
    detailDays: DETAIL_DAYS,
    retentionMonths: RETENTION_MONTHS,
  };
}

/** Sends the steps of many visits, each visit's in order, all of them now. */
async function sendNow(target: Target, today: string, seed: number, count: number): Promise<Filled["beacons"]> {
  const random = chanceOf(seed, today);
  const visits = new Visits(target.domain, dayOf(today, today));
  const waiting = Array.from({ length: count }, () => ({
    sender: newSender(target, visits, random),
    steps: visits.steps(random),
  }));
  const beacons = { sent: 0, counted: 0 };
  const work = async () => {
    for (let visit = waiting.pop(); visit; visit = waiting.pop()) {
      for (const step of visit.steps) {
        const isCounted: boolean = await send(visit.sender, step);
        beacons.sent++;
        if (isCounted) beacons.counted++;
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return beacons;
}

type Call = (method: string, path: string, body?: object | Uint8Array, mayBe?: number) => Promise<unknown>;

/** Calls Footfall's API. An answer of status `mayBe` is null. */
function caller({ url, key }: Target): Call {
  return async (method, path, body, mayBe) => {
    let response: Response;
    try {
      response = await fetch(url + path, {
        method,
        headers: { Authorization: `Bearer ${key}` },
        ...(body && { body: body instanceof Uint8Array ? new Uint8Array(body) : JSON.stringify(body) }),
      });
    } catch (error) {
      const { cause } = error as { cause?: Error };
      throw new StartError(`Footfall does not answer at ${url}: ${cause?.message ?? (error as Error).message}`);
    }
    if (response.status === mayBe) return null;
    if (response.status === 401)
      throw new StartError(`Footfall at ${url} does not know this key: give its admin key by --key.`);
    if (!response.ok) throw new StartError(`${method} ${url}${path}: ${response.status} ${await response.text()}`);
    return response.json();
  };
}
