/** One figure beside what it should be. `met` null: no goal. */
export interface Figure {
  what: string;
  figure: string;
  goal?: string;
  met?: boolean;
}

/** Rows of cells as lines; the first column is text, the others are set right. The first row is the head. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows
    .map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))))
    .map((cells) => `  ${cells.join("   ").trimEnd()}\n`)
    .join("");
}

/** Figures as lines: what, figure, goal, whether it was met. */
export function figures(list: readonly Figure[]): string {
  return columns(
    list.map(({ what, figure, goal = "", met }) => [
      what,
      figure,
      goal,
      met === undefined ? "" : met ? "met" : "MISSED",
    ]),
  );
}

/** At least, or at most. */
export function atLeast(what: string, value: number, goal: number, show: (value: number) => string): Figure {
  return { what, figure: show(value), goal: `≥ ${show(goal)}`, met: value >= goal };
}
export function atMost(what: string, value: number, goal: number, show: (value: number) => string): Figure {
  return { what, figure: show(value), goal: `≤ ${show(goal)}`, met: value <= goal };
}

export const whole = (value: number) => value.toLocaleString("en", { maximumFractionDigits: 0 });
export const digits = (count: number) => (value: number) => value.toFixed(count);
export const megabytes = (bytes: number | null) => (bytes === null ? "n/a" : `${(bytes / 1e6).toFixed(1)} MB`);
