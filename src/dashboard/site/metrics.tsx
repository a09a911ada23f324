import type { Metric } from "../../report/query.ts";
import type { SummaryAnswer } from "../../report/summary-answer.ts";
import { CHART_METRICS, type ChartMetric, type View } from "../address.ts";
import { metricValue } from "../format.ts";
import { Menu } from "../parts/menu.tsx";
import { show } from "../state.ts";
import { t } from "../texts.ts";
import { shownChange } from "./change.ts";
import { ChangeMark } from "./change-mark.tsx";
import "./metrics.css";
import { isAtMost, notesOf } from "./metric-notes.ts";
import { noteText } from "./rows.ts";
import { isFairlyCompared } from "./standing.ts";
import { Why } from "./why.tsx";

interface Props {
  answer: SummaryAnswer;
  view: View;
}

/** The top metrics with their changes; a click on one draws it in the chart. */
export function Metrics({ answer, view }: Props) {
  return (
    <ul class="metrics">
      {CHART_METRICS.map((metric) => (
        <Tile key={metric} metric={metric} answer={answer} view={view} />
      ))}
    </ul>
  );
}

function Tile({ metric, answer, view }: Props & { metric: ChartMetric }) {
  const { metrics, chart } = t.value;
  const told = answer.metrics[metric];
  const refused = told && "refused" in told ? told.refused : null;
  const { value, comparison_value: before, change } = told && !("refused" in told) ? told : NOTHING;
  const notes = notesOf(answer.notes, metric);
  const shown = isFairlyCompared(answer) ? shownChange(metric, change, t.value) : null;
  const content = (
    <>
      <span class="tile-name">{metrics[metric]}</span>
      <Figure metric={metric} value={value} isAtMost={value !== null && isAtMost(notes)} />
      {answer.compared_with && (
        <span class="tile-change">
          {shown && <ChangeMark change={shown} />}{" "}
          {before !== null && <span class="soft">{chart.from(metricValue(metric, before))}</span>}
        </span>
      )}
    </>
  );
  const isExplained = refused !== null || notes.length > 0;
  return (
    <li class={isExplained ? "metric explained" : "metric"}>
      {view.period === "realtime" ? (
        // What is now is always drawn by its page views.
        <div class="tile">{content}</div>
      ) : (
        <button
          type="button"
          class="tile"
          aria-pressed={metric === view.metric}
          title={value === null ? undefined : metricValue(metric, value, false)}
          onClick={() => show({ metric }, "replace")}
        >
          {content}
        </button>
      )}
      {isExplained && (
        <Menu class="plain about" name={chart.about(metrics[metric])} label={<span aria-hidden="true">i</span>}>
          {refused && <Why refused={refused} />}
          {notes.map((note) => (
            <p key={note.code}>{noteText(note)}</p>
          ))}
        </Menu>
      )}
    </li>
  );
}

const NOTHING = { value: null, comparison_value: null, change: null };

/** A number, short to the eye and in full to the ear. */
function Figure({ metric, value, isAtMost }: { metric: Metric; value: number | null; isAtMost: boolean }) {
  const short = metricValue(metric, value);
  const full = metricValue(metric, value, false);
  if (short === full && !isAtMost) return <span class="tile-value">{short}</span>;
  return (
    <span class="tile-value">
      <span aria-hidden="true">{isAtMost ? `≤ ${short}` : short}</span>
      <span class="unseen">{isAtMost ? t.value.chart.upTo(full) : full}</span>
    </span>
  );
}
