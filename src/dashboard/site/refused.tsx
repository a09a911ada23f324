import type { Refused } from "../../report/summary-answer.ts";
import type { View } from "../address.ts";
import { show } from "../state.ts";
import { t } from "../texts.ts";
import { filterText } from "./values.ts";

/** Why a list cannot be told, and the ways to where it can: without one of the filters. */
export function RefusedNotice({ refused: { code, message }, view }: { refused: Refused; view: View }) {
  const { refusals, panels } = t.value;
  const without = (at: number) => show({ filters: view.filters.toSpliced(at, 1) });
  return (
    <div class="panel-note">
      <p>
        <strong>{refusals.title}</strong>
      </p>
      <p>{code ? refusals[code] : message}</p>
      {view.filters.map((filter, at) => (
        <button key={JSON.stringify(filter)} type="button" onClick={() => without(at)}>
          {panels.without(filterText(filter))}
        </button>
      ))}
    </div>
  );
}
