/**
 * What is counted for every value of every dimension: the columns of a stored count, in the order in which
 * they are stored. Trailing zeros are not stored, so what is rarest stands last.
 */
export const COUNTED = [
  /** Visitors of that day and value. */
  "visitors",
  /** Visits opened (on `page`: that saw it; on `exit_page`: that ended there). */
  "visits",
  "pageviews",
  /** Visits with exactly one page view and no interactive event. */
  "bounces",
  /** Whole seconds from the first to the last sign of life, summed over visits. */
  "durationSeconds",
  /** Custom events (page views not included). On `dropped` and `flags`: occurrences. */
  "customEvents",
  /** On `page` only: whole engaged seconds, summed over visits. */
  "engagedSeconds",
  /** On `page` only: visits with an engagement. */
  "engagedVisits",
  /** On `page` only: sum of each visit's deepest scroll, in percent. */
  "scrollPercent",
  /** On `page` only: visits with a known scroll depth. */
  "scrollVisits",
  /** On `hour` only: visitors whose first hit of the day fell in that hour: the visitors of a day up to an hour are their sum. */
  "newVisitors",
  /**
   * On `revenue` only: what events brought, and what they took back, each the sum of amounts without their sign, because
   * counts are never below zero. In thousandths of the currency, whose decimals are three at most.
   */
  "revenueThousandths",
  "refundThousandths",
] as const;

export type Counted = (typeof COUNTED)[number];

/** Column numbers by name. */
export const COLUMN = Object.fromEntries(COUNTED.map((name, index) => [name, index])) as Record<Counted, number>;

/** Columns a pair has: the engagement columns belong to `page` alone. */
export const PAIR_COLUMNS = COLUMN.customEvents + 1;
