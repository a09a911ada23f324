import { addDays, addMonths, dateIn, daysBetween } from "../../src/calendar.ts";
import type { Runtime } from "../runtime.ts";
import { command, look } from "./client.ts";
import { multiplied, type SimulatedDay, simulateDays, singles } from "./days.ts";
import type { PlainHit } from "./plain.ts";

export interface FillPlan {
  /** How far back there are counts: so many whole months, and the days of this one. */
  months: number;
  /** Days that are simulated; they take turns under the dates. */
  simulatedDays: number;
  viewsPerDay: number;
}

export interface Filled {
  days: number;
  /** Of `medium`, all of them. */
  pageviews: number;
  /** As many rows has the plain table, where it is filled. */
  hits: number;
  /** Months of sites that were rolled up, and how long that took. */
  months: number;
  monthsMs: number;
}

/** Sites by how many page views they have, as multiples of the plan's. The plain table has the hits of `medium`. */
export const SITES = { small: 0.1, medium: 1, large: 10 } as const;
export type SiteName = keyof typeof SITES;
export const domainOf = (site: SiteName) => `${site}.example`;

/** Pairs of older days are not kept. */
const DETAIL_DAYS = 90;
/** What a dashboard of 30 days reads, with the 30 days before: of the small and the large site there is nothing else. */
const DASHBOARD_DAYS = 60;
const SAMPLE_CHUNK = 5_000;
const FILLS_PER_CALL = 10;

/** A timezone in which it is noon, so that the day does not change while the benchmark runs. */
export function noonZone(now: number): { timezone: string; today: string } {
  const west = new Date(now).getUTCHours() - 12;
  const timezone = west === 0 ? "Etc/UTC" : `Etc/GMT${west > 0 ? "+" : ""}${west}`;
  return { timezone, today: dateIn(timezone, now) };
}

/**
 * Stores the same hits under the same dates as Footfall's counts, with month rows, and in a plain table of the same D1.
 * @param what `medium`: the counts of that site alone
 */
export async function fill(
  runtime: Runtime,
  { months, simulatedDays, viewsPerDay }: FillPlan,
  { timezone, today }: { timezone: string; today: string },
  say: (text: string) => void,
  what: "all" | "medium" = "all",
): Promise<Filled> {
  const isAll = what === "all";
  const dashboardFrom = addDays(today, -DASHBOARD_DAYS);
  const detailsFrom = addDays(today, -DETAIL_DAYS);
  const firstDay = [addMonths(today, -months), dashboardFrom].sort()[0] ?? dashboardFrom;
  const dates = Array.from({ length: daysBetween(firstDay, today) }, (_, index) => addDays(firstDay, index));
  const datesOf = (day: number) => dates.filter((_, index) => index % simulatedDays === day);

  const medium = await makeSite(runtime, "medium", timezone);
  const small = isAll ? await makeSite(runtime, "small", timezone) : null;
  const large = isAll ? await makeSite(runtime, "large", timezone) : null;
  const store = async (siteId: number | null, rows: SimulatedDay["rows"], dates: string[]) => {
    if (siteId !== null && dates.length > 0) await command(runtime, { command: "counts", siteId, rows, dates });
  };

  await command(runtime, { command: "tables" });
  let [day, hits, pageviews] = [0, 0, 0];
  for (const simulated of simulateDays(simulatedDays, viewsPerDay * SITES.medium, 1)) {
    const { rows } = simulated;
    const under = datesOf(day);
    await store(
      medium,
      rows,
      under.filter((date) => date >= detailsFrom),
    );
    await store(
      medium,
      singles(rows),
      under.filter((date) => date < detailsFrom),
    );
    await store(
      large,
      multiplied(rows, SITES.large / SITES.medium),
      under.filter((date) => date >= dashboardFrom),
    );
    if (isAll) await storeSample(runtime, day, simulated.hits);
    hits += under.length * simulated.hits.length;
    pageviews += under.length * simulated.pageviews;
    if (++day % 10 === 0) say(`reports: ${day} days simulated`);
  }
  day = 0;
  for (const { rows } of simulateDays(isAll ? simulatedDays : 0, viewsPerDay * SITES.small, 2)) {
    await store(
      small,
      singles(rows),
      datesOf(day++).filter((date) => date >= dashboardFrom),
    );
  }

  const began = performance.now();
  const rolledUp = (await command(runtime, { command: "months" })) as number;
  const monthsMs = performance.now() - began;
  say(`reports: ${rolledUp} months rolled up`);
  for (let first = 0; isAll && first < dates.length; first += FILLS_PER_CALL) {
    const some = dates.slice(first, first + FILLS_PER_CALL);
    const fills = some.map((date, index) => ({ day: (first + index) % simulatedDays, date }));
    await command(runtime, { command: "fill", first, dates: fills });
  }
  if (isAll) say(`reports: ${hits} hits in the plain table`);
  return { days: dates.length, pageviews, hits, months: rolledUp, monthsMs };
}

/** Makes a site and returns its id. */
async function makeSite(runtime: Runtime, site: SiteName, timezone: string): Promise<number> {
  const domain = domainOf(site);
  await look(runtime, "/api/v1/sites", { domain, timezone });
  return (await command(runtime, { command: "site", domain })) as number;
}

async function storeSample(runtime: Runtime, day: number, hits: readonly PlainHit[]): Promise<void> {
  for (let number = 0; number < hits.length; number += SAMPLE_CHUNK) {
    const some = hits.slice(number, number + SAMPLE_CHUNK);
    await command(runtime, { command: "sample", day, number, hits: some });
  }
}
