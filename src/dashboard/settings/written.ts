/** How far an import is that is being written. Pure. */

/** As `GET /api/v1/sites/:domain/imports` tells it. */
export interface PendingImport {
  from: string;
  to: string;
  /** The last day that is written; null: none is yet. */
  written_to: string | null;
}

/** 0 to 1; null where nobody knows. */
export function shareWritten({ from, to, written_to: writtenTo }: PendingImport): number | null {
  if (writtenTo === null) return null;
  const [first, last, now] = [from, to, writtenTo].map((day) => Date.parse(day) / 86_400_000);
  if (first === undefined || last === undefined || now === undefined) return null;
  return Math.min(1, Math.max(0, (now - first + 1) / (last - first + 1)));
}
