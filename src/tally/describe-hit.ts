import { PART } from "../dimensions.ts";
import type { Hit } from "../hit.ts";
import { SLOTS, VISIT_SLOTS, VISITOR_SLOTS } from "./slots.ts";

/** Parts of a joint value in one text; blank parts at the end are left out. */
export function joint(...parts: string[]): string {
  let length = parts.length;
  while (length > 0 && parts[length - 1] === "") length--;
  return parts.slice(0, length).join(PART);
}

const VISIT_VALUES: Record<string, (hit: Hit) => string> = {
  entry_page: (hit) => hit.page,
  acquisition: (hit) =>
    joint(hit.source, hit.referrer, hit.utmSource, hit.utmMedium, hit.utmCampaign, hit.utmContent, hit.utmTerm),
  source: (hit) => hit.source,
  channel: (hit) => hit.channel,
  referrer: (hit) => hit.referrer,
  utm_source: (hit) => hit.utmSource,
  utm_medium: (hit) => hit.utmMedium,
  utm_campaign: (hit) => hit.utmCampaign,
  utm_content: (hit) => hit.utmContent,
  utm_term: (hit) => hit.utmTerm,
};

const VISITOR_VALUES: Record<string, (hit: Hit) => string> = {
  location: (hit) => joint(hit.country, hit.region),
  country: (hit) => hit.country,
  browser_version: (hit) => joint(hit.browser, hit.browserVersion),
  browser: (hit) => hit.browser,
  os_version: (hit) => joint(hit.os, hit.osVersion),
  os: (hit) => hit.os,
  device: (hit) => hit.device,
  screen: (hit) => hit.screen,
  language: (hit) => hit.language,
};

function valuesFrom(table: Record<string, (hit: Hit) => string>, slots: readonly number[]): (hit: Hit) => string[] {
  const readers = slots.map((slot) => {
    const name = SLOTS[slot]?.name ?? "";
    const read = table[name];
    if (!read) throw new Error(`no value for the dimension ${name}`);
    return read;
  });
  return (hit) => readers.map((read) => read(hit));
}

/** A hit's values of the dimensions that a visit has once, in the order of `VISIT_SLOTS`. */
export const visitValues = valuesFrom(VISIT_VALUES, VISIT_SLOTS);
/** A hit's values of the dimensions that a visitor has once a day, in the order of `VISITOR_SLOTS`. */
export const visitorValues = valuesFrom(VISITOR_VALUES, VISITOR_SLOTS);
