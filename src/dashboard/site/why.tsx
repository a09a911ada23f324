import type { Refused } from "../../report/summary-answer.ts";
import { t } from "../texts.ts";

/** Why something cannot be told, and what can be asked instead. */
export function Why({ refused }: { refused: Refused }) {
  const { refusals } = t.value;
  return (
    <div class="why">
      <p>
        <b>{refusals.title}</b>
      </p>
      <p class="soft">{refusalText(refused)}</p>
    </div>
  );
}

/** The same in the reader's language, or, of what this page does not know yet, in the server's words. */
export function refusalText({ code, message }: Refused): string {
  return (code && t.value.refusals[code]) || message;
}
