/**
 * Runs queries: plans them, gathers their counts at once, and makes metrics of them with what is to be said of each.
 */

import { DIMENSIONS, type Dimension } from "../dimensions.ts";
import { COLUMN } from "../metrics.ts";
import { daysIn, hoursIn, monthsIn } from "./buckets.ts";
import { type Counts, gather } from "./gather.ts";
import { metricValue, rawValue } from "./metrics.ts";
import { type Plan, plan, type Warning } from "./planner.ts";
import type { Metric, ReportQuery } from "./query.ts";
import { FIELDS, type Fields, isMerged, noFields, type Read, type Row } from "./read.ts";

export interface ResultRow {
  /** Of a time series: the day, the first day of the month, or `2026-10-25 02:00:00` for an hour. */
  date: string;
  /** Of hours: when it began, in ms since 1970. */
  at?: number;
  /** Of a breakdown: the value. */
  label: string;
  metrics: Partial<Record<Metric, number | null>>;
}

export interface Answer {
  query: ReportQuery;
  rows: ResultRow[];
  warnings: Warning[];
}

/** What is not exact about days: flag (`approximate`, `capped:page`) → days, in order. */
export type Flags = Map<string, string[]>;

export interface Report {
  answers: Answer[];
  flags: Flags;
  /** Rows of the further reads. */
  further: Row[][];
}

/**
 * Answers queries, and further reads, from one look at the counts.
 * @throws Refusal, Unavailable
 */
export async function run(queries: ReportQuery[], counts: Counts, further: readonly Read[] = []): Promise<Report> {
  const plans = queries.map(plan);
  const reads = [...plans.map(({ read }) => read), ...further];
  const [from = ""] = reads.map((read) => read.from).sort();
  const to =
    reads
      .map((read) => read.to)
      .sort()
      .at(-1) ?? "";
  const [flagRows = [], ...rows] = await gather([{ ...FLAGS, from, to }, ...reads], counts);
  const flags: Flags = new Map();
  for (const { bucket, label } of flagRows.sort((a, b) => (a.bucket < b.bucket ? -1 : 1))) {
    flags.set(label, [...(flags.get(label) ?? []), bucket]);
  }
  return {
    answers: plans.map((planned, index) => answer(planned, rows[index] ?? [], flags, counts)),
    flags,
    further: rows.slice(plans.length),
  };
}

const FLAGS: Omit<Read, "from" | "to"> = {
  sources: [{ from: "flags", columns: { customEvents: COLUMN.customEvents } }],
  bucket: "day",
  label: { rule: "whole", blank: "" },
  filters: [],
  fields: ["customEvents"],
  top: null,
};

function answer(planned: Plan, rows: Row[], flags: Flags, { site }: Counts): Answer {
  const { query } = planned;
  const metricsOf = (fields: Fields) =>
    Object.fromEntries(query.metrics.map((metric) => [metric, metricValue(metric, fields)]));
  const shown = query.property === undefined ? rows : pageOf(rows, query);
  const result = (): ResultRow[] => {
    if (query.property !== undefined) {
      return shown.map(({ label, fields }) => ({ date: "", label, metrics: metricsOf(fields) }));
    }
    if (query.interval === "hour") {
      const byHour = new Map(rows.map((row) => [row.label, row.fields]));
      return hoursIn(site.zones, query.from).map(({ hour, at, date }) => ({
        date,
        at,
        label: "",
        metrics: metricsOf(byHour.get(String(hour)) ?? noFields()),
      }));
    }
    const byBucket = new Map(rows.map((row) => [row.bucket, row.fields]));
    const buckets = query.interval === undefined ? [""] : query.interval === "day" ? daysIn(query) : monthsIn(query);
    return buckets.map((date) => ({ date, label: "", metrics: metricsOf(byBucket.get(date) ?? noFields()) }));
  };
  const warnings = [
    ...planned.warnings,
    ...(shown.some(isMerged) ? planned.mergeWarnings : []),
    ...flagWarnings(planned, flags),
  ];
  return { query, rows: result(), warnings };
}

/** The rows of a breakdown's page, without those of which nothing asked for was counted: greatest first metric first, unknown last; equal ones by value. */
function pageOf(rows: Row[], { metrics: [metric], page }: ReportQuery): Row[] {
  if (!metric) return [];
  const counted = rows.filter(({ fields }) => FIELDS.some((field) => fields[field] > 0));
  const ranked = counted.map((row) => ({ row, rank: rawValue(metric, row.fields) ?? -1 }));
  ranked.sort((a, b) => b.rank - a.rank || compareCodePoints(a.row.label, b.row.label));
  const { offset = 0, count = rows.length } = page ?? {};
  return ranked.slice(offset, offset + count).map(({ row }) => row);
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

/** What flags of the days say of an answer. */
function flagWarnings({ query, read, property }: Plan, flags: Flags): Warning[] {
  const warnings: Warning[] = [];
  const within = (days: readonly string[] = []) => days.filter((day) => day >= query.from && day <= query.to);
  const approximate = within(flags.get("approximate"));
  if (approximate.length > 0) {
    const message = `${daysText(approximate)}: visitors could not be told apart as they should.`;
    for (const metric of query.metrics) {
      if (metric !== "pageviews" && metric !== "events") warnings.push({ metric, code: "approximate", message });
    }
  }
  const capped = property
    ? within(read.sources.flatMap(({ from }) => cappedFlags(from).flatMap((flag) => flags.get(flag) ?? [])))
    : [];
  if (capped.length > 0) {
    const message = `${daysText([...new Set(capped)].sort())}: more values occurred than are counted apart; the rest is under (other).`;
    for (const metric of query.metrics) warnings.push({ metric, code: "capped", message });
  }
  return warnings;
}

/** What a tally may have flagged about a stored dimension: its own bound, that of values it shares, that of its kind. */
function cappedFlags(from: Read["sources"][number]["from"]): string[] {
  if (typeof from !== "string") return ["capped:properties"];
  const dimension: Dimension | undefined = DIMENSIONS.find(({ name }) => name === from);
  return [from, dimension?.values, dimension?.kind].flatMap((name) => (name === undefined ? [] : [`capped:${name}`]));
}

/** `2026-11-03 and 4 more days` */
export function daysText([first = "", ...others]: readonly string[]): string {
  return others.length === 0 ? first : `${first} and ${others.length} more day${others.length === 1 ? "" : "s"}`;
}
