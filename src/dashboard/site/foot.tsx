import type { SummaryAnswer } from "../../report/summary-answer.ts";

/** What is to be said of the numbers, the language, and who made this. */
export function Foot({ answer }: { answer: SummaryAnswer | null; embed: boolean }) {
  return <footer>{answer?.timezone}</footer>;
}
