/** The questions of full lists, and their answers as rows. Pure. */

import type { Metric } from "../../report/query.ts";
import type { Amount, PanelRow, Refused, SummaryAnswer } from "../../report/summary-answer.ts";
import type { OpenList, Sort, View, ViewFilter } from "../address.ts";
import { filtersBeside, filtersOf } from "./filters.ts";
import { propertyOf } from "./names.ts";
import { WHOLE_OF } from "./panel-tabs.ts";
import { isBound, noteText, type Said } from "./rows.ts";
import { isTranslated, valueText } from "./values.ts";

/** What `POST /api/v2/query` answers, as far as lists need it. */
export interface QueryAnswer {
  results: { dimensions: string[]; metrics: (number | Amount | null)[] }[];
  meta: {
    total_rows?: number;
    /** By metric, of those that are no exact counts. */
    metric_warnings?: Record<string, { code: string; codes?: string[]; warning: string }>;
  };
}

export const ROWS_A_PAGE = 100;
/** The API answers no more at once. */
export const MOST_ROWS = 10_000;

/** What is asked about the values of a custom property. */
export const PROPERTY_METRICS: Metric[] = ["visitors", "events"];

/** What can be asked of a dimension: what the summary's panel shows. */
export function metricsOf({ dimensions }: SummaryAnswer, dimension: string): Metric[] {
  const panel = dimensions[dimension];
  if (panel && "metrics" in panel) return panel.metrics;
  return propertyOf(dimension) === null ? ["visitors"] : PROPERTY_METRICS;
}

/** What values of a property can be filtered by, besides themselves: properties are counted by event. */
const JOINED_WITH_PROPERTIES = ["event:name", "event:goal"];

/** Why a list cannot be told under the filters, where that is known without asking: of properties. */
export function refusalOf(dimension: string, filters: readonly ViewFilter[]): Refused | null {
  const isJoined = (other: string) => other === dimension || JOINED_WITH_PROPERTIES.includes(other);
  if (propertyOf(dimension) === null || filters.every((filter) => isJoined(filter.dimension))) return null;
  return { code: "not_counted_together", message: "" };
}

/** What of a panel's metrics a list asks: a share would be one of what is found, and not of all. */
export function shownMetrics({ dimension, search }: OpenList, metrics: readonly Metric[]): Metric[] {
  const isFound = search.trim() !== "" && !isTranslated(dimension);
  return metrics.filter((metric) => !(isFound && metric === "percentage"));
}

/** A page of a list, as v2 is asked for it. What a translated list is searched for is found among all of its few rows. */
export function listQuery(
  answer: SummaryAnswer,
  view: Pick<View, "filters">,
  list: OpenList,
  metrics: readonly Metric[],
  limit = ROWS_A_PAGE,
) {
  const { dimension, search, page } = list;
  const isWhole = isTranslated(dimension) && search !== "";
  const pagination = isWhole ? { limit: MOST_ROWS, offset: 0 } : { limit, offset: (page - 1) * limit };
  const filters = isWhole ? [] : searchOf(dimension, search);
  return { ...questionOf(answer, view, list, metrics, filters), include: { total_rows: true }, pagination };
}

/** All of a list, for a file, in parts from an offset on; of a translated one that is searched, the `found` values. */
export function fileQuery(
  answer: SummaryAnswer,
  view: Pick<View, "filters">,
  list: OpenList,
  metrics: readonly Metric[],
  found: readonly string[],
  offset = 0,
) {
  const { dimension, search } = list;
  const isWhole = isTranslated(dimension) && search !== "";
  const filters = isWhole ? [["is", dimension, found]] : searchOf(dimension, search);
  const asked = metrics.filter((metric) => filters.length === 0 || metric !== "percentage");
  return { ...questionOf(answer, view, list, asked, filters), pagination: { limit: MOST_ROWS, offset } };
}

function questionOf(
  { site, period }: SummaryAnswer,
  view: Pick<View, "filters">,
  { dimension, sort }: OpenList,
  metrics: readonly Metric[],
  filters: readonly unknown[],
) {
  const dimensions = askedOf(dimension);
  const { by, direction } = sort ?? defaultSort(metrics);
  // Of versions: first by what they are versions of.
  const order = by === dimension ? dimensions.filter((name) => !name.endsWith("_name")) : [by];
  return {
    site_id: site,
    metrics,
    date_range: [period.from, period.to],
    dimensions,
    filters: [...filtersOf({ filters: filtersBeside(dimension, view.filters) }), ...filters],
    order_by: order.map((name) => [name, direction]),
  };
}

/** Parts of a CSV, each with the line of its columns' names, as one file. */
export function joinedCsv(parts: readonly string[]): string {
  return parts.map((part, index) => (index === 0 ? part : part.slice(part.indexOf("\n") + 1))).join("");
}

/** Rows of a CSV: values hold no line ends. */
export function rowsOfCsv(part: string): number {
  return part.split("\n").length - 2;
}

export function defaultSort([metric = "visitors"]: readonly Metric[]): Sort {
  return { by: metric, direction: "desc" };
}

/** The sort after a click on a column's head: the other way round, or by the column. */
export function sortBy({ by, direction }: Sort, column: string, isText: boolean): Sort {
  if (by === column) return { by, direction: direction === "asc" ? "desc" : "asc" };
  return { by: column, direction: isText ? "asc" : "desc" };
}

/** What has to be asked for to show a dimension: a version with what it is of, a region with its name. */
function askedOf(dimension: string): string[] {
  const whole = WHOLE_OF[dimension];
  if (whole !== undefined) return [whole, dimension];
  return dimension === "visit:region" ? [dimension, "visit:region_name"] : [dimension];
}

/** Filters that find a text in the values of a dimension, in either case of letters. */
function searchOf(dimension: string, text: string): unknown[] {
  const search = text.trim();
  if (search === "") return [];
  const contains = (name: string, part: string) => ["contains", name, [part], { case_sensitive: false }];
  const whole = WHOLE_OF[dimension];
  if (whole === undefined) return [contains(dimension === "visit:region" ? "visit:region_name" : dimension, search)];
  // Firefox 14: of Firefox those whose version has 14 in it.
  const [, name, version] = /^(.*?)\s*(\d[\w./+]*)?$/s.exec(search) ?? [];
  return [...(name ? [contains(whole, name)] : []), ...(version ? [contains(dimension, version)] : [])];
}

/** The rows of an answer, as panels have them. */
export function rowsOf(dimension: string, metrics: readonly Metric[], { results }: QueryAnswer): PanelRow[] {
  return results.map(({ dimensions, metrics: values }) => {
    const [value = "", second] = dimensions;
    const row: PanelRow = { value };
    if (WHOLE_OF[dimension] !== undefined) Object.assign(row, { value: joined(dimensions), parts: dimensions });
    else if (second !== undefined && second !== value) row.name = second;
    for (const [index, metric] of metrics.entries()) row[metric] = values[index] ?? null;
    return row;
  });
}

/** `Firefox 145`; of what is not known the word for that once. */
function joined([name = "", version]: readonly string[]): string {
  return version === undefined || version === name ? name : `${name} ${version}`;
}

/** Of the rows those that have a text in what the reader sees. */
export function foundIn(rows: readonly PanelRow[], dimension: string, text: string): PanelRow[] {
  const search = text.trim().toLocaleLowerCase();
  return rows.filter((row) => valueText(dimension, row).toLocaleLowerCase().includes(search));
}

/** What an answer says of its numbers. */
export function saidBy({ meta: { metric_warnings: warnings = {} } }: QueryAnswer): Said {
  const said = Object.entries(warnings).flatMap(([metric, { code, codes = [code], warning }]) =>
    codes.map((code) => ({ metric, code, message: warning })),
  );
  const bounds = said.filter(({ code }) => isBound(code)).map(({ metric }) => metric);
  const texts = said.map(noteText);
  return { bounds: new Set(bounds), texts: [...new Set(texts)] };
}

/** `example.com-page-2026-11-01-2026-11-22.csv` */
export function fileName({ site, period }: SummaryAnswer, dimension: string): string {
  const name = dimension.slice(dimension.lastIndexOf(":") + 1).replace(/[^\p{L}\p{N}_.-]/gu, "_");
  return `${site}-${name}-${period.from}-${period.to}.csv`;
}
