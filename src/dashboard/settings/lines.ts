/** Lists as they are typed: one entry a line. Pure. */

/** The entries of a text, without blank lines. */
export function entriesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** A list as a text. */
export function linesOf(entries: readonly string[]): string {
  return entries.join("\n");
}
