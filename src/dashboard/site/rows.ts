/** What a list shows of its rows: cells, bars, bounds. Pure. */

import type { Metric } from "../../report/query.ts";
import type { Amount, Note, PanelRow, SummaryAnswer } from "../../report/summary-answer.ts";
import { metricValue, money } from "../format.ts";
import { t } from "../texts.ts";

/** Rows of a panel; more are in the full list. */
export const ROWS_SHOWN = 9;

/** What is to be said of a breakdown by a dimension. */
export interface Said {
  /** Metrics whose values are upper bounds. */
  bounds: ReadonlySet<string>;
  texts: string[];
}

/** What the answer's notes say of a dimension's list, each thing once. */
export function saidOf(notes: readonly Note[], dimension: string): Said {
  const about = notes.filter((note) => note.dimension === dimension);
  const bounds = about.flatMap(({ code, metrics = [] }) => (isBound(code) ? metrics : []));
  return { bounds: new Set(bounds), texts: [...new Set(about.map(noteText))] };
}

/** Whether a number of which this is said may be smaller in truth. */
export function isBound(code: string | undefined): boolean {
  return code === "upper_bound" || code === "estimate";
}

/** What a note says in the reader's language, or in the server's words. */
export function noteText({ code, message }: { code: string; message: string }): string {
  const { notes }: { notes: Partial<Record<string, string>> } = t.value;
  return notes[code] || message;
}

/** A metric's value in a cell. */
export function cellText(
  metric: Metric,
  value: number | Amount | null | undefined,
  { isBound = false, isShort = true } = {},
): string {
  if (typeof value === "object" && value !== null) return money(value.value, value.currency, isShort);
  const text = metricValue(metric, value, isShort);
  return isBound && typeof value === "number" ? `≤ ${text}` : text;
}

/** How long the bar of each row is, in percent of the longest: by the metric that the rows are ordered by. */
export function barsOf(rows: readonly PanelRow[], [metric]: readonly Metric[]): number[] {
  const values = rows.map((row) => amountOf(metric && row[metric]));
  const greatest = Math.max(...values);
  return values.map((value) => (greatest > 0 ? (value / greatest) * 100 : 0));
}

function amountOf(value: number | Amount | null | undefined): number {
  return Math.max(0, (typeof value === "object" ? value?.value : value) ?? 0);
}

/** What a metric is called at the head of a column. */
export function columnText(metric: Metric, dimension: string): string {
  return metric === "events" && dimension === "event:goal" ? t.value.panels.conversions : t.value.metrics[metric];
}

/** Where the site's pages are: the host that most of them were seen on. */
export function hostOf({ dimensions: { "event:hostname": hosts }, site }: SummaryAnswer): string {
  const host = hosts && "rows" in hosts ? hosts.rows[0]?.value : undefined;
  return host?.includes(".") ? host : site;
}
