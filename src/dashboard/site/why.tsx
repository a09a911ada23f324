import type { Refused } from "../../report/summary-answer.ts";
import { t } from "../texts.ts";

/** Why something cannot be told, and what can be asked instead. */
export function Why({ refused: { code, message } }: { refused: Refused }) {
  const { refusals } = t.value;
  return (
    <div class="why">
      <p>
        <b>{refusals.title}</b>
      </p>
      <p class="soft">{code ? refusals[code] : message}</p>
    </div>
  );
}
