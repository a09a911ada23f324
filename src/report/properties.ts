/**
 * Properties: what the Stats API calls dimensions, and which stored counts tell of each. Derived from the one table
 * of dimensions.
 */

import { DIMENSIONS, type Dimension, type DimensionKind, type DimensionName, NOT_SET, PAIRED } from "../dimensions.ts";
import type { Label, LabelRule } from "./labels.ts";
import type { Metric } from "./query.ts";

/** How a property's labels are shown instead of by the codes they are stored as. */
export type Display = "country" | "region";

export interface Property {
  /** `visit:source` */
  name: string;
  /** What v1 calls it in results: the name after its colon. */
  key: string;
  kind: DimensionKind;
  /**
   * The fact that it tells, by the name of the stored dimension: properties of one fact can be asked together like one.
   * Of a custom property: `event:props:<name>`.
   */
  fact: string;
  /** How the stored dimension of the fact tells it. */
  label: Label;
  /** How a pair tells it; null where pairs are too coarse, or there are none. */
  paired: { dimension: DimensionName; label: Label } | null;
  display?: Display;
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
  "percentage",
];

const EVENT_METRICS: readonly Metric[] = ["visitors", "events", "pageviews", "percentage"];

/** What is counted on each kind of dimension. */
export const METRICS_OF: Record<DimensionKind, readonly Metric[]> = {
  total: VISIT_METRICS,
  hour: VISIT_METRICS,
  visit: VISIT_METRICS,
  visitor: VISIT_METRICS,
  exit: VISIT_METRICS.filter((metric) => metric !== "events"),
  page: [
    "visitors",
    "visits",
    "pageviews",
    "bounce_rate",
    "visit_duration",
    "events",
    "percentage",
    "time_on_page",
    "scroll_depth",
  ],
  event: EVENT_METRICS,
  goal: EVENT_METRICS,
  revenue: [],
  tally: [],
};

/** Rules of the dimensions that do not show their stored values whole. */
const RULES: Partial<Record<string, LabelRule>> = {
  page: "path",
  entry_page: "path",
  exit_page: "path",
  location: "second",
  country: "first",
  browser_version: "second",
  browser: "first",
  os_version: "second",
  os: "first",
};

function propertyOf(dimension: Dimension, property: string): Property {
  const { name, kind, blank } = dimension;
  const rule = RULES[name] ?? "whole";
  const paired = PAIRED.find((paired) => paired === name);
  return {
    name: property,
    key: property.slice(property.indexOf(":") + 1),
    kind,
    fact: dimension.stored ? name : (dimension.parent ?? name),
    label: { rule, blank },
    // Pairs hold a coarse dimension's own values, and not the first parts of finer ones.
    paired: paired ? { dimension: paired, label: { rule: rule === "path" ? rule : "whole", blank } } : null,
    metrics: METRICS_OF[kind],
  };
}

/** Summed over its pages, visitors and visits of a host would be as many as the pages they saw. */
export const HOST_METRICS = METRICS_OF.page.filter(
  (metric) => metric !== "visitors" && metric !== "visits" && metric !== "percentage",
);

const HOSTNAME: Property = {
  name: "event:hostname",
  key: "hostname",
  kind: "page",
  fact: "page",
  label: { rule: "host", blank: NOT_SET },
  paired: { dimension: "page", label: { rule: "host", blank: NOT_SET } },
  metrics: HOST_METRICS,
};

/** Goals are events, or page views that match a pattern: counted apart from other page views, and told like events. */
const GOAL: Property = {
  name: "event:goal",
  key: "goal",
  kind: "event",
  fact: "event",
  label: { rule: "whole", blank: "" },
  paired: { dimension: "event", label: { rule: "whole", blank: "" } },
  metrics: EVENT_METRICS,
};

/** Every property but those of custom events, in the order of the table. */
export const PROPERTIES: readonly Property[] = DIMENSIONS.flatMap((dimension: Dimension) => {
  if (!dimension.property) return [];
  const property = propertyOf(dimension, dimension.property);
  if (dimension.name === "page") return [property, HOSTNAME];
  if (dimension.name === "location") return [property, named(property, "region")];
  if (dimension.name === "event") return [property, GOAL];
  return dimension.name === "country" ? [property, named(property, "country")] : [property];
});

/** `visit:country_name` beside `visit:country`. */
function named(property: Property, display: Display): Property {
  return { ...property, name: `${property.name}_name`, key: `${property.key}_name`, display };
}

const byName = new Map(PROPERTIES.map((property) => [property.name, property]));
const PROPS = "event:props:";

/** The property of a name; null where there is none. */
export function propertyNamed(name: string): Property | null {
  if (name.startsWith(PROPS) && name.length > PROPS.length) return customProperty(name);
  return byName.get(name) ?? null;
}

/** The custom property that a fact is about; null for any other fact. */
export function customPropertyOfFact(fact: string): string | null {
  return fact.startsWith(PROPS) ? fact.slice(PROPS.length) : null;
}

/** A custom property, over all the events and page views that have it. */
function customProperty(name: string): Property {
  return {
    name,
    key: name.slice(PROPS.length),
    kind: "event",
    fact: name,
    label: { rule: "whole", blank: "(none)" },
    paired: null,
    metrics: EVENT_METRICS,
  };
}
