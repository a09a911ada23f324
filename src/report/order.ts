import type { Line } from "./fold.ts";
import { isMoney, rawValue } from "./metrics.ts";
import { moneyOf } from "./money.ts";
import type { Plan } from "./planner.ts";
import type { Metric } from "./query.ts";

/** The order of an answer: as asked, else time ascending, then the first metric descending; equal rows by their labels. */
export function comparing(
  { query, groups }: Plan,
  placeOf: (bucket: string) => number,
  nameOf: (label: string, index: number) => string,
) {
  const { order, metrics, dimensions } = query;
  const time = dimensions.find((name) => name.startsWith("time"));
  const [metric] = metrics;
  const orders =
    order.length > 0
      ? order
      : [
          ...(time ? [{ by: time, direction: "asc" as const }] : []),
          ...(metric ? [{ by: metric, direction: "desc" as const }] : []),
        ];
  const comparisons = orders.map(({ by, direction }) => {
    const sign = direction === "asc" ? 1 : -1;
    if (by.startsWith("time")) return (a: Line, b: Line) => sign * (placeOf(a.bucket) - placeOf(b.bucket));
    const index = groups.findIndex(({ name }) => name === by);
    if (index >= 0) {
      return (a: Line, b: Line) =>
        sign * compareCodePoints(nameOf(a.labels[index] ?? "", index), nameOf(b.labels[index] ?? "", index));
    }
    const rank = (line: Line) =>
      rankOf(
        line,
        metrics.find((metric) => metric === by),
      );
    return (a: Line, b: Line) => {
      const [one, other] = [rank(a), rank(b)];
      // What has no value comes last, whatever the direction.
      if (one === null || other === null) return Number(one === null) - Number(other === null);
      return sign * (one - other);
    };
  });
  return (a: Line, b: Line): number => {
    for (const compare of comparisons) {
      const difference = compare(a, b);
      if (difference !== 0) return difference;
    }
    for (const [index, label] of a.labels.entries()) {
      const difference = compareCodePoints(label, b.labels[index] ?? "");
      if (difference !== 0) return difference;
    }
    return placeOf(a.bucket) - placeOf(b.bucket);
  };
}

function rankOf(line: Line, metric: Metric | undefined): number | null {
  if (!metric || line.few === "hidden") return null;
  return isMoney(metric) ? (moneyOf(metric, line.amounts)?.value ?? null) : rawValue(metric, line.figures);
}

/** Order of two texts by code point, which is SQLite's: the cut of equals must fall alike in both. */
function compareCodePoints(a: string, b: string): number {
  if (a === b) return 0;
  const [first, second] = [[...a], [...b]];
  for (let i = 0; i < first.length && i < second.length; i++) {
    const difference = (first[i]?.codePointAt(0) ?? 0) - (second[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return first.length - second.length;
}
