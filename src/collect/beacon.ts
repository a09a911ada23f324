import type { Hit } from "../hit.ts";
import type { PageUrl } from "./page-url.ts";

/** What one wire format said: validated, and nothing derived from it yet. */
export interface Beacon {
  /** The sites to count it for: lower case, without `www.`; at least one, none twice. */
  domains: string[];
  kind: Hit["kind"];
  /** `pageview`, `engagement`, or the event's name. */
  name: string;
  page: PageUrl;
  /** The fragment is part of the path. */
  hashMode: boolean;
  /** A URL, or empty. */
  referrer: string;
  props: [key: string, value: string][];
  /** Of events: whether a visit with it is no bounce. */
  interactive: boolean;
  /** Of engagements only. */
  engagement?: { engagedMs: number; scrollPercent?: number };
  /** What a conversion brought, in an ISO 4217 currency. */
  revenue?: { amount: number; currency: string };
  /** In CSS pixels; 0 if unknown. */
  viewportWidth: number;
  /** Fetched by a mail service on behalf of a reader: place, browser and system are the service's, not the reader's. */
  byMailProxy: boolean;
  /** An event that nobody on the site caused: the opening of a mail. */
  visitless?: true;
}

/** Field → the rules it broke. */
export type FieldErrors = Record<string, string[]>;

/** What an adapter makes of a request. */
export type Parsed = { beacon: Beacon } | { errors: FieldErrors };

/** Collects the rules that fields break; never the values, which may be anything. */
export class Faults {
  readonly errors: FieldErrors = {};

  add(field: string, rule: string): void {
    const rules = this.errors[field];
    if (rules) rules.push(rule);
    else this.errors[field] = [rule];
  }

  get any(): boolean {
    for (const _ in this.errors) return true;
    return false;
  }
}
