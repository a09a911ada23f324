/**
 * How a cell of a pair rests in D1. Most cells of a small site are of one visit, and all of a site's pairs are most of
 * what it stores, so the two commonest shapes are a number (70 → 56 kB for 1,000 hits of a small site):
 *
 * - `n` stands for `[n, n, n]`: as many visitors, visits and page views, and nothing else;
 * - `-n` for `[n, n, n, n]`: all of them bounced, too.
 *
 * In SQL, with `cell` a row of `json_each`: the visitors are `abs(coalesce(cell.value ->> 0, cell.value))`.
 */

/** The JSON of a cell's columns (trailing zeros cut). */
export function pairCellJson(counts: readonly number[]): string {
  const [visitors = 0, visits, pageviews, bounces] = counts;
  if (visitors > 0 && visits === visitors && pageviews === visitors) {
    if (counts.length === 3) return String(visitors);
    if (counts.length === 4 && bounces === visitors) return String(-visitors);
  }
  return `[${counts.join()}]`;
}

/** The columns that a cell's JSON stands for. */
export function pairCellCounts(cell: number | number[]): number[] {
  if (typeof cell !== "number") return cell;
  return cell < 0 ? [-cell, -cell, -cell, -cell] : [cell, cell, cell];
}
