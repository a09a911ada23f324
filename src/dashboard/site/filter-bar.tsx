import type { SummaryAnswer } from "../../report/summary-answer.ts";
import type { View } from "../address.ts";
import { show } from "../state.ts";
import { t } from "../texts.ts";
import { withFilter } from "./filters.ts";
import { filterName } from "./names.ts";
import { opened } from "./opened.ts";
import "./filter-bar.css";

/** The id of the button that adds a filter. */
export const ADD_FILTER = "add-filter";

/** Shows the view with fewer filters. The button that was pressed goes with its filter: the focus must not. */
export function keepFilters(remaining: View["filters"]): void {
  document.getElementById(ADD_FILTER)?.focus();
  show({ filters: remaining });
}

/** The filters of the view, each to be changed or removed. The way to add one is in the head, where it does not move. */
export function FilterBar({ view, answer }: { view: View; answer: SummaryAnswer | null }) {
  const { filters } = view;
  if (filters.length === 0) return null;
  const { filters: words, states } = t.value;
  return (
    <section class="filters" aria-label={words.label}>
      <ul>
        {filters.map((filter, at) => {
          const name = filterName(filter, answer);
          return (
            // By its place, so that a button stays, and keeps the focus, when its filter changes.
            <li key={at} class="filter">
              <button
                type="button"
                class="plain"
                title={words.edit(name)}
                onClick={() => {
                  opened.value = { kind: "filter", at };
                }}
              >
                {name}
              </button>
              <button
                type="button"
                class="plain"
                aria-label={words.remove(name)}
                onClick={() => keepFilters(withFilter(filters, at, null))}
              >
                ×
              </button>
            </li>
          );
        })}
      </ul>
      {filters.length > 1 && (
        <button type="button" class="plain" onClick={() => keepFilters([])}>
          {states.clearFilters}
        </button>
      )}
    </section>
  );
}
