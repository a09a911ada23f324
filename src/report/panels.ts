/** The lists of the summary: the greatest values of each dimension, with what is best shown of them. */

import type { DimensionKind } from "../dimensions.ts";
import type { Site } from "../site.ts";
import { namesOf } from "./names.ts";
import { canBreakDown } from "./planner.ts";
import { customPropertyOfFact, METRICS_OF, PROPERTIES, type Property } from "./properties.ts";
import {
  allOf,
  type Condition,
  conditionsOf,
  conjunctsOf,
  type Filter,
  isSearch,
  type Metric,
  Refusal,
} from "./query.ts";
import { isGoalCondition } from "./question.ts";
import type { PartialAnswer } from "./run.ts";
import { EVENT_FACT, GOAL_PROPERTY } from "./sources.ts";
import type { Panel, PanelRow, Refused } from "./summary-answer.ts";

/** Rows of a list. */
const PANEL_ROWS = 9;
/** There are no more countries than that: all of them are on the map. */
const COUNTRIES = 250;

/** What a list of the summary asks. */
export interface PanelQuestion {
  /** Under which it stands. */
  name: string;
  /** A version says nothing without what it is a version of: those are two, shown as one text. */
  dimensions: readonly string[];
  /** What is told of them, as far as it can be. */
  metrics: readonly Metric[];
  /** How many rows are told at most. */
  rows: number;
  /** What it is filtered by: not by which of its own values are looked at, so that others can be seen and chosen, too. */
  filter: Filter | null;
}

const NAME_OF_VERSION: Partial<Record<string, string>> = {
  "visit:browser_version": "visit:browser",
  "visit:os_version": "visit:os",
};

/** By the kind of dimension: in the order in which metrics are best shown, as far as there is room. */
const SHOWN: Partial<Record<DimensionKind, readonly Metric[]>> = {
  page: ["visitors", "pageviews", "bounce_rate", "time_on_page", "scroll_depth", "visits"],
  visit: ["visitors", "visits", "bounce_rate", "visit_duration", "pageviews"],
  exit: ["visitors", "visits", "pageviews"],
  visitor: ["visitors", "percentage", "visits", "bounce_rate", "visit_duration", "pageviews"],
  event: ["visitors", "events", "percentage"],
};

const PANELS: readonly Omit<PanelQuestion, "filter">[] = PROPERTIES.flatMap((property) => {
  if (property.display || property.name === GOAL_PROPERTY) return [];
  const { name, kind } = property;
  const whole = NAME_OF_VERSION[name];
  return [
    {
      name,
      dimensions: whole === undefined ? [name] : [whole, name],
      metrics: (SHOWN[kind] ?? METRICS_OF[kind]).filter((metric) => canBreakDown(property, metric)),
      rows: name === "visit:country" ? COUNTRIES : PANEL_ROWS,
    },
  ];
});

/** Of the site as a whole; its own share of itself says nothing. */
const TOTALS: readonly Metric[] = METRICS_OF.total.filter((metric) => metric !== "percentage");

/** What is told of the site as a whole: of pages, what is counted of them; of goals, what share reached them. */
export function totalsUnder(filter: Filter | null): Metric[] {
  return [
    ...TOTALS,
    ...(asksAbout(filter, ({ name }) => name === "event:page") ? (["time_on_page", "scroll_depth"] as const) : []),
    ...(asksGoals(filter) ? (["conversion_rate"] as const) : []),
  ];
}

/** The lists of a site. */
export function panelsUnder(filter: Filter | null, { goals }: Site): PanelQuestion[] {
  const ofEvents = asksAbout(filter, ({ fact }) => fact === EVENT_FACT || customPropertyOfFact(fact) !== null);
  const further: Metric[] = [
    ...(ofEvents ? (["events"] as const) : []),
    ...(asksGoals(filter) ? (["group_conversion_rate"] as const) : []),
  ];
  const panels = PANELS.map(({ metrics: [first = "visitors", ...rest], ...panel }) => {
    const isOfEvents = panel.name === "event:name";
    const metrics = [...new Set([first, ...(isOfEvents ? [] : further), ...rest])];
    return { ...panel, metrics, filter: withoutOwn(filter, panel.name) };
  });
  if (goals.length === 0) return panels;
  const money: Metric[] = goals.some(({ currency }) => currency !== null) ? ["total_revenue"] : [];
  const metrics: Metric[] = ["visitors", "events", "conversion_rate", ...money];
  const own = withoutOwn(filter, GOAL_PROPERTY);
  return [...panels, { name: GOAL_PROPERTY, dimensions: [GOAL_PROPERTY], metrics, rows: PANEL_ROWS, filter: own }];
}

/** A filter without what names values of a dimension that must be. */
function withoutOwn(filter: Filter | null, dimension: string): Filter | null {
  return allOf(
    conjunctsOf(filter).filter((part) => !("anyOf" in part && part.dimension === dimension && isNaming(part))),
  );
}

/** Whether a condition names whole values, and searches for none. */
function isNaming({ anyOf }: Condition): boolean {
  return anyOf.every((one) => (isSearch(one) ? one.kind === "is" : one.length === 1));
}

function asksGoals(filter: Filter | null): boolean {
  return conjunctsOf(filter).some(isGoalCondition);
}

function asksAbout(filter: Filter | null, isMeant: (property: Pick<Property, "name" | "fact">) => boolean): boolean {
  return conditionsOf(filter).some(({ dimension: name }) => {
    const fact = PROPERTIES.find((property) => property.name === name)?.fact ?? name;
    return isMeant({ name, fact });
  });
}

/** A list as it is answered: of one row more than are shown is told that there are more. */
export async function panelOf(
  { name, rows: most }: PanelQuestion,
  outcome: PartialAnswer | Refusal,
): Promise<Panel | { refused: Refused }> {
  if (outcome instanceof Refusal) return { refused: refusedOf(outcome) };
  const { query, rows } = outcome;
  const nameOf = name === "visit:region" ? await namesOf("region") : null;
  return {
    metrics: [...query.metrics],
    rows: rows.slice(0, most).map(({ dimensions, isFolded, metrics }): PanelRow => {
      const value = joined(dimensions);
      const called = nameOf && !isFolded ? nameOf(value) : value;
      return {
        value,
        ...(called !== value && { name: called }),
        ...(dimensions.length > 1 && !isFolded && { parts: dimensions }),
        ...(isFolded && { folded: true as const }),
        ...metrics,
      };
    }),
    more: rows.length > most,
  };
}

/** A refusal as it is answered. */
export function refusedOf({ code, rule, part }: Refusal): Refused {
  return { code, message: `${part}: ${rule}` };
}

/** `Firefox 145`; of what is blank, the blank once. */
function joined([first = "", second]: readonly string[]): string {
  return second === undefined || second === first ? first : `${first} ${second}`;
}
