/**
 * Local days of a site: instants and timezones in, dates and hours out. Pure; no date library, because
 * the beacon path pays for every millisecond of CPU.
 */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** A timezone of a site and the local midnight from which it applies. */
export interface ZoneRule {
  /** IANA name, e.g. `Europe/Riga`. */
  timezone: string;
  /** First day counted in this timezone, `YYYY-MM-DD`. */
  fromDay: string;
  /** The instant at which that day begins, in ms since 1970. */
  fromAt: number;
}

/** One local day of a site: `[startsAt, endsAt)` in ms since 1970. Usually 23 to 25 hours; up to 50 where the owner moved the timezone. */
export interface LocalDay {
  /** `YYYY-MM-DD` */
  day: string;
  startsAt: number;
  endsAt: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function dateFormat(timezone: string): Intl.DateTimeFormat {
  let format = formats.get(timezone);
  if (!format) {
    // en-CA writes dates as YYYY-MM-DD.
    format = new Intl.DateTimeFormat("en-CA", {
      timeZone: timezone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
    });
    if (formats.size >= 500) formats.clear();
    formats.set(timezone, format);
  }
  return format;
}

/** Whether `timezone` names a timezone of the tz database. */
export function isTimezone(timezone: string): boolean {
  // Intl takes offsets such as "+02:00" too: those are no places and know no summer time.
  if (!/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(timezone)) return false;
  try {
    dateFormat(timezone);
    return true;
  } catch {
    return false;
  }
}

/** The date of an instant in a timezone, `YYYY-MM-DD`. */
export function dateIn(timezone: string, at: number): string {
  return dateFormat(timezone).format(at);
}

/** The first instant of a date in a timezone, to the second, in ms since 1970. A date begins at 01:00 where summer time takes its midnight. */
export function startOfDate(timezone: string, date: string): number {
  // UTC offsets lie between -12 h and +14 h, so the start lies within this window.
  let before = Date.parse(`${date}T00:00:00Z`) - 15 * HOUR_MS;
  let after = before + 30 * HOUR_MS;
  while (after - before > 1000) {
    const middle = before + Math.floor((after - before) / 2000) * 1000;
    if (dateIn(timezone, middle) < date) before = middle;
    else after = middle;
  }
  return after;
}

/** `date` moved by whole days; both `YYYY-MM-DD`. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** Days from one date to another (`2026-11-22`, `2026-11-23` → 1). */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS);
}

/** The month of a date moved by whole months, as its first day. */
export function addMonths(date: string, months: number): string {
  const [year = 0, month = 1] = date.split("-").map(Number);
  return new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10);
}

/** Whether `date` is a date of the calendar in the form `YYYY-MM-DD`. */
export function isDate(date: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) return false;
  const at = Date.parse(`${date}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === date;
}

/**
 * The local day an instant falls in. `zones` are a site's timezones in order of `fromAt`; the first also
 * applies before its `fromAt`. A new timezone takes over at a midnight of the old one, so the day of the
 * change is longer or shorter, and no instant belongs to two days.
 */
export function localDayAt(zones: readonly ZoneRule[], at: number): LocalDay {
  let index = zones.length - 1;
  while (index > 0 && (zones[index] as ZoneRule).fromAt > at) index--;
  const zone = zones[index];
  if (!zone) throw new Error("a site has at least one timezone");
  const bounded = index > 0;
  let day = dateIn(zone.timezone, at);
  if (bounded && day < zone.fromDay) day = zone.fromDay;
  let startsAt = startOfDate(zone.timezone, day);
  // A timezone further west reaches the date of its first day only hours after that day began.
  if (bounded) startsAt = day === zone.fromDay ? zone.fromAt : Math.max(startsAt, zone.fromAt);
  let endsAt = startOfDate(zone.timezone, addDays(day, 1));
  const next = zones[index + 1];
  if (next) endsAt = Math.min(endsAt, next.fromAt);
  return { day, startsAt, endsAt };
}

/** Whole hours elapsed since a local day began: 0–23, 24 on a 25-hour day. */
export function hourOf(day: LocalDay, at: number): number {
  return Math.floor((at - day.startsAt) / HOUR_MS);
}
