import { hourOf, MINUTE_MS } from "../calendar.ts";
import { PAGEVIEW, PART, propertyDimension } from "../dimensions.ts";
import type { Hit, Outcome, RecordBatch } from "../hit.ts";
import {
  type CountedHit,
  countDrop,
  countEngagement,
  countExit,
  countHit,
  countVisit,
  countVisitOfPage,
} from "./count.ts";
import type { Day } from "./day.ts";
import { visitorValues, visitValues } from "./describe-hit.ts";
import { exitMark, type Sighting, seeVisit, seeVisitor } from "./sightings.ts";
import { type SipKey, sipKey } from "./siphash.ts";
import { SLOT, VISIT_SLOTS, VISITOR_SLOTS } from "./slots.ts";
import type { TallyState } from "./state.ts";
import { durationSeconds, goesOn, isBounce, isOver, pageOf, type SeenPage, type Visit, withinRate } from "./visit.ts";

/**
 * The tally as a deterministic machine: (state, batches, now) → the changed state and what became of each hit.
 * The same input gives the same state, so a journal of inputs can be replayed. No clock, no randomness, no I/O.
 */

/** Applies batches in order, at the instant `now`. Returns one list of outcomes a batch. */
export function apply(state: TallyState, now: number, batches: readonly RecordBatch[]): Outcome[][] {
  advance(state, now);
  state.mindMemory();
  return batches.map((batch) => {
    // Visits that are open over the midnight at which a site gets more shards are cut in two.
    if (state.shards !== 0 && state.shards !== batch.shards) state.openDay(batch.today).flag("approximate");
    state.shards = batch.shards;
    if (batch.drops && isFirst(state, batch.drops.id)) {
      const day = state.openDay(batch.today);
      for (const { reason, count } of batch.drops.counts) countDrop(day, reason, count);
    }
    return batch.hits.map((hit) => applyHit(state, dated(state, hit, batch)));
  });
}

/** How far the clock may be behind where it was before that is taken for its correction. */
const CLOCK_SLACK_MS = 2 * MINUTE_MS;

/**
 * Moves the clock, and closes the visits that are over. The clock goes back only where it must have been wrong
 * before; the open days are approximate then, as visits may have been closed too early.
 */
export function advance(state: TallyState, now: number): void {
  if (now >= state.clock - CLOCK_SLACK_MS) state.clock = Math.max(state.clock, now);
  else {
    state.clock = now;
    state.idsSince = Math.min(state.idsSince, now);
    for (const day of state.days.values()) day.flag("approximate");
  }
  if (state.clock >= state.idsSince + state.limits.idsKnownMs) {
    state.earlierIds = state.ids;
    state.ids = state.newIds();
    state.idsSince = state.clock;
  }
  for (const visit of state.visits.values()) {
    if (!isOver(visit, state.clock, state.limits)) break;
    closeVisit(state, visit);
  }
}

/** Closes an open day: its visits end, and it leaves the state. */
export function closeDay(state: TallyState, date: string): Day | undefined {
  const day = state.days.get(date);
  for (const visit of state.visits.values()) if (visit.day.day === date) closeVisit(state, visit);
  state.days.delete(date);
  return day;
}

/** Open days that ended at least `closeDelayMs` ago. */
export function daysToClose(state: TallyState, now: number): Day[] {
  return [...state.days.values()].filter((day) => now >= day.local.endsAt + state.limits.closeDelayMs);
}

/** Whether an id is new; it is known from then on. */
function isFirst(state: TallyState, id: string): boolean {
  // 52 of the id's bits. One in 10^10 of a million remembered ids is mistaken for another.
  const key = Number.parseInt(id.slice(0, 13), 16) || 1;
  return !state.earlierIds.has(key) && state.ids.add(key);
}

/** The hit, or one of now where its clock cannot be trusted. */
function dated(state: TallyState, hit: Hit, batch: RecordBatch): Hit {
  if (Math.abs(hit.at - state.clock) <= state.limits.clockTrustMs) return hit;
  const at = Math.min(Math.max(state.clock, batch.today.startsAt), batch.today.endsAt - 1);
  return { ...hit, at, day: batch.today, hour: hourOf(batch.today, at) };
}

function applyHit(state: TallyState, hit: Hit): Outcome {
  if (!isFirst(state, hit.id)) return "counted";
  const { limits } = state;
  if (hit.visitless) return countVisitless(state, hit);
  const found = openVisit(state, hit);
  if (!found && hit.kind === "engagement") return drop(state, hit, "no_visit");
  if (found && !withinRate(found, hit.at, limits)) return drop(state, hit, "rate");

  const day = state.openDay(hit.day);
  const key = sipKey(hit.visitor);
  if (hit.kind === "engagement" && hit.engagement) {
    if (found) countEngaged(state, found, hit);
    return "counted";
  }
  if (hit.approximate) day.flag("approximate");
  if (day.visitors.full || day.marks.full) day.flag("approximate");

  const { visit, newVisitor, sighting } = arrive(state, day, key, hit, found);
  const openingDay = state.openDay(visit.day);
  const presence = visit.presence as NonNullable<Visit["presence"]>;

  const countedHit = numbered(day, hit);
  countHit(day, countedHit, presence, { key, isNew: newVisitor, visit: sighting });

  const bounces = isBounce(visit) ? 1 : 0;
  const duration = found ? durationSeconds(visit) : 0;
  if (hit.kind === "pageview") visit.pageviews++;
  if (hit.event?.interactive) visit.interactive = true;
  visit.firstAt = Math.min(visit.firstAt, hit.at);
  visit.lastAt = Math.max(visit.lastAt, hit.at);
  const change = {
    visits: found ? 0 : 1,
    bounces: (isBounce(visit) ? 1 : 0) - bounces,
    durationSeconds: durationSeconds(visit) - duration,
  };
  if (change.visits || change.bounces || change.durationSeconds) countVisit(openingDay, visit, change);

  visit.exitPage = openingDay === day ? countedHit.page : openingDay.number(SLOT.page, hit.page);
  const page = remembered(state, visit, visit.exitPage);
  if (page && !page.seen) {
    page.seen = true;
    countVisitOfPage(openingDay, visit, page.page);
  }
  countLive(state, visit, hit);
  return "counted";
}

/** The open visit that a hit goes on with: of its pseudonym, or early in a day of yesterday's. */
function openVisit(state: TallyState, hit: Hit): Visit | undefined {
  for (const visitor of [hit.visitor, hit.previousVisitor]) {
    const visit = visitor === undefined ? undefined : state.visits.get(visitor);
    if (!visit) continue;
    if (isOver(visit, state.clock, state.limits)) closeVisit(state, visit);
    else if (goesOn(visit, hit.at, state.limits)) {
      // To the end of the line: the longest silent visit stands first.
      state.visits.delete(visit.visitor);
      state.visits.set(visit.visitor, visit);
      return visit;
    }
  }
  return undefined;
}

/** The visitor and the visit on the hit's day: both are looked up once a visit and day. */
function arrive(
  state: TallyState,
  day: Day,
  key: SipKey,
  hit: Hit,
  found: Visit | undefined,
): { visit: Visit; newVisitor: boolean; sighting: Sighting } {
  const date = day.local.day;
  if (found?.presence?.day === date) return { visit: found, newVisitor: false, sighting: { isNew: false, others: [] } };

  const visitor = seeVisitor(day, key, () => visitorTupleOn(day, hit));
  const visitTuple = found?.day.day === date ? found.visitTuple : visitTupleOn(day, state, hit, found);
  const { all, ...sighting } = seeVisit(day, key, visitTuple);
  const visit = found ?? openNewVisit(state, day, hit, visitor.tuple, visitTuple);
  visit.presence = { day: date, visitorTuple: visitor.tuple, visitTuple, visitTuples: all };
  return { visit, newVisitor: visitor.isNew, sighting };
}

/** The number, on a day, of the tuple of a hit's visitor. */
function visitorTupleOn(day: Day, hit: Hit): number {
  const row = visitorValues(hit).map((value, i) => day.number(VISITOR_SLOTS[i] as number, value));
  return day.tupleNumber("visitor", row);
}

/** The number, on a day, of the tuple of a new visit or of one that goes on from the day before. */
function visitTupleOn(day: Day, state: TallyState, hit: Hit, found: Visit | undefined): number {
  const attribution = found ? attributionOf(state, found) : visitValues(hit);
  const row = attribution.map((value, i) => day.number(VISIT_SLOTS[i] as number, value));
  return day.tupleNumber("visit", row);
}

/** The values of a visit's attribution, from the day on which it opened. */
function attributionOf(state: TallyState, visit: Visit): string[] {
  const day = state.openDay(visit.day);
  return VISIT_SLOTS.map((slot, column) => {
    const number = day.visitTuples.at(visit.visitTuple, column);
    return day.values[slot]?.text(number) ?? "";
  });
}

function openNewVisit(state: TallyState, day: Day, hit: Hit, visitorTuple: number, visitTuple: number): Visit {
  const silent = state.visits.get(hit.visitor);
  if (silent) closeVisit(state, silent);
  if (state.visits.size >= state.limits.openVisits || !day.mayGrow) {
    const [oldest] = state.visits.values();
    if (oldest) closeVisit(state, oldest);
    day.flag("approximate");
  }
  const visit: Visit = {
    visitor: hit.visitor,
    day: day.local,
    hour: day.number(SLOT.hour, String(hit.hour)),
    visitorTuple,
    visitTuple,
    firstAt: hit.at,
    lastAt: hit.at,
    pageviews: 0,
    interactive: false,
    exitPage: 0,
    pages: [],
    rateFrom: hit.at,
    rateHits: 1,
    liveMinute: 0,
  };
  state.visits.set(visit.visitor, visit);
  return visit;
}

function countEngaged(state: TallyState, visit: Visit, hit: Hit): void {
  const day = state.openDay(visit.day);
  const before = durationSeconds(visit);
  visit.firstAt = Math.min(visit.firstAt, hit.at);
  visit.lastAt = Math.max(visit.lastAt, hit.at);
  const longer = durationSeconds(visit) - before;
  if (longer) countVisit(day, visit, { visits: 0, bounces: 0, durationSeconds: longer });

  const page = remembered(state, visit, day.number(SLOT.page, hit.page));
  if (page && hit.engagement) {
    const { engagedMs, scrollPercent = -1 } = hit.engagement;
    const seconds = Math.floor(page.engagedMs / 1000);
    const engaged = page.engagedMs > 0;
    const scrolled = Math.max(page.scrollPercent, 0);
    const hadScroll = page.scrollPercent >= 0;
    page.engagedMs += Math.floor(engagedMs);
    page.scrollPercent = Math.max(page.scrollPercent, Math.floor(scrollPercent));
    countEngagement(day, page.page, {
      engagedSeconds: Math.floor(page.engagedMs / 1000) - seconds,
      engagedVisits: page.engagedMs > 0 && !engaged ? 1 : 0,
      scrollPercent: Math.max(page.scrollPercent, 0) - scrolled,
      scrollVisits: page.scrollPercent >= 0 && !hadScroll ? 1 : 0,
    });
  }
  countLive(state, visit, hit);
}

/** What a visit remembers of a page, within the bounds of a visit and of all. */
function remembered(state: TallyState, visit: Visit, page: number): SeenPage | undefined {
  const before = visit.pages.length;
  const { pagesPerVisit, rememberedPages } = state.limits;
  const found = pageOf(visit, page, before < pagesPerVisit && state.rememberedPages < rememberedPages);
  state.rememberedPages += visit.pages.length - before;
  return found;
}

function countLive(state: TallyState, visit: Visit, hit: Hit): void {
  const minute = Math.floor(hit.at / MINUTE_MS);
  const visitors = visit.liveMinute === minute ? 0 : 1;
  visit.liveMinute = minute;
  const pageviews = hit.kind === "pageview" ? 1 : 0;
  if (visitors || pageviews) state.live.add(minute, visitors, pageviews);
}

function closeVisit(state: TallyState, visit: Visit): void {
  state.visits.delete(visit.visitor);
  state.rememberedPages -= visit.pages.length;
  const day = state.openDay(visit.day);
  const isNew = day.marks.add(exitMark(sipKey(visit.visitor), visit.exitPage), 0, day.mayGrow);
  countExit(day, {
    page: visit.exitPage,
    visitors: isNew ? 1 : 0,
    visits: 1,
    pageviews: visit.pageviews,
    bounces: isBounce(visit) ? 1 : 0,
    durationSeconds: durationSeconds(visit),
  });
}

/** Counts an event that has no visit and no visitor, on the values that it has itself. */
function countVisitless(state: TallyState, hit: Hit): Outcome {
  const day = state.openDay(hit.day);
  const visitorTuple = visitorTupleOn(day, hit);
  const visitTuple = visitTupleOn(day, state, hit, undefined);
  const presence = { day: day.local.day, visitorTuple, visitTuple, visitTuples: [] };
  countHit(day, numbered(day, hit), presence, null);
  return "counted";
}

const NO_GOALS: readonly number[] = [];

/** A hit with the numbers of its values on a day. */
function numbered(day: Day, hit: Hit): CountedHit {
  const name = hit.event?.name ?? PAGEVIEW;
  return {
    hour: day.number(SLOT.hour, String(hit.hour)),
    page: day.number(SLOT.page, hit.page),
    event: hit.event ? day.number(SLOT.event, name) : -1,
    goals: hit.goals?.map((pattern) => day.number(SLOT.goal, pattern)) ?? NO_GOALS,
    revenue: hit.revenue
      ? {
          value: day.number(SLOT.revenue, name + PART + hit.revenue.currency),
          thousandths: hit.revenue.thousandths,
        }
      : null,
    props: (hit.props ?? []).map(([key, value]) => day.propertyNumbers(propertyDimension(name, key), value)),
  };
}

function drop(state: TallyState, hit: Hit, reason: "no_visit" | "rate"): Outcome {
  countDrop(state.openDay(hit.day), reason, 1);
  return reason;
}
