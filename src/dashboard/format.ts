/** Numbers, times and names as the reader's language writes them. */

import type { Metric } from "../report/query.ts";
import { locale } from "./texts.ts";

const cache = new Map<string, unknown>();

/** Formatters are slow to make: one for each language and kind. */
function made<T>(key: string, make: (locale: string) => T): T {
  const whole = `${locale.value} ${key}`;
  const known = cache.get(whole) as T | undefined;
  if (known) return known;
  const fresh = make(locale.value);
  cache.set(whole, fresh);
  return fresh;
}

/** 1,234,567 */
export function whole(value: number): string {
  return made("whole", (to) => new Intl.NumberFormat(to, { maximumFractionDigits: 0 })).format(value);
}

/** From here on numbers are told short, where there is little room. */
export const SHORT_FROM = 10_000;

/** 1.2M: short, from 10,000 on, or always. */
export function short(value: number, isAlways = false): string {
  if (Math.abs(value) < SHORT_FROM && !isAlways) return whole(value);
  const format = { notation: "compact", maximumFractionDigits: 1 } as const;
  return made("short", (to) => new Intl.NumberFormat(to, format)).format(value);
}

/** 42%; `value` is in percent. */
export function percent(value: number, digits = 0): string {
  const format = { style: "percent", maximumFractionDigits: digits } as const;
  return made(`percent ${digits}`, (to) => new Intl.NumberFormat(to, format)).format(value / 100);
}

/** 2.35 */
export function decimal(value: number): string {
  return made("decimal", (to) => new Intl.NumberFormat(to, { maximumFractionDigits: 2 })).format(value);
}

/** 1m 20s, or 2m, of seconds; each unit as the language abbreviates it. */
export function duration(seconds: number): string {
  const total = Math.round(seconds);
  const [hours, minutes, rest] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const unit = (value: number, name: "hour" | "minute" | "second") =>
    made(name, (to) => new Intl.NumberFormat(to, { style: "unit", unit: name, unitDisplay: "narrow" })).format(value);
  const parts = hours > 0 ? [unit(hours, "hour")] : [];
  if (minutes > 0) parts.push(unit(minutes, "minute"));
  if (hours === 0 && (rest > 0 || minutes === 0)) parts.push(unit(rest, "second"));
  return parts.join(" ");
}

/** €1,234.50, or short €1.2K; `currency` as in ISO 4217. */
export function money(value: number, currency: string, isShort = true): string {
  const isCompact = isShort && Math.abs(value) >= 1000;
  const format = isCompact
    ? ({ notation: "compact", maximumFractionDigits: 1 } as const)
    : ({ trailingZeroDisplay: isShort ? "stripIfInteger" : "auto" } as const);
  const key = `money ${currency} ${isShort} ${isCompact}`;
  return made(key, (to) => new Intl.NumberFormat(to, { style: "currency", currency, ...format })).format(value);
}

/** A value of a metric; "–" for none. */
export function metricValue(
  metric: Metric,
  value: number | null | undefined,
  isShort: boolean | "always" = true,
): string {
  if (value === null || value === undefined) return "–";
  switch (metric) {
    case "bounce_rate":
    case "scroll_depth":
      return percent(value);
    case "percentage":
    case "conversion_rate":
    case "group_conversion_rate":
      return percent(value, 1);
    case "visit_duration":
    case "time_on_page":
      return duration(value);
    case "views_per_visit":
      return decimal(value);
    default:
      return isShort ? short(value, isShort === "always") : whole(value);
  }
}

/** A calendar date (`2026-11-22`), which is of no timezone. */
export function date(day: string, style: Intl.DateTimeFormatOptions = { dateStyle: "medium" }): string {
  const key = `date ${JSON.stringify(style)}`;
  return made(key, (to) => new Intl.DateTimeFormat(to, { ...style, timeZone: "UTC" })).format(
    Date.parse(`${day}T00:00Z`),
  );
}

/** Two dates with what they share said once. */
export function dateRange(
  from: string,
  to: string,
  style: Intl.DateTimeFormatOptions = { dateStyle: "medium" },
): string {
  const key = `range ${JSON.stringify(style)}`;
  const range = made(key, (at) => new Intl.DateTimeFormat(at, { ...style, timeZone: "UTC" }));
  return from === to ? date(from, style) : range.formatRange(Date.parse(`${from}T00:00Z`), Date.parse(`${to}T00:00Z`));
}

/** A and B, or A or B. */
export function listed(texts: readonly string[], type: "conjunction" | "disjunction"): string {
  return made(type, (to) => new Intl.ListFormat(to, { type })).format(texts);
}

/** The hour of a time bucket's label (`2026-10-25 02:00:00`). */
export function hour(label: string): string {
  const at = Date.parse(`${label.replace(" ", "T")}Z`);
  const format = { hour: "numeric", minute: "2-digit", timeZone: "UTC" } as const;
  return made("hour", (to) => new Intl.DateTimeFormat(to, format)).format(at);
}

/** The time of an instant (ISO 8601) on the site's clocks; with the name of the time in effect there where that matters. */
export function clock(at: string, timezone: string, isNamed = false): string {
  const format = {
    hour: "numeric",
    minute: "2-digit",
    timeZone: timezone,
    ...(isNamed && ({ timeZoneName: "short" } as const)),
  } as const;
  return made(`clock ${timezone} ${isNamed}`, (to) => new Intl.DateTimeFormat(to, format)).format(Date.parse(at));
}

const namesOf = (type: "region" | "language") =>
  made(type, (to) => new Intl.DisplayNames(to, { type, fallback: "code" }));

/** The name of a country (ISO 3166-1) or a language tag; the text itself where it is none. */
export function displayName(type: "region" | "language", code: string): string {
  if (type === "region" ? !/^[A-Z]{2}$/.test(code) : !/^[a-z]{2,3}(-[A-Za-z0-9]+)*$/.test(code)) return code;
  try {
    return namesOf(type).of(code) ?? code;
  } catch {
    return code;
  }
}
