/**
 * What a metric is worth when a number sums several values of a fact: exact, a bound, or nothing. Follows from the
 * kind of the dimension (`src/dimensions.ts`), never from the data.
 */

import type { DimensionKind } from "../dimensions.ts";
import type { Metric } from "./query.ts";

/**
 * How many values of a fact a number sums: `one`, those that share a label (`merged`: a path on several hosts, a
 * property of several events), or `several`.
 */
export type Spread = "one" | "merged" | "several";

/** From best to worst. */
export const VERDICTS = ["exact", "mean_of_hosts", "upper_bound", "refused"] as const;
export type Verdict = (typeof VERDICTS)[number];

/** What a metric is worth on a kind of dimension. */
export function verdictOn(kind: DimensionKind, metric: Metric, spread: Spread): Verdict {
  if (spread === "one") return "exact";
  switch (metric) {
    case "visitors":
    case "percentage":
    case "conversion_rate":
    case "group_conversion_rate":
      // Of these a visitor has one value a day.
      return kind === "visitor" || kind === "total" ? "exact" : "upper_bound";
    case "visits":
      return kind === "page" ? "upper_bound" : "exact";
    case "bounce_rate":
    case "visit_duration":
      // A visit enters at one page, so that hosts of one path can be added; but "bounce rate of several pages" has no one meaning.
      return kind === "page" && spread === "several" ? "refused" : "exact";
    case "time_on_page":
    case "scroll_depth":
      return spread === "several" ? "refused" : "mean_of_hosts";
    case "pageviews":
    case "events":
      // One page view may reach several goals.
      return kind === "goal" ? "upper_bound" : "exact";
    default:
      return "exact";
  }
}

/** The worse of two verdicts. */
export function worse(one: Verdict, other: Verdict): Verdict {
  return VERDICTS.indexOf(one) > VERDICTS.indexOf(other) ? one : other;
}
