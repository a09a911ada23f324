import type { DimensionKind } from "../dimensions.ts";
import { COLUMN } from "../metrics.ts";
import { type Day, PROPERTY_TABLES } from "./day.ts";
import { type InVisit, isShared, type Sighting, seeInVisit, seeTogether, type Together } from "./sightings.ts";
import type { SipKey } from "./siphash.ts";
import { isVisitLevel, PAIR_SLOTS, type PairSlots, SLOT, SLOTS, VISIT_SLOTS, VISITOR_SLOTS } from "./slots.ts";
import type { Presence, Visit } from "./visit.ts";

/**
 * Turns hits and the changes of visits into counts: on every dimension, and on every pair of the paired ones.
 */

/** What has been seen before. */
const NOT_NEW: Sighting = { isNew: false, others: [] };

/** The value of each slot for the hit at hand; -1 where it has none. One array for all hits: this runs 150 times a hit. */
const values = new Int32Array(SLOTS.length);
/** Whether the visitor is new today to the value of each slot. */
const fresh = new Uint8Array(SLOTS.length);
/** What was seen of the visitor with the hit's hour, page, event and goal, by slot. */
const sightings: Sighting[] = SLOTS.map(() => NOT_NEW);

const columnOf = (slots: readonly number[]) => SLOTS.map((_, slot) => slots.indexOf(slot));
const VISIT_COLUMN = columnOf(VISIT_SLOTS);

/** Kinds of dimensions on which a hit is not counted once. */
const KINDS_APART: readonly DimensionKind[] = ["exit", "goal", "revenue", "tally"];

/** Slots on which hits are counted, and those on which visits are. */
const HIT_SLOTS = SLOTS.flatMap(({ kind, stored }, slot) => (stored && !KINDS_APART.includes(kind) ? [slot] : []));
const VISIT_LEVEL_SLOTS = HIT_SLOTS.filter(isVisitLevel);
const VISIT_LEVEL_PAIRS = PAIR_SLOTS.filter(({ a, b }) => isVisitLevel(a) && isVisitLevel(b));
/** Pairs on which a hit is counted once, and those on which it is counted once for each goal that it meets. */
const HIT_PAIRS = PAIR_SLOTS.filter(({ a, b }) => a !== SLOT.goal && b !== SLOT.goal);
const GOAL_PAIRS = PAIR_SLOTS.filter(({ a, b }) => a === SLOT.goal || b === SLOT.goal);
const PAGE_PAIRS = PAIR_SLOTS.filter(
  ({ a, b }) => (a === SLOT.page && isVisitLevel(b)) || (b === SLOT.page && isVisitLevel(a)),
);

/** How to tell whether a visitor is new to a pair: from one of its two values, or from sightings and marks. */
type Newness = "a" | "b" | "visits" | "sighting" | "together";

function newnessOf({ a, b }: PairSlots): Newness {
  const kinds = [SLOTS[a]?.kind, SLOTS[b]?.kind];
  // A visitor has one value of these a day: it is new to the pair when it is new to the other value.
  if (kinds[0] === "visitor") return "b";
  if (kinds[1] === "visitor") return "a";
  if (kinds[0] === "visit" && kinds[1] === "visit") return "visits";
  return kinds.includes("visit") ? "sighting" : "together";
}
const NEWNESS = PAIR_SLOTS.map(newnessOf);

function togetherOf({ a, b }: PairSlots): Together {
  const has = (slot: number) => a === slot || b === slot;
  if (has(SLOT.event)) return has(SLOT.hour) ? "hourEvent" : "pageEvent";
  if (has(SLOT.goal)) return has(SLOT.hour) ? "hourGoal" : "pageGoal";
  return "hourPage";
}
/** Only of use where the newness is `together`. */
const TOGETHER = PAIR_SLOTS.map(togetherOf);

function setTuples(day: Day, visitorTuple: number, visitTuple: number): void {
  values.fill(-1);
  values[SLOT.site] = day.number(SLOT.site, "");
  for (let column = 0; column < VISITOR_SLOTS.length; column++) {
    values[VISITOR_SLOTS[column] as number] = day.visitorTuples.at(visitorTuple, column);
  }
  for (let column = 0; column < VISIT_SLOTS.length; column++) {
    values[VISIT_SLOTS[column] as number] = day.visitTuples.at(visitTuple, column);
  }
}

/** A page view or event, as it is counted on its own day. Numbers are of that day's values. */
export interface CountedHit {
  hour: number;
  page: number;
  /** -1 for a page view. */
  event: number;
  /** The page goals it meets. */
  goals: readonly number[];
  /** What it brought; null for nothing. `value` is that of the event and currency. */
  revenue: { value: number; thousandths: number } | null;
  /** Its properties, by numbers. */
  props: readonly { property: number; value: number }[];
}

/** The visitor of a hit: its key for marks, and whether visitor and visit are new today. */
export interface CountedVisitor {
  key: SipKey;
  isNew: boolean;
  visit: Sighting;
}

/**
 * Counts a page view or event on its day: the hit itself, and its visitor (null: nobody) on every value and pair
 * that the visitor is new to.
 */
export function countHit(day: Day, hit: CountedHit, presence: Presence, visitor: CountedVisitor | null): void {
  setTuples(day, presence.visitorTuple, presence.visitTuple);
  const newVisitor = visitor?.isNew ?? false;
  const visitSighting = visitor?.visit ?? NOT_NEW;

  fresh.fill(newVisitor ? 1 : 0);
  for (let column = 0; column < VISIT_SLOTS.length; column++) {
    fresh[VISIT_SLOTS[column] as number] =
      visitSighting.isNew && !isShared(day, presence.visitTuple, visitSighting.others, column) ? 1 : 0;
  }
  const newHour = seeValue(day, "hour", hit.hour, presence, visitor);
  const newPage = seeValue(day, "page", hit.page, presence, visitor);
  const newEvent = seeValue(day, "event", hit.event, presence, visitor);
  const column = hit.event < 0 ? COLUMN.pageviews : COLUMN.customEvents;

  for (const slot of HIT_SLOTS) {
    const value = values[slot] as number;
    if (value < 0) continue;
    const row = day.singles.row(slot, value, 0);
    day.singles.add(row, column, 1);
    if (fresh[slot]) day.singles.add(row, COLUMN.visitors, 1);
  }
  if (newVisitor) day.add(SLOT.hour, hit.hour, COLUMN.newVisitors, 1);
  const anythingNew = newVisitor || visitSighting.isNew || newHour || newPage || newEvent;
  countPairs(day, HIT_PAIRS, column, presence, visitor, anythingNew);

  for (const goal of hit.goals) {
    const newGoal = seeValue(day, "goal", goal, presence, visitor);
    day.add(SLOT.goal, goal, column, 1);
    if (fresh[SLOT.goal]) day.add(SLOT.goal, goal, COLUMN.visitors, 1);
    countPairs(day, GOAL_PAIRS, column, presence, visitor, newGoal);
  }
  if (hit.revenue) countRevenue(day, hit.revenue);
  for (const { property, value } of hit.props) {
    const table = propertyTable(property);
    day.add(table, value, column, 1);
    if (visitor && seeTogether(day, visitor.key, "property", property, value)) {
      day.add(table, value, COLUMN.visitors, 1);
    }
  }
}

/**
 * Sets the hit's value (-1: none) of a dimension that may have another at each hit, and sees the visitor with it.
 * @returns whether this visitor was not seen with it in a visit of these attributes
 */
function seeValue(day: Day, what: InVisit, value: number, presence: Presence, visitor: CountedVisitor | null): boolean {
  const slot = SLOT[what];
  const sighting = visitor && value >= 0 ? seeInVisit(day, visitor.key, what, value, presence) : NOT_NEW;
  values[slot] = value;
  sightings[slot] = sighting;
  fresh[slot] = isFresh(sighting);
  return sighting.isNew;
}

/**
 * Counts the hit at hand, and its visitor, on pairs.
 * @param anythingNew whether the visitor is new to any one value of them
 */
function countPairs(
  day: Day,
  pairs: readonly PairSlots[],
  column: number,
  { visitTuple }: Presence,
  visitor: CountedVisitor | null,
  anythingNew: boolean,
): void {
  const visitSighting = visitor?.visit ?? NOT_NEW;
  for (const { pair, a, b } of pairs) {
    const first = values[a] as number;
    const second = values[b] as number;
    if (first < 0 || second < 0) continue;
    const row = day.pairRow(pair, first, second, a, b);
    day.pairs.add(row, column, 1);
    const newness = NEWNESS[pair];
    // Hours and pages come and go: (hour, page) may be new though neither is.
    if (!anythingNew && newness !== "together") continue;
    let isNew: boolean;
    if (newness === "a") isNew = fresh[a] === 1;
    else if (newness === "b") isNew = fresh[b] === 1;
    else if (newness === "visits") {
      isNew =
        visitSighting.isNew &&
        !isShared(day, visitTuple, visitSighting.others, VISIT_COLUMN[a] as number, VISIT_COLUMN[b] as number);
    } else if (newness === "sighting") {
      const visitIsFirst = (VISIT_COLUMN[a] as number) >= 0;
      const sighting = sightings[visitIsFirst ? b : a] as Sighting;
      const attribute = VISIT_COLUMN[visitIsFirst ? a : b] as number;
      isNew = sighting.isNew && !isShared(day, visitTuple, sighting.others, attribute);
    } else isNew = visitor !== null && seeTogether(day, visitor.key, TOGETHER[pair] as Together, first, second);
    if (isNew) day.pairs.add(row, COLUMN.visitors, 1);
  }
}

/** Counts what an event brought. A sum stays a whole number that can be stored, whatever amounts strangers send. */
function countRevenue(day: Day, { value, thousandths }: { value: number; thousandths: number }): void {
  const row = day.singles.row(SLOT.revenue, value, 0);
  const column = thousandths < 0 ? COLUMN.refundThousandths : COLUMN.revenueThousandths;
  const amount = Math.abs(thousandths);
  const room = Number.MAX_SAFE_INTEGER - day.singles.count(row, column);
  if (amount > room) day.flag("capped:revenue");
  day.singles.add(row, COLUMN.customEvents, 1);
  day.singles.add(row, column, Math.min(amount, room));
}

function isFresh(sighting: Sighting): 0 | 1 {
  return sighting.isNew && sighting.others.length === 0 ? 1 : 0;
}

/** Cells of a property's values; see `PROPERTY_TABLES`. */
export function propertyTable(property: number): number {
  return PROPERTY_TABLES + property;
}

/** How a visit's own metrics changed. */
export interface VisitChange {
  visits: number;
  bounces: number;
  durationSeconds: number;
}

/** Counts a change of a visit on the day and hour in which it opened. */
export function countVisit(day: Day, visit: Visit, change: VisitChange): void {
  setTuples(day, visit.visitorTuple, visit.visitTuple);
  values[SLOT.hour] = visit.hour;
  for (const slot of VISIT_LEVEL_SLOTS) {
    const row = day.singles.row(slot, values[slot] as number, 0);
    if (change.visits) day.singles.add(row, COLUMN.visits, change.visits);
    if (change.bounces) day.singles.add(row, COLUMN.bounces, change.bounces);
    if (change.durationSeconds) day.singles.add(row, COLUMN.durationSeconds, change.durationSeconds);
  }
  for (const { pair, a, b } of VISIT_LEVEL_PAIRS) {
    const row = day.pairRow(pair, values[a] as number, values[b] as number, a, b);
    if (change.visits) day.pairs.add(row, COLUMN.visits, change.visits);
    if (change.bounces) day.pairs.add(row, COLUMN.bounces, change.bounces);
    if (change.durationSeconds) day.pairs.add(row, COLUMN.durationSeconds, change.durationSeconds);
  }
}

/** Counts a visit on a page that it sees for the first time, on the day on which it opened. */
export function countVisitOfPage(day: Day, visit: Visit, page: number): void {
  setTuples(day, visit.visitorTuple, visit.visitTuple);
  values[SLOT.hour] = visit.hour;
  values[SLOT.page] = page;
  day.add(SLOT.page, page, COLUMN.visits, 1);
  for (const { pair, a, b } of PAGE_PAIRS) {
    day.pairs.add(day.pairRow(pair, values[a] as number, values[b] as number, a, b), COLUMN.visits, 1);
  }
}

/** How a visit's engagement with one page changed. */
export interface EngagementChange {
  engagedSeconds: number;
  engagedVisits: number;
  scrollPercent: number;
  scrollVisits: number;
}

/** Counts a visit's engagement with a page, on the day on which the visit opened. */
export function countEngagement(day: Day, page: number, change: EngagementChange): void {
  const row = day.singles.row(SLOT.page, page, 0);
  for (const name of ["engagedSeconds", "engagedVisits", "scrollPercent", "scrollVisits"] as const) {
    if (change[name]) day.singles.add(row, COLUMN[name], change[name]);
  }
}

/** What a closed visit adds to its exit page. */
export interface Exit {
  page: number;
  visitors: number;
  visits: number;
  pageviews: number;
  bounces: number;
  durationSeconds: number;
}

/** Counts the exit page of a visit that closed. */
export function countExit(day: Day, exit: Exit): void {
  const row = day.singles.row(SLOT.exit_page, exit.page, 0);
  for (const name of ["visitors", "visits", "pageviews", "bounces", "durationSeconds"] as const) {
    if (exit[name]) day.singles.add(row, COLUMN[name], exit[name]);
  }
}

/** Counts beacons that were not counted, by reason. */
export function countDrop(day: Day, reason: string, count: number): void {
  day.add(SLOT.dropped, day.number(SLOT.dropped, reason), COLUMN.customEvents, count);
}
