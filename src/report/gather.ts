/**
 * Brings together what the tallies and D1 know. A day of a shard is counted from one of the two: the tallies are asked
 * first, and rows of D1 for which a tally answered are left out. A tally answers for a day until D1 has it, so a day
 * that closes meanwhile is in one of the answers at least, and counted in one only.
 */

import { localDayAt } from "../calendar.ts";
import { PAGEVIEW, pairName, propertyDimension } from "../dimensions.ts";
import type { Live, TallyApi } from "../hit.ts";
import { everyShard } from "../site.ts";
import { type Bounds, readCounts } from "../store/count-reads.ts";
import { Unavailable } from "../store/unavailable.ts";
import { askTally, type Tallies } from "../tally/ask.ts";
import { openRows } from "./open-rows.ts";
import { type Read, type Row, Rows } from "./read.ts";
import { type Answered, readStored, spanOf } from "./stored.ts";

/** Where a site's counts are. */
export interface Counts extends Tallies<"open" | "live"> {
  db: D1Database;
  /** Now, in ms since 1970. */
  now: number;
  /** Values with fewer visitors must not be told apart to whom this is for; 0: he may see all. */
  minVisitors: number;
  /** Whether an owner asks, with a key. */
  isOwners: boolean;
  /** Takes work that goes on after the answer. */
  later: (work: Promise<unknown>) => void;
  /** Is told how many values and rows D1 looked at. */
  spent: (rowsRead: number) => void;
}

export interface Gathered {
  /** The rows of each read, in no order. */
  rows: Row[][];
  /** The first days with counts and with pairs, in D1 or open; D1's are unknown where it was not asked. */
  bounds: Bounds;
}

/**
 * Answers reads.
 * @throws Unavailable naming the part that does not answer
 */
export async function gather(reads: readonly Read[], counts: Counts): Promise<Gathered> {
  const answers = await askForDays(reads, counts);
  const days = answers.flatMap((answer) => answer.days);
  const open = reads.map((read) => openRows(read, days));
  const firstOpen = days.map(({ day }) => day).sort()[0] ?? null;
  const onlyOpen = { rows: open, bounds: { firstDay: firstOpen, firstPairDay: firstOpen, imported: [] } };
  const today = localDayAt(counts.site.zones, counts.now).day;
  let stored: Awaited<ReturnType<typeof readStored>>;
  try {
    const { site, db, now, isOwners, later, spent } = counts;
    stored = await readStored(reads, open, answers, { db, siteId: site.id, today, now, isOwners, later, spent });
  } catch (error) {
    // A tally that does not answer for today has not counted anything today: D1 is not needed to know that.
    if (error instanceof Unavailable && reads.every((read) => read.from >= today)) return onlyOpen;
    throw error;
  }
  if (!stored) return onlyOpen;
  const { rows, bounds } = stored;
  return {
    rows: reads.map((_, index) => {
      const sums = new Rows();
      for (const row of open[index] ?? []) sums.add(row);
      for (const row of rows[index] ?? []) sums.add(row);
      return sums.all();
    }),
    bounds: {
      firstDay: earlier(bounds.firstDay, firstOpen),
      firstPairDay: earlier(bounds.firstPairDay, firstOpen),
      imported: bounds.imported,
    },
  };
}

function earlier(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
}

/** The first day with counts, in D1 or open; today where there are none. */
export async function firstDayOf(counts: Counts): Promise<string> {
  return (await firstCountedDay(counts)) ?? localDayAt(counts.site.zones, counts.now).day;
}

/** The first day with counts, in D1 or open; null where there are none. */
export async function firstCountedDay(counts: Counts): Promise<string | null> {
  const [open, stored] = await Promise.all([
    askAll(counts, (tally) => tally.open({ dimensions: ["site"] })),
    readCounts(counts.db, counts.site.id, [], []),
  ]);
  const [firstOpen = null] = open
    .flat()
    .map(({ day }) => day)
    .sort();
  return earlier(stored.bounds.firstDay, firstOpen);
}

/** What happens right now, over all shards. */
export async function gatherLive(counts: Counts): Promise<Live> {
  return addedUp(await askAll(counts, (tally) => tally.live()));
}

/** What happens right now in all shards together: the minutes add up, as each visitor lives in one shard. */
export function addedUp(answers: readonly Live[]): Live {
  const minutes = new Map<number, Live["minutes"][number]>();
  for (const minute of answers.flatMap((answer) => answer.minutes)) {
    const sum = minutes.get(minute.at) ?? { at: minute.at, visitors: 0, pageviews: 0 };
    sum.visitors += minute.visitors;
    sum.pageviews += minute.pageviews;
    minutes.set(minute.at, sum);
  }
  return {
    visitors: answers.reduce((sum, { visitors }) => sum + visitors, 0),
    minutes: [...minutes.values()].sort((a, b) => a.at - b.at),
  };
}

async function askForDays(reads: readonly Read[], counts: Counts): Promise<Answered[]> {
  const dimensions = new Set<string>();
  const pairs = new Set<string>();
  const properties = new Set<string>();
  let asksNames = false;
  for (const { at } of reads.flatMap((read) => read.sources)) {
    if ("single" in at) dimensions.add(at.single);
    else if ("pair" in at) pairs.add(pairName(...at.pair));
    else if ("names" in at) asksNames = true;
    else properties.add(at.property);
  }
  // The dimensions of a property are named by their events, which only the tallies know; page views have some too.
  if (properties.size > 0) {
    for (const property of properties) dimensions.add(propertyDimension(PAGEVIEW, property));
    const answers = await askAll(counts, (tally) => tally.open({ dimensions: ["event"] }));
    for (const day of answers.flat()) {
      for (const event of Object.keys(day.dimensions.event ?? {})) {
        for (const property of properties) dimensions.add(propertyDimension(event, property));
      }
    }
  }
  const { from, to } = spanOf(reads);
  const answers = await askAll(counts, (tally) =>
    tally.open({ dimensions: [...dimensions], pairs: [...pairs], from, to, ...(asksNames && { properties: true }) }),
  );
  return answers.map((days, shard) => ({ shard, days }));
}

/** Asks every tally of the site; the answers in the order of the shards. */
function askAll<T>(counts: Counts, call: (tally: Pick<TallyApi, "open" | "live">) => Promise<T>): Promise<T[]> {
  return Promise.all(everyShard(counts.site.shardRules).map((shard) => askTally(counts, shard, call)));
}
