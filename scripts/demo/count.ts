/** Counts the demo's days as the collector and the tally would have, by their own code. Pure. */

import type { Random } from "../../bench/traffic/random.ts";
import { hourOf, type LocalDay, MINUTE_MS } from "../../src/calendar.ts";
import { type Agent, parseAgent } from "../../src/collect/agent.ts";
import { describe } from "../../src/collect/describe.ts";
import { type PageUrl, parsePageUrl } from "../../src/collect/page-url.ts";
import { parseReferrer, type Referrer } from "../../src/collect/source.ts";
import type { Hit, PairCounts, ValueCounts } from "../../src/hit.ts";
import { LIMITS } from "../../src/limits.ts";
import type { Site } from "../../src/site.ts";
import { dayCounts } from "../../src/tally/day-counts.ts";
import { apply, closeDay } from "../../src/tally/machine.ts";
import { TallyState } from "../../src/tally/state.ts";
import type { Browser } from "./browsers.ts";
import { dropsOf, type TimedStep } from "./days.ts";

/** What rests of a day. */
export interface CountedDay {
  day: string;
  dimensions: Record<string, ValueCounts>;
  pairs: Record<string, PairCounts>;
}

/** An id that no other hit of the day has: a tally looks at the first 13 digits. */
function idOf(number: number): string {
  return (number + 1).toString(16).padStart(13, "0").padEnd(32, "0");
}

/** Remembers what it took apart: there are few pages, referrers and browsers, and very many hits. */
export class Counter {
  readonly #site: Site;
  readonly #pages = new Map<string, PageUrl>();
  readonly #referrers = new Map<string, Referrer | null>();
  readonly #agents = new Map<Browser, Agent>();

  constructor(site: Site) {
    this.#site = site;
  }

  /** The counts of a day with all its steps, with or without its pairs. */
  count(steps: readonly TimedStep[], today: LocalDay, random: Random, withPairs: boolean): CountedDay {
    const tomorrow = { ...today, startsAt: today.endsAt, endsAt: today.endsAt + (today.endsAt - today.startsAt) };
    const state = new TallyState(LIMITS);
    const batch = { siteId: this.#site.id, shard: 0, shards: 1, today, tomorrow };
    const pageviews = steps.filter(({ kind }) => kind === "pageview").length;
    const drops = { id: idOf(steps.length), counts: dropsOf(pageviews, random) };
    apply(state, today.startsAt, [{ ...batch, hits: [], drops }]);
    // By the minute: so late a hit may be.
    for (let from = 0; from < steps.length; ) {
      const until = (steps[from]?.at ?? 0) + MINUTE_MS;
      const hits: Hit[] = [];
      for (; from < steps.length; from++) {
        const step = steps[from];
        if (!step || step.at >= until) break;
        hits.push(this.#hit(step, today, from));
      }
      const [outcomes = []] = apply(state, hits[0]?.at ?? 0, [{ ...batch, hits }]);
      const dropped = outcomes.find((outcome) => outcome !== "counted");
      if (dropped) throw new Error(`a hit was dropped: ${dropped}`);
    }
    const day = closeDay(state, today.day);
    if (!day) throw new Error("nothing was counted");
    return { day: today.day, ...dayCounts(day, [], { dimensions: "all", pairs: withPairs ? "all" : [] }) };
  }

  #hit(step: TimedStep, day: LocalDay, number: number): Hit {
    const { kind, at, visitor, visitorId, name, props = [], amount, engagedMs, scrollPercent } = step;
    const { country, regionCode, language, browser, width } = visitor;
    const beacon = {
      domains: [this.#site.domain],
      kind,
      name: name ?? kind,
      page: this.#page(step.path + step.query),
      hashMode: false,
      referrer: step.referrer,
      props,
      interactive: true,
      viewportWidth: width,
      byMailProxy: false,
      ...(engagedMs !== undefined && { engagement: { engagedMs, scrollPercent: scrollPercent ?? 0 } }),
      ...(amount !== undefined && { revenue: { amount, currency: "EUR" } }),
    };
    const sender = {
      userAgent: browser.userAgent,
      agent: this.#agent(browser),
      optsOut: false,
      prefetches: false,
      country,
      region: `${country}-${regionCode}`,
      language,
    };
    return {
      id: idOf(number),
      at,
      day,
      hour: hourOf(day, at),
      visitor: visitorId,
      ...describe(this.#site, beacon, this.#referrer(step.referrer), sender),
    };
  }

  #page(path: string): PageUrl {
    const known = this.#pages.get(path) ?? parsePageUrl(`https://${this.#site.domain}${path}`);
    if (!known) throw new Error(`no page: ${path}`);
    this.#pages.set(path, known);
    return known;
  }

  #referrer(url: string): Referrer | null {
    let known = this.#referrers.get(url);
    if (known === undefined) {
      known = parseReferrer(url);
      this.#referrers.set(url, known);
    }
    return known;
  }

  #agent(browser: Browser): Agent {
    const { userAgent, brands, mobile, platform } = browser;
    const known = this.#agents.get(browser) ?? parseAgent({ userAgent, brands, mobile, platform, platformVersion: "" });
    this.#agents.set(browser, known);
    return known;
  }
}
