import { BROWSERS, type BrowserHeaders } from "./agents.ts";
import { exponential, normal, type Random, zipf } from "./random.ts";

/**
 * A site's visitors: 1,000 pages, 40 countries, 36 browsers, 30 sources, 10 campaigns, each frequent by Zipf's law.
 * Half of the visits see one page, the mean is three; every thirtieth page view is followed by a custom event with
 * one property; 10 % of the visits come by a campaign's link, 40 % without a referrer; 30 % are of a visitor who was
 * there earlier on. No engagements: no script that sends them belongs to the product yet. To the tally one is a hit
 * like any other (a journal row); to D1 it adds nothing but digits.
 */

const PAGES = 1_000;
const RETURNING = 0.3;
const SINGLE_VIEW = 0.5;
const MORE_VIEWS_MEAN = 3;
const CAMPAIGN = 0.1;
const DIRECT = 0.4;
const EVENT_AFTER_VIEW = 0.031;
/** Returning visitors are those of the last so many. */
const REMEMBERED = 20_000;
const GAP_MEDIAN_MS = 25_000;
const LONGEST_GAP_MS = 25 * 60_000;

export const HITS_PER_VISIT = (SINGLE_VIEW + (1 - SINGLE_VIEW) * (2 + MORE_VIEWS_MEAN)) * (1 + EVENT_AFTER_VIEW);

const COUNTRIES =
  "US DE GB IN FR BR CA NL JP AU ES IT PL SE LV CH AT BE UA MX TR DK NO FI CZ PT RO KR ID IE GR HU ZA LT EE AR IL SG NZ BG".split(
    " ",
  );
const REGIONS_PER_COUNTRY = 12;
const LANGUAGES = "en de fr es pt nl ja it pl sv lv uk tr da nb fi cs ro ko id".split(" ");

const REFERRERS = [
  "https://www.google.com/",
  "https://news.ycombinator.com/item?id=46012345",
  "https://www.bing.com/",
  "https://duckduckgo.com/",
  "https://www.reddit.com/r/selfhosted/comments/1p2q3r4/small_analytics/",
  "https://t.co/a1B2c3D4e5",
  "https://www.facebook.com/",
  "https://www.linkedin.com/feed/",
  "https://chatgpt.com/",
  "https://github.com/example/awesome-analytics",
  "https://mastodon.social/@someone/115500000000000001",
  "https://www.youtube.com/watch?v=abcdefghijk",
  "https://lobste.rs/s/abc123/small_analytics",
  "https://yandex.ru/",
  "https://search.brave.com/",
  "https://www.ecosia.org/search?q=analytics",
  "https://bsky.app/profile/someone.example/post/3k",
  "https://www.perplexity.ai/",
  "https://medium.com/@someone/how-we-count-1a2b3c",
  "https://dev.to/someone/counting-visits-1ab2",
  "https://en.wikipedia.org/wiki/Web_analytics",
  "https://www.instagram.com/",
  "https://blog.partner-one.example/2026/10/tools",
  "https://partner-two.example/links",
  "https://forum.partner-three.example/t/analytics/4711",
  "https://www.pinterest.com/pin/123456789/",
  "https://stackoverflow.com/questions/70000000/count-visits",
  "https://www.baidu.com/link",
  "android-app://com.google.android.gm/",
  "https://weekly.partner-four.example/issues/312",
];

const CAMPAIGNS = Array.from({ length: 10 }, (_, i) => {
  const [source, medium] = [
    ["newsletter", "email"],
    ["google", "cpc"],
    ["facebook", "paid-social"],
    ["partner", "affiliate"],
    ["linkedin", "social"],
  ][i % 5] as [string, string];
  const content = i % 3 === 0 ? "&utm_content=button" : "";
  return `?utm_source=${source}&utm_medium=${medium}&utm_campaign=campaign-${i + 1}${content}`;
});

const EVENTS = [
  { name: "Outbound Link: Click", property: "url", values: 40, value: (n: number) => `https://out-${n}.example/` },
  { name: "Signup", property: "plan", values: 3, value: (n: number) => ["free", "team", "business"][n] as string },
  { name: "File Download", property: "url", values: 12, value: (n: number) => `https://files.example/${n}.pdf` },
  { name: "404", property: "path", values: 60, value: (n: number) => `/gone/${n}` },
] as const;

const drawPage = zipf(PAGES);
const drawCountry = zipf(COUNTRIES.length);
const drawRegion = zipf(REGIONS_PER_COUNTRY);
const drawLanguage = zipf(LANGUAGES.length);
const drawBrowser = zipf(BROWSERS.length);
const drawReferrer = zipf(REFERRERS.length);
const drawCampaign = zipf(CAMPAIGNS.length);
const drawEvent = zipf(EVENTS.length);

export interface Visitor {
  /** From 0 on, in order of arrival. */
  number: number;
  browser: BrowserHeaders;
  /** ISO 3166-1 and, without the country, ISO 3166-2. */
  country: string;
  regionCode: string;
  language: string;
  viewportWidth: number;
}

export interface Step {
  /** Since the visit's first hit. */
  afterMs: number;
  visitor: Visitor;
  path: string;
  /** With its `?`, or empty. */
  query: string;
  /** A URL, or empty. */
  referrer: string;
  /** A custom event; else a page view. */
  event?: { name: string; props: [key: string, value: string][] };
}

/** Visits of one site's visitors, one after the other. */
export class Audience {
  readonly #random: Random;
  readonly #domain: string;
  readonly #known: Visitor[] = [];
  #visitors = 0;

  constructor(random: Random, domain: string) {
    this.#random = random;
    this.#domain = domain;
  }

  /** How many visitors there were. */
  get visitors(): number {
    return this.#visitors;
  }

  /** The hits of the next visit, in order. */
  visit(): Step[] {
    const random = this.#random;
    const visitor = this.#visitor();
    const byCampaign = random() < CAMPAIGN;
    let query = byCampaign ? (CAMPAIGNS[drawCampaign(random)] as string) : "";
    let referrer = byCampaign || random() < DIRECT ? "" : (REFERRERS[drawReferrer(random)] as string);
    let views = 1;
    if (random() >= SINGLE_VIEW) for (views = 2; random() < MORE_VIEWS_MEAN / (MORE_VIEWS_MEAN + 1); ) views++;

    const steps: Step[] = [];
    let afterMs = 0;
    for (let view = 0; view < views; view++) {
      const path = pathOf(drawPage(random));
      steps.push({ afterMs, visitor, path, query, referrer });
      query = "";
      referrer = `https://${this.#domain}${path}`;
      if (random() < EVENT_AFTER_VIEW) {
        const { name, property, values, value } = EVENTS[drawEvent(random)] as (typeof EVENTS)[number];
        const props: [string, string][] = [[property, value(Math.floor(random() * values))]];
        const event = { name, props };
        steps.push({ afterMs: afterMs + 2_000, visitor, path, query: "", referrer, event });
      }
      afterMs += Math.min(3_000 + GAP_MEDIAN_MS * Math.exp(normal(random)), LONGEST_GAP_MS);
    }
    return steps;
  }

  #visitor(): Visitor {
    const random = this.#random;
    const known = this.#known;
    if (known.length > 0 && random() < RETURNING) return known[Math.floor(random() * known.length)] as Visitor;
    const browser = BROWSERS[drawBrowser(random)] as BrowserHeaders;
    const country = COUNTRIES[drawCountry(random)] as string;
    const visitor: Visitor = {
      number: this.#visitors++,
      browser,
      country,
      regionCode: String(drawRegion(random) + 1).padStart(2, "0"),
      language: LANGUAGES[drawLanguage(random)] as string,
      viewportWidth: browser.widths[Math.floor(random() * browser.widths.length)] as number,
    };
    if (known.length < REMEMBERED) known.push(visitor);
    else known[visitor.number % REMEMBERED] = visitor;
    return visitor;
  }
}

/** Paths of a length that sites have: `/guides/topic-37/part-2`. */
function pathOf(page: number): string {
  if (page === 0) return "/";
  const section = ["blog", "docs", "guides", "products", "news"][page % 5] as string;
  return page % 3 === 0 ? `/${section}/topic-${page}` : `/${section}/topic-${page}/part-${(page % 7) + 1}`;
}

/** The hits of many overlapping visits in order of time; visits arrive independently of each other. */
export function* hitsOf(
  audience: Audience,
  random: Random,
  { from, until, hitsPerSecond }: { from: number; until: number; hitsPerSecond: number },
): Generator<Step & { at: number }> {
  const meanMs = (1_000 * HITS_PER_VISIT) / hitsPerSecond;
  // One entry a running visit, ordered by its next hit: a binary heap.
  const heap: { at: number; next: number; from: number; steps: Step[] }[] = [];
  let arrival = from + exponential(random, meanMs);
  for (;;) {
    const first = heap[0];
    if (!first || arrival <= first.at) {
      if (arrival >= until) {
        if (!first) return;
        arrival = Number.POSITIVE_INFINITY;
        continue;
      }
      heap.push({ at: arrival, next: 0, from: arrival, steps: audience.visit() });
      rise(heap);
      arrival += exponential(random, meanMs);
      continue;
    }
    if (first.at >= until) return;
    const step = first.steps[first.next++] as Step;
    yield { ...step, at: Math.floor(first.at) };
    const following = first.steps[first.next];
    if (following) first.at = first.from + following.afterMs;
    else {
      const last = heap.pop();
      if (heap.length === 0 || !last) continue;
      heap[0] = last;
    }
    sink(heap);
  }
}

function rise(heap: { at: number }[]): void {
  let at = heap.length - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    if ((heap[above] as { at: number }).at <= (heap[at] as { at: number }).at) return;
    swap(heap, at, above);
    at = above;
  }
}

function sink(heap: { at: number }[]): void {
  for (let at = 0; ; ) {
    let least = at;
    for (const below of [2 * at + 1, 2 * at + 2]) {
      const candidate = heap[below];
      if (candidate && candidate.at < (heap[least] as { at: number }).at) least = below;
    }
    if (least === at) return;
    swap(heap, at, least);
    at = least;
  }
}

function swap<T>(list: T[], a: number, b: number): void {
  const kept = list[a] as T;
  list[a] = list[b] as T;
  list[b] = kept;
}
