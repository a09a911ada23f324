/**
 * Properties: what the Stats API calls dimensions, and which stored counts tell of each. Derived from the one table
 * of dimensions.
 */

import { DIMENSIONS, type Dimension, type DimensionKind, PAGEVIEW } from "../dimensions.ts";
import { COLUMN, COUNTED } from "../metrics.ts";
import type { Label, LabelRule } from "./labels.ts";
import type { Metric } from "./query.ts";
import type { Field, Source } from "./read.ts";

export interface Property {
  /** `visit:source` */
  name: string;
  /** What v1 calls it in results: the name after its colon. */
  key: string;
  kind: DimensionKind;
  /** The stored dimension whose values it shows. Properties of one stored dimension can be asked together. */
  stored: string;
  label: Label;
  sources: readonly Source[];
  /** What is counted for its values. */
  metrics: readonly Metric[];
}

const VISIT_METRICS: readonly Metric[] = [
  "visitors",
  "visits",
  "pageviews",
  "views_per_visit",
  "bounce_rate",
  "visit_duration",
  "events",
];

/** What is counted on each kind of dimension. */
export const METRICS_OF: Record<DimensionKind, readonly Metric[]> = {
  total: VISIT_METRICS,
  hour: VISIT_METRICS,
  visit: VISIT_METRICS,
  visitor: VISIT_METRICS,
  exit: VISIT_METRICS.filter((metric) => metric !== "events"),
  page: ["visitors", "visits", "pageviews", "bounce_rate", "visit_duration", "events", "time_on_page", "scroll_depth"],
  event: ["visitors", "events"],
  goal: ["visitors", "events", "pageviews"],
  revenue: [],
  tally: [],
};

const ALL_COLUMNS: Partial<Record<Field, number>> = Object.fromEntries(COUNTED.map((name) => [name, COLUMN[name]]));
const VISIT_COLUMNS: Partial<Record<Field, number>> = { ...ALL_COLUMNS, entries: COLUMN.visits };

/** The site as a whole, and its hours. */
export const SITE: Source = { from: "site", columns: VISIT_COLUMNS };
export const HOUR: Source = { from: "hour", columns: VISIT_COLUMNS };

const { bounces: _bounces, durationSeconds: _durationSeconds, ...PAGE_COLUMNS } = ALL_COLUMNS;

/** The pages' own counts; bounces and durations are those of the visits that entered there. */
const PAGE_SOURCES: readonly Source[] = [
  { from: "page", columns: PAGE_COLUMNS },
  {
    from: "entry_page",
    columns: { entries: COLUMN.visits, bounces: COLUMN.bounces, durationSeconds: COLUMN.durationSeconds },
    completes: true,
  },
];

const EVENT_SOURCES: readonly Source[] = [
  { from: "event", columns: { visitors: COLUMN.visitors, customEvents: COLUMN.customEvents } },
  {
    from: "site",
    columns: { visitors: COLUMN.visitors, pageviews: COLUMN.pageviews },
    as: PAGEVIEW,
    completes: true,
  },
];

/** Rules of the dimensions that do not show their stored values whole. */
const RULES: Record<string, LabelRule> = {
  page: "path",
  entry_page: "path",
  exit_page: "path",
  location: "second",
  country: "first",
  browser_version: "joined",
  browser: "first",
  os_version: "joined",
  os: "first",
};

function propertyOf(dimension: Dimension, property: string): Property {
  const { name, kind, blank } = dimension;
  const stored = dimension.stored ? name : (dimension.parent ?? name);
  const sources =
    name === "page" ? PAGE_SOURCES : name === "event" ? EVENT_SOURCES : [{ from: stored, columns: VISIT_COLUMNS }];
  return {
    name: property,
    key: property.slice(property.indexOf(":") + 1),
    kind,
    stored,
    label: { rule: RULES[name] ?? "whole", blank },
    sources,
    metrics: name === "event" ? [...METRICS_OF.event, "pageviews"] : METRICS_OF[kind],
  };
}

const HOSTNAME: Property = {
  name: "event:hostname",
  key: "hostname",
  kind: "page",
  stored: "page",
  label: { rule: "host", blank: "(not set)" },
  sources: PAGE_SOURCES,
  // Summed over its pages, visitors and visits of a host would be as many as the pages they saw.
  metrics: METRICS_OF.page.filter((metric) => metric !== "visitors" && metric !== "visits"),
};

/** Every property but those of custom events, in the order of the table. */
export const PROPERTIES: readonly Property[] = DIMENSIONS.flatMap((dimension: Dimension) => {
  if (!dimension.property) return [];
  const property = propertyOf(dimension, dimension.property);
  return dimension.name === "page" ? [property, HOSTNAME] : [property];
});

const byName = new Map(PROPERTIES.map((property) => [property.name, property]));
const PROPS = "event:props:";

/** The property of a name; null where there is none. */
export function propertyNamed(name: string): Property | null {
  if (name.startsWith(PROPS) && name.length > PROPS.length) return customProperty(name.slice(PROPS.length));
  return byName.get(name) ?? null;
}

/** A custom property, over all the events and page views that have it. */
function customProperty(property: string): Property {
  return {
    name: PROPS + property,
    key: property,
    kind: "event",
    stored: PROPS + property,
    label: { rule: "whole", blank: "(none)" },
    sources: [
      {
        from: { property },
        columns: { visitors: COLUMN.visitors, pageviews: COLUMN.pageviews, customEvents: COLUMN.customEvents },
      },
    ],
    metrics: [...METRICS_OF.event, "pageviews"],
  };
}
