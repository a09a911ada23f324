/** Errors of v2: the place in the query, as a JSON pointer (RFC 6901), and what is wrong there. */

import type { z } from "zod";
import type { Part, Refusal } from "./query.ts";

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

/** How much of what was sent an error repeats. */
const QUOTED_CHARS = 60;

/** `#/metrics/1: Invalid metric "baa"` */
export function issueText(issues: readonly Issue[], query: unknown): string {
  const { path, issue } = deepest(issues, []);
  const at = (more: readonly PropertyKey[]) => pointer([...path, ...more]);
  const sent = quoted(valueAt(query, path));
  if (issue?.code === "unrecognized_keys") return `${at(issue.keys.slice(0, 1))}: is not a known field`;
  if (issue?.code === "invalid_value" && path[0] === "metrics") return `${at([])}: Invalid metric ${sent}`;
  if (path[0] === "date_range" && path.length === 1 && issue?.code !== "invalid_type") {
    return `${at([])}: Invalid date range ${sent}: ${issue?.message}`;
  }
  return `${at([])}: ${issue?.message ?? "is not understood"}`;
}

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

/** Operators of Plausible's that ask what else happened in a visit. */
const BEHAVIOURAL: readonly unknown[] = ["has_done", "has_not_done"];
const NOT_JOINED = "has_done and has_not_done cannot be told: no record joins what one visitor did";

/** The rules zod checks, in our words; of shapes, what there is to choose from. */
export function v2Rule(issue: RawIssue): string | undefined {
  if (issue.code !== "invalid_union") return undefined;
  if (issue.path?.[0] === "filters") {
    if (Array.isArray(issue.input) && BEHAVIOURAL.includes(issue.input[0])) return NOT_JOINED;
    return 'must be [operator, dimension, [values]], ["and"|"or", [filters]] or ["not", filter]';
  }
  return undefined;
}
