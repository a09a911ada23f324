/** How a change is shown: in a figure, in words, and whether it is to the good. Pure. */

import { changeOf } from "../../report/metrics.ts";
import type { ChartMetric } from "../address.ts";
import { percent } from "../format.ts";
import type { Texts } from "../texts/en.ts";

export interface ShownChange {
  /** How much: `18%`, or `3 points` of a rate. */
  text: string;
  /** The same for who hears it: "18% more than before". */
  spoken: string;
  direction: "up" | "down" | "same";
  /** Whether that is what an owner wishes for; null where nothing changed. */
  isGood: boolean | null;
}

/** A change as an answer has it, in percent, of a bounce rate in points; null where there is none. */
export function shownChange(metric: ChartMetric, change: number | null | undefined, texts: Texts): ShownChange | null {
  if (change === null || change === undefined) return null;
  const size = Math.abs(change);
  const amount = metric === "bounce_rate" ? texts.chart.points(size) : percent(size);
  if (change === 0) return { text: amount, spoken: texts.comparison.same, direction: "same", isGood: null };
  const isMore = change > 0;
  return {
    text: amount,
    spoken: isMore ? texts.comparison.more(amount) : texts.comparison.less(amount),
    direction: isMore ? "up" : "down",
    // Who leaves at once is the only figure here that had better be small.
    isGood: isMore === (metric !== "bounce_rate"),
  };
}

/** The change between two values of a metric, as the server tells it of totals. */
export function changeBetween(
  metric: ChartMetric,
  value: number | null,
  before: number | null,
  texts: Texts,
): ShownChange | null {
  return shownChange(metric, changeOf(metric, value, before), texts);
}
