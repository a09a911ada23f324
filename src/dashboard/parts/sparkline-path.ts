/** The size in which a sparkline is drawn; the page stretches it. */
export const WIDTH = 100;
export const HEIGHT = 24;

/**
 * What a sparkline shows of days of which the last, today, is not over: without it, as its few visitors would look like a
 * fall; with it where there is nothing else to see.
 */
export function daysShown(visitors: readonly number[]): readonly number[] {
  const before = visitors.slice(0, -1);
  return before.some((count) => count > 0) ? before : visitors;
}

/** The path of a line through values, from 0 at the bottom to the greatest at the top. Of one value: a level line. */
export function sparklinePath(values: readonly number[]): string {
  const greatest = Math.max(1, ...values);
  const points = values.length === 1 ? [...values, ...values] : values;
  return points
    .map((value, index) => {
      const x = (index / (points.length - 1)) * WIDTH;
      const y = HEIGHT - (value / greatest) * HEIGHT;
      return `${index === 0 ? "M" : "L"}${round(x)} ${round(y)}`;
    })
    .join("");
}

const round = (value: number) => Math.round(value * 100) / 100;
