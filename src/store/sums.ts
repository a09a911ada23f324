import { forgetAnswers } from "./answers.ts";
import { forgetMonths } from "./months.ts";

/**
 * What was summed from the counts of the days `first` … `last`, taken away: to be done in the same transaction as whatever
 * changes a day. Costs nothing where nothing was summed.
 */
export function forgetSums(db: D1Database, siteId: number, first: string, last: string): D1PreparedStatement[] {
  return [forgetMonths(db, siteId, first, last), forgetAnswers(db, siteId, first, last)];
}
