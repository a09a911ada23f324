import type { Drop } from "../../report/summary-answer.ts";

/** What was not counted, and why. */
export function Drops({ drops }: { drops: readonly Drop[] }) {
  return <p>{drops.length}</p>;
}
