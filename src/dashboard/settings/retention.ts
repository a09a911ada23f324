/** How long counts are kept, as settings name it: in days or months; 0 is for ever. Pure. */

/** Whether a change makes older counts go. */
export function isShorter(from: number, to: number): boolean {
  return to !== 0 && (from === 0 || to < from);
}
