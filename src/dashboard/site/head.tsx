import type { SummaryAnswer } from "../../report/summary-answer.ts";
import type { Place } from "../address.ts";

interface Props {
  at: Extract<Place, { kind: "site" }>;
  answer: SummaryAnswer | null;
}

/** The site's name, who is there now, the period and what it is compared with. */
export function Head({ at, answer }: Props) {
  return (
    <header class="head">
      <h1>{at.domain}</h1>
      {answer?.realtime.visitors}
    </header>
  );
}
