/** What is to be said of an answer as a whole. Pure. */

import type { Refused, SummaryAnswer } from "../../report/summary-answer.ts";

/** Why none of the totals can be told; null where some can. */
export function refusalOfAll({ metrics }: Pick<SummaryAnswer, "metrics">): Refused | null {
  const all = Object.values(metrics);
  const [first] = all;
  return first && "refused" in first && all.every((one) => "refused" in one) ? first.refused : null;
}

/** An answer without a comparison with days that all were before the first counted one: from nothing nothing changes. */
export function withoutEmptyComparison(answer: SummaryAnswer): SummaryAnswer {
  const { compared_with: before, first_day: firstDay } = answer;
  if (!before || (firstDay !== null && before.to >= firstDay)) return answer;
  return { ...answer, compared_with: null, compared_series: null };
}

/** Whether all days that are compared with were counted, so that a change says something. */
export function isFairlyCompared({ compared_with: before, first_day: firstDay }: SummaryAnswer): boolean {
  return before !== null && firstDay !== null && before.from >= firstDay;
}

/** Whether nothing at all was counted in the period. */
export function isEmpty({ metrics: { visitors, pageviews, events } }: Pick<SummaryAnswer, "metrics">): boolean {
  return [visitors, pageviews, events].every(
    (one) => one === undefined || (!("refused" in one) && (one.value === 0 || one.value === null)),
  );
}
