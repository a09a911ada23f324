import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Bucket, SummaryAnswer } from "../../report/summary-answer.ts";
import type { ChartMetric, View } from "../address.ts";
import { metricValue } from "../format.ts";
import { Along } from "../parts/along.tsx";
import { place } from "../state.ts";
import { locale, t } from "../texts.ts";
import { changeBetween } from "./change.ts";
import { ChangeMark } from "./change-mark.tsx";
import { curvesOf } from "./curves.ts";
import type { Drawing } from "./drawing.ts";
import type { SeriesRow } from "./series.ts";

let loading: Promise<typeof import("./drawing.ts")> | null = null;
/** What draws comes by itself: texts and numbers do not wait for it. */
const loadDrawing = () => {
  loading ??= import("./drawing.ts");
  return loading;
};
// On its way while the view's answer still is.
if (place.peek().kind === "site") loadDrawing().catch(() => {});

interface Props {
  answer: SummaryAnswer;
  buckets: readonly Bucket[];
  metric: ChartMetric;
  rows: readonly SeriesRow[];
  /** What the chart shows, in a sentence. */
  summary: string;
  onOpen: (opens: Partial<View>) => void;
  /** The chart cannot be drawn here. */
  onFailure: () => void;
}

/** The chart itself, and what is said of the bucket that one points at. */
export function Plot({ answer, buckets, metric, rows, summary, onOpen, onFailure }: Props) {
  const canvas = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | null>(null);
  const [drawer, setDrawer] = useState<typeof import("./drawing.ts") | null>(null);
  const [pointed, setPointed] = useState<{ index: number; x: number } | null>(null);
  const shown = useRef("");
  const { interval, period, compared_series: compared } = answer;
  const time = `${interval} ${period.from} ${buckets.length}`;
  // In which the axes are written.
  const words = locale.value;

  useEffect(() => {
    let isGone = false;
    loadDrawing().then(
      (loaded) => !isGone && setDrawer(loaded),
      () => {
        loading = null;
        if (!isGone) onFailure();
      },
    );
    return () => {
      isGone = true;
    };
  }, [onFailure]);

  useLayoutEffect(() => {
    const { current } = canvas;
    if (!drawer || !current) return;
    const drawn = drawer.draw(current, curvesOf(buckets, compared, metric, interval));
    drawing.current = drawn;
    // Newer figures of the same buckets take nobody's place from him.
    const isSame = shown.current === time;
    shown.current = time;
    setPointed((before) => (isSame && before ? { index: before.index, x: drawn.mark(before.index) } : null));
    const resized = new ResizeObserver(() => {
      if (drawn.fit()) setPointed(null);
    });
    resized.observe(current);
    const schemes = ["(prefers-color-scheme: dark)", "(forced-colors: active)"].map((query) => matchMedia(query));
    for (const scheme of schemes) scheme.addEventListener("change", drawn.recolour);
    return () => {
      resized.disconnect();
      for (const scheme of schemes) scheme.removeEventListener("change", drawn.recolour);
      drawn.remove();
      drawing.current = null;
    };
  }, [drawer, buckets, compared, metric, interval, time, words]);

  const point = (index: number | null) => {
    const x = drawing.current?.mark(index);
    setPointed(index === null || x === undefined ? null : { index, x });
  };
  const open = (index: number) => {
    const opens = rows[index]?.opens;
    if (opens) onOpen(opens);
  };
  const row = pointed && rows[pointed.index];
  return (
    <div class="plot">
      <div class="plot-canvas" ref={canvas} role="img" aria-label={summary} />
      <Along
        class={row?.opens ? "opens" : ""}
        label={t.value.chart.along(t.value.metrics[metric])}
        count={rows.length}
        at={pointed?.index ?? null}
        textOf={(index) => spoken(rows[index], metric)}
        indexAt={(x) => drawing.current?.indexAt(x) ?? 0}
        onPoint={point}
        onChoose={open}
      />
      {row && <Tip row={row} x={pointed.x} width={canvas.current?.clientWidth ?? 0} metric={metric} answer={answer} />}
    </div>
  );
}

/** A bucket in words. */
function spoken(row: SeriesRow | undefined, metric: ChartMetric): string {
  if (!row) return "";
  const { chart } = t.value;
  const value = metricValue(metric, row.value, false);
  const before = row.before && `${chart.before}: ${metricValue(metric, row.before.value, false)} (${row.before.when})`;
  return [`${row.when}: ${value}`, row.remark, before].filter(Boolean).join("; ");
}

interface TipProps {
  row: SeriesRow;
  /** Where the bucket is, and how wide the chart, in CSS pixels. */
  x: number;
  width: number;
  metric: ChartMetric;
  answer: SummaryAnswer;
}

/** What is said of a bucket, beside it. The slider over the chart says the same aloud. */
function Tip({ row, x, width, metric, answer }: TipProps) {
  const isLeft = x > width / 2;
  const change = row.before && !row.remark && changeBetween(metric, row.value, row.before.value, t.value);
  return (
    <div
      class={isLeft ? "tip to-left" : "tip"}
      style={isLeft ? { right: `${width - x + 12}px` } : { left: `${x + 12}px` }}
      aria-hidden="true"
    >
      <p class="tip-when">{row.when}</p>
      {row.remark && <p class="soft">{row.remark}</p>}
      <p class="tip-value">
        <span class="swatch" />
        <b>{metricValue(metric, row.value, false)}</b>
        {change && <ChangeMark change={change} />}
      </p>
      {row.before && (
        <p class="tip-value soft">
          <span class="swatch before" />
          {metricValue(metric, row.before.value, false)}
          <span>{row.before.when}</span>
        </p>
      )}
      {row.opens && <p class="soft tip-opens">{t.value.chart.opens[answer.interval]}</p>}
    </div>
  );
}
