/** The main chart on its canvas, by uPlot. Loaded when a chart is shown, and so in need of nothing else of the page. */

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Curves, Line } from "./curves.ts";

/** A chart that stands in the page. */
export interface Drawing {
  /** Fits it to its place. Whether that had another size. */
  fit(): boolean;
  /** Draws it again, in the colours that now hold. */
  recolour(): void;
  /** Marks a bucket, or none. Gives how far it is from the left edge of the place, in CSS pixels. */
  mark(index: number | null): number;
  /** The bucket nearest to a distance from the left edge. */
  indexAt(x: number): number;
  remove(): void;
}

/** Sizes, in parts of the page's letters: very wide pages have larger ones. */
const LETTER = 0.75;
/** Room for the name of a time on the x axis. */
const NAME_WIDTH = 4.75;
const AXIS_HEIGHT = 1.75;
const DASH = [4, 4];

/** Draws in an element, in the colours of its custom properties, as large as it is. */
export function draw(place: HTMLElement, { count, before, whole, partial, timeTicks, valueTicks }: Curves): Drawing {
  const colour = (name: string) => () => getComputedStyle(place).getPropertyValue(name).trim();
  const last = count - 1;
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
  const axisFont = `${LETTER * rem}px system-ui, sans-serif`;
  // How many names of times find room.
  const roomFor = ({ width }: uPlot) => Math.max(2, Math.floor(width / (NAME_WIDTH * rem)));
  const top = valueTicks.at(-1)?.value ?? 1;

  const line = ({ points }: Line, stroke: string, style: uPlot.Series): uPlot.Series => ({
    width: 2,
    stroke: colour(stroke),
    ...style,
    points: { show: true, filter: points, size: 7, fill: colour(stroke) },
  });
  const axis = (style: uPlot.Axis): uPlot.Axis => ({
    stroke: colour("--soft"),
    font: axisFont,
    ticks: { show: false },
    ...style,
  });
  // Room for the half of the last time's name that stands beyond its place.
  const overhang = (self: uPlot) => {
    const end = timeTicks(roomFor(self)).find(({ index }) => index === last);
    return end ? (widthOf(self, axisFont, [end.text]) + LETTER * rem) / 2 : rem;
  };
  const chart = new uPlot(
    {
      width: place.clientWidth,
      height: place.clientHeight,
      legend: { show: false },
      padding: [8, (self) => overhang(self), 0, 0],
      cursor: {
        y: false,
        drag: { x: false, y: false },
        points: { size: 9, width: 2 },
        // What points at the chart is taken by what lies over it.
        bind: Object.fromEntries(
          ["mousedown", "mouseup", "click", "dblclick", "mousemove", "mouseleave", "mouseenter"].map((name) => [
            name,
            () => null,
          ]),
        ),
      },
      scales: {
        x: { time: false, range: () => (last > 0 ? [0, last] : [-0.5, 0.5]) },
        y: { range: () => [0, top] },
      },
      axes: [
        axis({
          size: AXIS_HEIGHT * rem,
          gap: 8,
          grid: { show: false },
          splits: (self) => timeTicks(roomFor(self)).map(({ index }) => index),
          values: (self) => timeTicks(roomFor(self)).map(({ text }) => text),
        }),
        axis({
          size: (self, texts) => widthOf(self, axisFont, texts) + rem,
          gap: 8,
          grid: { stroke: colour("--line"), width: 1 },
          splits: () => valueTicks.map(({ value }) => value),
          values: () => valueTicks.map(({ text }) => text),
        }),
      ],
      series: [
        {},
        line(before, "--before", { width: 1.5, dash: DASH }),
        line(whole, "--accent", { fill: colour("--area") }),
        line(partial, "--accent", { fill: colour("--area"), dash: DASH }),
      ],
    },
    [Array.from({ length: count }, (_, index) => index), before.values, whole.values, partial.values],
    place,
  );
  return {
    fit: () => {
      const { clientWidth: width, clientHeight: height } = place;
      if (width === chart.width && height === chart.height) return false;
      chart.setSize({ width, height });
      return true;
    },
    recolour: () => chart.redraw(false, true),
    mark: (index) => {
      const left = index === null ? -10 : chart.valToPos(index, "x");
      chart.setCursor({ left, top: index === null ? -10 : 0 });
      return left + chart.over.offsetLeft;
    },
    indexAt: (x) => Math.max(0, Math.min(last, chart.posToIdx(x - chart.over.offsetLeft))),
    remove: () => chart.destroy(),
  };
}

/** How wide the widest of some names is, in CSS pixels. */
function widthOf({ ctx }: uPlot, font: string, texts: string[] | null): number {
  ctx.save();
  ctx.font = font;
  const widest = Math.max(0, ...(texts ?? []).map((text) => ctx.measureText(text).width));
  ctx.restore();
  return Math.ceil(widest);
}
