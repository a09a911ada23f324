import type { SummaryAnswer } from "../../report/summary-answer.ts";
import type { View } from "../address.ts";

/** The lists of what visits were: where they came from, what they saw, from where and with what, what they did. */
export function Panels({ answer }: { answer: SummaryAnswer; view: View; domain: string }) {
  return <p>{Object.keys(answer.dimensions).length}</p>;
}
