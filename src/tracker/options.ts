/** What pages and backends may say to the tracker. Types alone, for browsers and servers. */

/** Settings, named as the tag's `data-` attributes. A flag is set if it is there, whatever its value. */
export interface Options {
  /** The site, or several with commas; without it the page's host. */
  domain?: string | undefined;
  /** The URL of `/api/event`. */
  api?: string | undefined;
  /** The fragment is part of the path: for routers that navigate by it. */
  hash?: unknown;
  /** Count on this machine and in files, too. */
  local?: unknown;
  /** Full script: the page sends its page views itself. */
  manual?: unknown;
  /** Full script: the only pages that send anything. Paths with commas; `*` within a segment, `**` across. */
  include?: string | undefined;
  /** Full script: pages that send nothing. */
  exclude?: string | undefined;
  /** Full script: properties of every page view and event. */
  props?: Props | undefined;
}

export type Props = Record<string, string | number | boolean | null | undefined>;

/** What an event may say beside its name. */
export interface EventOptions {
  props?: Props;
  /** What a conversion brought, in an ISO 4217 currency. */
  revenue?: { amount: number | string; currency: string };
  /** False: a visit of one page view is a bounce in spite of this event. */
  interactive?: boolean;
  /** The page, if not the one in the address bar. */
  url?: string;
  /** Plausible's name for `url`. */
  u?: string;
  /** Called when the event was answered, with the answer; without one where nothing was sent or the sending failed. */
  callback?: (answer?: unknown) => void;
}

/** The arguments of `footfall(…)`. */
export type Call = [name: string, options?: EventOptions | null | undefined];
