import type { SummaryAnswer } from "../../report/summary-answer.ts";
import type { View } from "../address.ts";

/** The main chart: a metric over time, with what it is compared with. */
export function Chart({ answer }: { answer: SummaryAnswer; view: View }) {
  return <p>{answer.interval}</p>;
}
