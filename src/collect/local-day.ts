import { type LocalDay, localDayAt, type ZoneRule } from "../calendar.ts";
import type { Site } from "../site.ts";

/** A site's local day at an instant, and its neighbours. */
export interface Days {
  /** The day before; computed when asked for, in the first minutes of a day. */
  yesterday: () => LocalDay;
  today: LocalDay;
  tomorrow: LocalDay;
}

interface Entry {
  zones: readonly ZoneRule[];
  days: Days;
}

const ENTRIES = 1_000;

/** Remembers each site's day until it ends or the owner moves the timezone: finding one costs many calls of `Intl`. */
export class LocalDays {
  readonly #entries = new Map<number, Entry>();

  at(site: Pick<Site, "id" | "zones">, now: number): Days {
    const known = this.#entries.get(site.id);
    if (known && now >= known.days.today.startsAt && now < known.days.today.endsAt) {
      if (known.zones === site.zones) return known.days;
      if (sameZones(known.zones, site.zones)) {
        // Settings are read anew every minute: next time the quick comparison holds again.
        known.zones = site.zones;
        return known.days;
      }
    }
    const days = daysAt(site.zones, now);
    const [oldest] = this.#entries.keys();
    if (!known && this.#entries.size >= ENTRIES && oldest !== undefined) this.#entries.delete(oldest);
    this.#entries.set(site.id, { zones: site.zones, days });
    return days;
  }
}

function daysAt(zones: readonly ZoneRule[], now: number): Days {
  const today = localDayAt(zones, now);
  let yesterday: LocalDay | undefined;
  return {
    yesterday: () => {
      yesterday ??= localDayAt(zones, today.startsAt - 1);
      return yesterday;
    },
    today,
    tomorrow: localDayAt(zones, today.endsAt),
  };
}

function sameZones(a: readonly ZoneRule[], b: readonly ZoneRule[]): boolean {
  return (
    a.length === b.length &&
    a.every((zone, index) => zone.timezone === b[index]?.timezone && zone.fromAt === b[index]?.fromAt)
  );
}
