import type { Day } from "./day.ts";
import { type SipKey, sipHash53 } from "./siphash.ts";
import type { Presence } from "./visit.ts";

/**
 * Who was seen with what today, as marks: 53-bit hashes keyed by the visitor's pseudonym, so that no two marks
 * of a visitor can be told to be of the same one once the pseudonym's key is gone.
 *
 * Marks are few because the coarse follows from the fine. Instead of one mark for each value and pair of
 * values, a visitor has one entry with the tuple of its constants, one for each different visit of the day
 * with the tuple of its attribution, and marks for what was seen in visits of a tuple. Whether a visitor is
 * new to (source, page) is then: seen on this page now for the first time with this tuple, and with none of
 * the visitor's other tuples that have the same source. Measured: 10 entries for a visitor of three page views;
 * a mark for each value and pair would make some 37.
 */

/** What a mark is about: the high bits of its message. */
const SCOPE = {
  visitor: 1,
  visit: 2,
  hour: 3,
  page: 4,
  event: 5,
  hourPage: 6,
  hourEvent: 7,
  pageEvent: 8,
  exitPage: 9,
  property: 10,
  goal: 11,
  hourGoal: 12,
  pageGoal: 13,
} as const;

function scoped(key: SipKey, scope: number, a: number, b: number): number {
  return sipHash53(key, (scope << 28) | a, b);
}

/** Something a visitor is seen with now, against the visitor's other visits of the day. */
export interface Sighting {
  /** Not seen before in a visit of this tuple. */
  isNew: boolean;
  /** Tuples of the visitor's other visits in which it was seen. */
  others: readonly number[];
}

/** The number of the visitor's tuple; `isNew` if this is the visitor's first hit of the day. */
export function seeVisitor(day: Day, key: SipKey, tuple: () => number): { isNew: boolean; tuple: number } {
  const mark = scoped(key, SCOPE.visitor, 0, 0);
  const known = day.visitors.get(mark);
  if (known >= 0) return { isNew: false, tuple: known };
  const own = tuple();
  day.visitors.add(mark, own, day.mayGrow);
  return { isNew: true, tuple: own };
}

/** Adds a visit's tuple to those of the visitor today. `all` has every tuple, this one included. */
export function seeVisit(day: Day, key: SipKey, tuple: number): Sighting & { all: number[] } {
  const all: number[] = [];
  for (;;) {
    const found = day.visitors.get(scoped(key, SCOPE.visit, all.length, 0));
    if (found < 0) break;
    all.push(found);
  }
  const others = all.filter((other) => other !== tuple);
  const isNew = others.length === all.length;
  if (isNew) {
    day.visitors.add(scoped(key, SCOPE.visit, all.length, 0), tuple, day.mayGrow);
    all.push(tuple);
  }
  return { isNew, others, all };
}

/** What a visitor may be seen with at each hit anew. */
export type InVisit = "hour" | "page" | "event" | "goal";
/** Two of these, together. */
export type Together = "hourPage" | "hourEvent" | "pageEvent" | "hourGoal" | "pageGoal";

/** A visitor in a visit of `presence`'s tuple is seen with one of these. */
export function seeInVisit(day: Day, key: SipKey, what: InVisit, value: number, presence: Presence): Sighting {
  const isNew = day.marks.add(scoped(key, SCOPE[what], presence.visitTuple, value), 0, day.mayGrow);
  if (!isNew) return { isNew, others: [] };
  const others = presence.visitTuples.filter(
    (tuple) => tuple !== presence.visitTuple && day.marks.has(scoped(key, SCOPE[what], tuple, value)),
  );
  return { isNew, others };
}

/** Whether a visitor is new today to two things together, or to a property's value. */
export function seeTogether(day: Day, key: SipKey, scope: Together | "property", a: number, b: number): boolean {
  return day.marks.add(scoped(key, SCOPE[scope], a, b), 0, day.mayGrow);
}

/** The mark of a visitor who left from a page. */
export function exitMark(key: SipKey, page: number): number {
  return scoped(key, SCOPE.exitPage, page, 0);
}

/** Whether any tuple among `others` has the same values as `tuple` in these columns. */
export function isShared(day: Day, tuple: number, others: readonly number[], ...columns: number[]): boolean {
  return others.some((other) =>
    columns.every((column) => day.visitTuples.at(other, column) === day.visitTuples.at(tuple, column)),
  );
}
