import type { Random } from "../../bench/traffic/random.ts";

/** Draws one of `items`, each as often as its weight says; those of weight 0 never. */
export function drawer<T>(items: readonly T[], weightOf: (item: T) => number): (random: Random) => T {
  const upTo: number[] = [];
  let sum = 0;
  for (const item of items) {
    sum += Math.max(weightOf(item), 0);
    upTo.push(sum);
  }
  if (!(sum > 0)) throw new Error("nothing to draw from");
  return (random) => {
    const at = random() * sum;
    let low = 0;
    let high = items.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((upTo[middle] ?? 0) > at) high = middle;
      else low = middle + 1;
    }
    return items[low] as T;
  };
}

/** Draws from a table of value → weight. */
export function drawerOf<T extends string>(table: Readonly<Record<T, number>>): (random: Random) => T {
  const draw = drawer(Object.entries(table) as [T, number][], ([, weight]) => weight);
  return (random) => draw(random)[0];
}
