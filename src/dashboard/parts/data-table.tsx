import type { ComponentChildren } from "preact";

interface Props {
  caption: string;
  head: readonly string[];
  /** The first cell names the row. */
  rows: readonly (readonly ComponentChildren[])[];
  /** Otherwise it is there to be read out only. */
  isShown: boolean;
}

/** The numbers behind a chart. */
export function DataTable({ caption, head, rows, isShown }: Props) {
  const table = (
    <table class="data-table">
      <caption class={isShown ? "unseen" : undefined}>{caption}</caption>
      <thead>
        <tr>
          {head.map((text) => (
            <th key={text} scope="col">
              {text}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(([name, ...cells], index) => (
          <tr key={index}>
            <th scope="row">{name}</th>
            {cells.map((cell, column) => (
              <td key={column}>{cell}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
  if (!isShown) return <div class="unseen">{table}</div>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keys
    <section class="data-scroll" aria-label={caption} tabIndex={0}>
      {table}
    </section>
  );
}
