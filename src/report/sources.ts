/**
 * Which stored counts tell of one fact, or of two together. Pure.
 */

import { DIMENSIONS, type Dimension, type DimensionName, PAGEVIEW, PAIRED } from "../dimensions.ts";
import { type Goal, goalLabel } from "../goals.ts";
import { COLUMN, COUNTED } from "../metrics.ts";
import { customPropertyOfFact, type Property } from "./properties.ts";
import type { Field, Read, Source, Term } from "./read.ts";

type Columns = Partial<Record<Field, number>>;

/** The facts of hits that are no property of the Stats API. */
export const HOUR_FACT = "hour";
export const PAGE_FACT = "page";
export const EVENT_FACT = "event";
/** The link that led here: several of its parts together. */
export const LINK_FACT = "acquisition";

/** The parts of the joint value, in their order. */
const LINK_PARTS = [
  "source",
  "referrer",
  "utm_source",
  "utm_medium",
  "utm_campaign",
  "utm_content",
  "utm_term",
] as const satisfies readonly DimensionName[];

/** Whether a fact is a part of the link that led here. */
export function isPartOfLink(fact: string): boolean {
  return LINK_PARTS.some((part) => part === fact);
}

/** What a read asks about: properties, and the hour, in order of its terms. */
export type Subject = Property | typeof HOUR_FACT;

const PAIR_COLUMNS: Columns = Object.fromEntries(
  (["visitors", "visits", "pageviews", "bounces", "durationSeconds", "customEvents"] as const).map((name) => [
    name,
    COLUMN[name],
  ]),
);
const ALL_COLUMNS: Columns = Object.fromEntries(COUNTED.map((name) => [name, COLUMN[name]]));
const withEntries = (columns: Columns): Columns => ({ ...columns, entries: COLUMN.visits });

const { bounces: _bounces, durationSeconds: _duration, ...PAGE_COLUMNS } = ALL_COLUMNS;
const PAGE_PAIR_COLUMNS: Columns = {
  visitors: COLUMN.visitors,
  visits: COLUMN.visits,
  pageviews: COLUMN.pageviews,
  customEvents: COLUMN.customEvents,
};
/** Bounces and durations of a page are those of the visits that entered there. */
const ENTRY_COLUMNS: Columns = {
  entries: COLUMN.visits,
  bounces: COLUMN.bounces,
  durationSeconds: COLUMN.durationSeconds,
};
const EVENT_COLUMNS: Columns = { visitors: COLUMN.visitors, customEvents: COLUMN.customEvents };
/** What the site's or a value's own counts say of its page views as an event. */
const PAGEVIEW_COLUMNS: Columns = { visitors: COLUMN.visitors, pageviews: COLUMN.pageviews };
const HIT_COLUMNS: Columns = { ...EVENT_COLUMNS, pageviews: COLUMN.pageviews };

/** Properties that tell of goals, by name. */
export const GOAL_PROPERTY = "event:goal";
const NAME_PROPERTY = "event:name";

export interface Asked {
  facts: readonly string[];
  subjects: readonly Subject[];
  goals: readonly Goal[];
}

/** The sources of facts. Two facts have a pair; the planner has made sure of it. */
export function sourcesOf(asked: Asked): Source[] {
  const [first, second] = asked.facts;
  if (first === undefined) return [{ at: { single: "site" }, terms: [], columns: withEntries(ALL_COLUMNS) }];
  return second === undefined ? singleSources(first, asked) : pairSources(first, second, asked);
}

function singleSources(fact: string, { subjects, goals }: Asked): Source[] {
  const source = (single: string, columns: Columns, as: TermsAs = {}, completes?: true): Source => ({
    at: { single },
    terms: subjects.map((subject) => singleTerm(subject, as)),
    columns,
    ...(completes && { completes }),
  });
  const property = customPropertyOfFact(fact);
  if (property !== null) {
    const terms = subjects.map((subject) => propertyTerm(subject, fact, goals));
    return [{ at: { property }, terms, columns: HIT_COLUMNS }];
  }
  switch (fact) {
    case PAGE_FACT:
      return [source("page", PAGE_COLUMNS), source("entry_page", ENTRY_COLUMNS, {}, true)];
    case EVENT_FACT:
      return asksGoals(subjects)
        ? [
            source("event", EVENT_COLUMNS, { goals: namesOf(goals, "event") }),
            source("goal", HIT_COLUMNS, { goals: namesOf(goals, "page"), name: PAGEVIEW }),
          ]
        : [source("event", EVENT_COLUMNS), source("site", PAGEVIEW_COLUMNS, { name: PAGEVIEW }, true)];
    case LINK_FACT: {
      const terms = subjects.map((subject): Term => {
        if (subject === HOUR_FACT) return { ...HOUR_TERM, key: 0 };
        const part = (LINK_PARTS as readonly string[]).indexOf(subject.fact);
        return { rule: "part", part, blank: subject.label.blank, key: 0 };
      });
      return [{ ...source(fact, withEntries(ALL_COLUMNS)), terms }];
    }
    default:
      return [source(fact, withEntries(ALL_COLUMNS))];
  }
}

function pairSources(one: string, two: string, { subjects, goals }: Asked): Source[] {
  const facts = [one, two];
  const dimensionOf = (fact: string): DimensionName => pairedDimension(fact, subjects);
  /** The pair of two dimensions; `stand` a dimension in the place of a fact's own. */
  const source = (
    columns: Columns,
    stand: Partial<Record<string, DimensionName>> = {},
    as: TermsAs = {},
    completes?: true,
  ): Source => {
    const [a, b] = [stand[one] ?? dimensionOf(one), stand[two] ?? dimensionOf(two)];
    const pair: [DimensionName, DimensionName] = placeOf(a) < placeOf(b) ? [a, b] : [b, a];
    const keyOf = (fact: string): 0 | 1 => (pair[0] === (stand[fact] ?? dimensionOf(fact)) ? 0 : 1);
    return {
      at: { pair },
      terms: subjects.map((subject) => pairTerm(subject, keyOf, as)),
      columns,
      ...(completes && { completes }),
    };
  };
  const other = facts.find((fact) => fact !== EVENT_FACT) ?? "";
  if (facts.includes(EVENT_FACT)) {
    if (asksGoals(subjects)) {
      return [
        source(EVENT_COLUMNS, {}, { goals: namesOf(goals, "event") }),
        source(HIT_COLUMNS, { [EVENT_FACT]: "goal" }, { goals: namesOf(goals, "page"), name: PAGEVIEW }),
      ];
    }
    const single = dimensionOf(other);
    const pageviews: Source = {
      at: { single: storedOf(single) },
      terms: subjects.map((subject) => singleTerm(subject, { name: PAGEVIEW })),
      columns: PAGEVIEW_COLUMNS,
      completes: true,
    };
    return [source(EVENT_COLUMNS), pageviews];
  }
  if (facts.includes(PAGE_FACT)) {
    const pages = source(PAGE_PAIR_COLUMNS);
    // Of pages seen by visits that entered at a page, no pair tells who entered and who bounced.
    if (facts.includes("entry_page")) return [pages];
    return [pages, source(ENTRY_COLUMNS, { [PAGE_FACT]: "entry_page" }, {}, true)];
  }
  return [source(withEntries(PAIR_COLUMNS))];
}

/** The stored dimension that tells what a coarse one does: its parent, where it is not stored itself. */
function storedOf(dimension: DimensionName): string {
  const found: Dimension | undefined = DIMENSIONS.find(({ name }) => name === dimension);
  return found?.parent ?? dimension;
}

/** The dimension under which pairs hold a fact. */
function pairedDimension(fact: string, subjects: readonly Subject[]): DimensionName {
  for (const subject of subjects) {
    if (subject !== HOUR_FACT && subject.fact === fact && subject.paired) return subject.paired.dimension;
  }
  return PAIRED.find((name) => name === fact) ?? "hour";
}

function placeOf(dimension: string): number {
  return (PAIRED as readonly string[]).indexOf(dimension);
}

/** What a source shows of goals and event names where it does not show its keys: names of goals, a fixed event name. */
interface TermsAs {
  goals?: Record<string, string>;
  name?: string;
}

const HOUR_TERM = { rule: "whole", blank: "" } as const;

function singleTerm(subject: Subject, as: TermsAs): Term {
  if (subject === HOUR_FACT) return { ...HOUR_TERM, key: 0 };
  return fixedTerm(subject, as) ?? { ...subject.label, key: 0, ...goalNames(subject, as) };
}

function pairTerm(subject: Subject, keyOf: (fact: string) => 0 | 1, as: TermsAs): Term {
  if (subject === HOUR_FACT) return { ...HOUR_TERM, key: keyOf(HOUR_FACT) };
  const label = subject.paired?.label ?? subject.label;
  return fixedTerm(subject, as) ?? { ...label, key: keyOf(subject.fact), ...goalNames(subject, as) };
}

/** Of a custom property's counts: the property's values, and the names of its events. */
function propertyTerm(subject: Subject, fact: string, goals: readonly Goal[]): Term {
  if (subject === HOUR_FACT) return { ...HOUR_TERM, key: 0 };
  if (subject.fact === fact) return { ...subject.label, key: 0 };
  return { ...subject.label, key: 1, ...goalNames(subject, { goals: namesOf(goals, "event") }) };
}

function fixedTerm({ name }: Property, as: TermsAs): Term | null {
  return name === NAME_PROPERTY && as.name !== undefined ? { as: as.name } : null;
}

function goalNames({ name }: Property, { goals }: TermsAs): { names?: Record<string, string> } {
  return name === GOAL_PROPERTY && goals ? { names: goals } : {};
}

function asksGoals(subjects: readonly Subject[]): boolean {
  return subjects.some((subject) => subject !== HOUR_FACT && subject.name === GOAL_PROPERTY);
}

/** Goals of a type: what is stored of them -> what is shown. */
function namesOf(goals: readonly Goal[], type: Goal["type"]): Record<string, string> {
  // No prototype: an event may be called "__proto__".
  const names: Record<string, string> = Object.create(null);
  for (const goal of goals) if (goal.type === type) names[goal.name] = goalLabel(goal);
  return names;
}

/** The read of the names of all properties that events of a range have, and of those events. */
export const PROPERTY_NAMES: Omit<Read, "from" | "to"> = {
  hours: null,
  sources: [
    {
      at: { names: "properties" },
      terms: [
        { key: 0, rule: "whole", blank: "" },
        { key: 1, rule: "whole", blank: "" },
      ],
      columns: {},
    },
  ],
  bucket: "all",
  hourTerm: null,
  groups: [0, 1],
  where: null,
  fields: [],
  top: null,
  identity: null,
  imports: true,
};

/** The read of how often each value of a dimension that has nothing but occurrences did occur. */
export function occurrencesOf(single: DimensionName, bucket: Read["bucket"]): Omit<Read, "from" | "to"> {
  return {
    hours: null,
    sources: [
      {
        at: { single },
        terms: [{ key: 0, rule: "whole", blank: "" }],
        columns: { customEvents: COLUMN.customEvents },
      },
    ],
    bucket,
    hourTerm: null,
    groups: [0],
    where: null,
    fields: ["customEvents"],
    top: null,
    identity: null,
    imports: true,
  };
}
