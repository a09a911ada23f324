import type { Refused, SummaryAnswer } from "../../report/summary-answer.ts";
import type { View } from "../address.ts";
import { show } from "../state.ts";
import { t } from "../texts.ts";
import { withFilter } from "./filters.ts";
import { filterName } from "./names.ts";
import { Why } from "./why.tsx";

interface Props {
  refused: Refused;
  view: View;
  answer: SummaryAnswer;
}

/** Why a list cannot be told, and the ways to where it can: without one of the filters. */
export function RefusedNotice({ refused, view: { filters }, answer }: Props) {
  // What is the owner's alone is so with any filter.
  const inTheWay = refused.code === "owner_only" ? [] : filters;
  return (
    <div class="panel-note">
      <Why refused={refused} />
      {inTheWay.map((filter, at) => (
        <button
          key={JSON.stringify(filter)}
          type="button"
          onClick={() => show({ filters: withFilter(filters, at, null) })}
        >
          {t.value.panels.without(filterName(filter, answer))}
        </button>
      ))}
    </div>
  );
}
