import type { LocalDay } from "../calendar.ts";
import type { Limits } from "../limits.ts";
import type { PackReader, PackWriter } from "./pack.ts";

/** What an open visit remembers of one page. Pages are numbered by the day on which the visit opened. */
export interface SeenPage {
  page: number;
  /** By a page view or event; an engagement alone does not make a visit of the page. */
  seen: boolean;
  engagedMs: number;
  /** Deepest scroll, percent; -1: unknown. */
  scrollPercent: number;
}

/** Where a visit stands on the local day of its latest hit. Can be found again from the day's marks. */
export interface Presence {
  day: string;
  /** Number of the visitor's tuple and of the visit's tuple, on that day. */
  visitorTuple: number;
  visitTuple: number;
  /** Tuples of all the visitor's visits of that day, this one included. */
  visitTuples: number[];
}

/** One visit that may go on. Pure data; src/tally/count.ts turns its changes into counts. */
export interface Visit {
  /** Pseudonym under which the visit opened: 32 hex digits. */
  visitor: string;
  /** The day and hour on which it opened: its visit, bounce and duration are counted there. */
  day: LocalDay;
  hour: number;
  visitorTuple: number;
  visitTuple: number;
  firstAt: number;
  lastAt: number;
  pageviews: number;
  interactive: boolean;
  /** Page of the latest page view or event. */
  exitPage: number;
  pages: SeenPage[];
  /** Start and hits of the current window of the rate limit. */
  rateFrom: number;
  rateHits: number;
  /** Minute (ms since 1970 / 60,000) in which it was last counted as live. */
  liveMinute: number;
  presence?: Presence;
}

/** Whether a visit is over at an instant, hits being at most `latenessMs` late. */
export function isOver(visit: Visit, now: number, limits: Limits): boolean {
  return (
    now >= Math.min(visit.lastAt + limits.visitGapMs, visit.day.endsAt + limits.overMidnightMs) + limits.latenessMs
  );
}

/** Whether a hit at an instant belongs to a visit: no gap of 30 minutes, and not too far into the next day. */
export function goesOn(visit: Visit, at: number, limits: Limits): boolean {
  return (
    at < visit.lastAt + limits.visitGapMs &&
    at > visit.firstAt - limits.visitGapMs &&
    at < visit.day.endsAt + limits.overMidnightMs
  );
}

/** A visit with exactly one page view and no interactive event. */
export function isBounce(visit: Visit): boolean {
  return visit.pageviews === 1 && !visit.interactive;
}

/** Whole seconds from the first to the last sign of life. */
export function durationSeconds(visit: Visit): number {
  return Math.floor((visit.lastAt - visit.firstAt) / 1000);
}

/** What the visit remembers of a page; if it remembers nothing yet and may not begin to, undefined. */
export function pageOf(visit: Visit, page: number, mayAdd: boolean): SeenPage | undefined {
  let known = visit.pages.find((seen) => seen.page === page);
  if (!known && mayAdd) {
    known = { page, seen: false, engagedMs: 0, scrollPercent: -1 };
    visit.pages.push(known);
  }
  return known;
}

/** Counts a hit against the rate limit: windows of five minutes from the visit's first hit on. */
export function withinRate(visit: Visit, at: number, limits: Limits): boolean {
  if (at >= visit.rateFrom + limits.rateWindowMs) {
    visit.rateFrom = at;
    visit.rateHits = 0;
  }
  if (visit.rateHits >= limits.rateHits) return false;
  visit.rateHits++;
  return true;
}

export function writeVisit(writer: PackWriter, visit: Visit): void {
  writer.text(visit.visitor).text(visit.day.day).integer(visit.hour);
  writer.integer(visit.visitorTuple).integer(visit.visitTuple).float(visit.firstAt).float(visit.lastAt);
  writer
    .integer(visit.pageviews)
    .integer(visit.interactive ? 1 : 0)
    .integer(visit.exitPage);
  writer.float(visit.rateFrom).integer(visit.rateHits).float(visit.liveMinute);
  writer.list(visit.pages, (page) =>
    writer
      .integer(page.page)
      .integer(page.seen ? 1 : 0)
      .integer(page.engagedMs)
      .integer(page.scrollPercent + 1),
  );
}

/** Reads what `writeVisit` wrote; `localDay` finds the open day by its date. */
export function readVisit(reader: PackReader, localDay: (day: string) => LocalDay): Visit {
  return {
    visitor: reader.text(),
    day: localDay(reader.text()),
    hour: reader.integer(),
    visitorTuple: reader.integer(),
    visitTuple: reader.integer(),
    firstAt: reader.float(),
    lastAt: reader.float(),
    pageviews: reader.integer(),
    interactive: reader.integer() === 1,
    exitPage: reader.integer(),
    rateFrom: reader.float(),
    rateHits: reader.integer(),
    liveMinute: reader.float(),
    pages: reader.list(() => ({
      page: reader.integer(),
      seen: reader.integer() === 1,
      engagedMs: reader.integer(),
      scrollPercent: reader.integer() - 1,
    })),
  };
}
