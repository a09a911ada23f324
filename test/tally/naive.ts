import { DIMENSIONS, PAIRS, pairName, propertyDimension } from "../../src/dimensions.ts";
import type { Hit } from "../../src/hit.ts";
import type { Limits } from "../../src/limits.ts";
import { COLUMN, COUNTED } from "../../src/metrics.ts";

/**
 * A counter that keeps every hit and counts at the end, straight from the definitions: what the tally, which
 * keeps none, is compared with.
 */

export interface NaiveVisit {
  visitor: string;
  hits: Hit[];
}

/** Everything that happened. */
export interface Story {
  visits: readonly NaiveVisit[];
  /** Page views and events of visits, in order of arrival. */
  counted: readonly Hit[];
  /** Events without a visit. */
  visitless: readonly Hit[];
}

/** Counts under `day | stored name | value [| value]`, all columns. */
export type Counts = Map<string, number[]>;

const joint = (...parts: string[]) => parts.join("\t").replace(/\t+$/, "");

const VALUE: Record<string, (hit: Hit) => string> = {
  site: () => "",
  hour: (hit) => String(hit.hour),
  page: (hit) => hit.page,
  entry_page: (hit) => hit.page,
  acquisition: (hit) =>
    joint(hit.source, hit.referrer, hit.utmSource, hit.utmMedium, hit.utmCampaign, hit.utmContent, hit.utmTerm),
  source: (hit) => hit.source,
  channel: (hit) => hit.channel,
  referrer: (hit) => hit.referrer,
  utm_source: (hit) => hit.utmSource,
  utm_medium: (hit) => hit.utmMedium,
  utm_campaign: (hit) => hit.utmCampaign,
  utm_content: (hit) => hit.utmContent,
  utm_term: (hit) => hit.utmTerm,
  location: (hit) => joint(hit.country, hit.region),
  country: (hit) => hit.country,
  browser_version: (hit) => joint(hit.browser, hit.browserVersion),
  browser: (hit) => hit.browser,
  os_version: (hit) => joint(hit.os, hit.osVersion),
  os: (hit) => hit.os,
  device: (hit) => hit.device,
  screen: (hit) => hit.screen,
  language: (hit) => hit.language,
};

/** A hit's values of a dimension, in a visit with its first hit, of a visitor with the day's first hit. */
function valuesAt(name: string, hit: Hit, first: Hit, ofVisitor: Hit): string[] {
  if (name === "event") return hit.event ? [hit.event.name] : [];
  if (name === "goal") return hit.goals ?? [];
  return [valueAt(name, hit, first, ofVisitor)];
}

/** Its value of a dimension of which every hit has one. */
function valueAt(name: string, hit: Hit, first: Hit, ofVisitor: Hit): string {
  const kind = kindOf[name];
  const read = VALUE[name] as (hit: Hit) => string;
  return read(kind === "visit" ? first : kind === "visitor" ? ofVisitor : hit);
}

const kindOf = Object.fromEntries(DIMENSIONS.map(({ name, kind }) => [name, kind]));

export class NaiveCounter {
  readonly #limits: Limits;
  readonly #visits: NaiveVisit[] = [];
  /** Events without a visit. */
  readonly #visitless: Hit[] = [];
  /** Page views and events that count, in order of arrival. */
  readonly #counted: Hit[] = [];
  readonly #ids = new Set<string>();
  readonly #drops: { day: string; reason: string }[] = [];

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  add(hit: Hit, now: number): void {
    if (this.#ids.has(hit.id)) return;
    this.#ids.add(hit.id);
    if (hit.visitless) {
      this.#visitless.push(hit);
      return;
    }
    const visit = this.#openVisit(hit, now);
    const dropped = visit ? this.#beyondRate(visit, hit) : hit.kind === "engagement";
    if (!dropped && hit.kind !== "engagement") this.#counted.push(hit);
    if (dropped) this.#drops.push({ day: hit.day.day, reason: visit ? "rate" : "no_visit" });
    else if (visit) visit.hits.push(hit);
    else this.#visits.push({ visitor: hit.visitor, hits: [hit] });
  }

  #openVisit(hit: Hit, now: number): NaiveVisit | undefined {
    const { visitGapMs, overMidnightMs, latenessMs } = this.#limits;
    for (const visitor of [hit.visitor, hit.previousVisitor]) {
      const visit = this.#visits.findLast((one) => one.visitor === visitor);
      if (!visit) continue;
      const instants = visit.hits.map(({ at }) => at);
      const last = Math.max(...instants);
      const end = (visit.hits[0]?.day.endsAt ?? 0) + overMidnightMs;
      const isOver = now >= Math.min(last + visitGapMs, end) + latenessMs;
      if (!isOver && hit.at < last + visitGapMs && hit.at > Math.min(...instants) - visitGapMs && hit.at < end) {
        return visit;
      }
    }
    return undefined;
  }

  #beyondRate(visit: NaiveVisit, hit: Hit): boolean {
    const { rateHits, rateWindowMs } = this.#limits;
    let from = visit.hits[0]?.at ?? 0;
    let hits = 0;
    for (const earlier of visit.hits) {
      if (earlier.at >= from + rateWindowMs) {
        from = earlier.at;
        hits = 0;
      }
      hits++;
    }
    return hit.at < from + rateWindowMs && hits >= rateHits;
  }

  story(): Story {
    return { visits: this.#visits, counted: this.#counted, visitless: this.#visitless };
  }

  counts(): Counts {
    const counts: Counts = new Map();
    const add = (key: string[], column: keyof typeof COLUMN, delta = 1) => {
      const name = key.join("|");
      const row = counts.get(name) ?? COUNTED.map(() => 0);
      row[COLUMN[column]] = (row[COLUMN[column]] as number) + delta;
      counts.set(name, row);
    };
    const seen = new Set<string>();
    const addVisitor = (visitor: string, key: string[]) => {
      const mark = [visitor, ...key].join("|");
      if (!seen.has(mark)) add(key, "visitors");
      seen.add(mark);
    };

    // A visitor's constants are those of its first hit of the day, in order of arrival.
    const firstOfDay = new Map<string, Hit>();
    for (const hit of this.#counted) if (!firstOfDay.has(hit.visitor)) firstOfDay.set(hit.visitor, hit);

    /** Everything a hit is counted under, with the visit's and the visitor's first hits. */
    const keysOf = (hit: Hit, first: Hit, ofVisitor: Hit): string[][] => {
      const values = (name: string) => valuesAt(name, hit, first, ofVisitor);
      const keys: string[][] = [];
      for (const { name, stored, kind } of DIMENSIONS) {
        if (!stored || kind === "exit" || kind === "revenue" || kind === "tally") continue;
        for (const value of values(name)) keys.push([hit.day.day, name, value]);
      }
      for (const [a, b] of PAIRS) {
        for (const first of values(a))
          for (const second of values(b)) keys.push([hit.day.day, pairName(a, b), first, second]);
      }
      for (const [key, text] of hit.props ?? []) {
        keys.push([hit.day.day, propertyDimension(hit.event?.name ?? "pageview", key), text]);
      }
      return keys;
    };
    for (const hit of this.#visitless) for (const key of keysOf(hit, hit, hit)) add(key, "customEvents");
    for (const { day, event, revenue } of [...this.#visitless, ...this.#counted]) {
      if (!revenue) continue;
      const key = [day.day, "revenue", `${event?.name}\t${revenue.currency}`];
      add(key, "customEvents");
      if (revenue.thousandths > 0) add(key, "revenueThousandths", revenue.thousandths);
      else add(key, "refundThousandths", -revenue.thousandths);
    }

    for (const visit of this.#visits) {
      const [first] = visit.hits as [Hit];
      const counted = visit.hits.filter(({ kind }) => kind !== "engagement");
      const day = first.day.day;
      const constants = firstOfDay.get(visit.visitor) as Hit;
      // Hits, on their own day.
      for (const hit of counted) {
        const { visitor } = hit;
        const column = hit.kind === "pageview" ? "pageviews" : "customEvents";
        for (const key of keysOf(hit, first, firstOfDay.get(visitor) as Hit)) {
          add(key, column);
          addVisitor(visitor, key);
        }
        if (hit === firstOfDay.get(visitor)) add([hit.day.day, "hour", String(hit.hour)], "newVisitors");
      }

      // The visit, on the day and in the hour in which it opened.
      const instants = visit.hits.map(({ at }) => at);
      const pageviews = counted.filter(({ kind }) => kind === "pageview").length;
      const bounces = pageviews === 1 && !counted.some(({ event }) => event?.interactive) ? 1 : 0;
      const duration = Math.floor((Math.max(...instants) - Math.min(...instants)) / 1000);
      const visitLevel = (name: string) => ["total", "hour", "visit", "visitor"].includes(kindOf[name] ?? "");
      const keys = [
        ...DIMENSIONS.filter(({ name, stored }) => stored && visitLevel(name)).map(({ name }) => [
          day,
          name,
          valueAt(name, first, first, constants),
        ]),
        ...PAIRS.filter(([a, b]) => visitLevel(a) && visitLevel(b)).map(([a, b]) => [
          day,
          pairName(a, b),
          valueAt(a, first, first, constants),
          valueAt(b, first, first, constants),
        ]),
      ];
      for (const key of keys) {
        add(key, "visits");
        add(key, "bounces", bounces);
        add(key, "durationSeconds", duration);
      }

      // Its pages.
      for (const page of new Set(counted.map((hit) => hit.page))) {
        add([day, "page", page], "visits");
        for (const [a, b] of PAIRS) {
          if (b === "page" && visitLevel(a))
            add([day, pairName(a, b), valueAt(a, first, first, constants), page], "visits");
          if (a === "page" && visitLevel(b))
            add([day, pairName(a, b), page, valueAt(b, first, first, constants)], "visits");
        }
      }
      for (const page of new Set(visit.hits.map((hit) => hit.page))) {
        const engagements = visit.hits.flatMap((hit) => (hit.page === page && hit.engagement ? [hit.engagement] : []));
        const engagedMs = engagements.reduce((sum, engagement) => sum + engagement.engagedMs, 0);
        const scrolls = engagements.flatMap(({ scrollPercent }) => scrollPercent ?? []);
        if (engagedMs > 0) {
          add([day, "page", page], "engagedVisits");
          add([day, "page", page], "engagedSeconds", Math.floor(engagedMs / 1000));
        }
        if (scrolls.length > 0) {
          add([day, "page", page], "scrollVisits");
          add([day, "page", page], "scrollPercent", Math.max(...scrolls));
        }
      }
      const exit = [day, "exit_page", (counted.at(-1) as Hit).page];
      add(exit, "visits");
      add(exit, "pageviews", pageviews);
      add(exit, "bounces", bounces);
      add(exit, "durationSeconds", duration);
      addVisitor(visit.visitor, exit);
    }
    for (const { day, reason } of this.#drops) add([day, "dropped", reason], "customEvents");
    return counts;
  }
}
