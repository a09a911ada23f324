import type { SummaryAnswer } from "../../report/summary-answer.ts";
import type { View } from "../address.ts";

/** The filters of the view, each to be changed or removed, and a way to add one. */
export function FilterBar({ view }: { view: View; answer: SummaryAnswer | null }) {
  return <p>{view.filters.length}</p>;
}
