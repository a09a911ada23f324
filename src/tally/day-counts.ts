import { DIMENSIONS, PAIRS, pairName } from "../dimensions.ts";
import type { OpenDay, PairCounts, ValueCounts } from "../hit.ts";
import { COLUMN } from "../metrics.ts";
import { type Day, PROPERTY_TABLES } from "./day.ts";
import { exitMark } from "./sightings.ts";
import { sipKey } from "./siphash.ts";
import { SLOT } from "./slots.ts";
import type { ValueTable } from "./values.ts";
import { durationSeconds, isBounce, type Visit } from "./visit.ts";

/**
 * The counts of a day by stored name: of every dimension or pair, or of those named; and, if wished for, the names of all
 * properties. Visits of the day that are
 * still open have their exit page counted as if they ended now.
 */
export function dayCounts(
  day: Day,
  openVisits: Iterable<Visit>,
  wanted: { dimensions: readonly string[] | "all"; pairs: readonly string[] | "all"; properties?: boolean } = {
    dimensions: "all",
    pairs: "all",
  },
): Omit<OpenDay, "day"> {
  const wants = (list: readonly string[] | "all", name: string) => list === "all" || list.includes(name);
  const dimensions: Record<string, ValueCounts> = {};
  const pairs: Record<string, PairCounts> = {};

  const singleNames: (string | undefined)[] = [];
  for (const [slot, { name }] of DIMENSIONS.entries()) singleNames[slot] = name;
  for (let property = 0; property < day.properties.size; property++) {
    singleNames[PROPERTY_TABLES + property] = property === 0 ? PROPERTIES_BEYOND : day.properties.text(property);
  }
  const valuesOf = (table: number): ValueTable =>
    (table < PROPERTY_TABLES ? day.values[table] : day.propertyValues[table - PROPERTY_TABLES]) as ValueTable;

  // Every day has a row of the site, so that its revision can be looked up even if only drops were counted.
  if (wants(wanted.dimensions, "site")) dimensions.site = {};
  for (let row = 0; row < day.singles.size; row++) {
    const table = day.singles.table(row);
    const name = singleNames[table];
    if (name === undefined || !wants(wanted.dimensions, name)) continue;
    put(record(dimensions, name), valuesOf(table).text(day.singles.a(row)), day.singles.counts(row));
  }
  if (wants(wanted.dimensions, "exit_page")) addOpenExits(day, openVisits, record(dimensions, "exit_page"));

  const isWanted = PAIRS.map(([outer, inner]) => wants(wanted.pairs, pairName(outer, inner)));
  for (const [pair, byOuter] of day.pairs.grouped((table) => isWanted[table] === true)) {
    const [first, second] = PAIRS[pair] as (typeof PAIRS)[number];
    const firstValues = day.values[SLOT[first]] as ValueTable;
    const secondValues = day.values[SLOT[second]] as ValueTable;
    const counts: PairCounts = record(pairs, pairName(first, second));
    for (const [value, rows] of byOuter) {
      const inner = record(counts, firstValues.text(value));
      for (const row of rows) put(inner, secondValues.text(day.pairs.b(row)), day.pairs.counts(row));
    }
  }
  if (!wanted.properties) return { dimensions, pairs };
  const properties = singleNames.slice(PROPERTY_TABLES).filter((name) => name !== undefined);
  return { dimensions, pairs, properties: properties.filter((name) => name !== PROPERTIES_BEYOND) };
}

/** Stored name of the properties beyond the bound of properties. */
const PROPERTIES_BEYOND = "event:(other)";

function addOpenExits(day: Day, openVisits: Iterable<Visit>, exits: ValueCounts): void {
  const pages = day.values[SLOT.exit_page] as ValueTable;
  for (const visit of openVisits) {
    if (visit.day.day !== day.local.day) continue;
    const value = pages.text(visit.exitPage);
    const counts = [...(own(exits, value) ?? [])];
    const add = (column: number, delta: number) => {
      while (counts.length <= column) counts.push(0);
      counts[column] = (counts[column] as number) + delta;
    };
    add(COLUMN.durationSeconds, durationSeconds(visit));
    add(COLUMN.bounces, isBounce(visit) ? 1 : 0);
    add(COLUMN.pageviews, visit.pageviews);
    add(COLUMN.visits, 1);
    if (!day.marks.has(exitMark(sipKey(visit.visitor), visit.exitPage))) add(COLUMN.visitors, 1);
    while (counts.at(-1) === 0) counts.pop();
    put(exits, value, counts);
  }
}

function own<T>(from: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(from, key) ? from[key] : undefined;
}

/** Sets a key, `__proto__` too: values are visitors' words. */
function put<T>(into: Record<string, T>, key: string, value: T): void {
  if (key === "__proto__") {
    Object.defineProperty(into, key, { value, enumerable: true, configurable: true, writable: true });
  } else into[key] = value;
}

/** The record under a key, made if need be. */
function record<T extends Record<string, unknown>>(of: Record<string, T>, key: string): T {
  let found = own(of, key);
  if (!found) {
    found = {} as T;
    put(of, key, found);
  }
  return found;
}
