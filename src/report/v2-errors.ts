/** Errors of v2: the place in the query, as a JSON pointer (RFC 6901), and what is wrong there. */

import type { z } from "zod";
import { DATE_RANGE_RULE } from "./period.ts";
import type { Part, Refusal } from "./query.ts";

type Issue = z.core.$ZodIssue;

/** How much of what was sent an error repeats. */
const QUOTED_CHARS = 60;

/** `#/metrics/1: Invalid metric "baa"` */
export function issueText(issues: readonly Issue[], query: unknown): string {
  const { path, issue } = deepest(issues, []);
  const sent = valueAt(query, path);
  if (issue?.code === "unrecognized_keys")
    return `${pointer([...path, ...issue.keys.slice(0, 1)])}: is not a known field`;
  return `${pointer(path)}: ${ruleAt(path, issue, sent)}`;
}

/** What is wrong at a place, in the words of Plausible where clients may know them. */
function ruleAt(path: readonly PropertyKey[], issue: Issue | undefined, sent: unknown): string {
  const rule = issue?.message ?? "is not understood";
  if (sent === undefined) return "is required";
  const date = path.indexOf("date_range");
  if (date >= 0) {
    return path.length > date + 1 ? DATE_RULE : `Invalid date range ${quoted(sent)}: ${DATE_RANGE_RULE}`;
  }
  switch (path[0]) {
    case "metrics":
      return issue?.code === "invalid_value" ? `Invalid metric ${quoted(sent)}` : rule;
    case "filters":
      if (issue?.code !== "invalid_union") return rule;
      // The third of a condition is the list of its values.
      if (path.at(-2) === 2) return "must be a string or a number";
      return Array.isArray(sent) && BEHAVIOURAL.includes(sent[0]) ? NOT_JOINED : FILTER_RULE;
    case "order_by":
      return path.length === 2 ? ORDER_RULE : rule;
    default:
      return rule;
  }
}

const DATE_RULE =
  "must be a date of the calendar, YYYY-MM-DD, or an instant, YYYY-MM-DDThh:mm:ss±hh:mm, as the other is";
const FILTER_RULE = 'must be [operator, dimension, [values]], ["and"|"or", [filters]] or ["not", filter]';
const ORDER_RULE = 'must be [metric or dimension, "asc" or "desc"]';
/** Operators of Plausible's that ask what else happened in a visit. */
const BEHAVIOURAL: readonly unknown[] = ["has_done", "has_not_done"];
const NOT_JOINED = "has_done and has_not_done cannot be told: no record joins what one visitor did";

/** `#/filters/0/1: must be …` */
export function refusalText({ part, path, rule }: Refusal): string {
  return `${pointer([part satisfies Part, ...path])}: ${rule}`;
}

/** What zod says of a value that fits none of several shapes is what the nearest of them says. */
function deepest(issues: readonly Issue[], before: readonly PropertyKey[]): { path: PropertyKey[]; issue?: Issue } {
  const [issue] = issues;
  if (!issue) return { path: [...before] };
  const path = [...before, ...issue.path];
  if (issue.code !== "invalid_union" || issue.errors.length === 0) return { path, issue };
  const found = issue.errors.map((errors) => deepest(errors, path));
  // Of shapes that fail at their first element, none is nearer.
  const depth = ({ path: at, issue }: (typeof found)[number]) =>
    at.length > path.length && !(issue?.code === "invalid_value" && at.at(-1) === 0) ? 1 + at.length : 0;
  const nearest = found.reduce((best, one) => (depth(one) > depth(best) ? one : best), { path, issue });
  return depth(nearest) > 0 ? nearest : { path, issue };
}

function pointer(path: readonly PropertyKey[]): string {
  return [
    "#",
    ...path.map((part) => String(part).slice(0, QUOTED_CHARS).replaceAll("~", "~0").replaceAll("/", "~1")),
  ].join("/");
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce(
    (inner: unknown, key) => (inner === null || inner === undefined ? undefined : Object(inner)[key]),
    value,
  );
}

function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > QUOTED_CHARS ? `${text.slice(0, QUOTED_CHARS)}…` : text;
}
