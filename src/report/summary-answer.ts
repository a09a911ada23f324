/**
 * What `GET /api/stats/:domain`, `GET /api/stats/:domain/realtime` and `GET /api/stats` answer: types alone, shared with the
 * dashboard, which is their first reader.
 */

import type { DropReason } from "../drops.ts";
import type { Warning } from "./planner.ts";
import type { Metric, RefusalCode } from "./query.ts";

/** Why something cannot be told, and what can be asked instead. */
export interface Refused {
  /** For translations; `null` where there is only the text. */
  code: RefusalCode | null;
  message: string;
}

export const INTERVALS = ["hour", "day", "week", "month"] as const;
export type Interval = (typeof INTERVALS)[number];

export const COMPARISONS = ["previous_period", "year_over_year", "custom", "off"] as const;
export type Comparison = (typeof COMPARISONS)[number];

export interface Change {
  value: number | null;
  comparison_value: number | null;
  /** Rounded percent; of `bounce_rate` the difference. */
  change: number | null;
}

/** A time bucket. Metrics stand beside its date; of a bucket to come they are null. */
export interface Bucket extends Partial<Record<Metric, number | null>> {
  /** `2026-11-22`, or `2026-10-25 02:00:00` for an hour. */
  date: string;
  /** When it begins, of hours: ISO 8601. */
  at?: string;
  partial?: true;
}

export interface PanelRow extends Partial<Record<Metric, number | Amount | null>> {
  value: string;
  /** What it is called, where the value is a code: of regions. */
  name?: string;
  /** Of what has a version: the name and the version, as they are asked for (`visit:browser`, `visit:browser_version`). */
  parts?: string[];
  /** It stands for several small values together, and cannot be asked for. */
  folded?: true;
}

/** Money, in a currency. */
export interface Amount {
  currency: string;
  value: number;
  short: string;
  long: string;
  /** The same row's amounts in further currencies. */
  others?: Omit<Amount, "others">[];
}

/** The greatest values of a dimension, nine at most; of countries all. */
export interface Panel {
  /** In the order in which they are best shown; the rows are ordered by the first. */
  metrics: Metric[];
  rows: PanelRow[];
  /** There are more rows than these. */
  more: boolean;
}

export interface Note {
  code: Warning["code"] | "not_compared";
  message: string;
  metrics?: Metric[];
  /** The breakdown it is about. */
  dimension?: string;
  days?: string[];
}

export interface Drop {
  reason: DropReason;
  text: string;
  count: number;
}

export interface Minute {
  at: string;
  visitors: number;
  pageviews: number;
}

export interface Live {
  /** Of the last five minutes. */
  visitors: number;
  /** The last 30, the newest last. */
  minutes: Minute[];
}

export interface SummaryAnswer {
  site: string;
  timezone: string;
  /** Who asks: whether he is an owner of the site, and may change its settings. */
  viewer: { owner: boolean; manages: boolean };
  period: { name: string; from: string; to: string };
  /** Null where nothing is compared with. */
  compared_with: { from: string; to: string; to_hour?: number } | null;
  /** The first day with counts; null where there is none yet. */
  first_day: string | null;
  /** From which day of the period on counts of two facts together answer; null where none were needed. */
  detail_from: string | null;
  metrics: Partial<Record<Metric, Change | { refused: Refused }>>;
  interval: Interval;
  /** Those that the period can be shown by. */
  intervals: Interval[];
  timeseries: Bucket[] | { refused: Refused };
  /** The buckets compared with, each at the place of the one it is compared to; null where there is none. */
  compared_series: (Bucket | null)[] | null;
  dimensions: Record<string, Panel | { refused: Refused }>;
  /** Names of custom properties that events of the period have, in order of the alphabet. */
  properties: string[];
  drops: Drop[];
  realtime: Live;
  notes: Note[];
}

/** Live figures alone: what a page that stays open asks again and again. */
export interface LiveAnswer extends Live {
  today: { visitors: number; pageviews: number; events: number; drops: Drop[] };
}

/** The sites of whoever asks. */
export interface OverviewAnswer {
  viewer: { kind: "admin" | "key"; manages: boolean; all_sites: boolean };
  sites: {
    domain: string;
    timezone: string;
    public: boolean;
    /** Visitors of the last 30 local days, today last, and of today by itself; null where they cannot be had now. */
    visitors: number[] | null;
    visitors_today: number | null;
    pageviews_today: number | null;
    /** Of the last five minutes. */
    visitors_now: number | null;
  }[];
  meta: { after: string | null; limit: number };
}
