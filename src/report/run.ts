/**
 * Runs queries: plans them, gathers their counts at once, and makes metrics of them with what is to be said of each.
 */

import { localDayAt } from "../calendar.ts";
import { DIMENSIONS, type Dimension, pairName } from "../dimensions.ts";
import { goalLabel } from "../goals.ts";
import { COLUMN } from "../metrics.ts";
import type { Bounds } from "../store/count-reads.ts";
import { bucketsIn, daysText, type TimeBucket } from "./buckets.ts";
import { FOLDED, fold, type Line } from "./fold.ts";
import { type Counts, gather } from "./gather.ts";
import { BASES, type Base, type Figures, isMoney, metricValue, rawValue } from "./metrics.ts";
import { type Amount, addAmounts, amountsBy, type Money, moneyOf } from "./money.ts";
import { namesOf } from "./names.ts";
import { guardsOf, type Plan, plan as planOf, type Warning } from "./planner.ts";
import { conditionsOf, isSearch, type Metric, Refusal, type ReportQuery } from "./query.ts";
import { FIELDS, isMerged, noFields, type Place, type Read, type Row, Rows } from "./read.ts";
import { resolveSearches, tooFew } from "./resolve.ts";
import { GOAL_PROPERTY, HOUR_FACT } from "./sources.ts";
import { spanOf } from "./stored.ts";

export type Value = number | Money | null;

export interface ResultRow {
  /** Labels of the query's dimensions, in their order; of time: `2026-11-22`, or `2026-10-25 02:00:00` for an hour. */
  dimensions: string[];
  /** Of a row of a time series: its bucket. */
  time?: TimeBucket;
  /** It is of small values together. */
  isFolded?: true;
  metrics: Partial<Record<Metric, Value>>;
}

export interface Answer {
  query: ReportQuery;
  rows: ResultRow[];
  /** Rows before paging. */
  totalRows: number;
  warnings: Warning[];
  /** The buckets of the query's time dimension; none without one. */
  buckets: TimeBucket[];
  /** Counts of two dimensions together answered it. */
  usesPairs: boolean;
  /** Nothing is known of what was asked, though something was counted then. */
  isUnknown: boolean;
}

/** What is not exact about days: flag (`approximate`, `capped:page`) → days, in order. */
export type Flags = Map<string, string[]>;

export interface Report {
  answers: Answer[];
  flags: Flags;
  bounds: Bounds;
  /** Rows of the further reads. */
  further: Row[][];
}

/**
 * Answers queries, and further reads, from one look at the counts (two, where a filter searches).
 * @throws Refusal, Unavailable
 */
export async function run(
  queries: readonly ReportQuery[],
  counts: Counts,
  further: readonly Read[] = [],
): Promise<Report> {
  const { minVisitors } = counts;
  const resolved = await resolveSearches(
    queries.map((query) => ({ ...query, minVisitors })),
    counts,
  );
  const planned = resolved.map((query) => withReads(planOf(query, counts.site.goals), counts));
  const reads = [...planned.flatMap(({ reads }) => reads), ...further];
  const { from, to } = spanOf(reads);
  const { rows, bounds } = await gather([{ ...FLAGS, from, to }, ...reads], counts);
  const [flagRows = [], ...others] = rows;
  const flags: Flags = new Map();
  for (const { bucket, labels } of flagRows.sort((a, b) => (a.bucket < b.bucket ? -1 : 1))) {
    const [label = ""] = labels;
    flags.set(label, [...(flags.get(label) ?? []), bucket]);
  }
  const answers: Answer[] = [];
  for (const { plan, reads } of planned) {
    answers.push(await answer(plan, others.splice(0, reads.length), { flags, bounds, counts }));
  }
  return { answers, flags, bounds, further: others };
}

const FLAGS: Omit<Read, "from" | "to"> = {
  hours: null,
  sources: [
    {
      at: { single: "flags" },
      terms: [{ key: 0, rule: "whole", blank: "" }],
      columns: { customEvents: COLUMN.customEvents },
    },
  ],
  bucket: "day",
  hourTerm: null,
  groups: [0],
  where: null,
  fields: ["customEvents"],
  top: null,
  identity: null,
  imports: true,
};

/** The reads of a plan, in the order in which `answer` takes their rows. */
function withReads(plan: Plan, { site }: Counts): { plan: Plan; reads: Read[] } {
  const { bases, money, query } = plan;
  return {
    plan,
    reads: [
      ...plan.reads,
      ...BASES.flatMap((base) => bases[base] ?? []),
      ...(money ? [money] : []),
      ...guardsOf(query, site.goals).flat(),
    ],
  };
}

interface Known {
  flags: Flags;
  bounds: Bounds;
  counts: Counts;
}

async function answer(plan: Plan, rows: Row[][], { flags, bounds, counts }: Known): Promise<Answer> {
  const { query, groups, bucket } = plan;
  const { site, now } = counts;
  const rest = [...rows];
  const main = sumOf(rest.splice(0, plan.reads.length));
  const bases = basesBy(
    Object.fromEntries(
      BASES.flatMap((base) => {
        const reads = plan.bases[base];
        return reads ? [[base, sumOf(rest.splice(0, reads.length))]] : [];
      }),
    ),
    plan,
  );
  const currencies = currenciesOf(query, site.goals);
  const amounts = plan.money ? amountsBy(rest.shift() ?? [], keyOf) : new Map<string, Amount[]>();
  const guards = guardsOf(query, site.goals).map((reads) => sumOf(rest.splice(0, reads.length)));
  const isTooFew = mindThePublic(query.minVisitors, guards);

  let lines = main.map((row): Line => {
    const { bucket, labels, fields } = row;
    return {
      bucket,
      labels,
      figures: { ...fields, ...bases(bucket, labels) },
      amounts: amounts.get(keyOf(bucket, labels)) ?? [],
      isMerged: isMerged(row),
    };
  });
  const isGrouped = groups.length > 0;
  if (isGrouped && query.minVisitors > 0) {
    lines = lines.filter(({ figures }) => FIELDS.some((field) => figures[field] > 0));
    lines = fold(lines, query.minVisitors, (folded) => foldedLine(folded, bases));
  }
  if (hidesTimes(plan)) lines = lines.filter(({ bucket }) => !isTooFew(bucket));
  if (isGrouped) lines = lines.filter(({ figures }) => plan.occurs.some((field) => figures[field] > 0));

  const buckets = bucket === "all" ? [] : bucketsIn(bucket, query.range, site.zones, now);
  if (!isGrouped) {
    const keys = bucket === "all" ? [""] : buckets.map(({ key }) => key);
    lines = everyBucket(lines, keys, bases, hidesTimes(plan));
  }
  const timeOf = new Map(buckets.map((bucket) => [bucket.key, bucket]));
  const place = new Map(buckets.map(({ key }, index) => [key, index]));
  const display = await Promise.all(groups.map(async ({ display }) => (display ? namesOf(display) : null)));
  const nameOf = (label: string, index: number) => display[index]?.(label) ?? label;
  const ranked = lines.toSorted(comparing(plan, (bucket) => place.get(bucket) ?? -1, nameOf));
  const { offset, count } = query.page ?? { offset: 0, count: ranked.length };
  const shown = ranked.slice(offset, offset + count);

  const nothingKnown = plan.reads.every((read) => isUnknown(read, bounds));
  const result = shown.map((line): ResultRow => {
    const time = timeOf.get(line.bucket);
    const labels = line.labels.map(nameOf);
    const properties = [...labels];
    return {
      dimensions: query.dimensions.map((name) =>
        name.startsWith("time") ? (time?.label ?? line.bucket) : (properties.shift() ?? ""),
      ),
      ...(time && { time }),
      ...(line.few === "folded" && { isFolded: true as const }),
      metrics: nothingKnown
        ? Object.fromEntries(query.metrics.map((metric) => [metric, null]))
        : metricsOf(line, query.metrics, currencies),
    };
  });
  const warnings = [
    ...plan.warnings,
    ...(shown.some(({ isMerged }) => isMerged) ? plan.mergeWarnings : []),
    ...flagWarnings(plan, flags),
    ...detailWarnings(plan, bounds),
    ...unknownWarnings(plan, bounds),
    ...importWarnings(query, bounds),
    ...goalWarnings(plan, bounds, counts),
    ...moneyWarnings(query, shown),
    ...fewWarnings(plan, shown),
  ];
  return {
    query,
    rows: result,
    totalRows: ranked.length,
    warnings,
    buckets,
    usesPairs: plan.reads.some(usesPairs),
    isUnknown: nothingKnown,
  };
}

/** The rows of stretches added up. */
function sumOf(stretches: readonly (readonly Row[])[]): Row[] {
  const [only, second] = stretches;
  if (only && !second) return [...only];
  const sums = new Rows();
  for (const row of stretches.flat()) sums.add(row);
  return sums.all();
}

function keyOf(bucket: string, labels: readonly string[]): string {
  return JSON.stringify([bucket, ...labels]);
}

function metricsOf(line: Line, metrics: readonly Metric[], currencies: Currencies): ResultRow["metrics"] {
  return Object.fromEntries(
    metrics.map((metric) => [
      metric,
      line.few === "hidden"
        ? null
        : isMoney(metric)
          ? moneyOf(metric, line.amounts, currencies(line))
          : metricValue(metric, line.figures),
    ]),
  );
}

/** The currencies in which the goals that a row is about are reported. */
type Currencies = (line: Line) => string[];

function currenciesOf({ filter }: ReportQuery, goals: Counts["site"]["goals"]): Currencies {
  const filtered = conditionsOf(filter).flatMap(({ anyOf }) => anyOf.flatMap((one) => (isSearch(one) ? [] : one)));
  return ({ labels }) =>
    goals.flatMap(({ name, currency }) =>
      currency !== null && (labels.includes(name) || filtered.includes(name)) ? [currency] : [],
    );
}

/** What a row's shares are of, looked up by its time and labels. */
type Bases = (bucket: string, labels: readonly string[]) => Record<Base, number>;

function basesBy(rows: Partial<Record<Base, readonly Row[]>>, { groups }: Plan): Bases {
  const sums = Object.fromEntries(
    BASES.map((base) => [
      base,
      new Map((rows[base] ?? []).map(({ bucket, labels, fields }) => [keyOf(bucket, labels), fields.visitors])),
    ]),
  ) as Record<Base, Map<string, number>>;
  return (bucket, labels) => {
    const others = labels.filter((_, index) => groups[index]?.name !== GOAL_PROPERTY);
    return {
      total: sums.total.get(keyOf("", [])) ?? 0,
      base: sums.base.get(keyOf(bucket, [])) ?? 0,
      groupBase: sums.groupBase.get(keyOf(bucket, others)) ?? 0,
    };
  };
}

function foldedLine(lines: readonly Line[], bases: Bases): Line {
  const [first] = lines;
  const bucket = first?.bucket ?? "";
  const labels = (first?.labels ?? []).map(() => FOLDED);
  const figures: Figures = { ...noFields(), ...bases(bucket, labels) };
  for (const line of lines) {
    for (const field of FIELDS) figures[field] += line.figures[field];
    figures.groupBase += line.figures.groupBase;
  }
  const amounts = addAmounts(lines.flatMap(({ amounts }) => amounts));
  return { bucket, labels, figures, amounts, isMerged: true, few: "folded" };
}

/** A time series has every bucket, whether anything was counted in it or not. */
function everyBucket(lines: readonly Line[], buckets: readonly string[], bases: Bases, isHidden: boolean): Line[] {
  const known = new Map(lines.map((line) => [line.bucket, line]));
  return buckets.map(
    (bucket) =>
      known.get(bucket) ?? {
        bucket,
        labels: [],
        figures: { ...noFields(), ...bases(bucket, []) },
        amounts: [],
        isMerged: false,
        // Of none it is not told that there are none, where of few it is not.
        ...(isHidden && { few: "hidden" as const }),
      },
  );
}

/** The order of an answer: as asked, else time ascending, then the first metric descending; equal rows by their labels. */
function comparing(
  { query, groups }: Plan,
  placeOf: (bucket: string) => number,
  nameOf: (label: string, index: number) => string,
) {
  const { order, metrics, dimensions } = query;
  const time = dimensions.find((name) => name.startsWith("time"));
  const [metric] = metrics;
  const orders =
    order.length > 0
      ? order
      : [
          ...(time ? [{ by: time, direction: "asc" as const }] : []),
          ...(metric ? [{ by: metric, direction: "desc" as const }] : []),
        ];
  const comparisons = orders.map(({ by, direction }) => {
    const sign = direction === "asc" ? 1 : -1;
    if (by.startsWith("time")) return (a: Line, b: Line) => sign * (placeOf(a.bucket) - placeOf(b.bucket));
    const index = groups.findIndex(({ name }) => name === by);
    if (index >= 0) {
      return (a: Line, b: Line) =>
        sign * compareCodePoints(nameOf(a.labels[index] ?? "", index), nameOf(b.labels[index] ?? "", index));
    }
    const rank = (line: Line) =>
      rankOf(
        line,
        metrics.find((metric) => metric === by),
      );
    return (a: Line, b: Line) => {
      const [one, other] = [rank(a), rank(b)];
      // What has no value comes last, whatever the direction.
      if (one === null || other === null) return Number(one === null) - Number(other === null);
      return sign * (one - other);
    };
  });
  return (a: Line, b: Line): number => {
    for (const compare of comparisons) {
      const difference = compare(a, b);
      if (difference !== 0) return difference;
    }
    for (const [index, label] of a.labels.entries()) {
      const difference = compareCodePoints(label, b.labels[index] ?? "");
      if (difference !== 0) return difference;
    }
    return placeOf(a.bucket) - placeOf(b.bucket);
  };
}

function rankOf(line: Line, metric: Metric | undefined): number | null {
  if (!metric || line.few === "hidden") return null;
  return isMoney(metric) ? (moneyOf(metric, line.amounts)?.value ?? null) : rawValue(metric, line.figures);
}

/** Order of two texts by code point, which is SQLite's: the cut of equals must fall alike in both. */
function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0;
  const [first, second] = [[...a], [...b]];
  for (let i = 0; i < first.length && i < second.length; i++) {
    const difference = (first[i]?.codePointAt(0) ?? 0) - (second[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return first.length - second.length;
}

/**
 * Whether a filter would tell of a few at a time: of those that it lets pass, or of those that it does not.
 * @throws Refusal where that is so of the whole range
 */
function mindThePublic(minVisitors: number, guards: readonly (readonly Row[])[]): (bucket: string) => boolean {
  const [passing, all, ...keptOut] = guards.map(visitorsBy);
  if (!passing || !all) return () => false;
  const total = (visitors: Map<string, number>) => [...visitors.values()].reduce((sum, one) => sum + one, 0);
  const isFew = (visitors: number) => visitors > 0 && visitors < minVisitors;
  // Visitors with several values count for each: who passes may be more than all, and then the conditions tell.
  const tells = (visitorsOf: (visitors: Map<string, number>) => number) =>
    visitorsOf(passing) < minVisitors ||
    isFew(visitorsOf(all) - visitorsOf(passing)) ||
    keptOut.some((visitors) => isFew(visitorsOf(visitors)));
  if (tells(total)) throw tooFew(minVisitors);
  return (bucket) => tells((visitors) => visitors.get(bucket) ?? 0);
}

/** Whether of some times nothing is told: where a filter would be refused for such a time alone. */
function hidesTimes({ query, bucket }: Plan): boolean {
  return query.filter !== null && query.minVisitors > 0 && bucket !== "all";
}

function visitorsBy(rows: readonly Row[]): Map<string, number> {
  return new Map(rows.map(({ bucket, fields }) => [bucket, fields.visitors]));
}

/** What flags of the days say of an answer. */
function flagWarnings({ query, reads, money, groups }: Plan, flags: Flags): Warning[] {
  const warnings: Warning[] = [];
  const { from, to } = query.range;
  const within = (days: readonly string[] = []) => days.filter((day) => day >= from && day <= to);
  const approximate = within(flags.get("approximate"));
  if (approximate.length > 0) {
    const message = `${daysText(approximate)}: visitors could not be told apart as they should.`;
    for (const metric of query.metrics) {
      if (metric !== "pageviews" && metric !== "events") warnings.push({ metric, code: "approximate", message });
    }
  }
  const isApart = groups.length > 0 || query.filter !== null;
  const capped = isApart
    ? within(
        [...reads, ...(money ? [money] : [])]
          .flatMap(({ sources }) => sources)
          .flatMap(({ at }) => cappedFlags(at).flatMap((flag) => flags.get(flag) ?? [])),
      )
    : [];
  if (capped.length > 0) {
    const message = `${daysText([...new Set(capped)].sort())}: more values occurred than are counted apart; the rest is under (other).`;
    for (const metric of query.metrics) warnings.push({ metric, code: "capped", message });
  }
  return warnings;
}

/** What a tally may have flagged about counts: their own bound, that of values they share, that of their kind. */
function cappedFlags(at: Place): string[] {
  if ("property" in at) return ["capped:properties"];
  if ("pair" in at)
    return [`capped:${pairName(...at.pair)}`, ...at.pair.flatMap((name) => cappedFlags({ single: name }))];
  const dimension: Dimension | undefined = DIMENSIONS.find(({ name }) => name === at.single);
  return [at.single, dimension?.values, dimension?.kind].flatMap((name) =>
    name === undefined ? [] : [`capped:${name}`],
  );
}

/** Pairs are kept for fewer days than the rest, and imports bring none. */
function detailWarnings({ query, reads }: Plan, { firstDay, firstPairDay }: Bounds): Warning[] {
  const ofPairs = reads.filter(usesPairs);
  if (ofPairs.length === 0 || firstDay === null) return [];
  const { from, to } = spanOf(ofPairs);
  const first = from < firstDay ? firstDay : from;
  if (first > to || (firstPairDay !== null && first >= firstPairDay)) return [];
  const message =
    firstPairDay === null || firstPairDay > to
      ? `${from === to ? from : `${from} to ${to}`}: no day has counts of two dimensions together.`
      : `Counted from ${firstPairDay} on: earlier days have no counts of two dimensions together.`;
  return query.metrics.map((metric) => ({ metric, code: "detail_since", message }));
}

function usesPairs({ sources }: Read): boolean {
  return sources.some(({ at }) => "pair" in at);
}

/** Whether nothing is known of what a read asks, though something was counted: no pairs of these days, no hours. */
function isUnknown(read: Read, { firstDay, firstPairDay, imported }: Bounds): boolean {
  if (firstDay === null || read.to < firstDay) return false;
  if (usesPairs(read)) return firstPairDay === null || read.to < firstPairDay;
  const asksHours = read.sources.some(({ at }) => "single" in at && at.single === HOUR_FACT);
  // Other tools' tables have days alone.
  return asksHours && read.imports && imported.some(({ from, to }) => from <= read.from && to >= read.to);
}

/** Parts of a range of which nothing is known, the rest being counted. */
function unknownWarnings({ query, reads }: Plan, bounds: Bounds): Warning[] {
  const unknown = reads.filter((read) => !usesPairs(read) && isUnknown(read, bounds));
  if (unknown.length === 0) return [];
  const days = unknown.map(({ from }) => from).join(" and ");
  const message = `${days}: imported without hours, and left out, as only a part of the day is asked for.`;
  return query.metrics.map((metric) => ({ metric, code: "imported", message }));
}

/** Another tool's counts are its own: summed visitors may be fewer than the sum of days, attribution may differ. */
function importWarnings({ range, imports, metrics }: ReportQuery, { imported }: Bounds): Warning[] {
  const within = imports ? imported.filter(({ from, to }) => from <= range.to && to >= range.from) : [];
  if (within.length === 0) return [];
  const days = within.map(({ from, to }) => `${from} to ${to}`).join(", ");
  return metrics.map((metric) => ({
    metric,
    code: "imported",
    message: `Imported, as another tool counted: ${days}.`,
  }));
}

/**
 * Page goals count from their definition on.
 * @throws Refusal where nothing but one goal is asked about, from an earlier day on
 */
function goalWarnings({ query, pageGoals, groups }: Plan, { firstDay }: Bounds, { site }: Counts): Warning[] {
  const { from } = query.range;
  const begun = pageGoals.map((goal) => ({ goal, day: localDayAt(site.zones, goal.createdAt).day }));
  const late = begun.filter(({ day }) => from <= day && firstDay !== null && firstDay <= day);
  const [only] = late;
  if (only && late.length === pageGoals.length && late.length === 1 && groups.length === 0 && from < only.day) {
    throw new Refusal("filters", `${goalLabel(only.goal)} is counted since ${only.day}; ask from then on`);
  }
  if (late.length === 0) return [];
  const message = late.map(({ goal, day }) => `${goalLabel(goal)} is counted since ${day}.`).join(" ");
  return query.metrics.filter((metric) => !isMoney(metric)).map((metric) => ({ metric, code: "goal_since", message }));
}

/** What of few visitors is told together, or not at all. Of a filter it is said whether there are such or not. */
function fewWarnings(plan: Plan, lines: readonly Line[]): Warning[] {
  const { filter, metrics, minVisitors } = plan.query;
  const least = `at least ${minVisitors} visitors`;
  const said = [
    lines.some(({ few }) => few === "folded") &&
      `${FOLDED}: values that do not have ${least}, together; whoever had several of them counts once for each.`,
    conditionsOf(filter).some(({ isOfShown }) => isOfShown) && `Filters find values of ${least} alone.`,
    hidesTimes(plan) && `Times are shown of ${least} alone.`,
  ].filter((text) => typeof text === "string");
  if (said.length === 0) return [];
  return metrics.map((metric) => ({ metric, code: "min_visitors", message: said.join(" ") }));
}

function moneyWarnings({ metrics }: ReportQuery, lines: readonly Line[]): Warning[] {
  if (!lines.some(({ amounts }) => new Set(amounts.map(({ currency }) => currency)).size > 1)) return [];
  const message =
    "Amounts in several currencies are not added: the goal's own currency stands first, else that of the most events.";
  return metrics.filter(isMoney).map((metric) => ({ metric, code: "several_currencies", message }));
}
