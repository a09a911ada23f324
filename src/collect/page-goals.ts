import type { Goal } from "../goals.ts";
import { pathMatcher } from "./path-pattern.ts";

interface PageGoal {
  pattern: string;
  matches: (path: string) => boolean;
}

/** By a site's list of goals, which is the same object for as long as the isolate knows the site by one reading of KV. */
const compiled = new WeakMap<readonly Goal[], readonly PageGoal[]>();

/** The patterns of those page goals that a path meets; null where it meets none. */
export function goalsOfPage(goals: readonly Goal[], path: string): string[] | null {
  // Most sites have none.
  if (goals.length === 0) return null;
  let met: string[] | null = null;
  for (const { pattern, matches } of pageGoals(goals)) {
    if (!matches(path)) continue;
    if (met) met.push(pattern);
    else met = [pattern];
  }
  return met;
}

function pageGoals(goals: readonly Goal[]): readonly PageGoal[] {
  let found = compiled.get(goals);
  if (!found) {
    found = goals.flatMap(({ type, name }) => (type === "page" ? [{ pattern: name, matches: pathMatcher(name) }] : []));
    compiled.set(goals, found);
  }
  return found;
}
