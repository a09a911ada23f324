/** Why a beacon is not counted. One row a reason; the text is what owners read. */
export const DROP_REASONS = {
  unknown_site: "No site of this name is set up here.",
  host_not_allowed: "The page's host is not among the site's allowed hosts.",
  opt_out: "The visitor's browser asks not to be tracked (Sec-GPC or DNT).",
  prefetch: "The page was fetched ahead or prerendered, not looked at.",
  bot: "A crawler, monitor, preview fetcher or automated browser.",
  spam_referrer: "The referrer is a known spam host.",
  excluded_path: "The owner excludes this path.",
  excluded_country: "The owner excludes this country.",
  no_visit: "A sign of life without an open visit.",
  rate: "More than 300 hits in five minutes from one visitor.",
} as const;

export type DropReason = keyof typeof DROP_REASONS;

/** Drops gathered by an isolate: how often each reason occurred on a day. */
export interface DropCount {
  reason: DropReason;
  count: number;
}
