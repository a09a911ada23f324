/**
 * Labels: what a report shows for a stored value. `src/store/count-reads.ts` says the same in SQL; a test holds the
 * two together.
 */

import { OTHER, PART } from "../dimensions.ts";

/**
 * How a stored value becomes the value shown:
 * - `whole`: as it is.
 * - `path`, `host`: of a page (`example.com/blog` → `/blog`, `example.com`).
 * - `first`, `second`: a part of a joint value (`LV\tLV-RIX` → `LV`, `LV-RIX`).
 * - `joined`: both parts (`Firefox\t145` → `Firefox 145`); the number of a version says nothing without the name.
 */
export type LabelRule = "whole" | "path" | "host" | "first" | "second" | "joined";

export interface Label {
  rule: LabelRule;
  /** Shown for what is blank. */
  blank: string;
}

/** The label of a stored value. */
export function labelOf({ rule, blank }: Label, value: string): string {
  if (value === OTHER) return OTHER;
  return shown(rule, blank, value) || blank;
}

function shown(rule: LabelRule, blank: string, value: string): string {
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
    case "joined": {
      const [first, second] = parts(value);
      return first || second ? `${first || blank} ${second || blank}` : "";
    }
  }
}

/** The two parts of a joint value. Blank parts at its end are not stored: `LV` is `LV\t`. */
function parts(value: string): [string, string] {
  const at = value.indexOf(PART);
  return at < 0 ? [value, ""] : [value.slice(0, at), value.slice(at + 1)];
}
