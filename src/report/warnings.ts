/** Warnings as answers give them: by metric, the gravest first. */

import type { Warning } from "./planner.ts";
import type { Metric } from "./query.ts";

export interface MetricWarning {
  code: Warning["code"];
  /** Of all of them, where there are several. */
  codes?: Warning["code"][];
  text: string;
}

/** Of several warnings on a metric, the one that weighs most names the code. */
const WEIGHT: readonly Warning["code"][] = [
  "detail_since",
  "goal_since",
  "whole_days",
  "several_currencies",
  "upper_bound",
  "estimate",
  "mean_of_hosts",
  "capped",
  "min_visitors",
  "approximate",
  "imported",
  "sum_of_days",
];

/** One warning a metric: the code that weighs most, and what all of them say; null where all is exact. */
export function byMetric(warnings: readonly Warning[]): Partial<Record<Metric, MetricWarning>> | null {
  if (warnings.length === 0) return null;
  const found: Partial<Record<Metric, MetricWarning>> = {};
  for (const code of WEIGHT) {
    for (const warning of warnings.filter((warning) => warning.code === code)) {
      const known = found[warning.metric];
      if (!known) {
        found[warning.metric] = { code, text: warning.message };
        continue;
      }
      if (!known.text.includes(warning.message)) known.text += ` ${warning.message}`;
      known.codes ??= [known.code];
      if (!known.codes.includes(code)) known.codes.push(code);
    }
  }
  for (const warning of Object.values(found)) if (warning.codes?.length === 1) delete warning.codes;
  return found;
}
