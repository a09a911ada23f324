import { useCallback, useMemo, useState } from "preact/hooks";
import { dateIn } from "../../calendar.ts";
import type { Bucket, Interval, SummaryAnswer } from "../../report/summary-answer.ts";
import { DEFAULT_VIEW, type View } from "../address.ts";
import { dateRange, metricValue } from "../format.ts";
import { DataTable } from "../parts/data-table.tsx";
import { lazyPart } from "../parts/lazy.tsx";
import { serverNow } from "../server-time.ts";
import { show } from "../state.ts";
import { t } from "../texts.ts";
import { changeBetween } from "./change.ts";
import { ChangeMark } from "./change-mark.tsx";
import "./chart.css";
import { Plot } from "./plot.tsx";
import { type SeriesRow, seriesRows } from "./series.ts";
import { Why } from "./why.tsx";

const Minutes = lazyPart(() => import("./minutes.tsx").then(({ Minutes }) => Minutes));

interface Props {
  answer: SummaryAnswer;
  view: View;
}

/** The main chart: a metric over time, with what it is compared with; of what is now, the last minutes. */
export function Chart({ answer, view }: Props) {
  if (view.period === "realtime") return <Minutes answer={answer} />;
  const { timeseries } = answer;
  return (
    <div class="chart">
      {"refused" in timeseries ? (
        <>
          <div class="chart-head">
            <div class="chart-choice">
              <Intervals answer={answer} />
            </div>
          </div>
          <div class="chart-place refused">
            <Why refused={timeseries.refused} />
          </div>
        </>
      ) : (
        <Told answer={answer} view={view} buckets={timeseries} />
      )}
    </div>
  );
}

function Told({ answer, view: { metric, compare }, buckets }: Props & { buckets: readonly Bucket[] }) {
  const [isTable, setTable] = useState(false);
  const onFailure = useCallback(() => setTable(true), []);
  const open = (opens: Partial<View>) => {
    // Dates chosen to compare a period with are none to compare a part of it with.
    const isByDates = compare === "custom";
    show({ ...opens, ...(isByDates && { compare: DEFAULT_VIEW.compare, compareDate: null }) });
  };
  const { chart, metrics } = t.value;
  const texts = t.value;
  const rows = useMemo(
    () => seriesRows(buckets, answer.compared_series, metric, answer, dateIn(answer.timezone, serverNow()), texts),
    [buckets, answer, metric, texts],
  );
  const isEmpty = rows.every(({ value, before }) => value === null && (before?.value ?? null) === null);
  const period = dateRange(answer.period.from, answer.period.to);
  const total = answer.metrics[metric];
  const value = total && !("refused" in total) ? total.value : null;
  const summary = chart.summary(metrics[metric], period, metricValue(metric, value, false));
  return (
    <>
      <div class="chart-head">
        <p class="chart-legend soft">
          <span>
            <span class="swatch" /> {period}
          </span>
          {answer.compared_with && (
            <span>
              <span class="swatch before" /> {dateRange(answer.compared_with.from, answer.compared_with.to)}
            </span>
          )}
        </p>
        <div class="chart-choice">
          <Intervals answer={answer} />
          <button type="button" class="plain" onClick={() => setTable(!isTable)}>
            {isTable ? chart.asChart : chart.asTable}
          </button>
        </div>
      </div>
      <div class="chart-place">
        {isEmpty ? (
          <p class="waiting">{chart.noData}</p>
        ) : (
          !isTable && (
            <Plot
              answer={answer}
              buckets={buckets}
              metric={metric}
              rows={rows}
              summary={summary}
              onOpen={open}
              onFailure={onFailure}
            />
          )
        )}
        <DataTable
          caption={summary}
          isShown={isTable}
          head={[chart.when, metrics[metric], ...(answer.compared_series ? [chart.before, chart.change] : [])]}
          rows={rows.map((row) => cellsOf(row, answer, metric, isTable ? open : null))}
        />
      </div>
    </>
  );
}

function cellsOf(
  row: SeriesRow,
  { compared_series }: SummaryAnswer,
  metric: View["metric"],
  open: ((opens: Partial<View>) => void) | null,
) {
  const { opens } = row;
  const change = row.before && !row.remark && changeBetween(metric, row.value, row.before.value, t.value);
  // Nobody is to come by keys upon what he does not see.
  const name =
    opens && open ? (
      <button type="button" class="plain" onClick={() => open(opens)}>
        {row.when}
      </button>
    ) : (
      row.when
    );
  return [
    row.remark ? (
      <>
        {name} <span class="soft">({row.remark})</span>
      </>
    ) : (
      name
    ),
    metricValue(metric, row.value, false),
    ...(compared_series
      ? [
          row.before && (
            <>
              {metricValue(metric, row.before.value, false)} <span class="soft">{row.before.when}</span>
            </>
          ),
          change && <ChangeMark change={change} />,
        ]
      : []),
  ];
}

/** The choice of how long a bucket is. */
function Intervals({ answer: { interval, intervals } }: { answer: SummaryAnswer }) {
  if (intervals.length < 2) return null;
  return (
    <select
      class="intervals"
      aria-label={t.value.chart.interval}
      value={interval}
      onChange={(event) => show({ interval: event.currentTarget.value as Interval })}
    >
      {intervals.map((one) => (
        <option key={one} value={one}>
          {t.value.intervals[one]}
        </option>
      ))}
    </select>
  );
}
