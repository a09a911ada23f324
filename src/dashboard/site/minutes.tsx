import { useState } from "preact/hooks";
import type { Minute, SummaryAnswer } from "../../report/summary-answer.ts";
import { clock, whole } from "../format.ts";
import { Along } from "../parts/along.tsx";
import { DataTable } from "../parts/data-table.tsx";
import { live } from "../summary.ts";
import { t } from "../texts.ts";

/** Who is here now, and the last 30 minutes. Newer figures are drawn as they come. */
export function Minutes({ answer }: { answer: SummaryAnswer }) {
  const [isTable, setTable] = useState(false);
  const [pointed, setPointed] = useState<number | null>(null);
  const { visitors, minutes } = live.value ?? answer.realtime;
  const { realtime, chart, metrics } = t.value;
  const greatest = Math.max(1, ...minutes.map(({ pageviews }) => pageviews));
  const at = pointed === null ? undefined : minutes[pointed];
  return (
    <div class="chart">
      <div class="chart-head">
        <p class="now-count">
          <b>{realtime.now(visitors)}</b> <span class="soft">{realtime.explained}</span>
        </p>
        <div class="chart-choice">
          <button type="button" class="plain" onClick={() => setTable(!isTable)}>
            {isTable ? chart.asChart : chart.asTable}
          </button>
        </div>
      </div>
      <div class="chart-place minutes">
        {!isTable && (
          <>
            <p class="minutes-said soft">{at ? said(minutes, pointed ?? 0, answer.timezone) : realtime.lastMinutes}</p>
            <div class="plot">
              <div class="minute-bars" role="img" aria-label={realtime.lastMinutes}>
                {minutes.map(({ at, pageviews }, index) => (
                  <span
                    key={at}
                    class={index === pointed ? "minute-bar pointed" : "minute-bar"}
                    style={{ height: `${(pageviews / greatest) * 100}%` }}
                  />
                ))}
              </div>
              {minutes.length > 0 && (
                <Along
                  label={realtime.lastMinutes}
                  count={minutes.length}
                  at={pointed}
                  textOf={(index) => said(minutes, index, answer.timezone)}
                  indexAt={(x, width) => {
                    const index = Math.floor((x / width) * minutes.length);
                    return Math.max(0, Math.min(minutes.length - 1, index));
                  }}
                  onPoint={setPointed}
                />
              )}
            </div>
            <p class="minutes-axis soft" aria-hidden="true">
              <span>{realtime.minutesAgo(minutes.length - 1)}</span>
              <span>{realtime.thisMinute}</span>
            </p>
          </>
        )}
        <DataTable
          caption={realtime.lastMinutes}
          isShown={isTable}
          head={[chart.when, metrics.pageviews, metrics.visitors]}
          rows={minutes
            .map(({ at, pageviews, visitors }) => [clock(at, answer.timezone), whole(pageviews), whole(visitors)])
            .reverse()}
        />
      </div>
    </div>
  );
}

/** A minute in words. */
function said(minutes: readonly Minute[], index: number, timezone: string): string {
  const minute = minutes[index];
  if (!minute) return "";
  const { realtime } = t.value;
  const ago = minutes.length - 1 - index;
  const when = ago === 0 ? realtime.thisMinute : realtime.minutesAgo(ago);
  return [
    `${when} (${clock(minute.at, timezone)})`,
    realtime.pageviews(minute.pageviews),
    realtime.visitors(minute.visitors),
  ].join(" · ");
}
