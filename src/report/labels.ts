/**
 * Labels: what a report shows for a stored value. `src/store/count-reads.ts` says the same in SQL; a test holds the
 * two together.
 */

import { OTHER, PART } from "../dimensions.ts";
import type { Term } from "./read.ts";

/**
 * How a stored value becomes the value shown:
 * - `whole`: as it is.
 * - `path`, `host`: of a page (`example.com/blog` → `/blog`, `example.com`).
 * - `first`, `second`: a part of a joint value (`LV\tLV-RIX` → `LV`, `LV-RIX`).
 * - `part`: the one of `part`, counted from 0, of a joint value of several.
 */
export type LabelRule = "whole" | "path" | "host" | "first" | "second" | "part";

export interface Label {
  rule: LabelRule;
  part?: number;
  /** Shown for what is blank. */
  blank: string;
}

/** The label of a stored value. */
export function labelOf({ rule, part = 0, blank }: Label, value: string): string {
  if (value === OTHER) return OTHER;
  return shown(rule, part, value) || blank;
}

/** What a term shows of a cell's keys; null where it leaves the cell out. */
export function termLabel(term: Term, keys: readonly [string, string]): string | null {
  if ("as" in term) return term.as;
  const key = keys[term.key];
  if (!term.names) return labelOf(term, key);
  const named = shown(term.rule, term.part ?? 0, key);
  return Object.hasOwn(term.names, named) ? (term.names[named] ?? null) : null;
}

function shown(rule: LabelRule, part: number, value: string): string {
  switch (rule) {
    case "whole":
      return value;
    case "path":
      return value.includes("/") ? value.slice(value.indexOf("/")) : value;
    case "host":
      return value.includes("/") ? value.slice(0, value.indexOf("/")) : value;
    case "first":
      return parts(value)[0];
    case "second":
      return parts(value)[1];
    case "part":
      return value.split(PART)[part] ?? "";
  }
}

/** The two parts of a joint value. Blank parts at its end are not stored: `LV` is `LV\t`. */
function parts(value: string): [string, string] {
  const at = value.indexOf(PART);
  return at < 0 ? [value, ""] : [value.slice(0, at), value.slice(at + 1)];
}
