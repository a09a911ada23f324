import type { Env } from "../env.ts";
import { logFailure } from "../log.ts";
import { deleteOldAnswers } from "../store/answers.ts";
import { monthsToRollUp, rollUpMonth } from "../store/months.ts";

/**
 * Months of one run. On the free plan an invocation may ask D1 50 times, and a small site's month takes three
 * statements; what is left over is the next run's.
 */
const MONTHS_A_RUN = 15;
/** No further month is begun after this long. */
const LONGEST_RUN_MS = 60_000;

/** The hourly work: month rows, and answers that nobody asks for any more. Never rejects. */
export async function keepTidy(env: Pick<Env, "DB">): Promise<void> {
  await rollUpMonths(env);
  try {
    await deleteOldAnswers(env.DB, Date.now());
  } catch (error) {
    logFailure("old answers could not be deleted", {}, error);
  }
}

/**
 * Makes the month rows that are missing, as far as one run gets. Never rejects: without month rows reports read days,
 * and the next run tries again. A month that fails holds up none of the others of the run.
 * @param clock ms since 1970
 */
export async function rollUpMonths({ DB }: Pick<Env, "DB">, clock: () => number = Date.now): Promise<void> {
  const began = clock();
  let done = 0;
  let failed = 0;
  let failure: unknown;
  try {
    for (const due of await monthsToRollUp(DB, began, MONTHS_A_RUN)) {
      if (clock() - began > LONGEST_RUN_MS) break;
      try {
        await rollUpMonth(DB, due);
        done++;
      } catch (error) {
        failed++;
        failure = error;
      }
    }
  } catch (error) {
    failure = error;
  }
  if (failure !== undefined) logFailure("months could not be rolled up", { done, failed }, failure);
}
