/** A badge as an image: a label, and beside it what it says. Pure. */

import { escaped } from "../escaped.ts";

const PADDING = 7;
const BASELINE = 14;

/** Widths of characters in Verdana of 11 px, in px; other fonts are drawn as wide. The rest are taken for digits. */
const WIDTHS: Record<string, number> = {
  " ": 3.9,
  "\u2009": 2.2,
  "<": 9,
  a: 6.6,
  e: 6.55,
  g: 6.85,
  i: 3,
  o: 6.7,
  p: 6.85,
  r: 4.7,
  s: 5.7,
  t: 4.3,
  v: 6.5,
  w: 9,
};
const DIGIT_WIDTH = 7;

/** White on grey and on blue, which can be read on light pages and on dark ones (WCAG 2: 7.4 and 7.2 to 1). */
export function badgeSvg(label: string, text: string): string {
  const left = part(label, 0);
  const right = part(text, left.width);
  const width = left.width + right.width;
  const title = escaped(`${label}: ${text}`);
  // Corners are drawn, not clipped: an id would be another badge's too, where two stand in one page.
  const ground = `<path fill="#555" d="M3 0h${left.width - 3}v20H3a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z"/>`;
  const value = `<path fill="#0b5c8a" d="M${left.width} 0h${right.width - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H${left.width}z"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="20" role="img" aria-label="${title}">
<title>${title}</title>
${ground}${value}
<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">${left.text}${right.text}</g>
</svg>
`;
}

function part(text: string, x: number): { width: number; text: string } {
  const length = Math.round([...text].reduce((sum, character) => sum + (WIDTHS[character] ?? DIGIT_WIDTH), 0));
  return {
    width: length + 2 * PADDING,
    text: `<text x="${x + PADDING}" y="${BASELINE}" textLength="${length}">${escaped(text)}</text>`,
  };
}
