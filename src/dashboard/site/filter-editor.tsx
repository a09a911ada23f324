import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { SummaryAnswer } from "../../report/summary-answer.ts";
import { FILTER_OPERATORS, type FilterOperator, type View, type ViewFilter } from "../address.ts";
import { Dialog, DialogActions } from "../parts/dialog.tsx";
import { show } from "../state.ts";
import { t } from "../texts.ts";
import { valueMeant, withFilter, withoutValue, withValue } from "./filters.ts";
import { dimensionName, propertyDimension, valueName } from "./names.ts";
import "../parts/form.css";
import { useSuggestions } from "./use-suggestions.ts";
import { valueText } from "./values.ts";

/** A version says nothing without what it is of: it is filtered by where the two stand together, in its list. */
const VERSION = /_version$/;

interface Props {
  view: View;
  answer: SummaryAnswer;
  /** Which filter; at their end: a new one. */
  at: number;
  onClose: () => void;
}

/** A filter to be made or changed: of which dimension, how, and one value or several. */
export function FilterEditor({ view, answer, at, onClose }: Props) {
  const current = view.filters[at];
  const dimensions = [
    ...new Set([
      ...Object.keys(answer.dimensions).filter((name) => !VERSION.test(name)),
      ...answer.properties.map(propertyDimension),
      ...view.filters.map(({ dimension }) => dimension),
    ]),
  ];
  const [filter, setFilter] = useState<ViewFilter>(
    current ?? { operator: "is", dimension: dimensions[0] ?? "", values: [] },
  );
  const [typed, setTyped] = useState("");
  const [isRefused, setRefused] = useState(false);
  const first = useRef<HTMLSelectElement>(null);
  useEffect(() => first.current?.focus(), []);
  const input = useRef<HTMLInputElement>(null);
  const [options, hint] = [useId(), useId()];
  const { filters: words } = t.value;

  const { dimension, operator, values } = filter;
  const isExact = operator === "is" || operator === "is_not";
  const panel = answer.dimensions[dimension];
  const rows = panel && "rows" in panel ? panel.rows.filter(({ folded }) => !folded) : [];
  const suggested = useSuggestions(answer, dimension, typed).filter((one) =>
    rows.every(({ value }) => value !== one.value),
  );
  const known = [...rows, ...suggested].map((row) => ({ value: row.value, name: valueText(dimension, row) }));
  const nameOf = (value: string) => (isExact ? valueName(dimension, value, answer) : value);
  const withTyped = () =>
    typed.trim() === "" ? filter : withValue(filter, isExact ? valueMeant(typed, known) : typed);

  const add = () => {
    setFilter(withTyped());
    setTyped("");
    setRefused(false);
    input.current?.focus();
  };
  const apply = (event: Event) => {
    event.preventDefault();
    const whole = withTyped();
    if (whole.values.length === 0) {
      setRefused(true);
      input.current?.focus();
      return;
    }
    onClose();
    show({ filters: withFilter(view.filters, at, whole) });
  };
  return (
    <Dialog title={current ? words.editTitle : words.addTitle} onClose={onClose} kind="small">
      <form class="fields" onSubmit={apply}>
        <label>
          {words.dimension}
          <select
            ref={first}
            value={dimension}
            onChange={({ currentTarget }) => setFilter({ ...filter, dimension: currentTarget.value, values: [] })}
          >
            {dimensions.map((one) => (
              <option key={one} value={one}>
                {dimensionName(one)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {words.operator}
          <select
            value={operator}
            onChange={({ currentTarget }) => setFilter({ ...filter, operator: currentTarget.value as FilterOperator })}
          >
            {FILTER_OPERATORS.map((one) => (
              <option key={one} value={one}>
                {words.operators[one]}
              </option>
            ))}
          </select>
        </label>
        {values.length > 0 && (
          <ul class="filter-values" aria-label={words.values}>
            {values.map((value) => (
              <li key={value} class="filter">
                <span>{nameOf(value)}</span>
                <button
                  type="button"
                  class="plain"
                  aria-label={words.removeValue(nameOf(value))}
                  onClick={() => {
                    setFilter(withoutValue(filter, value));
                    input.current?.focus();
                  }}
                >
                  ×
                </button>
              </li>
            ))}
          </ul>
        )}
        <div class="filter-add">
          <label>
            {words.value}
            <input
              ref={input}
              value={typed}
              list={options}
              autocomplete="off"
              maxLength={1000}
              aria-invalid={isRefused}
              aria-describedby={hint}
              onInput={({ currentTarget }) => setTyped(currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key !== "Enter" || typed.trim() === "") return;
                event.preventDefault();
                add();
              }}
            />
          </label>
          <button type="button" onClick={add}>
            {words.addValue}
          </button>
          <datalist id={options}>
            {known
              .filter(({ value }) => !values.includes(value))
              .map(({ value, name }) => (
                <option key={value} value={isExact ? name : value} />
              ))}
          </datalist>
        </div>
        <p id={hint} class="bad" role="alert">
          {isRefused && words.needsValue}
        </p>
        <DialogActions apply={words.apply} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
