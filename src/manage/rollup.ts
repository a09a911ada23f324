import type { Env } from "../env.ts";
import { logFailure } from "../log.ts";
import { deleteOldAnswers } from "../store/answers.ts";
import { monthsToRollUp, rollUpMonth } from "../store/months.ts";
import { deleteWhatExpired } from "./retention.ts";

/**
 * Months of one run. On the free plan an invocation may ask D1 50 times: one list of months, three statements for a small
 * site's month, seven to delete what expired, and one for old answers. What is left over is the next run's.
 */
const MONTHS_A_RUN = 13;
/** No further month is begun after this long. */
const LONGEST_RUN_MS = 60_000;

/**
 * The hourly work: deletes what is no longer kept, makes month rows of the rest, and deletes answers that nobody asks for
 * any more. Never rejects: a part that fails holds up none of the others.
 * @param clock ms since 1970
 */
export async function keepTidy(env: Pick<Env, "DB">, clock: () => number = Date.now): Promise<void> {
  await orLog("expired counts could not be deleted", () => deleteWhatExpired(env, clock()));
  await rollUpMonths(env, clock);
  await orLog("old answers could not be deleted", () => deleteOldAnswers(env.DB, clock()));
}

async function orLog(failure: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    logFailure(failure, {}, error);
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
