/** What was not counted, and why. */

import { DROP_REASONS, type DropReason } from "../drops.ts";
import type { Row } from "./read.ts";
import { occurrencesOf } from "./sources.ts";
import type { Drop } from "./summary-answer.ts";

/** The read of drops by reason. */
export const DROPS = occurrencesOf("dropped", "all");

/** Drops by reason, the most frequent first. Reasons are the keys of `DROP_REASONS`. */
export function dropsOf(rows: readonly Row[]): Drop[] {
  return rows
    .flatMap(({ labels: [label = ""], fields }) => {
      const reason = Object.keys(DROP_REASONS).find((reason): reason is DropReason => reason === label);
      return reason === undefined ? [] : [{ reason, text: DROP_REASONS[reason], count: fields.customEvents }];
    })
    .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
}
