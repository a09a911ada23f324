import { addDays, hourOf, localDayAt, type ZoneRule } from "../../src/calendar.ts";
import type { Hit, RecordBatch } from "../../src/hit.ts";

export const UTC: ZoneRule[] = [{ timezone: "UTC", fromDay: "1970-01-01", fromAt: 0 }];

let ids = 0;

/** A page view of `person` at an instant, with an id of its own; what is given replaces what is made up. */
export function pageview(at: number, person: number, given: Partial<Hit> = {}, zones = UTC): Hit {
  const day = localDayAt(zones, at);
  const pseudonym = (date: string) => `${date.replaceAll("-", "")}${person}`.padEnd(32, "0");
  return {
    id: (++ids).toString(16).padStart(13, "0").padEnd(32, "0"),
    kind: "pageview",
    at,
    day,
    hour: hourOf(day, at),
    visitor: pseudonym(day.day),
    previousVisitor: pseudonym(addDays(day.day, -1)),
    page: "example.com/",
    source: "",
    channel: "Direct",
    referrer: "",
    utmSource: "",
    utmMedium: "",
    utmCampaign: "",
    utmContent: "",
    utmTerm: "",
    country: "LV",
    region: "LV-RIX",
    browser: "Firefox",
    browserVersion: "145",
    os: "Linux",
    osVersion: "",
    device: "Desktop",
    screen: "",
    language: "lv",
    ...given,
  };
}

/** One call to the tally of shard 0 of a site, as at an instant. */
export function batchOf(
  siteId: number,
  now: number,
  hits: Hit[],
  given: Partial<RecordBatch> = {},
  zones = UTC,
): RecordBatch {
  const today = localDayAt(zones, now);
  return { siteId, shard: 0, shards: 1, hits, today, tomorrow: localDayAt(zones, today.endsAt), ...given };
}
