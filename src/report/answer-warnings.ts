/** What is to be said of an answer that only its data tells: flags of days, what is missing, what is shown together. Pure. */

import { localDayAt } from "../calendar.ts";
import { DIMENSIONS, type Dimension, pairName } from "../dimensions.ts";
import { goalLabel } from "../goals.ts";
import type { Bounds } from "../store/count-reads.ts";
import { daysText } from "./buckets.ts";
import { FOLDED, type Line } from "./fold.ts";
import type { Counts } from "./gather.ts";
import { isMoney } from "./metrics.ts";
import type { Plan, Warning } from "./planner.ts";
import { conditionsOf, Refusal, type ReportQuery } from "./query.ts";
import type { Place, Read } from "./read.ts";
import { HOUR_FACT } from "./sources.ts";
import { spanOf } from "./stored.ts";

/** What is not exact about days: flag (`approximate`, `capped:page`) → days, in order. */
export type Flags = Map<string, string[]>;

/** Whether of some times nothing is told: where a filter would be refused for such a time alone. */
export function hidesTimes({ query, bucket }: Plan): boolean {
  return query.filter !== null && query.minVisitors > 0 && bucket !== "all";
}

/** What flags of the days say of an answer. */
export function flagWarnings({ query, reads, money, groups }: Plan, flags: Flags): Warning[] {
  const warnings: Warning[] = [];
  const { from, to } = query.range;
  const within = (days: readonly string[] = []) => days.filter((day) => day >= from && day <= to);
  const approximate = within(flags.get("approximate"));
  if (approximate.length > 0) {
    const message = `${daysText(approximate)}: visitors could not be told apart as they should.`;
    for (const metric of query.metrics) {
      if (metric !== "pageviews" && metric !== "events") warnings.push({ metric, code: "approximate", message });
    }
  }
  const isApart = groups.length > 0 || query.filter !== null;
  const capped = isApart
    ? within(
        [...reads, ...(money ? [money] : [])]
          .flatMap(({ sources }) => sources)
          .flatMap(({ at }) => cappedFlags(at).flatMap((flag) => flags.get(flag) ?? [])),
      )
    : [];
  if (capped.length > 0) {
    const message = `${daysText([...new Set(capped)].sort())}: more values occurred than are counted apart; the rest is under (other).`;
    for (const metric of query.metrics) warnings.push({ metric, code: "capped", message });
  }
  return warnings;
}

/** What a tally may have flagged about counts: their own bound, that of values they share, that of their kind. */
function cappedFlags(at: Place): string[] {
  if ("property" in at || "names" in at) return ["capped:properties"];
  if ("pair" in at)
    return [`capped:${pairName(...at.pair)}`, ...at.pair.flatMap((name) => cappedFlags({ single: name }))];
  const dimension: Dimension | undefined = DIMENSIONS.find(({ name }) => name === at.single);
  return [at.single, dimension?.values, dimension?.kind].flatMap((name) =>
    name === undefined ? [] : [`capped:${name}`],
  );
}

/** Pairs are kept for fewer days than the rest, and imports from other tools bring none. */
export function detailWarnings({ query, reads }: Plan, { firstDay, firstPairDay, imported }: Bounds): Warning[] {
  const ofPairs = reads.filter(usesPairs);
  if (ofPairs.length === 0 || firstDay === null) return [];
  const { from, to } = spanOf(ofPairs);
  const first = from < firstDay ? firstDay : from;
  if (first > to) return [];
  const gaps = imported.filter(
    (days) => firstPairDay !== null && days.from <= to && days.to >= first && days.to >= firstPairDay,
  );
  const isLate = firstPairDay === null || first < firstPairDay;
  if (!isLate && gaps.length === 0) return [];
  const message =
    firstPairDay === null || firstPairDay > to
      ? `${from === to ? from : `${from} to ${to}`}: no day has counts of two dimensions together.`
      : [
          ...(isLate
            ? [`Counted from ${firstPairDay} on: earlier days have no counts of two dimensions together.`]
            : []),
          ...gaps.map((days) => `Imported without counts of two dimensions together: ${days.from} to ${days.to}.`),
        ].join(" ");
  return query.metrics.map((metric) => ({ metric, code: "detail_since", message }));
}

export function usesPairs({ sources }: Read): boolean {
  return sources.some(({ at }) => "pair" in at);
}

/** Whether nothing is known of what a read asks, though something was counted: no pairs of these days, no hours. */
export function isUnknown(read: Read, { firstDay, firstPairDay, imported }: Bounds): boolean {
  if (firstDay === null || read.to < firstDay) return false;
  // Other tools' tables have days alone, and of these no two dimensions together.
  const isImported = imported.some(({ from, to }) => from <= read.from && to >= read.to);
  if (usesPairs(read)) return firstPairDay === null || read.to < firstPairDay || isImported;
  const asksHours = read.sources.some(({ at }) => "single" in at && at.single === HOUR_FACT);
  return asksHours && read.imports && isImported;
}

/** Parts of a range of which nothing is known, the rest being counted. */
export function unknownWarnings({ query, reads }: Plan, bounds: Bounds): Warning[] {
  const unknown = reads.filter((read) => !usesPairs(read) && isUnknown(read, bounds));
  if (unknown.length === 0) return [];
  const days = unknown.map(({ from }) => from).join(" and ");
  const message = `${days}: imported without hours, and left out, as only a part of the day is asked for.`;
  return query.metrics.map((metric) => ({ metric, code: "imported", message }));
}

/** Another tool's counts are its own: summed visitors may be fewer than the sum of days, attribution may differ. */
export function importWarnings({ range, imports, metrics }: ReportQuery, { imported }: Bounds): Warning[] {
  const within = imports ? imported.filter(({ from, to }) => from <= range.to && to >= range.from) : [];
  if (within.length === 0) return [];
  const days = within.map(({ from, to }) => `${from} to ${to}`).join(", ");
  return metrics.map((metric) => ({
    metric,
    code: "imported",
    message: `Imported, as another tool counted: ${days}.`,
  }));
}

/**
 * Page goals count from their definition on.
 * @throws Refusal where nothing but one goal is asked about, from an earlier day on
 */
export function goalWarnings({ query, pageGoals, groups }: Plan, { firstDay }: Bounds, { site }: Counts): Warning[] {
  const { from } = query.range;
  const begun = pageGoals.map((goal) => ({ goal, day: localDayAt(site.zones, goal.createdAt).day }));
  const late = begun.filter(({ day }) => from <= day && firstDay !== null && firstDay <= day);
  const [only] = late;
  if (only && late.length === pageGoals.length && late.length === 1 && groups.length === 0 && from < only.day) {
    const rule = `${goalLabel(only.goal)} is counted since ${only.day}; ask from then on`;
    throw new Refusal("filters", rule, [], "goal_since");
  }
  if (late.length === 0) return [];
  const message = late.map(({ goal, day }) => `${goalLabel(goal)} is counted since ${day}.`).join(" ");
  return query.metrics.filter((metric) => !isMoney(metric)).map((metric) => ({ metric, code: "goal_since", message }));
}

/** What of few visitors is told together, or not at all. Of a filter it is said whether there are such or not. */
export function fewWarnings(plan: Plan, lines: readonly Line[]): Warning[] {
  const { filter, metrics, minVisitors } = plan.query;
  const least = `at least ${minVisitors} visitors`;
  const said = [
    lines.some(({ few }) => few === "folded") &&
      `${FOLDED}: values that do not have ${least}, together; whoever had several of them counts once for each.`,
    conditionsOf(filter).some(({ isOfShown }) => isOfShown) && `Filters find values of ${least} alone.`,
    hidesTimes(plan) && `Times are shown of ${least} alone.`,
  ].filter((text) => typeof text === "string");
  if (said.length === 0) return [];
  return metrics.map((metric) => ({ metric, code: "min_visitors", message: said.join(" ") }));
}

export function moneyWarnings({ metrics }: ReportQuery, lines: readonly Line[]): Warning[] {
  if (!lines.some(({ amounts }) => new Set(amounts.map(({ currency }) => currency)).size > 1)) return [];
  const message =
    "Amounts in several currencies are not added: the goal's own currency stands first, else that of the most events.";
  return metrics.filter(isMoney).map((metric) => ({ metric, code: "several_currencies", message }));
}
