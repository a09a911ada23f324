import { useCallback, useEffect, useState } from "preact/hooks";
import type { Metric } from "../../report/query.ts";
import type { PanelRow, SummaryAnswer } from "../../report/summary-answer.ts";
import type { OpenList, View } from "../address.ts";
import { ApiError, askCsv, type Failure } from "../api.ts";
import { whole } from "../format.ts";
import { Dialog } from "../parts/dialog.tsx";
import { FailureNotice } from "../parts/failure.tsx";
import { show } from "../state.ts";
import { t } from "../texts.ts";
import { useQuery } from "./use-query.ts";
import "./full-list.css";
import {
  defaultSort,
  fileName,
  fileQuery,
  foundIn,
  joinedCsv,
  listQuery,
  MOST_ROWS,
  metricsOf,
  ROWS_A_PAGE,
  refusalOf,
  rowsOf,
  rowsOfCsv,
  saidBy,
  shownMetrics,
  sortBy,
} from "./list-query.ts";
import { dimensionName } from "./names.ts";
import { RefusedNotice } from "./refused.tsx";
import { RowTable } from "./row-table.tsx";
import { hostOf } from "./rows.ts";
import { isTranslated } from "./values.ts";

/** Between the last key of a search and the question. */
const PAUSE_MS = 250;
/** By then a download that was asked for has begun. */
const BEGUN_BY_MS = 60_000;

interface Props {
  answer: SummaryAnswer;
  view: View;
  list: OpenList;
}

const close = () => show({ list: null });

/** All values of a dimension: to search, to sort, to page through, and to take home as CSV. */
export function FullList({ answer, view, list }: Props) {
  const { dimension } = list;
  const metrics = metricsOf(answer, dimension);
  const panel = answer.dimensions[dimension];
  const refused = panel && "refused" in panel ? panel.refused : refusalOf(dimension, view.filters);
  return (
    <Dialog title={t.value.tabs[dimension] ?? dimensionName(dimension)} kind="full-list" onClose={close}>
      {refused ? (
        <RefusedNotice refused={refused} view={view} answer={answer} />
      ) : (
        <Found key={dimension} answer={answer} view={view} list={list} metrics={shownMetrics(list, metrics)} />
      )}
    </Dialog>
  );
}

function Found({ answer, view, list, metrics }: Props & { metrics: Metric[] }) {
  const { dimension, search, page } = list;
  const change = useCallback(
    (changes: Partial<OpenList>) => show({ list: { ...list, ...changes } }, "replace"),
    [list],
  );
  const { answer: found, isLoading, failure, retry } = useQuery(listQuery(answer, view, list, metrics));
  const all = found ? rowsOf(dimension, metrics, found) : [];
  // What the reader sees in other words than the API's is found here.
  const isFoundHere = isTranslated(dimension) && search !== "";
  const fitting = isFoundHere ? foundIn(all, dimension, search) : all;
  const rows = isFoundHere ? fitting.slice((page - 1) * ROWS_A_PAGE, page * ROWS_A_PAGE) : all;
  const total = isFoundHere ? fitting.length : (found?.meta.total_rows ?? rows.length);
  const pages = Math.ceil(total / ROWS_A_PAGE);
  // An address may name a page of more values than there are by now.
  const isBeyond = found !== null && !isLoading && page > Math.max(1, pages);
  useEffect(() => {
    if (isBeyond) change({ page: Math.max(1, pages) });
  }, [isBeyond]);
  const said = found ? saidBy(found) : { bounds: new Set<string>(), texts: [] };
  return (
    <>
      <div class="list-tools">
        <Search dimension={dimension} search={search} onSearch={(text) => change({ search: text, page: 1 })} />
        <Download answer={answer} view={view} list={list} metrics={metrics} rows={fitting} />
      </div>
      {failure ? (
        <FailureNotice failure={failure} onRetry={retry} />
      ) : (
        <div class="list-body" aria-busy={isLoading}>
          {found && rows.length > 0 ? (
            <SortedTable {...{ answer, view, list, metrics, rows }} bounds={said.bounds} onChange={change} />
          ) : (
            <p class="waiting">
              {found ? (search ? t.value.list.noneFound : t.value.panels.empty) : t.value.common.loading}
            </p>
          )}
        </div>
      )}
      <p class="soft" aria-live="polite">
        {found && !isLoading && t.value.list.rows(total)}
      </p>
      <Pages page={page} pages={pages} onPage={(to) => change({ page: to })} />
      {said.texts.map((text) => (
        <p key={text} class="soft">
          {text}
        </p>
      ))}
    </>
  );
}

interface TableProps extends Props {
  metrics: Metric[];
  rows: PanelRow[];
  bounds: ReadonlySet<string>;
  onChange: (changes: Partial<OpenList>) => void;
}

function SortedTable({ answer, view, list, metrics, rows, bounds, onChange }: TableProps) {
  const { dimension } = list;
  const sort = list.sort ?? defaultSort(metrics);
  const head = (by: string, text: string) => (
    <button type="button" class="plain" onClick={() => onChange({ sort: sortBy(sort, by, by === dimension), page: 1 })}>
      {text}
      <span class={sort.by === by ? `sort-sign ${sort.direction}` : "sort-sign"} />
    </button>
  );
  return (
    <RowTable
      isFull
      dimension={dimension}
      metrics={metrics}
      rows={rows}
      view={view}
      bounds={bounds}
      host={hostOf(answer)}
      head={head(dimension, dimensionName(dimension))}
      columnHead={head}
      sorted={sort}
    />
  );
}

interface SearchProps {
  dimension: string;
  search: string;
  onSearch: (text: string) => void;
}

function Search({ dimension, search, onSearch }: SearchProps) {
  const [text, setText] = useState(search);
  useEffect(() => {
    if (text === search) return;
    const timer = setTimeout(() => onSearch(text), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text, search, onSearch]);
  const label = t.value.list.search(dimensionName(dimension));
  return (
    <input
      type="search"
      value={text}
      placeholder={t.value.common.search}
      aria-label={label}
      onInput={({ currentTarget }) => setText(currentTarget.value)}
    />
  );
}

interface PagesProps {
  page: number;
  pages: number;
  onPage: (page: number) => void;
}

function Pages({ page, pages, onPage }: PagesProps) {
  if (pages <= 1 && page <= 1) return null;
  const { list } = t.value;
  return (
    <nav class="list-pages" aria-label={list.pages}>
      <button type="button" disabled={page <= 1} onClick={() => onPage(page - 1)}>
        {list.previous}
      </button>
      <span>{list.page(whole(page), whole(pages))}</span>
      <button type="button" disabled={page >= pages} onClick={() => onPage(page + 1)}>
        {list.next}
      </button>
    </nav>
  );
}

function Download({ answer, view, list, metrics, rows }: Props & { metrics: Metric[]; rows: PanelRow[] }) {
  const [failure, setFailure] = useState<Failure | null>(null);
  const download = async () => {
    setFailure(null);
    const found = rows.map(({ value }) => value);
    const parts: string[] = [];
    try {
      do {
        const json = fileQuery(answer, view, list, metrics, found, parts.length * MOST_ROWS);
        parts.push(await askCsv("/api/v2/query", { method: "POST", json }));
      } while (rowsOfCsv(parts.at(-1) ?? "") === MOST_ROWS);
      save(new Blob([joinedCsv(parts)], { type: "text/csv" }), fileName(answer, list.dimension));
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setFailure(error.failure);
    }
  };
  return (
    <>
      <button type="button" disabled={rows.length === 0} onClick={download}>
        {t.value.list.csv}
      </button>
      {failure && <FailureNotice failure={failure} onRetry={download} />}
    </>
  );
}

/** Saves a file as the browser does with downloads. */
function save(file: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  // Some browsers begin to read it only later.
  setTimeout(() => URL.revokeObjectURL(link.href), BEGUN_BY_MS);
}
