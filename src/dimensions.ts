/**
 * The one table of dimensions. Ingest, storage, reports and the dashboard all derive from it: to add a
 * dimension, add a row here and its value to the hit.
 *
 * The kind decides how a dimension is counted and what is exact about it:
 * - `total`: the site itself, one value.
 * - `hour`: page views, events and visitors by the hour of the hit; visits by the hour in which they opened.
 * - `page`: several values a visit.
 * - `visit`: one value a visit, that of its first hit.
 * - `exit`: known when the visit closes.
 * - `visitor`: one value a visitor and day, that of the visitor's first hit that day.
 * - `event`: one value a custom event.
 * - `goal`: any number of values a page view.
 * - `revenue`: one value a custom event that brought an amount: how many did, and the amounts; no visitors.
 * - `tally`: bookkeeping of the tally; occurrences only.
 */
export type DimensionKind =
  | "total"
  | "hour"
  | "page"
  | "visit"
  | "exit"
  | "visitor"
  | "event"
  | "goal"
  | "revenue"
  | "tally";

export interface Dimension {
  name: string;
  kind: DimensionKind;
  /** Counted on its own, in `counts`. Those that are not are summed from `parent`. */
  stored: boolean;
  /** The stored dimension whose first part this one is. */
  parent?: string;
  /** Dimensions that share their table of values (and so its bound). Default: the name. */
  values?: string;
  /** How many parts a joint value may have; blank ones at its end are left out. Default: 1, it is not joint. */
  parts?: number;
  /** What reports call the empty value. */
  blank: string;
  /** The property of the Stats API, with what part of a joint value it shows (parts are separated by a tab). */
  property?: string;
}

/** Separates the parts of a joint value (`LV\tRIX`). Control characters never occur within a part. */
export const PART = "\t";

/** The name of a page view among events. */
export const PAGEVIEW = "pageview";

/** Where values beyond a bound are counted. */
export const OTHER = "(other)";

/** What reports call what a visitor did not tell. */
export const NOT_SET = "(not set)";
const DIRECT = "Direct / None";

export const DIMENSIONS = [
  { name: "site", kind: "total", stored: true, blank: "" },
  { name: "hour", kind: "hour", stored: true, blank: "" },
  // hostname + path: `example.com/blog`
  { name: "page", kind: "page", stored: true, blank: NOT_SET, property: "event:page" },
  {
    name: "entry_page",
    kind: "visit",
    stored: true,
    values: "page",
    blank: NOT_SET,
    property: "visit:entry_page",
  },
  {
    name: "exit_page",
    kind: "exit",
    stored: true,
    values: "page",
    blank: NOT_SET,
    property: "visit:exit_page",
  },
  // source, referrer, utm_source, utm_medium, utm_campaign, utm_content, utm_term: the link that led here
  { name: "acquisition", kind: "visit", stored: true, parts: 7, blank: "" },
  { name: "source", kind: "visit", stored: true, blank: DIRECT, property: "visit:source" },
  { name: "channel", kind: "visit", stored: true, blank: "Direct", property: "visit:channel" },
  { name: "referrer", kind: "visit", stored: true, blank: DIRECT, property: "visit:referrer" },
  { name: "utm_source", kind: "visit", stored: true, blank: NOT_SET, property: "visit:utm_source" },
  { name: "utm_medium", kind: "visit", stored: true, blank: NOT_SET, property: "visit:utm_medium" },
  { name: "utm_campaign", kind: "visit", stored: true, blank: NOT_SET, property: "visit:utm_campaign" },
  { name: "utm_content", kind: "visit", stored: true, blank: NOT_SET, property: "visit:utm_content" },
  { name: "utm_term", kind: "visit", stored: true, blank: NOT_SET, property: "visit:utm_term" },
  // country + region: `LV\tLV-RIX`
  { name: "location", kind: "visitor", stored: true, parts: 2, blank: NOT_SET, property: "visit:region" },
  {
    name: "country",
    kind: "visitor",
    stored: false,
    parent: "location",
    blank: NOT_SET,
    property: "visit:country",
  },
  // name + version: `Firefox\t145`
  {
    name: "browser_version",
    kind: "visitor",
    stored: true,
    parts: 2,
    blank: NOT_SET,
    property: "visit:browser_version",
  },
  {
    name: "browser",
    kind: "visitor",
    stored: false,
    parent: "browser_version",
    blank: NOT_SET,
    property: "visit:browser",
  },
  { name: "os_version", kind: "visitor", stored: true, parts: 2, blank: NOT_SET, property: "visit:os_version" },
  {
    name: "os",
    kind: "visitor",
    stored: false,
    parent: "os_version",
    blank: NOT_SET,
    property: "visit:os",
  },
  { name: "device", kind: "visitor", stored: true, blank: NOT_SET, property: "visit:device" },
  // a class of widths, never a size in pixels
  { name: "screen", kind: "visitor", stored: true, blank: NOT_SET, property: "visit:screen" },
  { name: "language", kind: "visitor", stored: true, blank: NOT_SET, property: "visit:language" },
  { name: "event", kind: "event", stored: true, blank: "", property: "event:name" },
  // patterns of page goals; goals that are events are counted as events
  { name: "goal", kind: "goal", stored: true, blank: "" },
  // event + currency: `Purchase\tEUR`
  { name: "revenue", kind: "revenue", stored: true, parts: 2, blank: "" },
  { name: "dropped", kind: "tally", stored: true, blank: "" },
  // what is not exact about a day: `approximate`, `capped:<dimension>`, `capped:visit` and `capped:visitor` (all the
  // dimensions of that kind), `capped:properties`
  { name: "flags", kind: "tally", stored: true, blank: "" },
] as const satisfies readonly Dimension[];

export type DimensionName = (typeof DIMENSIONS)[number]["name"];

/**
 * The stored name of a custom event's property: one dimension for each event and property name. Colons of the event
 * (`Outbound Link: Click`) are written as `%3A`, so that the property is all that follows the second colon.
 */
export function propertyDimension(event: string, property: string): string {
  return `event:${event.replaceAll("%", "%25").replaceAll(":", "%3A")}:${property}`;
}

/**
 * Dimensions that are counted in pairs, in order of how many values they usually have on a day: a pair is nested
 * JSON with the dimension of fewer values outside, which reads fastest.
 */
export const PAIRED = [
  "device",
  "channel",
  "os",
  "browser",
  "hour",
  "language",
  "country",
  "utm_campaign",
  "source",
  "goal",
  "event",
  "entry_page",
  "page",
] as const satisfies readonly DimensionName[];

/**
 * Every two of the paired dimensions; the first is the outer one. A goal is met by a page view and no event is one, so
 * that these two never occur together.
 */
export const PAIRS: readonly (readonly [DimensionName, DimensionName])[] = PAIRED.flatMap((outer, i) =>
  PAIRED.slice(i + 1).flatMap((inner) => (outer === "goal" && inner === "event" ? [] : [[outer, inner] as const])),
);

/** The stored name of a pair: `country*page`. */
export function pairName(outer: DimensionName, inner: DimensionName): string {
  return `${outer}*${inner}`;
}

/**
 * Dimensions whose values are long: rows of pairs name them by number, and the row `values:<dimension>` of the same
 * day and writer lists them (number → value). It takes the pairs of a day of 14,400 hits from 138 to 48 kB of JSON for 1,000 hits.
 * `entry_page` is numbered with `page`, whose values it shares.
 */
export const NUMBERED = ["page"] as const satisfies readonly DimensionName[];

/** The numbered dimension whose numbers the values of a dimension go by in pairs; null where they stand as they are. */
export function numberedAs(dimension: DimensionName): (typeof NUMBERED)[number] | null {
  const declared: Dimension | undefined = DIMENSIONS.find(({ name }) => name === dimension);
  return NUMBERED.find((name) => name === (declared?.values ?? dimension)) ?? null;
}

/** The stored name of the list of a numbered dimension's values. */
export function valuesName(dimension: (typeof NUMBERED)[number]): string {
  return `values:${dimension}`;
}
