/** Names of the custom properties that events had, of which the dashboard offers lists. Pure. */

import { type Goal, goalLabel } from "../goals.ts";
import { accepts } from "./open-rows.ts";
import { allOf, conditionsOf, conjunctsOf, type Filter } from "./query.ts";
import { whereOf } from "./question.ts";
import type { Row } from "./read.ts";
import { GOAL_PROPERTY } from "./sources.ts";

const NAME_PROPERTY = "event:name";

/**
 * Names of properties, in order of the alphabet.
 * @param rows of the read `PROPERTY_NAMES`: property and event
 * @param filter of it counts what is asked of events: their names, and goals that are events
 * @param mayTell whether of an event may be told that there is one
 */
export function propertyNames(
  rows: readonly Row[],
  filter: Filter | null,
  goals: readonly Goal[],
  mayTell: (event: string) => boolean,
): string[] {
  const ofEvents = conjunctsOf(filter).filter((part) =>
    conditionsOf(part).every(({ dimension }) => dimension === NAME_PROPERTY || dimension === GOAL_PROPERTY),
  );
  const where = whereOf(allOf(ofEvents), (dimension) => (dimension === NAME_PROPERTY ? 0 : 1));
  const labels = new Map(goals.flatMap((goal) => (goal.type === "event" ? [[goal.name, goalLabel(goal)]] : [])));
  const named = rows.filter(
    ({ labels: [, event = ""] }) => mayTell(event) && accepts(where, [event, labels.get(event) ?? ""]),
  );
  return [...new Set(named.map(({ labels: [property = ""] }) => property))].sort();
}
