import { addDays, type LocalDay, localDayAt } from "../../src/calendar.ts";
import { PAGEVIEW } from "../../src/dimensions.ts";
import type { Hit } from "../../src/hit.ts";
import { LIMITS } from "../../src/limits.ts";
import type { Site } from "../../src/site.ts";
import { dayRows } from "../../src/tally/day-rows.ts";
import { apply } from "../../src/tally/machine.ts";
import { TallyState } from "../../src/tally/state.ts";
import { hitOf } from "../simulation/hits.ts";
import { Audience, hitsOf, type Step } from "../traffic/audience.ts";
import { type Random, seeded, zipf } from "../traffic/random.ts";
import type { PlainHit } from "./plain.ts";

/** One day, counted by Footfall's own machine, and its hits. */
export interface SimulatedDay {
  /** As they rest in D1: stored name and JSON. */
  rows: [dimension: string, json: string][];
  hits: PlainHit[];
  pageviews: number;
}

/** Besides the audience's own sources: blogs and forums, each linking now and then. */
const FURTHER_SOURCES = 170;
const FURTHER_SHARE = 0.3;
/** A hit is a page view or, every thirtieth, a custom event. */
const HITS_PER_VIEW = 1.031;
const DAY_SECONDS = 86_400;

const drawSource = zipf(FURTHER_SOURCES);

/**
 * Days of a site with so many page views a day, of the audience that traffic/audience.ts describes, with some 200
 * sources. Each begins with nobody on the site and ends with whoever is there cut off.
 */
export function* simulateDays(count: number, viewsPerDay: number, seed: number): Generator<SimulatedDay> {
  const zones = [{ timezone: "Etc/UTC", fromDay: "1970-01-01", fromAt: 0 }];
  const site: Site = {
    id: 1,
    domain: "site.example",
    zones,
    allowedHosts: [],
    shardRules: [{ shards: 1, fromAt: 0 }],
    excludedPaths: [],
    excludedCountries: [],
    linkKey: null,
    goals: [],
    isPublic: false,
    badge: false,
    minVisitors: 3,
    detailDays: 0,
    retentionMonths: 0,
  };
  const random = seeded(seed);
  const audience = new Audience(random, site.domain);
  for (let number = 0; number < count; number++) {
    const today = localDayAt(zones, Date.parse(addDays("2026-01-01", number)));
    const steps = hitsOf(audience, random, {
      from: today.startsAt,
      until: today.endsAt,
      hitsPerSecond: (viewsPerDay * HITS_PER_VIEW) / DAY_SECONDS,
    });
    const hits: Hit[] = [];
    for (const step of steps) hits.push(hitOf(site, today, withFurtherSource(step, random), random));
    const pageviews = hits.filter(({ kind }) => kind === "pageview").length;
    yield { rows: counted(hits, today), hits: plainHits(hits, today), pageviews };
  }
}

/** The same counts of a site with `factor` times the visitors, who all do as these do. */
export function multiplied(rows: SimulatedDay["rows"], factor: number): SimulatedDay["rows"] {
  return singles(rows).map(([dimension, json]) => {
    const counts = JSON.parse(json) as Record<string, number[]>;
    const more = Object.entries(counts).map(([value, columns]) => [value, columns.map((n) => n * factor)]);
    return [dimension, JSON.stringify(Object.fromEntries(more))];
  });
}

/** Without pairs: what is kept of a day whose details have had their time. */
export function singles(rows: SimulatedDay["rows"]): SimulatedDay["rows"] {
  return rows.filter(([name]) => name.startsWith("event:") || !(name.includes("*") || name.startsWith("values:")));
}

function withFurtherSource(step: Step & { at: number }, random: Random): Step & { at: number } {
  const isLinked = step.referrer !== "" && !step.referrer.startsWith("https://site.example/");
  if (!isLinked || random() >= FURTHER_SHARE) return step;
  return { ...step, referrer: `https://blog-${drawSource(random)}.example/links` };
}

function counted(hits: readonly Hit[], today: LocalDay): SimulatedDay["rows"] {
  const tomorrow = { ...today, startsAt: today.endsAt, endsAt: today.endsAt + DAY_SECONDS * 1_000 };
  const state = new TallyState(LIMITS);
  for (const hit of hits) {
    const [[outcome] = []] = apply(state, hit.at, [{ siteId: 1, shard: 0, shards: 1, hits: [hit], today, tomorrow }]);
    if (outcome !== "counted") throw new Error(`a simulated hit was dropped: ${outcome}`);
  }
  const day = state.days.get(today.day);
  if (!day) throw new Error("nothing was simulated");
  return [...dayRows(day, state.visits.values())];
}

/** Hits as a plain tracker stores them, which gives each the number of its visit, and what is true of the visit. */
function plainHits(hits: readonly Hit[], today: LocalDay): PlainHit[] {
  const visitors = new Map<string, { number: number; visit: number; lastAt: number; first: Hit }>();
  let visits = 0;
  return hits.map((hit) => {
    let visitor = visitors.get(hit.visitor);
    if (!visitor || hit.at >= visitor.lastAt + LIMITS.visitGapMs) {
      visitor = { number: visitor?.number ?? visitors.size, visit: visits++, lastAt: 0, first: hit };
      visitors.set(hit.visitor, visitor);
    }
    visitor.lastAt = hit.at;
    const { source, channel, utmCampaign } = visitor.first;
    const { country, browser, browserVersion, os, device, language } = hit;
    return [
      hit.at - today.startsAt,
      visitor.number,
      visitor.visit,
      hit.event?.name ?? PAGEVIEW,
      hit.page.slice(hit.page.indexOf("/")),
      source,
      channel,
      utmCampaign,
      country,
      browser,
      browserVersion,
      os,
      device,
      language,
    ];
  });
}
