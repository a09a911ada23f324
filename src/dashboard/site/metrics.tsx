import type { SummaryAnswer } from "../../report/summary-answer.ts";
import type { View } from "../address.ts";

/** The top metrics with their changes; a click on one draws it in the chart. */
export function Metrics({ answer }: { answer: SummaryAnswer; view: View }) {
  return <p>{answer.period.from}</p>;
}
