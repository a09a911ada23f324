import type { LocalDay } from "./calendar.ts";
import type { DropCount, DropReason } from "./drops.ts";

/**
 * What a tally is told about one page view, event or engagement: screened and described, without IP address
 * and User-Agent. Empty strings are blank values.
 */
export interface Hit {
  /** 32 lower-case hex digits: random, or derived from the sender's `Idempotency-Key`. A repeated id is counted once. */
  id: string;
  kind: "pageview" | "event" | "engagement";
  /** When it happened, in ms since 1970. */
  at: number;
  /** The site's local day of `at`. */
  day: LocalDay;
  /** Elapsed hours of that day, 0–24. */
  hour: number;
  /** Pseudonym under the day's identity key: 32 lower-case hex digits. */
  visitor: string;
  /** In the first 30 minutes of a day: the same visitor under yesterday's key. */
  previousVisitor?: string;
  /** hostname + path */
  page: string;

  source: string;
  channel: string;
  /** host + path, without query */
  referrer: string;
  utmSource: string;
  utmMedium: string;
  utmCampaign: string;
  utmContent: string;
  utmTerm: string;

  /** ISO 3166-1 alpha-2, `T1` for Tor */
  country: string;
  /** ISO 3166-2, `LV-RIX` */
  region: string;
  browser: string;
  /** Major version. */
  browserVersion: string;
  os: string;
  osVersion: string;
  /** `Desktop`, `Mobile`, `Tablet`, … */
  device: string;
  /** A class of widths. */
  screen: string;
  /** ISO 639-1, `lv` */
  language: string;

  /** `kind: "pageview"` only: the patterns of the site's page goals that it meets, none twice; absent for none. */
  goals?: string[];
  /** `kind: "event"` only. */
  event?: { name: string; interactive: boolean };
  /** `kind: "event"` only: what it brought, below zero for a refund, in an ISO 4217 currency. */
  revenue?: { thousandths: number; currency: string };
  /** Custom properties of a page view or event. */
  props?: [key: string, value: string][];
  /** `kind: "engagement"` only. `scrollPercent` 0–100. */
  engagement?: { engagedMs: number; scrollPercent?: number };
  /** `kind: "event"` only: happened outside of the site, as the opening of a mail. Counts as an event, never as a visitor or visit. */
  visitless?: true;
  /** No identity key was to be had: the pseudonym is one isolate's own. */
  approximate?: true;
}

/** One call to a tally. */
export interface RecordBatch {
  siteId: number;
  shard: number;
  /** Shards of the site on `today`. */
  shards: number;
  hits: Hit[];
  /** The site's day now, and the one after it (whose identity key is made ahead). */
  today: LocalDay;
  tomorrow: LocalDay;
  /** Drops since the isolate's last call, on `today`; `id` makes a repeated call harmless. */
  drops?: { id: string; counts: DropCount[] };
}

/** What became of a hit. */
export type Outcome = "counted" | Extract<DropReason, "no_visit" | "rate" | "unknown_site">;

/** Counts of one dimension: value → columns in the order of `COUNTED`, trailing zeros cut. */
export type ValueCounts = Record<string, number[]>;
/** Counts of one pair: first value → second value → columns. */
export type PairCounts = Record<string, ValueCounts>;

/** One open day of one tally, as reports see it: visits still open have their exit page counted. */
export interface OpenDay {
  day: string;
  /** Stored dimension name → counts. */
  dimensions: Record<string, ValueCounts>;
  pairs: Record<string, PairCounts>;
  /** Stored names of the properties that events of the day had, `event:Signup:plan`, where they were asked for. */
  properties?: string[];
}

/** What is asked about open days. */
export interface OpenRequest {
  dimensions: string[] | "all";
  pairs?: string[];
  properties?: boolean;
  from?: string;
  to?: string;
}

/** What happens right now. */
export interface Live {
  /** Visitors with a sign of life in the last five minutes. */
  visitors: number;
  /** The last 30 minutes, oldest first; visitors are those of that minute. */
  minutes: { at: number; visitors: number; pageviews: number }[];
}

/** What happens right now, and what the site was counted on open days. */
export interface Pulse extends Live {
  /** With the dimensions `site` and `dropped`. */
  days: OpenDay[];
}

/** The calls a tally answers. */
export interface TallyApi {
  /** Counts hits; resolves when they are durable, with one outcome a hit. Rejections are retryable: repeat with the same ids. */
  record(batch: RecordBatch): Promise<Outcome[]>;
  /** Shard 0 only: the identity key (base64) of a day, made if it has none yet and `make` is true. */
  identityKey(siteId: number, day: LocalDay, make: boolean): Promise<string | null>;
  /**
   * Open days with the dimensions named (`"all"`: every stored one) and pairs (`"country*page"`), of `from`…`to`; with
   * the names of properties where they are wished for.
   */
  open(request: OpenRequest): Promise<OpenDay[]>;
  live(): Promise<Live>;
  /** `live` and `open` in one call, for pages that stay open: of the open days from `from` on. */
  pulse(request: { from: string }): Promise<Pulse>;
  ping(): Promise<"ok">;
  /** Deletes everything and counts nothing from then on. */
  erase(): Promise<void>;
}
