/** The rows of reads as the answer to a query: labelled, ordered, cut to a page, and with what is to be said of them. */

import type { Bounds } from "../store/count-reads.ts";
import {
  detailWarnings,
  type Flags,
  fewWarnings,
  flagWarnings,
  goalWarnings,
  hidesTimes,
  importWarnings,
  isUnknown,
  moneyWarnings,
  unknownWarnings,
  usesPairs,
} from "./answer-warnings.ts";
import { bucketsIn, type TimeBucket } from "./buckets.ts";
import { FOLDED, fold, type Line } from "./fold.ts";
import type { Counts } from "./gather.ts";
import { BASES, type Base, type Figures, isMoney, metricValue } from "./metrics.ts";
import { type Amount, addAmounts, amountsBy, type Money, moneyOf } from "./money.ts";
import { namesOf } from "./names.ts";
import { comparing } from "./order.ts";
import { guardsOf, type Plan, type Warning } from "./planner.ts";
import { conditionsOf, isSearch, type Metric, type ReportQuery } from "./query.ts";
import { FIELDS, isMerged, noFields, type Read, type Row, Rows } from "./read.ts";
import { tooFew } from "./resolve.ts";
import { GOAL_PROPERTY } from "./sources.ts";

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

/** A plan, and all that is read for it. */
export interface Planned {
  plan: Plan;
  /** What tells whether the public may ask with the query's filter. */
  guards: Read[][];
  reads: Read[];
}

/** The reads of a plan, in the order in which `answerOf` takes their rows. */
export function withReads(plan: Plan, { site }: Counts): Planned {
  const { bases, money, query } = plan;
  const guards = guardsOf(query, site.goals);
  return {
    plan,
    guards,
    reads: [...plan.reads, ...BASES.flatMap((base) => bases[base] ?? []), ...(money ? [money] : []), ...guards.flat()],
  };
}

/** What all answers of one look at the counts share. */
export interface Known {
  flags: Flags;
  bounds: Bounds;
  counts: Counts;
}

/**
 * The answer of a plan.
 * @param rows those of each of its reads
 * @throws Refusal where only the counts tell that it cannot be answered
 */
export async function answerOf(
  { plan, guards }: Omit<Planned, "reads">,
  rows: Row[][],
  { flags, bounds, counts }: Known,
): Promise<Answer> {
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
  const guarding = guards.map((reads) => sumOf(rest.splice(0, reads.length)));
  const isTooFew = mindThePublic(query.minVisitors, guarding);

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

function visitorsBy(rows: readonly Row[]): Map<string, number> {
  return new Map(rows.map(({ bucket, fields }) => [bucket, fields.visitors]));
}
