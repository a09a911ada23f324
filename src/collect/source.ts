import type { Hit } from "../hit.ts";
import { LIMITS } from "../limits.ts";
import { channelOf } from "./channel.ts";
import { bareHost, withoutWww } from "./page-url.ts";
import { SOURCE_NAMES, type SourceKind } from "./source-names.ts";
import { clean, percentDecoded } from "./text.ts";

/** Where a visit came from. Empty strings are blank: no source means that the visitor came by himself. */
export type Acquisition = Pick<
  Hit,
  "source" | "channel" | "referrer" | "utmSource" | "utmMedium" | "utmCampaign" | "utmContent" | "utmTerm"
>;

/** A source by its name; null where it is not in the table. */
export interface Source {
  name: string;
  kind: SourceKind | null;
}

const hosts = new Map<string, Source>();
const names = new Map<string, Source>();
for (const [kind, rows] of Object.entries(SOURCE_NAMES)) {
  for (const [name, keys] of Object.entries(rows)) {
    const source: Source = { name, kind: kind as SourceKind };
    names.set(name.toLowerCase(), source);
    for (const key of keys.split(" ")) (key.includes(".") ? hosts : names).set(key, source);
  }
}

/** A referrer, taken apart. */
export interface Referrer {
  /** Lower case, with `www.`; of an app the name of its package. */
  host: string;
  /** What reports show. */
  value: string;
}

/** Takes a referrer apart; null where it names neither a web page nor an app. User names and passwords are left out. */
export function parseReferrer(text: string): Referrer | null {
  if (text === "") return null;
  const url = URL.parse(text);
  if (!url || !/^(https?|android-app|ios-app):$/.test(url.protocol)) return null;
  const host = bareHost(url.hostname);
  if (host === "") return null;
  let path = percentDecoded(url.pathname);
  while (path.endsWith("/")) path = path.slice(0, -1);
  return { host, value: clean(withoutWww(host) + path, LIMITS.acquisitionChars) };
}

/**
 * What a page's query and referrer tell of the way here.
 * @param query the page's, with its `?`, or empty. Only `utm_*`, `source`, `ref` and the names of click ids are read
 * @param referrer null also where it is a page of the same site
 */
export function acquisitionOf(query: string, referrer: Referrer | null): Acquisition {
  const params = query.length > 1 ? new URLSearchParams(query) : null;
  const read = (name: string) => clean(params?.get(name) ?? "", LIMITS.acquisitionChars);
  const utmSource = read("utm_source");
  const utmMedium = read("utm_medium");
  const utmCampaign = read("utm_campaign");
  const tag = utmSource || read("source") || read("ref");
  const source = tag ? taggedSource(tag) : referrer ? hostSource(referrer.host) : null;
  const channel = channelOf({
    source,
    medium: utmMedium,
    campaign: utmCampaign,
    hasClickId: (name) => params?.has(name) ?? false,
  });
  return {
    source: source?.name ?? "",
    channel,
    referrer: referrer?.value ?? "",
    utmSource,
    utmMedium,
    utmCampaign,
    utmContent: read("utm_content"),
    utmTerm: read("utm_term"),
  };
}

/** The source that a link's own tag names: `utm_source=fb`, `ref=producthunt.com`. */
export function taggedSource(tag: string): Source {
  const lower = tag.toLowerCase();
  const known = names.get(lower);
  if (known) return known;
  if (lower.includes(".") && !/\s/.test(lower)) {
    const host = lower.replace(/^https?:\/\//, "").split(/[/?#:]/, 1)[0] ?? "";
    const source = knownHost(host);
    if (source) return source;
  }
  return { name: tag, kind: null };
}

/** The source of a referrer's host: its name if well known, else the host without `www.`. */
export function hostSource(host: string): Source {
  return knownHost(host) ?? { name: clean(withoutWww(host), LIMITS.acquisitionChars), kind: null };
}

function knownHost(host: string): Source | undefined {
  const labels = host.split(".");
  const suffix = suffixLabels(labels);
  for (let from = 0; from < labels.length; from++) {
    const exact = hosts.get(labels.slice(from).join("."));
    if (exact) return exact;
    if (suffix === 0 || labels.length - from <= suffix) continue;
    const anyCountry = hosts.get(`${labels.slice(from, labels.length - suffix).join(".")}.*`);
    if (anyCountry) return anyCountry;
  }
  return undefined;
}

const SECOND_LEVEL = new Set(["co", "com", "org", "net", "ne", "or"]);

/** How many labels at the end a `.*` may stand for: `com`, `lv`, `co.uk`; 0 where none. */
function suffixLabels(labels: readonly string[]): number {
  const last = labels.at(-1) ?? "";
  if (last === "com" || last === "net" || last === "org") return 1;
  if (last.length !== 2) return 0;
  return labels.length > 2 && SECOND_LEVEL.has(labels.at(-2) ?? "") ? 2 : 1;
}
