import type { ComponentChildren } from "preact";
import type { Metric } from "../../report/query.ts";
import type { PanelRow } from "../../report/summary-answer.ts";
import type { View } from "../address.ts";
import { show } from "../state.ts";
import { t } from "../texts.ts";
import { chosen, isRowChosen } from "./choosing.ts";
import { barsOf, cellText, columnText } from "./rows.ts";
import "./row-table.css";
import { dimensionName } from "./names.ts";
import { flagOf, valueText } from "./values.ts";

interface Props {
  dimension: string;
  metrics: readonly Metric[];
  rows: readonly PanelRow[];
  view: View;
  /** Metrics whose values are upper bounds. */
  bounds: ReadonlySet<string>;
  /** Where pages are: each gets a link to it. */
  host: string;
  /** In place of the dimension's name above the values. */
  head?: ComponentChildren;
  /** Makes the heads of columns: those of a list that can be sorted. */
  columnHead?: (metric: Metric, text: string) => ComponentChildren;
  sorted?: { by: string; direction: "asc" | "desc" };
  isFull?: boolean;
}

/** Values with their metrics; a click on one filters the view by it. */
export function RowTable(props: Props) {
  const { dimension, metrics, rows, head, columnHead, sorted, isFull = false } = props;
  const bars = barsOf(rows, metrics);
  const order = (by: string) => (sorted?.by === by ? (`${sorted.direction}ending` as const) : undefined);
  return (
    <table class={isFull ? "rows full" : "rows"}>
      <thead>
        <tr>
          <th scope="col" aria-sort={order(dimension)}>
            {head ?? dimensionName(dimension)}
          </th>
          {metrics.map((metric) => {
            const text = columnText(metric, dimension);
            return (
              <th key={metric} scope="col" class="number" aria-sort={order(metric)}>
                {columnHead ? columnHead(metric, text) : text}
              </th>
            );
          })}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <Row key={row.value} {...props} row={row} bar={bars[index] ?? 0} />
        ))}
      </tbody>
    </table>
  );
}

function Row({
  dimension,
  metrics,
  row,
  bar,
  view,
  bounds,
  host,
  isFull = false,
}: Props & { row: PanelRow; bar: number }) {
  const text = valueText(dimension, row);
  const flag = flagOf(dimension, row.value);
  const inside = (
    <>
      {flag && <span aria-hidden="true">{flag} </span>}
      {text}
    </>
  );
  return (
    <tr>
      <th scope="row">
        <span class="row-bar" style={{ width: `${bar}%` }} />
        <span class="row-cell">
          {row.folded ? (
            <span class="row-value" title={t.value.notes.min_visitors}>
              {inside}
            </span>
          ) : (
            <button
              type="button"
              class="row-value"
              aria-pressed={isRowChosen(view.filters, dimension, row)}
              title={text}
              onClick={() => show({ ...chosen(view, dimension, row), list: null })}
            >
              {inside}
            </button>
          )}
          <PageLink dimension={dimension} path={row.value} host={host} />
        </span>
      </th>
      {metrics.map((metric) => (
        <td key={metric} class="number">
          {cellText(metric, row[metric], { isBound: bounds.has(metric), isShort: !isFull })}
        </td>
      ))}
    </tr>
  );
}

const PAGES = ["event:page", "visit:entry_page", "visit:exit_page"];

function PageLink({ dimension, path, host }: { dimension: string; path: string; host: string }) {
  if (!PAGES.includes(dimension) || !path.startsWith("/")) return null;
  const name = t.value.panels.openPage(path);
  return (
    <a class="row-link" href={`https://${host}${path}`} target="_blank" rel="noreferrer" title={name}>
      <svg viewBox="0 0 12 12" aria-hidden="true">
        <path d="M3 9 9 3M4.5 3H9v4.5" />
      </svg>
      <span class="unseen">{name}</span>
    </a>
  );
}
