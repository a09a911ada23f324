/** What a page of the dashboard is about: days, what they are compared with, by which times they are shown. Pure. */

import { z } from "zod";
import {
  daysOf,
  type LocalNow,
  type Range,
  rangeAYearBefore,
  rangeBefore,
  rangeOf,
  rangeOfView,
  toTheSameHour,
  untilNow,
  VIEW_PERIODS,
  type ViewPeriod,
} from "./period.ts";
import { Refusal } from "./query.ts";
import { COMPARISONS, INTERVALS, type Interval } from "./summary-answer.ts";

/** Parameters that name a period of the dashboard. */
export const viewFields = {
  period: z.enum(VIEW_PERIODS).optional(),
  date: z
    .string()
    .optional()
    .describe(
      "`YYYY-MM-DD`; with `custom` two of them, a comma between. Default: today. `realtime` and `all` are of today, whatever `date`.",
    ),
};

/** Parameters that say how a period is shown. */
export const shownFields = {
  compare: z
    .enum(COMPARISONS)
    .optional()
    .describe("What totals and times are compared with. Default: `previous_period`; of the period `all` nothing."),
  compare_date: z.string().optional().describe("With `compare=custom`: two dates, `FROM,TO`."),
  interval: z
    .enum(INTERVALS)
    .optional()
    .describe("Of those that `intervals` of the answer lists. Default: by the length of the period."),
};

const PARAMETERS = z.object({ ...viewFields, ...shownFields });

export interface View {
  period: ViewPeriod;
  /** The period, with days to come. */
  range: Range;
  /** As far as it is over. */
  soFar: Range;
  /** What totals are compared with, and what times are; null: nothing. */
  before: Range | null;
  timesBefore: Range | null;
  interval: Interval;
  /** Those that the period can be shown by. */
  intervals: Interval[];
}

/** For how many days an interval is shown: fewer are too few times, more too many. */
const SHOWN_OF_DAYS: Record<Interval, { least: number; most: number }> = {
  hour: { least: 1, most: 7 },
  day: { least: 2, most: 366 },
  week: { least: 8, most: Number.POSITIVE_INFINITY },
  month: { least: 32, most: Number.POSITIVE_INFINITY },
};
/** A longer period is shown by month. */
const MOST_DAYS_BY_DAY = 92;

/**
 * @param firstDay the first day with counts; of the period `all` alone it matters
 * @throws Refusal naming parameter and rule
 */
export function viewOf(asked: z.infer<typeof PARAMETERS>, now: LocalNow, firstDay: string): View {
  // Today, so that a newcomer's first page view shows at once.
  const period = asked.period ?? "day";
  const range = rangeOfView(period, asked.date, now, firstDay);
  const soFar = untilNow(range, now);
  const days = daysOf(range);
  const intervals = INTERVALS.filter((name) => SHOWN_OF_DAYS[name].least <= days && days <= SHOWN_OF_DAYS[name].most);
  const interval = asked.interval ?? (days === 1 ? "hour" : days <= MOST_DAYS_BY_DAY ? "day" : "month");
  if (!intervals.includes(interval)) {
    throw new Refusal("interval", `must be one of ${intervals.join(", ")} for this period`);
  }
  const before = comparedDays(asked, soFar, now);
  const isFair = before !== null && asked.compare !== "custom";
  return {
    period,
    range,
    soFar,
    before: isFair ? toTheSameHour(before, soFar, now) : before,
    // Hours are compared one by one: those of a day that is not over lack nothing but the hour that is.
    timesBefore: isFair && interval !== "hour" ? toTheSameHour(before, soFar, now) : before,
    interval,
    intervals,
  };
}

function comparedDays(
  { period, compare = period === "all" ? "off" : "previous_period", compare_date: custom }: z.infer<typeof PARAMETERS>,
  soFar: Range,
  now: LocalNow,
): Range | null {
  if (custom !== undefined && compare !== "custom") {
    throw new Refusal("compare_date", 'belongs to the comparison "custom" alone');
  }
  switch (compare) {
    case "off":
      return null;
    case "previous_period":
      return rangeBefore(soFar);
    case "year_over_year":
      return rangeAYearBefore(soFar);
    case "custom":
      try {
        return rangeOf("custom", custom, now.today);
      } catch (error) {
        throw error instanceof Refusal ? new Refusal("compare_date", error.rule) : error;
      }
  }
}
