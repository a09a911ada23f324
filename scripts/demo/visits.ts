/** One visit of the demo's site: who comes, what he sees, and what he does there. Pure. */

import { normal, type Random } from "../../bench/traffic/random.ts";
import { type Browser, Browsers } from "./browsers.ts";
import { drawer, drawerOf } from "./draw.ts";
import { NEXT, PAGES, type Page, type Section } from "./pages.ts";
import { drawPlace, type Place } from "./places.ts";
import { type Day, SOURCES, type Source } from "./sources.ts";

export interface Visitor extends Place {
  browser: Browser;
  /** Of the window, in CSS pixels. */
  width: number;
}

/** What a page's script would send. */
export interface Step {
  kind: "pageview" | "event" | "engagement";
  /** Since the visit began. */
  afterMs: number;
  path: string;
  /** With its `?`, or empty. */
  query: string;
  /** A URL, or empty. */
  referrer: string;
  /** Of events. */
  name?: string;
  props?: [key: string, value: string][];
  /** In EUR. */
  amount?: number;
  /** Of engagements. */
  engagedMs?: number;
  scrollPercent?: number;
}

/** Of visitors whose first page interests them, the share that goes on from each further one. */
const GOES_ON = 0.64;
const MOST_VIEWS = 25;
/** Longer than this nobody is away within a visit. */
const LONGEST_READ_MS = 20 * 60_000;
/** Of views, the share whose time and scroll are told; other pages are closed in ways that tell nothing. */
const TELLS = 0.86;

const PLANS = [
  { plan: "solo", weight: 62, amount: 49 },
  { plan: "team", weight: 30, amount: 149 },
  { plan: "business", weight: 8, amount: 490 },
];
const drawPlan = drawer(PLANS, ({ weight }) => weight);
const drawSignup = drawerOf({ trial: 58, solo: 26, team: 16 });
const drawLink = drawerOf({
  "https://github.com/example/backup-agent": 44,
  "https://community.demo.example/": 22,
  "https://docs.aws.example/s3": 12,
  "https://status.demo.example/": 9,
  "https://www.youtube.com/watch?v=abcdefghijk": 8,
  "https://mastodon.social/@demo": 5,
});

/** What may happen on a page, and how often. */
const EVENTS: Readonly<Record<string, { name: string; chance: number }>> = {
  "/signup": { name: "Signup", chance: 0.36 },
  "/checkout": { name: "Purchase", chance: 0.55 },
  "/download": { name: "Download", chance: 0.44 },
};
const LINK_CHANCE: Readonly<Record<Section, number>> = {
  home: 0.015,
  product: 0.02,
  docs: 0.05,
  blog: 0.045,
  company: 0.04,
};

/** The visits of a day: what is online, and what brings visitors, is that day's. */
export class Visits {
  readonly #day: Day;
  readonly #domain: string;
  readonly #browsers: Browsers;
  readonly #drawSource: (random: Random) => Source;
  readonly #pages = new Map<Section, (random: Random) => Page>();
  /** By what its sources bring it, of an ordinary day of today's size. */
  readonly sourcesWeight: number;

  constructor(domain: string, day: Day, browsers = new Browsers()) {
    this.#day = day;
    this.#domain = domain;
    this.#browsers = browsers;
    const weightOf = ({ weight, on }: Source) => weight * (on?.(day) ?? 1);
    this.#drawSource = drawer(SOURCES, weightOf);
    this.sourcesWeight = SOURCES.reduce((sum, source) => sum + weightOf(source), 0);
    for (const section of Object.keys(NEXT) as Section[]) {
      const pages = PAGES.filter((page) => page.section === section && page.sinceDaysAgo >= day.daysAgo);
      this.#pages.set(
        section,
        drawer(pages, (page) => page.weight * freshness(page, day)),
      );
    }
  }

  visitor(random: Random): Visitor {
    const browser = this.#browsers.draw(random, this.#day.daysAgo);
    const width = browser.widths[Math.floor(random() * browser.widths.length)] ?? 0;
    return { ...drawPlace(random), browser, width };
  }

  /** What one visit sends, in order. */
  steps(random: Random): Step[] {
    const source = this.#drawSource(random);
    const steps: Step[] = [];
    let page = this.#entry(source, random);
    let { query, referrer } = source;
    let afterMs = 0;
    let isLast = random() < source.bounces;
    for (let view = 1; ; view++) {
      const { path } = page;
      const readMs = Math.min(2_000 + page.readSeconds * 1_000 * Math.exp(normal(random) * 0.9 - 0.3), LONGEST_READ_MS);
      steps.push({ kind: "pageview", afterMs, path, query, referrer });
      const happened = this.#event(page, random);
      if (happened) steps.push({ ...happened, afterMs: afterMs + readMs * 0.7, path, query: "", referrer: "" });
      afterMs += readMs;
      if (random() < TELLS) {
        const engagedMs = Math.round(readMs * (0.55 + 0.4 * random()));
        const scrollPercent = Math.min(100, Math.round(22 + 34 * (readMs / 1_000 / page.readSeconds) + 38 * random()));
        steps.push({ kind: "engagement", afterMs, path, query: "", referrer: "", engagedMs, scrollPercent });
      }
      if (isLast || view >= MOST_VIEWS) return steps;
      isLast = random() >= GOES_ON;
      query = "";
      referrer = `https://${this.#domain}${path}`;
      page = this.#next(page, random);
      afterMs += 800 * random();
    }
  }

  #entry({ entry }: Source, random: Random): Page {
    if (typeof entry !== "string") return this.#pageOf(drawerOf(entry as Record<Section, number>)(random), random);
    const page = PAGES.find(({ path }) => path === entry);
    if (!page) throw new Error(`no page: ${entry}`);
    return page;
  }

  #next(page: Page, random: Random): Page {
    for (let attempt = 0; attempt < 5; attempt++) {
      const next = this.#pageOf(drawNext[page.section](random), random);
      if (next !== page) return next;
    }
    return this.#pageOf("home", random);
  }

  #pageOf(section: Section, random: Random): Page {
    const draw = this.#pages.get(section);
    if (!draw) throw new Error(`no section: ${section}`);
    return draw(random);
  }

  #event({ path, section }: Page, random: Random): Pick<Step, "kind" | "name" | "props" | "amount"> | null {
    const { name, chance } = EVENTS[path] ?? { name: "Outbound Link: Click", chance: LINK_CHANCE[section] };
    if (random() >= chance) return null;
    const kind = "event";
    if (name === "Signup") return { kind, name, props: [["plan", drawSignup(random)]] };
    if (name === "Download") return { kind, name, props: [["system", drawSystem(random)]] };
    if (name !== "Purchase") return { kind, name, props: [["url", drawLink(random)]] };
    const { plan, amount } = drawPlan(random);
    return { kind, name, props: [["plan", plan]], amount };
  }
}

const drawSystem = drawerOf({ Linux: 46, Windows: 33, macOS: 21 });

const drawNext = Object.fromEntries(
  Object.entries(NEXT).map(([section, table]) => [section, drawerOf(table)]),
) as unknown as Record<Section, (random: Random) => Section>;

/** A new post is read by many for some days. */
function freshness({ section, sinceDaysAgo }: Page, { daysAgo }: Day): number {
  if (section !== "blog") return 1;
  return 1 + 4 * Math.exp(-(sinceDaysAgo - daysAgo) / 6);
}
