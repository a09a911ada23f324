/** How dark a country is on the map. Pure. */

import type { PanelRow } from "../../report/summary-answer.ts";

export const SHADES = 5;

/**
 * The shade of each country that somebody came from, 1 to `SHADES`. By the root of its share of the greatest: by the share
 * itself all but a few would look alike.
 */
export function shadesOf(rows: readonly Pick<PanelRow, "value" | "visitors">[]): Map<string, number> {
  const counts = rows.map(({ value, visitors }) => [value, typeof visitors === "number" ? visitors : 0] as const);
  const greatest = Math.max(...counts.map(([, count]) => count));
  return new Map(
    counts.flatMap(([code, count]) => (count > 0 ? [[code, Math.ceil(SHADES * Math.sqrt(count / greatest))]] : [])),
  );
}
