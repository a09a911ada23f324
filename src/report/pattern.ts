/**
 * What a filter compares with: a text cut at its wildcards, so that `["/blog"]` is `/blog` itself and
 * `["/blog/", ""]` is `/blog/*`. A wildcard stands for any characters, or none.
 */
export type Pattern = readonly string[];

/** Whether a text fits a pattern. Looks at each character once: taking the earliest place for every piece never needs to go back. */
export function fits(pattern: Pattern, text: string): boolean {
  const [first = "", ...rest] = pattern;
  if (rest.length === 0) return text === first;
  const last = rest.pop() as string;
  const end = text.length - last.length;
  if (end < first.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  let from = first.length;
  for (const piece of rest) {
    const at = text.indexOf(piece, from);
    if (at < 0 || at + piece.length > end) return false;
    from = at + piece.length;
  }
  return true;
}
