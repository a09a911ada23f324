/**
 * A site and what happened on it, small enough to be counted by hand, told through the front door: beacons are sent to the
 * router as browsers send them, days close by their tally's alarm, and reports are asked over HTTP.
 *
 * All times are Riga's, where it is winter (UTC+2). Visitors: P1 of Riga with Firefox on Linux, P2 of Tallinn with Chrome on
 * Windows, P3 of Berlin with Safari on an iPhone, P4 of Latvia (region unknown) as P2. HN: from news.ycombinator.com.
 *
 * | visit | from | saw and did | seconds |
 * |---|---|---|---|
 * | Mon 19, 10:00 P1 | HN | `/`, `/pricing`, Signup {plan: pro} | 300 |
 * | Mon 19, 14:00 P2 | newsletter | `/blog/hello` | 0 |
 * | Tue 20, 10:00 P1 | | `/`, `/pricing` | 60 |
 * | Tue 20, 11:00 P2 | newsletter | `/pricing`, Purchase €10.50 {plan: pro, seats: 3} | 60 |
 * | Tue 20, 12:00 P3 | Google | `/` | 0 |
 * | Wed 21, 08:00 P3 | Google | `/` (20 s, 80 %), `/blog/hello` | 60 |
 * | Wed 21, 10:00 P1 | HN | `/` | 0 |
 * | Wed 21, 16:00 P2 | newsletter | `/pricing`, Purchase €20 {plan: team}, Purchase $5 | 180 |
 * | Wed 21, 20:00 P2 | | `/` | 0 |
 * | Thu 22, 09:00 P1 | HN | `/`, `/Blog/Second`, `/` of shop.story.example | 120 |
 * | Thu 22, 11:30 P4 | Google | `/blog/hello` | 0 |
 * | Thu 22, 12:05 P3 | | `/pricing`, Signup {plan: free} | 60 |
 *
 * It is Thu 22, 12:10. Before: a page view of P3 from Google on Mon 10 September, and two of P1 and P2 on 21 November a year
 * ago, days whose pairs are kept no longer. Goals: Signup, Purchase (EUR), and the page /pricing, defined on Tue 20, 09:00.
 */

import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { hourOf, localDayAt } from "../../src/calendar.ts";
import type { Hit } from "../../src/hit.ts";
import { LIMITS } from "../../src/limits.ts";
import { tallyName } from "../../src/site.ts";
import { replaceCounts } from "../../src/store/counts.ts";
import { dayRows } from "../../src/tally/day-rows.ts";
import { apply, closeDay } from "../../src/tally/machine.ts";
import { TallyState } from "../../src/tally/state.ts";
import { type Answer, call } from "../manage/support.ts";
import { batchOf, pageview } from "../tally/hits.ts";

export const SITE = "story.example";
/** Ahead of the real clock, by which the runtime would ring alarms of the past. */
export const TODAY = "2040-11-22";
export const NOW = Date.parse("2040-11-22T12:10:00+02:00");

interface Person {
  address: string;
  userAgent: string;
  language: string;
  country: string;
  regionCode?: string;
}

const CHROME =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
const PEOPLE = {
  P1: {
    address: "203.0.113.1",
    userAgent: "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
    language: "lv,en;q=0.5",
    country: "LV",
    regionCode: "RIX",
  },
  P2: { address: "203.0.113.2", userAgent: CHROME, language: "et", country: "EE", regionCode: "37" },
  P3: {
    address: "203.0.113.3",
    userAgent:
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1",
    language: "de-DE",
    country: "DE",
    regionCode: "BE",
  },
  P4: { address: "203.0.113.4", userAgent: CHROME, language: "lv", country: "LV" },
} satisfies Record<string, Person>;

const HN = { r: "https://news.ycombinator.com/item?id=1" };
const GOOGLE = { r: "https://www.google.com/" };
const LETTER = "?utm_source=newsletter&utm_medium=email&utm_campaign=launch";

type Step = [time: string, who: keyof typeof PEOPLE, path: string, beacon?: object];

const STORY: Record<string, Step[]> = {
  "2040-11-19": [
    ["10:00:00", "P1", "/", HN],
    ["10:02:00", "P1", "/pricing"],
    ["10:05:00", "P1", "/pricing", { n: "Signup", p: { plan: "pro" } }],
    ["14:00:00", "P2", `/blog/hello${LETTER}`],
  ],
  "2040-11-20": [
    ["10:00:00", "P1", "/"],
    ["10:01:00", "P1", "/pricing"],
    ["11:00:00", "P2", `/pricing${LETTER}`],
    [
      "11:01:00",
      "P2",
      "/pricing",
      { n: "Purchase", p: { plan: "pro", seats: 3 }, $: { amount: 10.5, currency: "EUR" } },
    ],
    ["12:00:00", "P3", "/", GOOGLE],
  ],
  "2040-11-21": [
    ["08:00:00", "P3", "/", GOOGLE],
    ["08:00:30", "P3", "/", { n: "engagement", e: 20_000, sd: 80 }],
    ["08:01:00", "P3", "/blog/hello"],
    ["10:00:00", "P1", "/", HN],
    ["16:00:00", "P2", `/pricing${LETTER}`],
    ["16:02:00", "P2", "/pricing", { n: "Purchase", p: { plan: "team" }, $: { amount: 20, currency: "EUR" } }],
    ["16:03:00", "P2", "/pricing", { n: "Purchase", $: { amount: 5, currency: "USD" } }],
    ["20:00:00", "P2", "/"],
  ],
  [TODAY]: [
    ["09:00:00", "P1", "/", HN],
    ["09:01:00", "P1", "/Blog/Second"],
    ["09:02:00", "P1", "//shop.story.example/"],
    ["11:30:00", "P4", "/blog/hello", GOOGLE],
    ["12:05:00", "P3", "/pricing"],
    ["12:06:00", "P3", "/pricing", { n: "Signup", p: { plan: "free" } }],
  ],
};

let siteId = 0;

/** Tells the story; afterwards the clock stands at `NOW`. To be called once a file, before its tests. */
export async function tellStory(): Promise<void> {
  vi.useFakeTimers({ toFake: ["Date"] });
  await at("2040-11-19", "00:00:30");
  siteId = await makeSite(SITE);
  await putGoal({ goal_type: "event", event_name: "Signup" });
  await putGoal({ goal_type: "event", event_name: "Purchase", currency: "EUR" });
  await writeDay(siteId, Date.parse("2039-11-21T12:00:00+02:00"), [{}, { country: "EE", region: "EE-37" }]);
  const berlin = { country: "DE", region: "DE-BE", source: "Google", channel: "Organic Search" };
  await writeDay(siteId, Date.parse("2040-09-10T12:00:00+03:00"), [berlin]);
  for (const [day, steps] of Object.entries(STORY)) {
    if (day === "2040-11-20") {
      at(day, "09:00:00");
      await putGoal({ goal_type: "page", page_path: "/pricing" });
    }
    for (const step of steps) await send(day, step);
    if (day === TODAY) continue;
    vi.setSystemTime(localDayAt(RIGA, Date.now()).endsAt + LIMITS.closeDelayMs);
    await runDurableObjectAlarm(env.TALLY.getByName(tallyName(siteId, 0)));
  }
  vi.setSystemTime(NOW);
}

/** Makes a site in Riga; resolves to its id. */
export async function makeSite(domain: string): Promise<number> {
  const body = { domain, timezone: "Europe/Riga" };
  const { status } = await call("POST /api/v1/sites", { body, now: Date.now() });
  if (status !== 200) throw new Error(`site: ${status}`);
  return (await env.DB.prepare("SELECT id FROM sites WHERE domain = ?").bind(domain).first<number>("id")) ?? 0;
}

export const RIGA = [{ timezone: "Europe/Riga", fromDay: "1970-01-01", fromAt: 0 }];

/** Writes a day as it rests when it is over: page views by as many persons, at the instants given or an instant. */
export async function writeDay(
  siteId: number,
  at: number,
  hits: Partial<Hit>[],
  { pairs = false } = {},
): Promise<void> {
  const state = new TallyState(LIMITS);
  const day = localDayAt(RIGA, at);
  const views = hits.map((given, person) =>
    pageview(given.at ?? at, person, { page: `${SITE}/`, ...given, hour: hourOf(day, given.at ?? at) }, RIGA),
  );
  for (const view of views) apply(state, view.at, [batchOf(siteId, view.at, [view], {}, RIGA)]);
  const closed = closeDay(state, day.day);
  if (!closed) throw new Error("nothing was counted");
  const rows = [...dayRows(closed, [])].filter(([name]) => pairs || !/[*]|^values:/.test(name));
  await replaceCounts(env.DB, { siteId, period: day.day, writer: 0 }, 1, rows);
}

function at(day: string, time: string): number {
  const now = Date.parse(`${day}T${time}+02:00`);
  vi.setSystemTime(now);
  return now;
}

async function putGoal(goal: object): Promise<void> {
  const { status, body } = await call("PUT /api/v1/sites/goals", {
    body: { site_id: SITE, ...goal },
    now: Date.now(),
  });
  if (status !== 200) throw new Error(JSON.stringify(body));
}

async function send(day: string, [time, who, path, beacon = {}]: Step): Promise<void> {
  const now = at(day, time);
  const { address, userAgent, language, ...place }: Person = PEOPLE[who];
  const url = path.startsWith("//") ? `https:${path}` : `https://${SITE}${path}`;
  const { status, headers } = await call("POST /api/event", {
    key: null,
    body: { n: "pageview", d: SITE, u: url, ...beacon },
    headers: { "User-Agent": userAgent, "CF-Connecting-IP": address, "Accept-Language": language },
    cf: place,
    now,
  });
  const dropped = headers.get("X-Footfall-Dropped") ?? headers.get("X-Footfall-Pending");
  if (status !== 202 || dropped) throw new Error(`${day} ${time}: ${status} ${dropped}`);
}

/** `POST /api/v2/query` about the story's last four days, unless asked otherwise. */
export function query(
  asked: object,
  options: { now?: number; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const body = { site_id: SITE, metrics: ["visitors"], date_range: ["2040-11-19", TODAY], ...asked };
  return call("POST /api/v2/query", { body, now: NOW, ...options });
}

/** The rows of an answer in short: `[...dimensions, ...metrics]`; an answer that is none is thrown. */
export async function rows(asked: object): Promise<unknown[][]> {
  const { status, body } = await query(asked);
  if (status !== 200) throw new Error(`${status} ${body.error}`);
  return body.results.map((row: { dimensions: unknown[]; metrics: unknown[] }) => [...row.dimensions, ...row.metrics]);
}
