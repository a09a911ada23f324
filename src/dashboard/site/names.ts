/** What things are called on the page, in the reader's language. */

import type { SummaryAnswer } from "../../report/summary-answer.ts";
import type { View, ViewFilter } from "../address.ts";
import { date, dateRange, listed } from "../format.ts";
import { t } from "../texts.ts";
import type { Days } from "./period.ts";
import { valueText } from "./values.ts";

const PROPERTY = "event:props:";

/** The dimension of a custom property. */
export function propertyDimension(name: string): string {
  return PROPERTY + name;
}

/** The name of the custom property that a dimension is; null for any other. */
export function propertyOf(dimension: string): string | null {
  return dimension.startsWith(PROPERTY) ? dimension.slice(PROPERTY.length) : null;
}

export function dimensionName(dimension: string): string {
  const property = propertyOf(dimension);
  return property === null ? (t.value.dimensions[dimension] ?? dimension) : t.value.property(property);
}

/** What a value is called: by the reader's words, regions by the answer's. */
export function valueName(dimension: string, value: string, answer: SummaryAnswer | null): string {
  const panel = answer?.dimensions[dimension];
  const row = panel && "rows" in panel ? panel.rows.find((one) => one.value === value) : undefined;
  return valueText(dimension, row ?? { value });
}

/** Source is Google or Bing */
export function filterName({ dimension, operator, values }: ViewFilter, answer: SummaryAnswer | null): string {
  const isCode = operator === "is" || operator === "is_not";
  const names = values.map((value) => (isCode ? valueName(dimension, value, answer) : value));
  return t.value.filters.chip(
    dimensionName(dimension),
    t.value.filters.operators[operator],
    listed(names, "disjunction"),
  );
}

/** What a period is called, by what it is chosen as; null where only its dates say it. */
export function periodName({ period, date }: Pick<View, "period" | "date">): string | null {
  return date === null && period !== "custom" ? t.value.periods[period] : null;
}

/** The dates of a period; null where they say nothing. */
export function periodDates({ period }: Pick<View, "period">, days: Days, today: string): string | null {
  if (period === "realtime") return null;
  if (period === "month") return date(days.from, { month: "long", year: "numeric" });
  if (period === "year") return date(days.from, { year: "numeric" });
  return datesNear(days, today);
}

/** Dates, without the year where it is the current one. */
export function datesNear({ from, to }: Days, today: string): string {
  const [year] = today.split("-", 1);
  return dateRange(from, to, {
    day: "numeric",
    month: "short",
    ...(from === to && { weekday: "short" }),
    ...((!from.startsWith(`${year}-`) || !to.startsWith(`${year}-`)) && { year: "numeric" }),
  });
}
