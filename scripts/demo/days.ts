/** The days of the demo's year: how many come on each, and when. Pure. */

import { hexId, normal, type Random, seeded } from "../../bench/traffic/random.ts";
import { addDays, addMonths, DAY_MS, daysBetween, HOUR_MS, type LocalDay } from "../../src/calendar.ts";
import { Browsers } from "./browsers.ts";
import { drawer } from "./draw.ts";
import { type Day, weekdayOf } from "./sources.ts";
import { type Step, type Visitor, Visits } from "./visits.ts";

/** Visits of an ordinary Tuesday, today and a year ago. */
const VISITS_NOW = 640;
const VISITS_A_YEAR_AGO = 330;
/** From Sunday on. */
const WEEKDAYS = [0.6, 1.04, 1.12, 1.1, 1.05, 0.92, 0.57];
/** Of a day's visits, the share that is a further one of somebody who was there before. */
const RETURNS = 0.14;
/** By the hour of the visitor's own clock: people at work, and some in the evening. */
const HOURS = [
  1, 0.6, 0.4, 0.3, 0.3, 0.6, 1.4, 2.8, 4.8, 6.4, 7, 6.7, 5.6, 6.1, 6.6, 6.4, 5.9, 5, 4.1, 3.8, 3.9, 3.5, 2.7, 1.8,
];

const drawHour = drawer([...HOURS.keys()], (hour) => HOURS[hour] ?? 0);

export interface TimedStep extends Step {
  /** ms since 1970 */
  at: number;
  visitor: Visitor;
  /** A pseudonym: 32 hex digits. */
  visitorId: string;
}

/** The dates of so many months before `today`, in order: from the first of a month to yesterday. */
export function datesBefore(today: string, months: number): string[] {
  const [, , date = "01"] = today.split("-");
  const first = addDays(addMonths(today, -months), Number(date) - 1);
  return Array.from({ length: daysBetween(first, today) }, (_, index) => addDays(first, index));
}

export function dayOf(date: string, today: string): Day {
  return { date, daysAgo: daysBetween(date, today), today };
}

/** The same chance for the same date and seed, however many days are made. */
export function chanceOf(seed: number, date: string): Random {
  return seeded(Math.imul(seed, 0x9e3779b1) ^ Math.floor(Date.parse(date) / DAY_MS));
}

/**
 * How many visits a day has, of sources that together weigh so much: 100 on an ordinary day.
 * @param share of as many as usual
 */
export function visitsOn({ date, daysAgo }: Day, sourcesWeight: number, random: Random, share = 1): number {
  const size = VISITS_A_YEAR_AGO * (VISITS_NOW / VISITS_A_YEAR_AGO) ** (1 - daysAgo / 365);
  const holidays = /-12-2[4-6]|-12-31|-01-01/.test(date) ? 0.55 : 1;
  const weekday = WEEKDAYS[weekdayOf(date)] ?? 1;
  return Math.round(share * size * weekday * holidays * (sourcesWeight / 100) * Math.exp(normal(random) * 0.05));
}

const browsers = new Browsers();

/**
 * All that happens on a day, in order of time. It begins with nobody on the site, and what would happen after midnight
 * does not.
 * @param share of as many visits as usual
 */
export function stepsOf(
  domain: string,
  date: string,
  today: string,
  local: LocalDay,
  seed: number,
  share?: number,
): TimedStep[] {
  const random = chanceOf(seed, date);
  const day = dayOf(date, today);
  const visits = new Visits(domain, day, browsers);
  const steps: TimedStep[] = [];
  const known: { visitor: Visitor; visitorId: string; from: number }[] = [];
  for (let left = visitsOn(day, visits.sourcesWeight, random, share); left > 0; left--) {
    const returning = known.length > 0 && random() < RETURNS ? known[Math.floor(random() * known.length)] : undefined;
    const visitor = returning?.visitor ?? visits.visitor(random);
    const visitorId = returning?.visitorId ?? hexId(random);
    const from = arrival(visitor, local, random);
    known.push({ visitor, visitorId, from });
    for (const step of visits.steps(random)) {
      const at = Math.floor(from + step.afterMs);
      if (at < local.endsAt) steps.push({ ...step, at, visitor, visitorId });
    }
  }
  return steps.sort((a, b) => a.at - b.at);
}

/** An instant of a day, by the visitor's own clock. */
function arrival({ aheadOfUtc }: Visitor, { startsAt, endsAt }: LocalDay, random: Random): number {
  const ofUtc = (drawHour(random) + random() - aheadOfUtc) * HOUR_MS;
  const since = (((ofUtc - (startsAt % DAY_MS)) % DAY_MS) + DAY_MS) % DAY_MS;
  return Math.min(startsAt + since, endsAt - 1);
}

/** What was not counted on a day with so many page views: reason → how often. */
export function dropsOf(pageviews: number, random: Random) {
  const about = (share: number) => Math.round(pageviews * share * (0.7 + 0.6 * random()));
  return (
    [
      ["bot", 0.11],
      ["opt_out", 0.035],
      ["prefetch", 0.012],
      ["spam_referrer", 0.004],
    ] as const
  )
    .map(([reason, share]) => ({ reason, count: about(share) }))
    .filter(({ count }) => count > 0);
}
