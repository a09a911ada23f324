/** `POST /api/event`: the events of Plausible's trackers and of our own script. */

import { LIMITS } from "../limits.ts";
import { domainOf } from "../manage/domain.ts";
import { type Beacon, Faults, type Parsed } from "./beacon.ts";
import { type PageUrl, parsePageUrl, withoutWww } from "./page-url.ts";
import { propsOf, revenueOf } from "./props.ts";
import { clean, cut, isLongerThan, textFault } from "./text.ts";

type Fields = Record<string, unknown>;

/**
 * Reads the body of an event. Every field has a short and a long name; the short one wins.
 * @returns the beacon, or each wrong field with the rules it broke
 */
export function parseEvent(text: string): Parsed {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return { errors: { request: ["must be valid JSON"] } };
  }
  if (!isObject(body)) return { errors: { request: ["must be a JSON object"] } };

  const faults = new Faults();
  const name = nameOf(body.n ?? body.name, faults);
  const kind = name === "pageview" || name === "engagement" ? name : "event";
  const page = pageOf(body.u ?? body.url, faults);
  const domains = domainsOf(body.d ?? body.domain, page, faults);
  const referrer = referrerOf(body.r ?? body.referrer, faults);
  const props = propsOf(body.m || body.meta || body.p || body.props, faults);
  const engagement = kind === "engagement" ? engagementOf(body, faults) : undefined;
  if (faults.any || !page) return { errors: faults.errors };

  const revenue = revenueOf(body.$ ?? body.revenue);
  const beacon: Beacon = {
    domains,
    kind,
    name,
    page,
    hashMode: isSet(body.h ?? body.hashMode ?? body.hash),
    referrer,
    props,
    interactive: kind !== "event" || (body.i ?? body.interactive) !== false,
    viewportWidth: widthOf(body.w ?? body.screen_width),
    byMailProxy: false,
    ...(engagement && { engagement }),
    ...(revenue && { revenue }),
  };
  return { beacon };
}

function isObject(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Event names are strings or whole numbers (`404`). */
function nameOf(value: unknown, faults: Faults): string {
  const text = typeof value === "number" && Number.isSafeInteger(value) ? String(value) : value;
  if (text === undefined || text === null) return fail("is required");
  if (typeof text !== "string") return fail("must be a string or a whole number");
  const fault = textFault(text);
  if (fault) return fail(fault);
  const name = clean(text);
  if (name === "") return fail("is required");
  if (name.length > LIMITS.eventNameChars && [...name].length > LIMITS.eventNameChars) {
    return fail(`must be at most ${LIMITS.eventNameChars} characters`);
  }
  return name;

  function fail(rule: string): string {
    faults.add("name", rule);
    return "";
  }
}

/** The page from a URL field; null, and a fault noted, where it is none. */
export function pageOf(value: unknown, faults: Faults): PageUrl | null {
  const rule = urlFault(value);
  if (rule === null && typeof value === "string") {
    const page = parsePageUrl(value);
    if (page) return page;
  }
  faults.add("url", rule ?? "must be a URL with a scheme, or a path that begins with a slash");
  return null;
}

function urlFault(value: unknown): string | null {
  if (value === undefined || value === null || value === "") return "is required";
  if (typeof value !== "string") return "must be a string";
  if (isLongerThan(value, LIMITS.urlBytes)) return `must be at most ${LIMITS.urlBytes} bytes`;
  if (/^\s*data:/i.test(value)) return "must not be a data: URL";
  return textFault(value);
}

/** The sites: a list with commas, each once; without one the page's host. */
export function domainsOf(value: unknown, page: PageUrl | null, faults: Faults): string[] {
  const none: string[] = [];
  if (value !== undefined && value !== null && typeof value !== "string") return fail("must be a string");
  const domains = value ? splitDomains(value) : none;
  if (domains.length === 0) {
    if (page?.host) return [withoutWww(page.host)];
    // Where the URL is wrong, that is what has to be put right.
    return page ? fail("is required") : none;
  }
  if (domains.length > LIMITS.domainsPerBeacon) return fail(`must name at most ${LIMITS.domainsPerBeacon} sites`);
  const fault = textFault(value ?? "");
  if (fault) return fail(fault);
  if (domains.some((domain) => domain.length > 253)) return fail("must be at most 253 characters each");
  return domains;

  function fail(rule: string): string[] {
    faults.add("domain", rule);
    return none;
  }
}

function splitDomains(list: string): string[] {
  const one = siteDomain(list);
  if (!list.includes(",")) return one ? [one] : [];
  return [...new Set(list.split(",").map(siteDomain))].filter((domain) => domain !== "");
}

function siteDomain(text: string): string {
  const domain = withoutWww(text.trim().toLowerCase());
  // International names are kept in punycode.
  return /^[\x20-\x7e]*$/.test(domain) ? domain : (domainOf(domain) ?? domain);
}

/** A referrer that is no string counts as none; one that cannot be stored is a fault. */
export function referrerOf(value: unknown, faults: Faults): string {
  if (typeof value !== "string") return "";
  const fault = textFault(value);
  if (fault) faults.add("referrer", fault);
  return cut(value, LIMITS.referrerChars);
}

function engagementOf(body: Fields, faults: Faults): Beacon["engagement"] {
  const scroll = amountOf(body.sd, "sd", faults);
  const engaged = amountOf(body.e, "e", faults);
  if (scroll === undefined && engaged === undefined && !faults.any) {
    faults.add("sd", "is required for an engagement without e (engaged time)");
  }
  return {
    engagedMs: Math.round(Math.min(engaged ?? 0, LIMITS.visitGapMs)),
    ...(scroll !== undefined && { scrollPercent: Math.round(Math.min(scroll, 100)) }),
  };
}

function amountOf(value: unknown, field: string, faults: Faults): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number" && value >= 0) return value;
  faults.add(field, "must be a number from 0 on");
  return undefined;
}

/** Our script sends its tag's attribute as it stands: `data-hash` without a value is "". */
function isSet(value: unknown): boolean {
  return value === 1 || value === true || value === "1" || value === "";
}

/** Old trackers send the viewport's width; what is no number is ignored. */
function widthOf(value: unknown): number {
  const width = typeof value === "string" && value.length < 10 ? Number(value) : value;
  return typeof width === "number" && width > 0 && width < 100_000 ? Math.round(width) : 0;
}
